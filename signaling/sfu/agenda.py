"""Which streams want a look at what time, so that those that want none cost nothing."""

from __future__ import annotations

from heapq import heappop, heappush
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from signaling.sfu.publication import Stream


class Agenda:
    """At most one time (monotonic seconds) for each stream."""

    def __init__(self) -> None:
        self._times: dict[Stream, float] = {}
        self._heap: list[tuple[float, int, Stream]] = []
        self._order = count()

    def set(self, stream: Stream, at: float) -> None:
        """Look at a stream then, unless it has an earlier time."""
        if at < self._times.get(stream, float("inf")):
            self._times[stream] = at
            heappush(self._heap, (at, next(self._order), stream))

    def discard(self, stream: Stream) -> None:
        """Look at it no more."""
        self._times.pop(stream, None)

    def take(self, now: float) -> list[Stream]:
        """The streams whose time has come; they have none afterwards."""
        due = []
        while self._heap and self._heap[0][0] <= now:
            at, _, stream = heappop(self._heap)
            if self._times.get(stream) == at:  # not moved to an earlier time, and not gone
                del self._times[stream]
                due.append(stream)
        return due
