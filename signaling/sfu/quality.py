"""How good somebody's connection is, in one word, from what is lost, how long it takes and what was given up.

Pure: measurements and times are passed in. The word gets worse after ``WORSE_AFTER`` and better after ``BETTER_AFTER``
seconds in which everything spoke for it, and the limits to come back are stricter than those to fall.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from signaling.messages import Quality

WORSE_AFTER: Final = 2.0
BETTER_AFTER: Final = 5.0
POOR_LOSS, GOOD_LOSS = 0.08, 0.03
LOST_LOSS, FOUND_LOSS = 0.5, 0.3
POOR_TRIP, GOOD_TRIP = 0.6, 0.4
"""Seconds there and back; above 0.4 people begin to talk at the same time (ITU-T G.114: 0.4 one way is the limit)."""
LOST_SILENCE: Final = 8.0
"""Seconds without a connectivity check; browsers send one at least every 5 s (RFC 7675 §5.1)."""
FEWEST: Final = 20.0
"""Packets; fewer say nothing about losses."""
FADING: Final = 0.6
"""What of older losses still counts a second later: half of what is judged is of the last second and a half."""

ORDER: Final[tuple[Quality, ...]] = ("good", "poor", "lost")


class Signs(NamedTuple):
    """What speaks about one person's connection: shares lost (0 to 1) on the way up and down, seconds there and back
    (None: unknown), seconds of silence, and whether a picture was given up so that their sound gets through."""

    loss_up: float = 0.0
    loss_down: float = 0.0
    round_trip: float | None = None
    silence: float = 0.0
    given_up: bool = False


class Losses:
    """The share of packets lost of late in one direction."""

    __slots__ = ("_lost", "_packets")

    def __init__(self) -> None:
        self._lost = self._packets = 0.0

    @property
    def faded(self) -> bool:
        """Whether too few packets of late tell anything."""
        return self._packets < FEWEST

    def note(self, lost: float, packets: float) -> float:
        """Once a second: so many of so many did not arrive. The share of late, 0 while too few packets tell."""
        self._lost = self._lost * FADING + lost
        self._packets = self._packets * FADING + packets
        return min(1.0, max(0.0, self._lost / self._packets)) if self._packets >= FEWEST else 0.0


def judge(signs: Signs, before: Quality) -> Quality:
    """The word for these signs when the word ``before`` was the last."""
    loss = max(signs.loss_up, signs.loss_down)
    was = ORDER.index(before)
    if signs.silence >= LOST_SILENCE or loss >= (FOUND_LOSS if was >= 2 else LOST_LOSS):
        return "lost"
    slow = signs.round_trip is not None and signs.round_trip >= (GOOD_TRIP if was >= 1 else POOR_TRIP)
    if signs.given_up or slow or loss >= (GOOD_LOSS if was >= 1 else POOR_LOSS):
        return "poor"
    return "good"


class Judge:
    """The word for one person's connection over time."""

    def __init__(self) -> None:
        self.quality: Quality = "good"
        self._other_since: float | None = None

    @property
    def settled(self) -> bool:
        """Whether it is good and nothing speaks against it."""
        return self.quality == "good" and self._other_since is None

    def look(self, now: float, signs: Signs) -> Quality | None:
        """Another word, when there is a new one."""
        found = judge(signs, self.quality)
        if found == self.quality:
            self._other_since = None
            return None
        if self._other_since is None:
            self._other_since = now
        worse = ORDER.index(found) > ORDER.index(self.quality)
        if now - self._other_since < (WORSE_AFTER if worse else BETTER_AFTER):
            return None
        self.quality = found
        self._other_since = None
        return found
