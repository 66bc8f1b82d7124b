"""When the garbage collector may stop the world: seldom, and never on account of packets.

A collection of the oldest generation looks at every object of the process: measured, 40 to 74 ms in which no packet
leaves, every few seconds at 60,000 packets a second, and most of what it looked at were modules. What is there at the
start is therefore never looked at again, and the oldest generation only when little is forwarded, or after long. The
same holds for the middle one, where packets lie that are kept for repairs: a hundred thousand of them take 49 ms.
Few objects at a time are looked at while they are young: ten thousand were a pause of 3 to 9 ms, two thousand of 1.
Where next to nothing was made since the last time there is next to nothing to find: rooms in which nobody says anything
are left alone.
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
"""Seconds between two collections of the oldest generation; the latter at calm moments, if anything was made since."""
THRESHOLDS: Final = (2_000, 1_000_000, 1_000_000)
"""Of the three generations; the older two are collected here alone."""


def young() -> int:
    """How often young objects were looked at since the oldest were: once for two thousand more than before."""
    return gc.get_count()[1]


class Tidying:
    """The oldest generation of this process's garbage, collected at a good moment."""

    def __init__(
        self,
        packets_per_second: Callable[[], int],
        clock: Callable[[], float] = time.monotonic,
        collect: Callable[[], int] = gc.collect,
        made: Callable[[], int] = young,
    ) -> None:
        self._packets_per_second = packets_per_second
        self._clock = clock
        self._collect = collect
        self._made = made
        self._tidied_at = clock()

    @staticmethod
    def begin() -> None:
        """Once, before the first packet."""
        gc.collect()
        gc.freeze()
        gc.set_threshold(*THRESHOLDS)

    def look(self) -> None:
        """Called every second: collect, if this is a good moment."""
        since = self._clock() - self._tidied_at
        wanted = self._packets_per_second() < FEW_PACKETS and self._made() > 0
        if since < (AT_MOST_EVERY if wanted else AT_LEAST_EVERY):
            return
        self._collect()
        self._tidied_at = self._clock()
