"""A party's call for the mediator: to speak alone, or silently for help. Nobody else learns that it was made."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from room_server.domain.errors import Forbidden, RateLimited
from room_server.domain.people import Participant, Role

MOST_AT_THE_DOOR = 5
WINDOW = timedelta(minutes=10)


class CallKind(StrEnum):
    """What for. Somebody under pressure can ask for help without a sign of it on any other screen (DOMAIN 5, 3).

    ``DOOR``: the same alarm by whoever holds a link and has not proved yet who they are.
    """

    TALK = "talk"
    ALARM = "alarm"
    DOOR = "door"


@dataclass(frozen=True, slots=True)
class Call:
    """One call. ``seen_by``: the host who answered."""

    call_id: str
    session_id: str
    participant_id: str
    kind: CallKind
    at: datetime
    salt: str
    seen_at: datetime | None = None
    seen_by: str | None = None

    @property
    def open(self) -> bool:
        """Whether no host has answered yet."""
        return self.seen_at is None

    def see(self, by: str, at: datetime) -> Call:
        """A host has taken note; a second time changes nothing."""
        return self if not self.open else replace(self, seen_at=at, seen_by=by)


def require_caller(person: Participant) -> None:
    """Everybody who is not a host may call, also from the waiting room.

    Raises:
        Forbidden: ``forbidden``: a host, or somebody who was sent out.
    """
    if person.role is Role.HOST or person.removed_at is not None:
        raise Forbidden("forbidden")


def require_pace(earlier: Iterable[Call], caller: str, now: datetime) -> None:
    """At most five calls in ten minutes by one link: each was answered, or it would still be the same call.

    Raises:
        RateLimited: with ``retry_after`` in seconds.
    """
    recent = sorted(
        call.at
        for call in earlier
        if call.kind is CallKind.DOOR and call.participant_id == caller and call.at > now - WINDOW
    )
    if len(recent) >= MOST_AT_THE_DOOR:
        wait = recent[-MOST_AT_THE_DOOR] + WINDOW - now
        raise RateLimited("rate_limited", retry_after=max(1, -(-wait // timedelta(seconds=1))))
