"""Keeps the conduct of a room at the policy, so that the next process goes on where this one was killed.

Whatever changes ends in ``Room.refresh``, and that is where a difference is noticed; a command is answered once what it
changed is kept. People whose connection broke with the process have the same while to come back as anybody else: until
then their hand, the word they were given and what they were asked for wait for them.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from signaling.background import attempt
from signaling.clock import Clock, Timer
from signaling.ids import ParticipantId
from signaling.kept import KeptConduct, KeptWishes
from signaling.participant import Participant

if TYPE_CHECKING:
    from signaling.room import Room


class Keeping:
    """What one room has kept, and who is still to come back to it."""

    def __init__(self, room: Room, clock: Clock, kept: KeptConduct, *, stored: KeptConduct) -> None:
        """``kept``: what still fits of ``stored``, which the policy has."""
        self._room = room
        self._kept = stored
        self._turn = asyncio.Lock()
        self._noticed = False
        self._absent: dict[ParticipantId, KeptWishes] = {each.participant_id: each for each in kept.wishes}
        self._waited_for = {each.participant_id for each in kept.hands}
        self._waited_for |= {each.participant_id for each in kept.spotlights}
        self._patience: Timer | None = None
        if self._waited_for or self._absent or kept.waiting or kept.moves:
            self._patience = clock.later(room.settings.resume_seconds, self._give_up)

    def welcome(self, person: Participant) -> None:
        """Somebody comes into the room: what was theirs in the process before is theirs."""
        self._room.movement.came(person.participant_id)
        wishes = self._absent.pop(person.participant_id, None)
        if wishes is None:
            return
        person.wants_break, person.may_share = wishes.wants_break, wishes.may_share
        person.asks = {ask.source: ask for ask in wishes.asks}

    def forget(self, participant_id: ParticipantId) -> None:
        """What somebody wanted and was asked for in the process before is over."""
        self._absent.pop(participant_id, None)

    def notice(self) -> None:
        """Something may have changed: keep it soon."""
        if self._noticed or self._room.closed or self.state() == self._kept:
            return
        self._noticed = True
        self._room.background.run(self.keep())

    async def keep(self) -> None:
        """Return once the policy has what is so now. A failure is logged, and tried again with the next change."""
        async with self._turn:
            self._noticed = False
            state = self.state()
            if self._room.closed or state == self._kept:
                return
            if await attempt(self._room.policy.keep_conduct(self._room, state)):
                self._kept = state

    def state(self) -> KeptConduct:
        """The conduct of the room as it is now."""
        conduct, place_of = self._room.conduct, self._room.caucuses.place_of
        wishes = [
            KeptWishes(
                place_of(person.participant_id),
                person.participant_id,
                person.wants_break,
                person.may_share,
                tuple(person.asks.values()),
            )
            for person in self._room.participants.values()
            if person.wants_break or person.may_share or person.asks
        ]
        wishes += self._absent.values()
        return KeptConduct(
            hands=conduct.kept_hands(),
            spotlights=conduct.kept_spotlights(),
            timers=conduct.kept_timers(),
            mutes=self._room.silence.kept(),
            wishes=tuple(sorted(wishes, key=lambda each: each.participant_id)),
            waiting=self._room.door.line(),
            captions=self._room.captions.kept(),
            moves=self._room.movement.kept(),
        )

    def stop(self) -> None:
        """The room closes."""
        if self._patience is not None:
            self._patience.cancel()

    def _give_up(self) -> None:
        """Whoever is not back by now has left, as when their connection alone had been lost."""
        self._absent.clear()
        self._room.door.give_up()
        self._room.movement.give_up()
        for participant_id in self._waited_for - self._room.participants.keys():
            self._room.conduct.gone(participant_id)
        self._room.refresh()
