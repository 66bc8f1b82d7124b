"""Tells the rest of this process what was committed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog

from signaling.board import EVERYBODY, Audience

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Published:
    """A piece of a session's state is new, for those who may know it; ``value`` None: it is gone."""

    session_id: str
    topic: str
    value: Any
    audience: Audience = EVERYBODY


@dataclass(frozen=True, slots=True)
class AccessEnded:
    """This person is out: whoever still holds a socket of theirs must close it.

    Their tokens are refused from now on; after ``denied`` and ``consent_withdrawn`` only until they come to the door
    again and may wait there.
    """

    session_id: str
    participant_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class ContinuedElsewhere:
    """This person goes on on another device: they keep place and rights, the device before is refused from now on."""

    session_id: str
    participant_id: str


@dataclass(frozen=True, slots=True)
class RecordingConsentChanged:
    """Somebody agreed to be recorded, or took it back: then their tracks must stop now (PIPL 15)."""

    session_id: str
    participant_id: str
    agreed: bool


Event = Published | AccessEnded | ContinuedElsewhere | RecordingConsentChanged
Kind = TypeVar("Kind", Published, AccessEnded, ContinuedElsewhere, RecordingConsentChanged)


class Bus:
    """In-process: subscribers are awaited one after the other, in the order in which they came."""

    def __init__(self) -> None:
        self._subscribers: list[tuple[type[Any], Callable[[Any], Awaitable[None]]]] = []

    def subscribe(self, kind: type[Kind], subscriber: Callable[[Kind], Awaitable[None]]) -> None:
        """Hear every event of one kind from now on."""
        self._subscribers.append((kind, subscriber))

    async def publish(self, event: Event) -> None:
        """Tell everybody. What happened is committed: a subscriber that fails is logged and undoes nothing."""
        for kind, subscriber in self._subscribers:
            if not isinstance(event, kind):
                continue
            try:
                await subscriber(event)
            except Exception:
                log.exception("a subscriber failed", event_kind=kind.__name__, session_id=event.session_id)
