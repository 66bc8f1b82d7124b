"""A network that loses, delays, repeats and reorders datagrams, from a seed and on a clock of its own."""

from __future__ import annotations

import heapq
import random
from itertools import count
from typing import NamedTuple


class Weather(NamedTuple):
    """What becomes of datagrams on one way. Shares are of 1, times in seconds.

    A datagram keeps its place behind the one before it unless it is ``reordered``: then it is ``late`` seconds late.
    """

    loss: float = 0.0
    repeated: float = 0.0
    reordered: float = 0.0
    late: float = 0.03
    delay: float = 0.02
    jitter: float = 0.01


class Link:
    """One way between two ends. Nothing waits by itself: ``take`` says what has arrived by now."""

    def __init__(self, chooser: random.Random, weather: Weather) -> None:
        self.weather = weather
        self.put_in = self.lost = self.late = 0
        self._chooser = chooser
        self._last = 0.0
        self._order = count()
        self._under_way: list[tuple[float, int, bytes]] = []

    def put(self, datagram: bytes, now: float) -> None:
        """Send a datagram, perhaps into nothing."""
        self.put_in += 1
        if self._chooser.random() < self.weather.loss:
            self.lost += 1
            return
        copies = 2 if self._chooser.random() < self.weather.repeated else 1
        for _ in range(copies):
            at = max(self._last, now + self.weather.delay + self._chooser.random() * self.weather.jitter)
            if self._chooser.random() < self.weather.reordered:
                at += self.weather.late
                self.late += 1
            else:
                self._last = at
            heapq.heappush(self._under_way, (at, next(self._order), datagram))

    def take(self, now: float) -> list[bytes]:
        """What arrived since the last call, in the order of arrival."""
        arrived = []
        while self._under_way and self._under_way[0][0] <= now:
            arrived.append(heapq.heappop(self._under_way)[2])
        return arrived
