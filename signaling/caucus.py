"""Private talks of one side (背对背): who is in which, and what the others may know of it.

Where somebody is follows from the members of the running caucuses and from nothing else: no two answers can differ.
Those outside know a caucus by what it was when it opened: whose it is, since when, who was moved. Whether its members
are connected, speak, raise a hand or have left the session altogether is theirs alone until it is over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from signaling.clock import Timer
from signaling.errors import ErrorCode, SignalingError
from signaling.ids import CaucusId, ParticipantId
from signaling.kept import KeptMove, Place
from signaling.messages import CancelReason, CaucusView, ParticipantView
from signaling.participant import Participant
from signaling.policy import LoadedCaucus

State = Literal["announced", "opening", "open", "closing", "closed"]
"""``opening``: the product is keeping that it begins; to everybody it is still announced."""


@dataclass(slots=True, eq=False)
class Caucus:
    """One private talk. ``members`` are remembered as they were when it was announced. Times are Unix seconds.

    ``countdown``: seconds of the last one, into it or out of it. It has not begun while ``changes_at`` is None.
    ``called_off``: why it does not take place, or, once the product has kept its beginning, why it ends at once.
    ``absent``: members who were cut off by the time it began and have not come back into it.
    """

    caucus_id: CaucusId
    side: str
    members: dict[ParticipantId, Participant]
    state: State = "announced"
    changes_at: float | None = None
    opened_at: float | None = None
    closed_at: float | None = None
    sealed: bool = False
    countdown: float = 0.0
    timer: Timer | None = None
    called_off: CancelReason | None = None
    absent: set[ParticipantId] = field(default_factory=set)

    @property
    def running(self) -> bool:
        """Whether its members are in it."""
        return self.state in ("open", "closing")

    @property
    def with_host(self) -> bool:
        """Whether a host takes part."""
        return any(person.role == "host" for person in self.members.values())

    @property
    def coming(self) -> bool:
        """Whether its members are still to go into it."""
        return self.state in ("announced", "opening")

    def view(self) -> CaucusView:
        """As everybody who was admitted sees it: one that is being opened has not begun."""
        return CaucusView(
            caucus_id=self.caucus_id,
            side=self.side,
            state="announced" if self.state == "opening" else self.state,
            with_host=self.with_host,
            changes_at=self.changes_at,
            opened_at=None if self.coming else self.opened_at,
            closed_at=None if self.coming else self.closed_at,
            sealed=self.sealed and self.running,
        )

    def glimpse(self, member: Participant) -> ParticipantView:
        """All that those outside see of a member."""
        return ParticipantView(
            participant_id=member.participant_id,
            display_name=member.display_name,
            role=member.role,
            side=member.side,
            presence="away",
            caucus_id=self.caucus_id,
        )


class Caucuses:
    """Every caucus of one room, over ones included: the time that each side had is part of what both sides see."""

    def __init__(self, loaded: Sequence[LoadedCaucus] = ()) -> None:
        self._all: dict[CaucusId, Caucus] = {}
        for one in loaded:
            members = {
                each.participant_id: Participant(
                    each.participant_id, each.display_name, each.role, each.side, admitted=True
                )
                for each in one.members
            }
            state: State = "open" if one.closed_at is None else "closed"
            self._all[one.caucus_id] = Caucus(
                one.caucus_id,
                one.side,
                members,
                state,
                None,
                one.opened_at,
                one.closed_at,
                sealed=True,
                absent={*members},
            )  # whoever held the room before is gone, and every transport of that time with it: nobody is back yet

    def __iter__(self) -> Iterator[Caucus]:
        return iter(self._all.values())

    @property
    def running(self) -> bool:
        """Whether there is one at this moment."""
        return any(caucus.running for caucus in self)

    def get(self, caucus_id: CaucusId) -> Caucus:
        """One of them. Raises NOT_FOUND."""
        caucus = self._all.get(caucus_id)
        if caucus is None:
            raise SignalingError(ErrorCode.NOT_FOUND, "there is no such caucus")
        return caucus

    def of(self, participant_id: ParticipantId) -> Caucus | None:
        """Where somebody is; None: in the joint session."""
        return next((each for each in self if each.running and participant_id in each.members), None)

    def place_of(self, participant_id: ParticipantId) -> Place:
        """The id of the caucus that somebody is in; None: the joint session."""
        caucus = self.of(participant_id)
        return None if caucus is None else caucus.caucus_id

    def apart(self, one: ParticipantId, other: ParticipantId) -> bool:
        """Whether two people are in different places."""
        return self.of(one) is not self.of(other)

    def came(self, participant_id: ParticipantId) -> None:
        """Somebody's socket holds again."""
        if (caucus := self.of(participant_id)) is not None:
            caucus.absent.discard(participant_id)

    def bound(self, participant_id: ParticipantId) -> bool:
        """Whether somebody is in a caucus or about to be."""
        return any(each.state != "closed" and participant_id in each.members for each in self)

    def announce(self, caucus_id: CaucusId, members: Iterable[Participant]) -> Caucus:
        """A new one, of which the countdown is to begin.

        Raises:
            SignalingError: BAD_REQUEST, no party or parties of several sides; CONFLICT, one of them is in a caucus or
            about to be; FORBIDDEN, one of them was not let in yet.
        """
        people = {person.participant_id: _card(person) for person in members}
        sides = {person.side for person in people.values() if person.role == "party"}
        if len(sides) != 1:
            raise SignalingError(ErrorCode.BAD_REQUEST, "a caucus is with parties of exactly one side")
        for person in people.values():
            if not person.admitted:
                raise SignalingError(ErrorCode.FORBIDDEN, f"{person.participant_id} waits to be let in")
            if self.bound(person.participant_id):
                raise SignalingError(ErrorCode.CONFLICT, f"{person.participant_id} is in a caucus already")
        caucus = Caucus(caucus_id, sides.pop(), people)
        self._all[caucus_id] = caucus
        return caucus

    def take_up(self, move: KeptMove) -> Caucus:
        """One that was about to begin or to end in the process that held the room before: it still is."""
        if move.opening:
            members = {
                each.participant_id: Participant(
                    each.participant_id, each.display_name, each.role, each.side, admitted=True
                )
                for each in move.members
            }
            self._all[move.caucus_id] = Caucus(move.caucus_id, move.side, members)
        else:
            self._all[move.caucus_id].state = "closing"
        caucus = self._all[move.caucus_id]
        caucus.countdown = move.seconds
        return caucus

    def forget(self, caucus: Caucus) -> None:
        """One that was announced and did not come to be."""
        self._all.pop(caucus.caucus_id, None)

    def drop_member(self, participant_id: ParticipantId) -> list[Caucus]:
        """Somebody was sent out for good. Returns the caucuses in which no party is left."""
        emptied = []
        for caucus in self:
            if caucus.state == "closed" or caucus.members.pop(participant_id, None) is None:
                continue
            if not any(person.role == "party" for person in caucus.members.values()):
                emptied.append(caucus)
        return emptied


def _card(person: Participant) -> Participant:
    """Who somebody is, without anything that happens to them later."""
    return Participant(person.participant_id, person.display_name, person.role, person.side, admitted=person.admitted)
