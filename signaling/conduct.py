"""How a host conducts the people of the place they are in: the queue, the word, wishes, the spotlight, time, the lock.

A host acts on the people in their own place and on nobody else: across the wall of a caucus everybody is ``not_found``.
Every act says how things shall be from now on, so that two hosts who do the same have done it once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Container
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from signaling.background import attempt
from signaling.clock import Clock, Timer
from signaling.errors import ErrorCode, SignalingError
from signaling.hands import Hands
from signaling.ids import CaucusId, ParticipantId
from signaling.kept import KeptConduct, KeptHand, KeptSpotlight, KeptTimer, Place
from signaling.messages import AskView, Device, StageView, TimerKind, TimerView, Trouble
from signaling.participant import Participant

if TYPE_CHECKING:
    from signaling.room import Room

LONGEST_TIMER: Final = 7200
LINGERS: Final = 20.0
"""Seconds that a countdown stays on the screens after its end."""


@dataclass(frozen=True, slots=True)
class Countdown:
    """What everybody in one place sees, and when it goes away."""

    view: TimerView
    end: Timer


class Conduct:
    """The conduct of one room."""

    def __init__(self, room: Room, clock: Clock, *, locked: bool, kept: KeptConduct) -> None:
        self.locked = locked
        self._room = room
        self._clock = clock
        self._hands = Hands({each.participant_id: each.since for each in kept.hands})
        self._spotlights = {each.place: each.participant_id for each in kept.spotlights}
        self._countdowns: dict[Place, Countdown] = {}
        self._locking = asyncio.Lock()
        for each in kept.timers:
            self._count_down(each.place, each.view)

    # ---- what people know of it ------------------------------------------------------------------------------------

    def hand_of(self, participant_id: ParticipantId) -> tuple[int, float | None]:
        """Where somebody stands in the queue of their place (0: nowhere), and since when."""
        place = self._place(participant_id)
        return self._hands.place(participant_id, lambda each: self._place(each) == place), self._hands.since(
            participant_id
        )

    def stage_for(self, viewer: ParticipantId, visible: Container[ParticipantId]) -> StageView:
        """As somebody who was admitted sees it; ``visible``: the people they know of."""
        place = self._place(viewer)
        shown = self._spotlights.get(place)
        if shown is not None and (shown not in visible or self._place(shown) != place):
            shown = None
        countdown = self._countdowns.get(place)
        return StageView(self.locked, shown, None if countdown is None else countdown.view)

    # ---- what everybody does ---------------------------------------------------------------------------------------

    def raise_hand(self, person: Participant, raised: bool) -> None:
        """Ask to speak, or take it back."""
        if raised:
            self._hands.up(person.participant_id, self._clock.now())
        else:
            self._hands.down(person.participant_id)
        self._room.refresh()

    def want_break(self, person: Participant, wanted: bool) -> None:
        """Ask for a break, or take it back."""
        person.wants_break = wanted
        self._room.refresh()

    def answer(self, person: Participant, source: Device, agreed: bool) -> None:
        """Answer a host's wish.

        Raises:
            SignalingError: WRONG_STATE, nobody asked, or it was taken back.
        """
        ask = person.asks.pop(source, None)
        if ask is None:
            raise SignalingError(ErrorCode.WRONG_STATE, "nobody asks for it any more")
        if not agreed:
            person.asks[source] = AskView(source, ask.asked_at, declined=True)
        self._room.refresh()

    async def tell_trouble(
        self, person: Participant, source: Device, trouble: Trouble | None, *, off: bool = False
    ) -> None:
        """Why nothing comes from somebody's own device; None: nothing is the matter any more. What a page says for the
        first time the product hears in any case: it may know something else of the page before."""
        if person.troubles.get(source) == trouble and source in person.told_of:
            return
        person.told_of.add(source)
        person.troubles.pop(source, None)
        if trouble is not None:
            person.troubles[source] = trouble
        self._room.refresh()
        await attempt(self._room.policy.trouble_told(self._room, person, source, off=off))

    def switched_on(self, participant_id: ParticipantId, source: str) -> None:
        """Somebody's track is sent now: what was asked for is done. The caller refreshes."""
        person = self._room.participants.get(participant_id)
        if person is not None and source in ("microphone", "camera"):
            person.asks.pop("microphone" if source == "microphone" else "camera", None)

    # ---- what a host does ------------------------------------------------------------------------------------------

    def lower_hand(self, by: Participant, participant_id: ParticipantId) -> None:
        """Take somebody's hand down, and their wish for a break."""
        subject = self._beside(by, participant_id)
        self._hands.down(participant_id)
        subject.wants_break = False
        self._room.refresh()

    def move_hand(self, by: Participant, participant_id: ParticipantId, place: int) -> None:
        """Put somebody elsewhere in the queue.

        Raises:
            SignalingError: NOT_FOUND; BAD_REQUEST, places count from 1; CONFLICT, their hand is down by now.
        """
        self._beside(by, participant_id)
        if place < 1:
            raise SignalingError(ErrorCode.BAD_REQUEST, "places count from 1")
        if self._hands.since(participant_id) is None:
            raise SignalingError(ErrorCode.CONFLICT, "their hand is down by now")
        here = self._place(participant_id)
        self._hands.move(participant_id, place, lambda each: self._place(each) == here)
        self._room.refresh()

    async def give_word(self, by: Participant, participant_id: ParticipantId) -> None:
        """Somebody speaks now: out of the queue, large on every screen, asked for the microphone if it is off.

        Raises:
            SignalingError: NOT_FOUND; OVERLOADED, the media worker is not there to take a mute back.
        """
        subject = self._beside(by, participant_id)
        if subject is not by and not self._room.switchboard.sends(participant_id, "microphone"):
            await self._ask(by, subject, "microphone")
        self._hands.down(participant_id)
        self._spotlights[self._place(participant_id)] = participant_id
        self._room.refresh()

    async def ask_to_switch_on(self, by: Participant, participant_id: ParticipantId, source: Device) -> None:
        """Ask somebody for their microphone or camera; who has it on already is not asked.

        Raises:
            SignalingError: NOT_FOUND; OVERLOADED, the media worker is not there to take a mute back.
        """
        subject = self._beside(by, participant_id)
        if not self._room.switchboard.sends(participant_id, source):
            await self._ask(by, subject, source)
        self._room.refresh()

    async def mute_all(self, by: Participant) -> None:
        """Mute the microphones of everybody here but hosts.

        Raises:
            SignalingError: OVERLOADED, the media worker is not there.
        """
        try:
            for person in list(self._room.participants.values()):
                if person.role != "host" and person.admitted and self._together(by, person):
                    await self._room.silence.impose(person.participant_id, "microphone")
                    person.asks.pop("microphone", None)
        finally:
            self._room.refresh()

    async def allow_sharing(self, by: Participant, participant_id: ParticipantId, allowed: bool) -> None:
        """Let somebody show their screen; taken back, the sharing ends at once.

        Raises:
            SignalingError: NOT_FOUND.
        """
        subject = self._beside(by, participant_id)
        subject.may_share = allowed
        if not subject.sharing_allowed():
            await self._room.switchboard.end_screens(subject)
        self._room.refresh()

    def spotlight(self, by: Participant, participant_id: ParticipantId | None) -> None:
        """Show one person large to everybody here; None: nobody.

        Raises:
            SignalingError: NOT_FOUND.
        """
        place = self._place(by.participant_id)
        if participant_id is None:
            self._spotlights.pop(place, None)
        else:
            self._spotlights[place] = self._beside(by, participant_id).participant_id
        self._room.refresh()

    async def start_timer(self, by: Participant, kind: TimerKind, seconds: int) -> None:
        """A countdown for everybody here. A break of the joint session is told to the policy.

        Raises:
            SignalingError: BAD_REQUEST, seconds.
        """
        if not 1 <= seconds <= LONGEST_TIMER:
            raise SignalingError(ErrorCode.BAD_REQUEST, f"seconds: 1 to {LONGEST_TIMER}")
        place, now = self._place(by.participant_id), self._clock.now()
        self._stop_countdown(place)
        self._count_down(place, TimerView(kind, now, now + seconds))
        if kind == "break":
            for person in self._room.participants.values():
                if self._together(by, person):
                    person.wants_break = False
        self._room.refresh()
        if kind == "break" and place is None:
            await attempt(self._room.policy.break_began(self._room, by, seconds))

    def stop_timer(self, by: Participant) -> None:
        """Take the countdown away; nothing happens when there is none."""
        self._stop_countdown(self._place(by.participant_id))
        self._room.refresh()

    async def lock(self, by: Participant, locked: bool) -> None:
        """Take in nobody new, or do so again. One host after the other: the last word holds.

        Raises:
            SignalingError: the policy's refusal.
        """
        async with self._locking:
            if self.locked == locked:
                return
            await self._room.policy.lock_room(self._room, by, locked)
            self.locked = locked
        self._room.refresh()

    # ---- what happens to people ------------------------------------------------------------------------------------

    def moved(self, person: Participant) -> None:
        """Into another place: nothing that was said to them in the old one goes along. The caller refreshes."""
        self.gone(person.participant_id)
        person.wants_break = False
        person.asks.clear()
        person.told_of.clear()

    def gone(self, participant_id: ParticipantId) -> None:
        """Out of the room, or of their place."""
        self._hands.down(participant_id)
        self._spotlights = {place: each for place, each in self._spotlights.items() if each != participant_id}

    def ended(self, caucus_id: CaucusId) -> None:
        """A place is no more."""
        self._spotlights.pop(caucus_id, None)
        self._stop_countdown(caucus_id)

    def stop(self) -> None:
        """The room closes."""
        for place in list(self._countdowns):
            self._stop_countdown(place)

    # ---- what outlives the process ---------------------------------------------------------------------------------

    def kept_hands(self) -> tuple[KeptHand, ...]:
        """The queue, each with the place that they wait in."""
        return tuple(KeptHand(self._place(each), each, since) for each, since in self._hands.queue())

    def kept_spotlights(self) -> tuple[KeptSpotlight, ...]:
        """Who is shown large."""
        return tuple(KeptSpotlight(place, each) for place, each in self._spotlights.items())

    def kept_timers(self) -> tuple[KeptTimer, ...]:
        """The countdowns."""
        return tuple(KeptTimer(place, countdown.view) for place, countdown in self._countdowns.items())

    # ---- one step each ---------------------------------------------------------------------------------------------

    async def _ask(self, by: Participant, subject: Participant, source: Device) -> None:
        await self._room.silence.lift(subject.participant_id, source)
        # They may have gone, or one of the two was moved meanwhile: nothing of this place is said in another.
        self._beside(by, subject.participant_id).asks[source] = AskView(source, self._clock.now())

    def _count_down(self, place: Place, view: TimerView) -> None:
        left = view.ends_at + LINGERS - self._clock.now()
        if left > 0:
            self._countdowns[place] = Countdown(view, self._clock.later(left, lambda: self._over(place, view)))

    def _over(self, place: Place, view: TimerView) -> None:
        countdown = self._countdowns.get(place)
        if countdown is not None and countdown.view is view:
            del self._countdowns[place]
            self._room.refresh()

    def _stop_countdown(self, place: Place) -> None:
        countdown = self._countdowns.pop(place, None)
        if countdown is not None:
            countdown.end.cancel()

    def _place(self, participant_id: ParticipantId) -> Place:
        return self._room.caucuses.place_of(participant_id)

    def _together(self, one: Participant, other: Participant) -> bool:
        return self._place(one.participant_id) == self._place(other.participant_id)

    def _beside(self, by: Participant, participant_id: ParticipantId) -> Participant:
        """Somebody in the place of this host."""
        subject = self._room.participants.get(participant_id)
        if subject is None or not self._together(by, subject):
            raise SignalingError(ErrorCode.NOT_FOUND, "there is no such person here")
        if not subject.admitted:
            raise SignalingError(ErrorCode.WRONG_STATE, "this person waits to be let in")
        return subject
