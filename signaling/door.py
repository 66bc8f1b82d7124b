"""The door of a live room: who comes in, who takes over from a broken socket, who is not trusted any more."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from signaling.clock import Clock
from signaling.errors import ErrorCode, SignalingError
from signaling.ids import ParticipantId
from signaling.inbox import Allowance
from signaling.messages import CloseCode, Removed, Welcome
from signaling.participant import FIRST, Outlet, Participant, Turn
from signaling.policy import Grant
from signaling.replay import EventLog
from signaling.tracks import Detached
from signaling.visibility import view_of

if TYPE_CHECKING:
    from signaling.room import Room

ARRIVALS_AT_ONCE = 120
ARRIVALS_PER_SECOND = 1.0
"""Of one person: each is on the record for good. Whose network comes and goes tries about as often (``backoff.ts``)."""


@dataclass(frozen=True, slots=True)
class Joined:
    """What goes out first on a new socket: the welcome, then the events that the old socket missed."""

    participant: Participant
    welcome: Welcome
    missed: list[bytes]


class Door:
    """Lets sockets into one room."""

    def __init__(self, room: Room, clock: Clock, waiting: Iterable[ParticipantId]) -> None:
        """``waiting``: who sat before the door in the process that held the room before, in the order of arrival."""
        self._room = room
        self._clock = clock
        self._paces: dict[ParticipantId, Allowance] = {}
        self._line = dict.fromkeys(waiting)
        self._expected = set(self._line)
        self._removals: Counter[ParticipantId] = Counter()
        self._arriving: Counter[ParticipantId] = Counter()

    def distrust(self, participant_id: ParticipantId) -> None:
        """A token of somebody that was read before is not to be trusted any more."""
        self._removals[participant_id] += 1

    def sent_out(self, participant_id: ParticipantId) -> None:
        """Somebody may not come back: they are not expected any more either."""
        self.distrust(participant_id)
        self._expected.discard(participant_id)

    def removals(self, participant_id: ParticipantId) -> int:
        """How often somebody was sent out of this room."""
        return self._removals[participant_id]

    @property
    def arriving(self) -> bool:
        """Whether somebody is on the way in."""
        return bool(+self._arriving)

    def awaits(self, participant_id: ParticipantId) -> bool:
        """Whether this person is on the way in."""
        return self._arriving[participant_id] > 0

    async def hand_over(self, participant_id: ParticipantId, reason: str) -> None:
        """Somebody goes on on another device: the connection of the one before ends at once, with all its media.

        They are the same person: place, talk, hand, wishes and the right to write wait for the other device as they do
        for somebody whose socket broke. Nothing happens when they are not here.
        """
        self.distrust(participant_id)
        person = self._room.participants.get(participant_id)
        if person is None:
            return
        if person.outlet is not None:
            person.outlet.send(person.log.append(Removed(reason)))
            person.outlet.close(CloseCode.FORBIDDEN, reason)
        for document in self._room.documents.values():
            document.dismiss(participant_id, CloseCode.FORBIDDEN, reason)
        detached = self._start_anew(person)
        ending = self._room.background.at_once(self._room.switchboard.close(detached, "replaced"))
        await self._room.wait_for(person)
        await ending

    def line(self) -> tuple[ParticipantId, ...]:
        """Who waits to be let in, in the order in which they came."""
        people = self._room.participants
        return tuple(
            each for each in self._line if each in self._expected or (each in people and not people[each].admitted)
        )

    def ahead(self, participant_id: ParticipantId) -> int:
        """How many who wait came before somebody who waits."""
        return self.line().index(participant_id)

    def give_up(self) -> None:
        """Whoever is not back by now is not expected any more."""
        self._expected.clear()

    async def join(
        self,
        grant: Grant,
        outlet: Outlet,
        *,
        removals: int,
        turn: Turn = FIRST,
        resume: str | None = None,
        last_seq: int | None = None,
    ) -> Joined:
        """Let a socket in. The caller sends the answer and then calls ``refresh``, without waiting in between.

        ``removals`` is what ``removals()`` said before the token was read. ``turn``: a page whose network is back gives
        up a socket for a new one, and the network or the product may be done with the old one last.

        Raises:
            SignalingError: ROOM_FULL, ROOM_LOCKED, WRONG_STATE (closed), FORBIDDEN (sent out meanwhile), RATE_LIMITED,
            CONFLICT (they came again meanwhile), or the policy's refusal.
        """
        self._check_door(grant)
        self._check_pace(grant.participant_id)
        person = self._room.participants.get(grant.participant_id) or _arrival(grant)
        self._arriving[grant.participant_id] += 1
        try:
            await self._room.policy.joined(self._room, person)
        finally:
            self._arriving[grant.participant_id] -= 1
        if self._room.closed:
            raise SignalingError(ErrorCode.WRONG_STATE, "the room is closed")
        self._check_lock(grant)
        if self._removals[grant.participant_id] != removals:
            raise SignalingError(ErrorCode.FORBIDDEN, "you were sent out")
        person = self._seat(person)
        if turn.precedes(person.turn):
            outlet.close(CloseCode.REPLACED, "another connection took over")
            raise SignalingError(ErrorCode.CONFLICT, "another connection came later")
        person.turn = turn
        if grant.admitted and not person.admitted:
            person.admitted = True
        return self._attach(person, outlet, resume, last_seq)

    def _seat(self, person: Participant) -> Participant:
        """Into the room, unless they are there: who meanwhile came on another socket is that person."""
        participant_id = person.participant_id
        known = self._room.participants.get(participant_id)
        if known is not None:
            return known
        self._line = dict.fromkeys((*self.line(), participant_id))
        self._expected.discard(participant_id)
        self._room.participants[participant_id] = person
        self._room.keeping.welcome(person)
        return person

    def _check_door(self, grant: Grant) -> None:
        if self._room.closed:
            raise SignalingError(ErrorCode.WRONG_STATE, "the room is closed")
        known = self._room.participants.keys() | +self._arriving
        self._check_lock(grant)
        guests = [p for p in known if p not in self._room.participants or self._room.participants[p].role != "host"]
        if (
            grant.role != "host"
            and grant.participant_id not in known
            and len(guests) >= self._room.settings.maximum_people
        ):
            limit = self._room.settings.maximum_people
            raise SignalingError(ErrorCode.ROOM_FULL, "the room is full", reason="people", maximum=limit)

    def _check_pace(self, participant_id: ParticipantId) -> None:
        if participant_id not in self._paces:
            self._paces[participant_id] = Allowance(ARRIVALS_AT_ONCE, ARRIVALS_PER_SECOND, self._clock.now)
        if not self._paces[participant_id].take():
            raise SignalingError(ErrorCode.RATE_LIMITED, "you come too often: wait a moment")

    def _check_lock(self, grant: Grant) -> None:
        """Whoever was let in once, and whoever sits in the room or its waiting rooms, may come back."""
        inside = grant.role == "host" or grant.admitted or grant.participant_id in self._room.participants
        inside = inside or grant.participant_id in self._expected
        if self._room.conduct.locked and not inside:
            raise SignalingError(ErrorCode.ROOM_LOCKED, "the room takes in nobody new")

    def _attach(self, person: Participant, outlet: Outlet, resume: str | None, last_seq: int | None) -> Joined:
        if self._room.idle is not None:
            self._room.idle.cancel()
            self._room.idle = None
        if person.departure is not None:
            person.departure.cancel()
            person.departure = None
        if person.outlet is not None:
            person.outlet.close(CloseCode.REPLACED, "another connection took over")
        person.outlet = outlet
        self._room.caucuses.came(person.participant_id)
        person.connections += 1
        missed = self._missed(person, resume, last_seq)
        if missed is None:
            detached = self._start_anew(person)
            self._room.background.run(self._room.switchboard.close(detached, "replaced"))
        snapshot = self._room.snapshot(person) if missed is None else None
        welcome = Welcome(
            resume=person.resume_handle,
            resumed=missed is not None,
            snapshot=snapshot,
            router_capabilities=self._room.router_capabilities,
            ice_servers=self._room.ice_servers(person.participant_id),
            ping_seconds=self._room.settings.ping_seconds,
        )
        return Joined(person, welcome, missed or [])

    def _missed(self, person: Participant, resume: str | None, last_seq: int | None) -> list[bytes] | None:
        if not person.resume_handle or resume is None or last_seq is None:
            return None
        if not secrets.compare_digest(resume.encode(), person.resume_handle.encode()):
            return None
        return person.log.since(last_seq)

    def _start_anew(self, person: Participant) -> Detached:
        """Forget what an earlier page of this person had: its media, which are still to be closed, its events, its
        handle."""
        detached = self._room.switchboard.detach(person)
        person.incarnation += 1
        person.resume_handle = secrets.token_urlsafe(24)
        person.log = EventLog()
        person.quality = person.measured = "good"
        person.troubles.clear()
        person.told_of.clear()
        person.known = view_of(self._room, person)
        return detached


def _arrival(grant: Grant) -> Participant:
    return Participant(
        participant_id=grant.participant_id,
        display_name=grant.display_name,
        role=grant.role,
        side=grant.side,
        admitted=grant.admitted or grant.role == "host",
    )
