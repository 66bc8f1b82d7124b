"""What packets tell of a way: how long they wait there, what gets through meanwhile, how many are lost. Pure."""

from __future__ import annotations

import itertools
import math
from collections import deque
from typing import Final, NamedTuple

EMPTY: Final = 0.04
"""Seconds of waiting below which a way counts as free."""
STALE: Final = 1.0
"""Seconds after which what was heard tells nothing of now."""
BASE_SECONDS: Final = 30.0
BASE_BUCKET: Final = 3.0
SHORTEST: Final = 0.15
"""Seconds from which a rate may be told."""
NEARLY_FULL: Final = 0.9
"""Share of the longest wait at which a queue counts as full: jitter is a part of each wait."""
CERTAIN, FAIRLY_CERTAIN, PROBABLE = 3.0, 2.0, 1.0
"""Standard deviations that are left to chance."""
LASTING: Final = 4.0
"""Seconds after which a loss that goes on is not chance any more, even where few packets tell."""
FEWEST_LOST, FEWEST_LASTING = 3, 10
"""Packets: fewer are chance."""


class Told(NamedTuple):
    """One packet of which the other end told. Times in seconds; ``delay`` is between two clocks."""

    heard_at: float
    sent_at: float
    delay: float
    octets: int
    """What was sent there before it in all, in bytes."""


class Delays:
    """How long packets wait on the way: the least of the last ``window`` seconds above the least in a long while.

    Times of two clocks may be compared, because only differences count; a drift of 100 ppm makes 3 ms in 30 s.
    """

    def __init__(self, window: float) -> None:
        self._window = window
        self._recent: deque[Told] = deque()
        self._bases: deque[tuple[float, float]] = deque()

    def note(self, heard_at: float, sent_at: float, delay: float, octets: int = 0) -> None:
        """A packet took so long."""
        self._recent.append(Told(heard_at, sent_at, delay, octets))
        if not self._bases or sent_at - self._bases[-1][0] >= BASE_BUCKET:
            self._bases.append((sent_at, delay))
        elif delay < self._bases[-1][1]:
            self._bases[-1] = (self._bases[-1][0], delay)
        while self._bases[0][0] < sent_at - BASE_SECONDS:
            self._bases.popleft()
        while self._recent[0].sent_at < sent_at - 2 * self._window:
            self._recent.popleft()

    def free(self, now: float) -> bool:
        """Whether what left a moment ago did not have to wait."""
        return bool(self._recent) and self._recent[-1].sent_at > now - 0.8 * STALE and not self.risen()

    @property
    def base(self) -> float | None:
        """The least in a long while, in seconds; None: nothing told yet."""
        return min((delay for _, delay in self._bases), default=None)

    def _lately(self, now: float, since: float = float("-inf")) -> list[Told]:
        """The newest of those that left after ``since``, oldest first; none when two do not tell of now."""
        if not self._recent or self._recent[-1].heard_at < now - self._window - STALE:
            return []
        since = max(since, self._recent[-1].sent_at - self._window)
        found = [each for each in self._recent if each.sent_at >= since]
        return found if len(found) >= 2 else []

    def standing(self, now: float) -> float | None:
        """Seconds that every packet of late had to wait; None: fewer than two packets tell."""
        lately, base = self._lately(now), self.base
        return min(each.delay for each in lately) - base if lately and base is not None else None

    def risen(self) -> bool:
        """Whether the newest packet had to wait."""
        base = self.base
        return base is not None and bool(self._recent) and self._recent[-1].delay - base > EMPTY

    def growth(self, now: float, since: float = float("-inf")) -> float | None:
        """Seconds that the queue grew in each second, as far as what left after ``since`` tells; None: it does not."""
        lately = self._lately(now, since)
        if not lately or lately[-1].sent_at - lately[0].sent_at < SHORTEST:
            return None
        return (lately[-1].delay - lately[0].delay) / (lately[-1].sent_at - lately[0].sent_at)

    def carried(self, now: float, since: float = float("-inf")) -> float | None:
        """Bits per second of what was sent after ``since`` and came through one after the other, while all had to wait.

        So much the way carries, but for what was lost of it. None: too little waited to tell.
        """
        return _rate(self._waiting(now, since))

    def carried_filling(self, now: float, since: float = float("-inf")) -> float | None:
        """The same of what came through while the queue became longer: nothing is lost before it is full."""
        waiting, base = self._waiting(now, since), self.base
        if not waiting or base is None:
            return None
        nearly_full = base + NEARLY_FULL * (max(each.delay for each in waiting) - base)
        first = next(place for place, each in enumerate(waiting) if each.delay >= nearly_full)
        return _rate(waiting[: first + 1])

    def _waiting(self, now: float, since: float) -> list[Told]:
        """The newest of those that left after ``since`` and had to wait, oldest first, without a break."""
        base = self.base
        if base is None or not self._lately(now):
            return []
        waiting = itertools.takewhile(
            lambda each: each.delay - base >= EMPTY and each.sent_at >= since, reversed(self._recent)
        )
        return list(waiting)[::-1]


def _rate(told: list[Told]) -> float | None:
    """Bits per second from the first of these to the last; None: in less than ``SHORTEST``."""
    if not told:
        return None
    first, last = told[0], told[-1]
    took = last.sent_at + last.delay - first.sent_at - first.delay
    return 8 * (last.octets - first.octets) / took if took > SHORTEST else None


class Losses:
    """The share of packets that were lost in the last ``window`` seconds; a few of many, over ``LASTING`` seconds."""

    def __init__(self, window: float) -> None:
        self._window = window
        self._told: deque[tuple[float, float, float]] = deque()
        self._lost_at = float("-inf")

    def note(self, now: float, lost: float, packets: float) -> None:
        """So many of so many did not arrive."""
        self._told.append((now, lost, packets))
        if lost:
            self._lost_at = now
        self._trim(now)  # here too: a way without pictures is noted and never looked at

    def _trim(self, now: float) -> None:
        while self._told and self._told[0][0] < now - LASTING:
            self._told.popleft()

    def none(self, now: float) -> bool:
        """Whether nothing at all was lost in ``LASTING`` seconds."""
        return now - self._lost_at > LASTING

    def share(self, now: float) -> float:
        """0 to 1; 0 when so few are missing that it means nothing."""
        lost, packets = self._sums(now, self._window)
        return lost / packets if lost >= FEWEST_LOST else 0.0

    def surely(self, now: float) -> float:
        """The share that chance leaves, as few packets tell of it."""
        lately, lasting = self._sums(now, self._window), self._sums(now, LASTING)
        return max(
            wilson(*lately, CERTAIN) if lately[0] >= FEWEST_LOST else 0.0,
            wilson(*lasting, FAIRLY_CERTAIN) if lasting[0] >= FEWEST_LASTING else 0.0,
        )

    def probably(self, now: float) -> float:
        """The share of now: of late it may have become more."""
        return max(wilson(*self._sums(now, seconds), PROBABLE) for seconds in (self._window, self._window / 2))

    def _sums(self, now: float, seconds: float) -> tuple[float, float]:
        self._trim(now)
        told = [each for each in self._told if each[0] >= now - seconds]
        packets = sum(each[2] for each in told)
        return min(packets, sum(each[1] for each in told)), packets

    def clear(self) -> None:
        """What was told is of before a cut."""
        self._told.clear()
        self._lost_at = float("-inf")


def wilson(hits: float, of: float, deviations: float) -> float:
    """The least share that explains so many of so many: the lower end of Wilson's interval. 0 of nothing is 0."""
    if of <= 0:
        return 0.0
    share, part = hits / of, deviations**2 / of
    return (share + part / 2 - math.sqrt(part * share * (1 - share) + part**2 / 4)) / (1 + part)
