"""How hard a worker works, so that its node takes no new rooms before those that run would suffer."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Final

from signaling.sfu.control import WorkerLoad
from signaling.sfu.counters import Counters

WINDOW: Final = 5.0
"""Seconds over which the load is taken: one key frame for everybody is not yet load."""
NOTABLE: Final = 0.03
"""Share of a core by which the load changes until the web process is told."""


class Strain:
    """Share of one core and packets a second, received and forwarded. ``cpu``: seconds used by this process so far."""

    def __init__(
        self,
        counters: Counters,
        cpu: Callable[[], float] = time.process_time,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._counters = counters
        self._cpu = cpu
        self._clock = clock
        self._samples: deque[tuple[float, float, int]] = deque()
        self._told: float | None = None
        self.load = WorkerLoad(0.0, 0)

    def look(self) -> WorkerLoad | None:
        """Once a second: the load of the last seconds, when the web process was last told something else."""
        counters = self._counters
        now = self._clock()
        self._samples.append((now, self._cpu(), counters.packets_received + counters.packets_forwarded))
        while len(self._samples) > 2 and self._samples[1][0] <= now - WINDOW:
            self._samples.popleft()
        (began, cpu_before, packets_before), (_, cpu, packets) = self._samples[0], self._samples[-1]
        if now > began:
            share = (cpu - cpu_before) / (now - began)
            self.load = WorkerLoad(round(share, 3), int((packets - packets_before) / (now - began)))
        if self._told is not None and abs(self.load.cpu_share - self._told) < NOTABLE:
            return None
        self._told = self.load.cpu_share
        return self.load

    def forget(self) -> None:
        """Another web process listens now: it was told nothing."""
        self._told = None
