"""How long each side has spoken in the joint session: for hosts alone, so that they can give the other side room.

Counted from the media worker's list of speakers; it keeps somebody for a second of quiet (``sfu.speakers``), for every
side alike. Two people of one side who speak at once count once. What was said is nowhere, nor is any of this in the
log; the sums alone are handed to the policy every ``KEPT_EVERY`` seconds, which is what a restart can cost.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, Final

from signaling.board import Audience
from signaling.clock import Clock, Timer

if TYPE_CHECKING:
    from signaling.room import Room

KEPT_EVERY: Final = 15.0
"""Seconds."""
TOPIC: Final = "balance"
AUDIENCE: Final = Audience(roles=frozenset({"host"}), joint=True)


class Balance:
    """The sums of one room, by side, in seconds."""

    def __init__(self, room: Room, clock: Clock, spoken: Mapping[str, float]) -> None:
        self._room = room
        self._clock = clock
        self._seconds = dict(spoken)
        self._since: dict[str, float] = {}
        self._keeping: Timer | None = None

    def seconds(self) -> dict[str, float]:
        """Until now."""
        now = self._clock.now()
        sides = self._seconds.keys() | self._since.keys()
        return {
            side: round(self._seconds.get(side, 0.0) + now - self._since.get(side, now), 1) for side in sorted(sides)
        }

    def hear(self, sides: Collection[str]) -> None:
        """These sides speak from now on, and no other."""
        now = self._clock.now()
        if set(sides) == self._since.keys():
            return
        for side in self._since.keys() - set(sides):
            self._seconds[side] = self._seconds.get(side, 0.0) + now - self._since.pop(side)
        for side in set(sides) - self._since.keys():
            self._since[side] = now
        if self._keeping is None:
            self._keeping = self._clock.later(KEPT_EVERY, self._keep)
        self.show()

    def show(self) -> None:
        """On the hosts' screens. ``since``: Unix seconds; they count on from there while a side speaks."""
        if not self._seconds and not self._since:
            return
        value: dict[str, Any] = {
            side: {"seconds": round(self._seconds.get(side, 0.0), 1), "since": self._since.get(side)}
            for side in sorted(self._seconds.keys() | self._since.keys())
        }
        self._room.set_board(TOPIC, value, AUDIENCE)

    def stop(self) -> None:
        """The room closes."""
        if self._keeping is not None:
            self._keep()
        if self._keeping is not None:
            self._keeping.cancel()

    def _keep(self) -> None:
        self._keeping = self._clock.later(KEPT_EVERY, self._keep) if self._since else None
        self._room.background.run(self._room.policy.spoken(self._room, self.seconds()))
