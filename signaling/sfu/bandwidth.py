"""How much the way down to one subscriber bears. Pure: times and measurements are passed in.

The estimate knows a *limit* only after the way was too narrow once: until then everything wanted is sent. It falls when
a queue stands on the way or packets are lost, to most of what got through while they waited, and rises only as far as
more was really carried: what the subscriber would like next is tried with padding first, and after a trial that failed
the next one waits twice as long.
"""

from __future__ import annotations

from typing import Final

from signaling.sfu.allocation import MARGIN
from signaling.sfu.delays import EMPTY, Delays, Losses

DRAINING: Final = -0.05
"""Seconds by which a queue becomes shorter in a second: then the last cut was enough."""
STANDING: Final = 0.12
FULL_QUEUE, LOST_WHEN_FULL = 0.06, 0.04
"""Seconds that packets wait on the way, all of them for a while, at which the way counts as too narrow; and less, where
it was too narrow before and such a share is lost as well: then the queue is full, and the shortest wait that was ever
seen there was one already."""
LOSSY, LOSSY_WHEN_FREE = 0.10, 0.15
"""Shares of lost packets at which the way counts as too narrow: on a bad radio link nothing waits."""
CLEAN: Final = 0.03
MOST_BY_CHANCE: Final = 0.3
"""Shares of lost packets: below, nothing is wrong; above, and where nothing tells otherwise, a queue is full."""
WORST_RADIO: Final = 0.3
MOST_LOST: Final = 0.7
"""What is believed of a loss: few packets tell of it."""
LEAST: Final = 30_000.0
SHARE: Final = 0.85
"""What is used of what a narrow way was seen to carry."""
PAUSE: Final = 0.5
"""Seconds between two cuts: the first must have shown its effect."""
SETTLED: Final = 1.0
HURRY: Final = 0.3
"""Seconds in which what was held back is through."""
FULL: Final = 0.1
"""Seconds after a cut for which a queue may still be full."""
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


class Downlink:
    """The estimate of one way down. ``limit``: bits per second of everything sent there; None: no limit is known."""

    def __init__(self) -> None:
        self.limit: float | None = None
        self.soundings = Delays(0.4)
        self.trips = Delays(2.0)
        """Round trips from receiver reports: what is known of a browser that does not answer soundings."""
        self.losses = Losses(0.7)
        self.cuts = self.rises = 0
        self._troubled_at = self._waited_at = self._cut_at = self._rose_at = float("-inf")
        self._wait = FIRST_WAIT
        self._trial_from: float | None = None
        self._trial_rate = 0.0
        self._radio = 0.0
        self._radio_until = float("-inf")
        self._lost_at_cut = 0.0
        self._full_at = float("-inf")
        self._lost_when_full = 0.0
        self._hurried_until = float("-inf")

    def interrupted(self) -> None:
        """Nothing was heard of the subscriber for a while: that tells nothing of how wide the way is."""
        self._trial_from = None
        self._rose_at = float("-inf")
        self.losses.clear()

    def hurried(self, now: float) -> None:
        """This process had a pause, and what it held back leaves all at once: that it waits on the way is no wonder."""
        self._hurried_until = now + HURRY

    @property
    def tense(self) -> bool:
        """Whether to look closely: a limit is known, or something begins to wait."""
        return self.limit is not None or self.soundings.risen()

    def queue(self, now: float) -> float | None:
        """Seconds that packets wait on the way, as far as anything tells."""
        standing = self.soundings.standing(now)
        return self.trips.standing(now) if standing is None else standing

    def told_sounding(self, now: float, sent_at: float, delay: float | None, octets: int = 0) -> None:
        """What became of a sounding before which so many ``octets`` were sent in all.

        ``delay``: how long it took, between two clocks; None: it did not arrive.
        """
        if delay is not None and sent_at > self._hurried_until:
            self.soundings.note(now, sent_at, delay, octets)
        if sent_at > self.forgotten_until:
            self.losses.note(now, delay is None, 1)

    def told_losses(self, now: float, lost: float, packets: float) -> None:
        """So many of so many were asked for again, or did not arrive as a report tells."""
        if packets > 0:
            self.losses.note(now, lost, packets)

    def troubled(self, now: float) -> bool:
        """Whether packets waited a moment ago: then nothing goes there that can be spared."""
        return now - max(self._waited_at, self._cut_at) < PAUSE

    def look(self, now: float, sent: float, needed: float | None) -> float:
        """Judge what was heard since the last look; how much to send in all, with padding (0: no padding).

        ``sent`` is what left of late, with padding; ``needed`` what would have to get through for the next better
        picture (None: nothing better is wanted). All in bits per second.
        """
        if self.limit is None and not self.soundings.risen() and not self.trips.risen() and self.losses.none(now):
            return self._seek(now, sent, needed)  # as nearly always; what follows would come to the same
        queue, lost = self.queue(now) or 0.0, self.losses.share(now)
        if now > self._radio_until:
            self._radio = 0.0
        most = LOSSY_WHEN_FREE if self.soundings.free(now) else LOSSY
        surely = self.losses.surely(now)
        full = self._full(now, queue, surely)
        standing, lossy = full or self._standing(now, queue), surely > max(most, self._radio)
        if queue > EMPTY or (lost > MOST_BY_CHANCE and not self.soundings.free(now)):
            self._waited_at = now
        if standing or lossy or queue > EMPTY or lost > max(CLEAN, self._radio):
            self._trouble(now)
        elif self.limit is not None and self._trial_from is None and now - self._troubled_at > SETTLED:
            self.limit = max(self.limit, min(sent, self.limit * CREEP))
        if now - self._cut_at >= PAUSE and (standing or (lossy and not self._only_radio(now, lost))):
            if full:
                self._full_at, self._lost_when_full = now, surely
            self._cut(now, sent, lost)
        return self._seek(now, sent, needed)

    def _full(self, now: float, queue: float, surely: float) -> bool:
        """Whether a queue that looks short is full; not where as much was lost after a cut for this reason."""
        if self.limit is None or queue <= FULL_QUEUE or surely <= max(LOST_WHEN_FULL, self._radio):
            return False
        return now - self._full_at > FORGOTTEN or surely < 0.7 * self._lost_when_full

    def _standing(self, now: float, queue: float) -> bool:
        """Whether too much waits, and what was sent since the last cut does not let it drain."""
        if queue <= STANDING:
            return False
        if self.soundings.standing(now) is None:
            return True
        growth = self.soundings.growth(now, self._cut_at)
        return growth is not None and growth > DRAINING

    def _trouble(self, now: float) -> None:
        if self._trial_from is not None:
            self._begin_anew(now)  # without the padding what waits drains: a cut only if it does not
        if self._trial_from is not None or now - self._rose_at < PROVEN:
            self._wait = min(LONGEST_WAIT, 2 * self._wait)
            self._rose_at = float("-inf")
        self._troubled_at = now
        self._trial_from = None

    @property
    def forgotten_until(self) -> float:
        """What was lost of what left before this time says nothing of now."""
        return self._cut_at + FULL

    def _begin_anew(self, now: float) -> None:
        """Less is sent from now on: what is told of the time before does not count."""
        self._cut_at = now
        self.losses.clear()

    def _only_radio(self, now: float, lost: float) -> bool:
        """Whether as much was lost after sending less, with nothing waiting: then sending less does not help."""
        if not self.soundings.free(now) or now - self._cut_at > FORGOTTEN:
            return False
        if lost < 0.7 * self._lost_at_cut or not self._lost_at_cut:
            return False
        self._radio, self._radio_until = min(WORST_RADIO, 1.3 * lost), now + FORGOTTEN
        return lost < self._radio

    def _cut(self, now: float, sent: float, lost: float) -> None:
        carried = self.soundings.carried(now, self._cut_at)
        through = (sent if carried is None else carried) * (1 - min(self.losses.probably(now), MOST_LOST))
        if carried is not None:  # the losses of the last moments may be more than those of the whole stretch
            through = max(through, min(carried, self.soundings.carried_filling(now, self._cut_at) or 0.0))
        through *= SHARE
        if self.limit is not None and through > self.limit:
            return  # it bears that: what stands there is of before
        self.limit = max(LEAST, through)
        self._lost_at_cut = lost if self.soundings.free(now) else 0.0
        self._begin_anew(now)
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
