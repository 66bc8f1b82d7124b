"""The media workers of a node, and on which of them each room lives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from signaling.ids import RoomId
from signaling.policy import MediaPort

CPU_LIMIT: Final = 0.8
PATIENCE: Final = 10.0
"""Seconds that rooms wait for their worker. Even one that keeps dying is started every five seconds, and what kills it
may be in one of its rooms: it must not be carried to the worker of others."""
STEP: Final = 0.1
"""Share of a core; less is no difference between two workers."""
MEDIATION: Final = 4
"""People for whom a room counts at least: they come one after the other."""


class MediaPool:
    """Places rooms on workers. A room stays where it is, with its caucuses, for as long as it lives.

    Only a worker that was away for ``PATIENCE`` gives its rooms to others. ``cpu_limit``: share of a core from which on
    a worker has enough to do; 0: never.
    """

    def __init__(self, workers: Sequence[MediaPort], *, cpu_limit: float = CPU_LIMIT) -> None:
        """``workers``: at least one; of two with the same burden the first gets the next room."""
        self.workers = tuple(workers)
        self._cpu_limit = cpu_limit
        self._homes: dict[RoomId, MediaPort] = {}

    @property
    def ready(self) -> bool:
        """Whether every worker is there."""
        return all(worker.ready for worker in self.workers)

    @property
    def full(self) -> bool:
        """Whether every worker that is there has enough to do. A node whose workers are still starting is not full."""
        present = [worker for worker in self.workers if worker.ready]
        return bool(present) and all(self._at_limit(worker) for worker in present)

    def spare(self) -> MediaPort:
        """The worker with the smallest burden among those that are there, or, while none is, among all."""
        return min([each for each in self.workers if each.ready] or self.workers, key=self._burden)

    def home(self, room_id: RoomId) -> MediaPort:
        """The worker of a room; a room without one gets one."""
        worker = self._homes.get(room_id)
        if worker is None or (_given_up(worker) and any(each.ready for each in self.workers)):
            worker = self._homes[room_id] = self.spare()
        return worker

    def leave(self, room_id: RoomId) -> None:
        """The room is closed."""
        self._homes.pop(room_id, None)

    def _at_limit(self, worker: MediaPort) -> bool:
        return 0 < self._cpu_limit <= (worker.cpu_share or 0.0)

    def _burden(self, worker: MediaPort) -> tuple[bool, int, int]:
        """What a worker has to do, to be compared: CPU comes first, for what people send differs; then people."""
        rooms = sum(home is worker for home in self._homes.values())
        people = max(worker.people, rooms * MEDIATION)
        return self._at_limit(worker), int((worker.cpu_share or 0.0) / STEP), people


def _given_up(worker: MediaPort) -> bool:
    return not worker.ready and worker.away_seconds >= PATIENCE
