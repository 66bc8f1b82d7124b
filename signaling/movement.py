"""Moving people between the joint session and a caucus, in two steps: announce, then carry.

Nothing of the new place begins before everything of the old one has ended at the media worker. A policy that refuses
leaves everybody where they are. A countdown that a killed process leaves behind begins anew when everybody whom it
moves is back, so that nobody is moved who was not told. Nobody is sent apart without a host, the one who was to go
along or else any: they could not get out again before a host is back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable, Sequence
from typing import TYPE_CHECKING, Final

import structlog

from signaling.background import attempt
from signaling.caucus import Caucus
from signaling.clock import Clock
from signaling.errors import ErrorCode, SignalingError
from signaling.ids import CaucusId, ParticipantId, new_id
from signaling.kept import KeptMember, KeptMove
from signaling.messages import CancelReason, CaucusAnnounced
from signaling.participant import Participant

if TYPE_CHECKING:
    from signaling.room import Room

log = structlog.get_logger(__name__)

LONGEST_COUNTDOWN: Final = 10.0
"""Seconds."""


class Movement:
    """Opens and closes the caucuses of one room, one move after the other."""

    def __init__(self, room: Room, clock: Clock, kept: Iterable[KeptMove]) -> None:
        self._room = room
        self._clock = clock
        self._turn = asyncio.Lock()
        self._expected: dict[CaucusId, set[ParticipantId]] = {}
        for move in kept:
            room.caucuses.take_up(move)
            self._expected[move.caucus_id] = {each.participant_id for each in move.members}

    def announce(self, by: Participant, participant_ids: Sequence[ParticipantId], in_seconds: float) -> CaucusAnnounced:
        """Tell everybody, and move these people when the countdown is over.

        Raises:
            SignalingError: NOT_FOUND, BAD_REQUEST (sides, countdown), CONFLICT (in a caucus), FORBIDDEN (not let in, or
            another host).
        """
        _require_countdown(in_seconds)
        people = [self._room.participant(each) for each in dict.fromkeys(participant_ids)]
        if any(person.role == "host" and person is not by for person in people):
            raise SignalingError(ErrorCode.FORBIDDEN, "another host decides for themselves")
        caucus_id = CaucusId(new_id("cau"))
        caucus = self._room.caucuses.announce(caucus_id, people)
        caucus.countdown = in_seconds
        self._count_down(caucus)
        self._room.refresh()
        return CaucusAnnounced(caucus_id)

    def close(self, caucus_id: CaucusId, in_seconds: float) -> None:
        """Call off what was announced, or bring the members back when the countdown is over.

        Raises:
            SignalingError: NOT_FOUND, BAD_REQUEST (countdown), WRONG_STATE (over, or about to be).
        """
        _require_countdown(in_seconds)
        caucus = self._room.caucuses.get(caucus_id)
        if caucus.coming:
            self._call_off(caucus, "called_off")
            return
        if caucus.state != "open":
            raise SignalingError(ErrorCode.WRONG_STATE, "this caucus is over")
        caucus.state, caucus.countdown = "closing", in_seconds
        self._count_down(caucus)
        self._room.refresh()

    async def enter(self, by: Participant, caucus_id: CaucusId) -> None:
        """A host goes into a caucus that runs.

        Raises:
            SignalingError: NOT_FOUND, WRONG_STATE (it does not run), CONFLICT (in one, or about to be), FORBIDDEN (sent
            out meanwhile), the policy's refusal.
        """
        async with self._turn:
            caucus = self._room.caucuses.get(caucus_id)
            if caucus.state != "open":
                raise SignalingError(ErrorCode.WRONG_STATE, "this caucus does not run")
            if self._room.caucuses.bound(by.participant_id):
                raise SignalingError(ErrorCode.CONFLICT, "leave the other caucus first, or call it off")
            await self._room.policy.change_caucus(self._room, caucus, by, entered=True)
            if by.removed:  # meanwhile; the books may have taken them out of every caucus before they took this
                await attempt(self._room.policy.change_caucus(self._room, caucus, by, entered=False))
                raise SignalingError(ErrorCode.FORBIDDEN, "you were sent out")
            self._release([by])
            caucus.members[by.participant_id] = by
            await self._seal(caucus, [by], caucus.sealed)

    async def leave(self, by: Participant) -> None:
        """A host goes back to the joint session; the members stay among themselves.

        Raises:
            SignalingError: WRONG_STATE, they are in none, or the policy's refusal.
        """
        async with self._turn:
            caucus = self._room.caucuses.of(by.participant_id)
            if caucus is None:
                raise SignalingError(ErrorCode.WRONG_STATE, "you are in no caucus")
            await self._room.policy.change_caucus(self._room, caucus, by, entered=False)
            self._release([by])
            caucus.members.pop(by.participant_id, None)
            await self._seal(caucus, [by], caucus.sealed)

    def sent_out(self, participant_id: ParticipantId) -> None:
        """Somebody may not come back: a caucus without a party ends, and one that a host was to lead does not begin."""
        for caucus in [each for each in self._room.caucuses if each.coming]:
            if participant_id in caucus.members and caucus.members[participant_id].role == "host":
                self._call_off(caucus, "no_host")
        if self._room.caucuses.of(participant_id) is not None:
            self._leave_behind([participant_id])
        for caucus in self._room.caucuses.drop_member(participant_id):
            if caucus.coming:
                self._call_off(caucus, "nobody")
                continue
            if caucus.timer is not None:
                caucus.timer.cancel()
            self._expected.pop(caucus.caucus_id, None)
            caucus.state, caucus.changes_at = "closing", self._clock.now()
            self._room.background.run(self._close(caucus))
        self.came(participant_id)

    def left(self) -> None:
        """Somebody is not in the room any more: what only they led into a private talk does not take place."""
        for caucus in [each for each in self._room.caucuses if each.coming]:
            if caucus.caucus_id not in self._expected and not self._led(caucus):
                self._call_off(caucus, "no_host")

    # ---- what a killed process left behind -------------------------------------------------------------------------

    def came(self, participant_id: ParticipantId) -> None:
        """Nobody waits for this person any more: they are back, or sent out. The caller refreshes."""
        for caucus_id, expected in list(self._expected.items()):
            expected.discard(participant_id)
            if not expected and self._may_go_on(caucus_id):
                self._go_on(caucus_id)

    def give_up(self) -> None:
        """Whoever is not back by now has left. The caller refreshes."""
        for caucus_id in list(self._expected):
            if self._may_go_on(caucus_id):
                self._go_on(caucus_id)
            else:
                self._call_off(self._room.caucuses.get(caucus_id), "no_host")

    def kept(self) -> tuple[KeptMove, ...]:
        """The countdowns that run, or wait for people to be back."""
        return tuple(self._keep(each) for each in self._room.caucuses if each.coming or each.state == "closing")

    def _keep(self, caucus: Caucus) -> KeptMove:
        here = self._room.participants.keys() | self._expected.get(caucus.caucus_id, set())
        members = [
            KeptMember(each.participant_id, each.display_name, each.role, each.side)
            for each in caucus.members.values()
            if each.participant_id in here
        ]
        opening = caucus.coming and caucus.called_off is None  # else, if it has begun by then, it is to end
        return KeptMove(caucus.caucus_id, caucus.side, tuple(members), caucus.countdown, opening)

    def _may_go_on(self, caucus_id: CaucusId) -> bool:
        """A way out needs no host; into a caucus some host has to be there when the countdown begins anew."""
        led = any(person.role == "host" for person in self._room.participants.values())
        return led or self._room.caucuses.get(caucus_id).state == "closing"

    def _go_on(self, caucus_id: CaucusId) -> None:
        del self._expected[caucus_id]
        self._count_down(self._room.caucuses.get(caucus_id))

    # ---- one step each ---------------------------------------------------------------------------------------------

    def stop(self) -> None:
        """The room closes: nobody is moved any more."""
        for caucus in self._room.caucuses:
            if caucus.timer is not None:
                caucus.timer.cancel()

    def _count_down(self, caucus: Caucus) -> None:
        act = self._open if caucus.coming else self._close
        caucus.changes_at = self._clock.now() + caucus.countdown
        caucus.timer = self._clock.later(caucus.countdown, lambda: self._room.background.run(act(caucus)))

    def _call_off(self, caucus: Caucus, reason: CancelReason) -> None:
        """It does not take place. While the product keeps its beginning it is too late: then it ends right after."""
        caucus.called_off = reason  # also for an ``_open`` that waits for its turn: its timer is over
        self._expected.pop(caucus.caucus_id, None)
        if caucus.timer is not None:
            caucus.timer.cancel()
        if caucus.state == "opening":
            caucus.countdown = 0.0
            self._room.refresh()
            return
        self._room.caucuses.forget(caucus)
        self._room.refresh({caucus.caucus_id: reason})

    async def _open(self, caucus: Caucus) -> None:
        async with self._turn:
            if caucus.called_off is not None or self._room.closed:
                return
            led = self._led(caucus)
            for participant_id in [each for each in caucus.members if each not in self._room.participants]:
                del caucus.members[participant_id]  # they left while the countdown ran
            if (obstacle := self._obstacle(caucus, led=led)) is not None:
                self._call_off(caucus, obstacle)
                return
            caucus.state, caucus.opened_at = "opening", self._clock.now()
            if not await self._kept(self._room.policy.open_caucus(self._room, caucus), caucus):
                caucus.state = "announced"
                self._call_off(caucus, caucus.called_off or "refused")
                return
            if await self._taken_back(caucus):
                return
            people = self._present(caucus)
            self._release(people)
            caucus.state, caucus.changes_at = "open", None
            caucus.absent = {each.participant_id for each in people if not each.connected}
            await self._seal(caucus, people, True)

    def _led(self, caucus: Caucus) -> bool:
        """Whether a host is connected who takes these people apart: the one who goes along, or else any."""
        along = {each.participant_id for each in caucus.members.values() if each.role == "host"}
        hosts = [each for each in self._room.participants.values() if each.role == "host" and each.connected]
        return any(not along or each.participant_id in along for each in hosts)

    def _obstacle(self, caucus: Caucus, *, led: bool) -> CancelReason | None:
        """Why it cannot begin after all."""
        if not any(person.role == "party" for person in caucus.members.values()):
            return "nobody"
        if any(self._room.caucuses.of(each) is not None for each in caucus.members):
            return "elsewhere"
        return None if led else "no_host"

    async def _taken_back(self, caucus: Caucus) -> bool:
        """Whether it is over before anybody is moved: called off while the product kept its beginning.

        When the product cannot keep that either, it runs, as it is in the books, and a host can end it.
        """
        if caucus.called_off is None:
            return False
        caucus.closed_at = self._clock.now()
        if not await self._kept(self._room.policy.close_caucus(self._room, caucus), caucus):
            caucus.closed_at = caucus.called_off = None
            return False
        self._end(caucus)
        self._room.refresh()
        await attempt(self._room.policy.caucus_closed(self._room, caucus))
        return True

    async def _close(self, caucus: Caucus) -> None:
        async with self._turn:
            if caucus.state != "closing" or self._room.closed:
                return
            caucus.closed_at = self._clock.now()
            if not await self._kept(self._room.policy.close_caucus(self._room, caucus), caucus):
                caucus.state, caucus.changes_at, caucus.closed_at = "open", None, None
                self._room.refresh()
                return
            people = self._present(caucus)
            self._release(people)
            self._end(caucus)
            self._leave_behind(caucus.members)
            await self._carry(people)
            await attempt(self._room.policy.caucus_closed(self._room, caucus))

    def _end(self, caucus: Caucus) -> None:
        caucus.state, caucus.changes_at = "closed", None
        self._room.conduct.ended(caucus.caucus_id)
        self._room.captions.ended(caucus.caucus_id)

    def _leave_behind(self, participant_ids: Iterable[ParticipantId]) -> None:
        """Nothing that was said in a caucus follows anybody out of it, whether they are here now or not."""
        for participant_id in participant_ids:
            self._room.conduct.gone(participant_id)
            self._room.silence.forget(participant_id)
            self._room.keeping.forget(participant_id)

    @staticmethod
    async def _kept(commit: Awaitable[None], caucus: Caucus) -> bool:
        try:
            await commit
        except Exception as error:  # nobody waits for an answer any more: they stay where they are, and it shows
            log.warning("nobody was moved", caucus=caucus.caucus_id, reason=str(error))
            return False
        return True

    def _present(self, caucus: Caucus) -> list[Participant]:
        return [self._room.participants[each] for each in caucus.members if each in self._room.participants]

    def _release(self, people: Iterable[Participant]) -> None:
        """From this moment nothing new of theirs begins."""
        for person in people:
            person.moving = True

    async def _seal(self, caucus: Caucus, people: Sequence[Participant], before: bool) -> None:
        """Carry people through the wall; it is ``sealed`` again once everything of the old place has ended."""
        caucus.sealed = False
        caucus.sealed = await self._carry(people) and before
        self._room.refresh()

    async def _carry(self, people: Sequence[Participant]) -> bool:
        """End everything that these people have in the old place, then let them begin in the new one.

        Returns whether the media worker has confirmed the end.
        """
        detached = [self._room.switchboard.detach(person) for person in people]
        for person in people:
            self._room.conduct.moved(person)
            self._room.silence.forget(person.participant_id)
            for document in self._room.documents.values():
                document.hush(person.participant_id)
        self._room.refresh()
        ended = await asyncio.gather(*(self._room.switchboard.close(each, "moved") for each in detached))
        for person in people:
            person.moving = False
            person.moves += 1
        self._room.refresh()
        return all(ended)


def _require_countdown(seconds: float) -> None:
    if not 0 <= seconds <= LONGEST_COUNTDOWN:
        raise SignalingError(ErrorCode.BAD_REQUEST, f"in_seconds: 0 to {LONGEST_COUNTDOWN:.0f}")
