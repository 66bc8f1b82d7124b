"""Tells the rest of this process what was committed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import structlog

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Published:
    """A piece of a session's state is new. ``topic``: ``session`` or ``agreement``; ``value`` None: it is gone."""

    session_id: str
    topic: str
    value: Any


Subscriber = Callable[[Published], Awaitable[None]]


class Bus:
    """In-process: subscribers are awaited one after the other, in the order in which they came."""

    def __init__(self) -> None:
        self._subscribers: list[Subscriber] = []

    def subscribe(self, subscriber: Subscriber) -> None:
        """Hear everything that is published from now on."""
        self._subscribers.append(subscriber)

    async def publish(self, event: Published) -> None:
        """Tell everybody. What happened is committed: a subscriber that fails is logged and undoes nothing."""
        for subscriber in self._subscribers:
            try:
                await subscriber(event)
            except Exception:
                log.exception("a subscriber failed", topic=event.topic, session_id=event.session_id)
