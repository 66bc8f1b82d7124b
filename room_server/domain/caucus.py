"""A private talk of one side (背对背, MS 5): who took part and for how long, never what was said."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from room_server.domain.errors import Conflict, Forbidden
from room_server.domain.people import Participant, Role


@dataclass(frozen=True, slots=True)
class Caucus:
    """One of them. ``members``: participant ids of all who were in it when it opened, a mediator included or not."""

    caucus_id: str
    session_id: str
    side: str
    members: tuple[str, ...]
    opened_at: datetime
    closed_at: datetime | None = None

    @property
    def open(self) -> bool:
        """Whether it still runs."""
        return self.closed_at is None

    def close(self, at: datetime) -> Caucus:
        """Everybody is back.

        Raises:
            Conflict: ``wrong_state``, it is over.
        """
        if not self.open:
            raise Conflict("wrong_state")
        return replace(self, closed_at=at)

    def with_member(self, participant_id: str) -> Caucus:
        """A mediator came in."""
        return self if participant_id in self.members else replace(self, members=(*self.members, participant_id))

    def without_member(self, participant_id: str) -> Caucus:
        """A mediator went out."""
        return replace(self, members=tuple(each for each in self.members if each != participant_id))


def place_of(participant_id: str, caucuses: Iterable[Caucus]) -> Caucus | None:
    """The caucus that somebody is in; None: the joint session."""
    return next((each for each in caucuses if each.open and participant_id in each.members), None)


def name_of(place: Caucus | None) -> str:
    """How a place is called on the wire: the id of the caucus; empty: the joint session."""
    return "" if place is None else place.caucus_id


def require_place(place: Caucus | None, believed: str | None) -> None:
    """What was begun in one place is not for those of another: whoever was moved meanwhile is told so.

    ``believed``: where its author believes to be (``name_of``); None: they did not say.

    Raises:
        Conflict: ``moved``: they are in ``place`` instead (None: the joint session).
    """
    if believed is not None and believed != name_of(place):
        raise Conflict("moved")


def was_in_talk(participant_id: str, caucuses: Iterable[Caucus], at: datetime) -> bool:
    """Whether somebody was in a private talk at this moment, as far as the books know."""
    return any(
        participant_id in each.members and each.opened_at <= at and (each.closed_at is None or at <= each.closed_at)
        for each in caucuses
    )


def require_one_side(people: list[Participant], others: list[Caucus]) -> str:
    """The side whose private talk these people would have.

    Raises:
        Conflict: ``wrong_state``, one of them is in a caucus. Forbidden: ``forbidden``, parties of several sides or
        none, or somebody who was sent out or not let in.
    """
    sides = {str(person.side) for person in people if person.role is Role.PARTY}
    if len(sides) != 1:
        raise Forbidden("forbidden")
    for person in people:
        if person.removed_at is not None or (person.role is Role.PARTY and person.admitted_at is None):
            raise Forbidden("forbidden")
        if any(other.open and person.participant_id in other.members for other in others):
            raise Conflict("wrong_state")
    return sides.pop()
