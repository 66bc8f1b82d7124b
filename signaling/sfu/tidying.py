"""When the garbage collector may stop the world: seldom, and never on account of packets.

A collection of the oldest generation looks at every object of the process: measured, 40 to 74 ms in which no packet
leaves, every few seconds at 60,000 packets a second, and most of what it looked at were modules. What is there at the
start is therefore never looked at again, and the oldest generation only when little is forwarded, or after long. The
same holds for the middle one, where packets lie that are kept for repairs: a hundred thousand of them take 49 ms.
Few objects at a time are looked at while they are young: ten thousand were a pause of 3 to 9 ms, two thousand of 1.
Where next to nothing was made since the last time there is next to nothing to find: rooms in which nobody says anything
are left alone. Nor does one room that talks wait for the objects of two hundred that are silent: what was left by a
collection is not looked at again but every ten minutes.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from typing import Final

FEW_PACKETS: Final = 2_000
"""Received and forwarded in a second: so few that a pause of milliseconds is a pause for few."""
AT_LEAST_EVERY: Final = 600.0
AT_MOST_EVERY: Final = 30.0
"""Seconds between two collections of what was made since; the latter at calm moments, if anything was made."""
WHOLE_EVERY, WHOLE_AT_LEAST_EVERY = 600.0, 3600.0
"""Seconds between two collections of everything: at calm moments, and at any."""
THRESHOLDS: Final = (2_000, 1_000_000, 1_000_000)
"""Of the three generations; the older two are collected here alone."""


def young() -> int:
    """How often young objects were looked at since the oldest were: once for two thousand more than before."""
    return gc.get_count()[1]


def collect(whole: bool) -> None:
    """Collect what was made since the last time, or the ``whole``; what is left counts as not made since."""
    if whole:
        gc.unfreeze()
    gc.collect()
    gc.freeze()


class Tidying:
    """The oldest generation of this process's garbage, collected at a good moment."""

    def __init__(
        self,
        packets_per_second: Callable[[], int],
        clock: Callable[[], float] = time.monotonic,
        collect: Callable[[bool], None] = collect,
        made: Callable[[], int] = young,
    ) -> None:
        self._packets_per_second = packets_per_second
        self._clock = clock
        self._collect = collect
        self._made = made
        self._tidied_at = self._whole_at = clock()

    @staticmethod
    def begin() -> None:
        """Once, before the first packet."""
        collect(whole=False)
        gc.set_threshold(*THRESHOLDS)

    def look(self) -> None:
        """Called every second: collect, if this is a good moment."""
        now, calm = self._clock(), self._packets_per_second() < FEW_PACKETS
        if now - self._tidied_at < (AT_MOST_EVERY if calm and self._made() > 0 else AT_LEAST_EVERY):
            return
        whole = now - self._whole_at >= (WHOLE_EVERY if calm else WHOLE_AT_LEAST_EVERY)
        self._collect(whole)
        self._tidied_at = self._clock()
        if whole:
            self._whole_at = self._tidied_at
