"""How much the way down to one subscriber bears, and who gets what of it. Pure: times and measurements are passed in.

The estimate knows a *limit* only after the way was too narrow once: until then everything wanted is sent. It falls at
once when a queue stands on the way or packets are lost, and rises only as far as more was really carried: what the
subscriber would like next is tried with padding first, and after a trial that failed the next one waits twice as long.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

DRAINING: Final = -0.05
"""Seconds by which a queue becomes shorter in a second: then the last cut was enough."""
STANDING: Final = 0.12
"""Seconds that packets wait on the way, all of them for a while, at which the way counts as too narrow."""
EMPTY: Final = 0.04
"""Seconds of waiting below which it counts as free."""
DEEP: Final = 0.25
LOSSY: Final = 0.10
"""Share of lost packets at which the way counts as too narrow; a bad radio link loses fewer."""
CLEAN: Final = 0.03
FEWEST_LOST: Final = 3
"""Packets: fewer are chance."""
WORST_RADIO: Final = 0.3
MOST_LOST: Final = 0.7
"""What is believed of a loss: few packets tell of it."""
LEAST: Final = 30_000.0
SHARE: Final = 0.85
"""What is used of what a narrow way was seen to carry."""
SHARE_WHEN_DEEP: Final = 0.7
PAUSE: Final = 0.5
"""Seconds between two cuts: the first must have shown its effect."""
SETTLED: Final = 1.0
DRAINED: Final = 0.3
"""Seconds after a cut in which soundings still meet the queue from before it: what a home router keeps."""
REPORTED_LATE: Final = 1.0
"""Seconds after a cut or an interruption in which receiver reports still tell of the time before its end."""
FIRST_WAIT: Final = 3.0
AFTER_RISE: Final = 3.0
LONGEST_WAIT: Final = 60.0
"""Seconds without trouble before more is tried: at first, and after trials that failed."""
TRIAL: Final = 2.2
"""Seconds for which the way must bear more before it is believed."""
RAMP: Final = 1.2
PROVEN: Final = 8.0
"""Seconds after a rise in which trouble counts as its failure."""
CREEP: Final = 1.005
"""What a look at a free way adds to the limit at most, while more than it gets through: 5 % a second."""
FORGOTTEN: Final = 30.0
"""Seconds without trouble, with everything sent that is wanted, after which a limit is forgotten."""
MARGIN: Final = 1.08
"""What must be free beyond the cost of what is to be sent."""
STALE: Final = 1.0
BASE_SECONDS: Final = 30.0
BASE_BUCKET: Final = 3.0


class Wish(NamedTuple):
    """What somebody would like of one track: the rates of its layers in bits per second, low to high, up to the best.

    ``pixels`` is the size of the tile; sound has one rate.
    """

    rates: tuple[int, ...]
    pixels: int = 0
    sound: bool = False


Layers = list[int | None]
"""The layer of each wish; None: it is given up."""


class Step(NamedTuple):
    """One more layer for the wish of this number, and what it costs more."""

    wish: int
    layer: int
    extra: int


def steps(wishes: Sequence[Wish]) -> Iterator[Step]:
    """Everything that could be given, in order: sound, each picture's lowest layer (large tiles first), then better."""
    for index, wish in enumerate(wishes):
        if wish.sound:
            yield Step(index, 0, wish.rates[0])
    order = sorted((-wish.pixels, index) for index, wish in enumerate(wishes) if not wish.sound)
    for layer in range(max((len(wish.rates) for wish in wishes), default=0)):
        for _, index in order:
            rates = wishes[index].rates
            if layer < len(rates):
                yield Step(index, layer, max(0, rates[layer] - rates[layer - 1]) if layer else rates[0])


def allocate(budget_bits_per_second: float, wishes: Sequence[Wish]) -> Layers:
    """Who gets which layer. Sound is never given up, whatever the budget."""
    given: Layers = [None] * len(wishes)
    left = budget_bits_per_second
    for index, layer, extra in steps(wishes):
        complete = layer == 0 or given[index] == layer - 1
        if wishes[index].sound or (complete and extra <= left):
            given[index] = layer
            left -= extra
    return given


def cost(wishes: Sequence[Wish], given: Sequence[int | None]) -> int:
    """Bits per second of what is given."""
    return sum(wish.rates[layer] for wish, layer in zip(wishes, given, strict=True) if layer is not None)


def next_step(wishes: Sequence[Wish], given: Sequence[int | None]) -> Step | None:
    """What would be given next if there was room; None: everybody has what they wish."""
    for step in steps(wishes):
        has = given[step.wish]
        if has is None or has < step.layer:
            return step
    return None


def share(limit: float | None, wishes: Sequence[Wish], held: Layers) -> Layers:
    """Who gets which layer under a limit that did not just fall: what they have, and more where there is room."""
    if limit is None:
        return allocate(float("inf"), wishes)
    roomy = allocate(limit / MARGIN, wishes)
    if roomy.count(None) < held.count(None):
        return roomy  # a picture more is worth a layer of another
    better = [max((one, other), key=_rank) for one, other in zip(held, roomy, strict=True)]
    return better if cost(wishes, better) <= limit else held


def give_less(limit: float | None, wishes: Sequence[Wish], held: Layers) -> Layers:
    """Who keeps what after the limit fell: nobody gets more."""
    if limit is None:
        return held
    kept = [wish._replace(rates=wish.rates[: _rank(layer) + 1]) for wish, layer in zip(wishes, held, strict=True)]
    return allocate(limit, kept)


def _rank(layer: int | None) -> int:
    return -1 if layer is None else layer


class Delays:
    """How long packets wait on the way: the least of the last ``window`` seconds above the least in a long while.

    Times of two clocks may be compared, because only differences count; a drift of 100 ppm makes 3 ms in 30 s.
    """

    def __init__(self, window: float) -> None:
        self._window = window
        self._recent: deque[tuple[float, float]] = deque()
        self._bases: deque[tuple[float, float]] = deque()

    def note(self, sent_at: float, delay: float) -> None:
        """A packet of ``sent_at`` took so long, in seconds."""
        self._recent.append((sent_at, delay))
        if not self._bases or sent_at - self._bases[-1][0] >= BASE_BUCKET:
            self._bases.append((sent_at, delay))
        elif delay < self._bases[-1][1]:
            self._bases[-1] = (self._bases[-1][0], delay)
        while self._bases[0][0] < sent_at - BASE_SECONDS:
            self._bases.popleft()

    def _known(self, now: float) -> bool:
        """Whether two packets of late tell. The newest is as old as it waited and its answer took."""
        while self._recent and self._recent[0][0] < self._recent[-1][0] - self._window:
            self._recent.popleft()
        return len(self._recent) >= 2 and self._recent[-1][0] > now - self._window - STALE

    def standing(self, now: float) -> float | None:
        """Seconds that every packet of late had to wait; None: fewer than two packets tell."""
        if not self._known(now):
            return None
        return min(delay for _, delay in self._recent) - min(delay for _, delay in self._bases)

    @property
    def base(self) -> float | None:
        """The least in a long while, in seconds; None: nothing told yet."""
        return min((delay for _, delay in self._bases), default=None)

    def risen(self) -> bool:
        """Whether the newest packet had to wait."""
        return bool(self._recent) and self._recent[-1][1] - min(delay for _, delay in self._bases) > EMPTY

    def growth(self, now: float) -> float:
        """Seconds that the queue has grown in each second of late: the excess over what the way carries."""
        if not self._known(now):
            return 0.0
        (began, first), (ended, last) = self._recent[0], self._recent[-1]
        return (last - first) / (ended - began) if ended > began else 0.0


class Losses:
    """The share of packets that were lost in the last ``window`` seconds."""

    def __init__(self, window: float) -> None:
        self._window = window
        self._told: deque[tuple[float, float, float]] = deque()

    def note(self, now: float, lost: float, packets: float) -> None:
        """So many of so many did not arrive."""
        self._told.append((now, lost, packets))

    def share(self, now: float) -> float:
        """0 to 1; 0 when so few are missing that it means nothing."""
        while self._told and self._told[0][0] < now - self._window:
            self._told.popleft()
        lost = sum(each[1] for each in self._told)
        return min(1.0, lost / sum(each[2] for each in self._told)) if lost >= FEWEST_LOST else 0.0

    def clear(self) -> None:
        """What was told is of before a cut."""
        self._told.clear()


class Downlink:
    """The estimate of one way down. ``limit``: bits per second of everything sent there; None: no limit is known."""

    def __init__(self) -> None:
        self.limit: float | None = None
        self.soundings = Delays(0.4)
        self.trips = Delays(2.0)
        """Round trips from receiver reports: what is known of a browser that does not answer soundings."""
        self.losses = Losses(1.2)
        self.cuts = self.rises = 0
        self._troubled_at = self._cut_at = self._rose_at = float("-inf")
        self._wait = FIRST_WAIT
        self._trial_from: float | None = None
        self._trial_rate = 0.0
        self._radio = 0.0
        self._radio_until = float("-inf")
        self._lost_at_cut = 0.0
        self._reports_from = float("-inf")

    def interrupted(self, now: float) -> None:
        """Nothing was heard of the subscriber for a while: that tells nothing of how wide the way is."""
        self._trial_from = None
        self._rose_at = float("-inf")
        self.losses.clear()
        self._reports_from = now + REPORTED_LATE

    @property
    def tense(self) -> bool:
        """Whether to look closely: a limit is known, or something begins to wait."""
        return self.limit is not None or self.soundings.risen()

    def queue(self, now: float) -> float | None:
        """Seconds that packets wait on the way, as far as anything tells."""
        standing = self.soundings.standing(now)
        return self.trips.standing(now) if standing is None else standing

    def told_sounding(self, now: float, sent_at: float, delay: float | None) -> None:
        """What became of a sounding: how long it took, between two clocks; None: it did not arrive."""
        if delay is not None:
            self.soundings.note(sent_at, delay)
        if sent_at > self._cut_at + DRAINED:  # else it stood behind what was sent before the cut
            self.losses.note(now, delay is None, 1)

    def told_losses(self, now: float, lost: float, packets: float) -> None:
        """A receiver report: so many of so many did not arrive."""
        if now > self._reports_from:
            self.losses.note(now, lost, packets)

    def look(self, now: float, sent: float, needed: float | None) -> float:
        """Judge what was heard since the last look; how much to send in all, with padding (0: no padding).

        ``sent`` is what left of late, with padding; ``needed`` what would have to get through for the next better
        picture (None: nothing better is wanted). All in bits per second.
        """
        queue, lost, growth = self.queue(now) or 0.0, self.losses.share(now), self.soundings.growth(now)
        if now > self._radio_until:
            self._radio = 0.0
        standing, lossy = queue > STANDING and growth > DRAINING, lost > max(LOSSY, self._radio)
        if standing or lossy or queue > EMPTY or lost > max(CLEAN, self._radio):
            self._trouble(now)
        elif self.limit is not None and self._trial_from is None and now - self._troubled_at > SETTLED:
            self.limit = max(self.limit, min(sent, self.limit * CREEP))
        if now - self._cut_at >= PAUSE and (standing or (lossy and not self._only_radio(now, queue, lost))):
            self._cut(now, sent, queue, growth, lost)
        return self._seek(now, sent, needed)

    def _trouble(self, now: float) -> None:
        if self._trial_from is not None:
            self._cut_at = now  # without the padding what waits drains: a cut only if it does not
        if self._trial_from is not None or now - self._rose_at < PROVEN:
            self._wait = min(LONGEST_WAIT, 2 * self._wait)
            self._rose_at = float("-inf")
        self._troubled_at = now
        self._trial_from = None

    def _only_radio(self, now: float, queue: float, lost: float) -> bool:
        """Whether as much was lost after sending less, with nothing waiting: then sending less does not help."""
        if queue > EMPTY or now - self._cut_at > FORGOTTEN or lost < 0.7 * self._lost_at_cut or not self._lost_at_cut:
            return False
        self._radio, self._radio_until = min(WORST_RADIO, 1.3 * lost), now + FORGOTTEN
        return lost < self._radio

    def _cut(self, now: float, sent: float, queue: float, growth: float, lost: float) -> None:
        carried = sent * (1 - min(lost, MOST_LOST)) / (1 + max(0.0, growth))
        carried = carried if self.limit is None else min(self.limit, carried)
        self.limit = max(LEAST, carried * (SHARE_WHEN_DEEP if queue > DEEP else SHARE))
        self._cut_at = now
        self._reports_from = now + REPORTED_LATE
        self._lost_at_cut = lost if queue <= EMPTY else 0.0
        self.losses.clear()
        self.cuts += 1

    def _seek(self, now: float, sent: float, needed: float | None) -> float:
        if self._rose_at > self._troubled_at and now - self._rose_at >= PROVEN:
            self._wait = FIRST_WAIT
        trying = self._trial_from is not None
        if self.limit is None or needed is None or (needed <= self.limit and not trying):
            self._trial_from = None
            if needed is None and now - max(self._troubled_at, self._rose_at) >= FORGOTTEN:
                self.limit = None
            return 0.0
        if self._trial_from is None:
            if now - self._troubled_at < self._wait or now - self._rose_at < AFTER_RISE:
                return 0.0
            self._trial_from, self._trial_rate = now, needed * MARGIN
        if now - self._trial_from >= TRIAL:
            self._trial_from = None
            self._rose_at = now
            self.rises += 1
            self.limit = max(self.limit, min(self._trial_rate, sent * MARGIN))
            return 0.0
        # Slowly, so that a way that is full shows it before much waits there.
        ramp = min(1.0, (now - self._trial_from) / RAMP)
        return self.limit + ramp * (self._trial_rate - self.limit)
