"""Who wants a look at what time, so that those who want none cost nothing."""

from __future__ import annotations

from collections.abc import Hashable
from heapq import heappop, heappush
from itertools import count
from typing import Generic, TypeVar

Member = TypeVar("Member", bound=Hashable)


class Agenda(Generic[Member]):
    """At most one time (monotonic seconds) for each member."""

    def __init__(self) -> None:
        self._times: dict[Member, float] = {}
        self._heap: list[tuple[float, int, Member]] = []
        self._order = count()

    def set(self, member: Member, at: float) -> None:
        """Look at a member then, unless it has an earlier time."""
        if at < self._times.get(member, float("inf")):
            self._times[member] = at
            heappush(self._heap, (at, next(self._order), member))

    def discard(self, member: Member) -> None:
        """Look at it no more."""
        self._times.pop(member, None)

    def take(self, now: float) -> list[Member]:
        """Those whose time has come; they have none afterwards."""
        due = []
        while self._heap and self._heap[0][0] <= now:
            at, _, member = heappop(self._heap)
            if self._times.get(member) == at:  # not moved to an earlier time, and not gone
                del self._times[member]
                due.append(member)
        return due
