"""How far somebody has come to a session: from a link that nobody opened to a place in the room."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from room_server.domain.access import Link
from room_server.domain.people import Participant


class Arrival(StrEnum):
    """The steps in order; ``NO_LINK``: there is no way in any more, or none was given."""

    NO_LINK = "no_link"
    UNOPENED = "unopened"
    OPENED = "opened"
    IDENTIFIED = "identified"
    WAITING = "waiting"
    INSIDE = "inside"


def arrival(person: Participant, link: Link | None, live: str | None, now: datetime) -> Arrival:
    """Where a party is. ``live``: ``waiting`` or ``inside``, when the room knows them now; ``link``: their newest."""
    if live is not None:
        return Arrival(live)
    if link is None or link.state(now) in ("revoked", "expired"):
        return Arrival.NO_LINK
    if person.identity_checked_at is not None:
        return Arrival.IDENTIFIED
    return Arrival.UNOPENED if link.opened_at is None else Arrival.OPENED
