"""Who asked to speak, in the order of asking. One list for the room; each place reads its own people out of it.

Whoever is moved between places gives their place in the queue up (``signaling.movement``), so that the list of a place
never tells anything of another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from signaling.ids import ParticipantId

Here = Callable[[ParticipantId], bool]
"""Whether somebody is in the place whose queue is meant."""


class Hands:
    """The raised hands of one room."""

    def __init__(self, since: Mapping[ParticipantId, float] = MappingProxyType({})) -> None:
        self._since = dict(since)  # in the order of the queue

    def queue(self) -> Iterable[tuple[ParticipantId, float]]:
        """Everybody in it, in every place, and since when."""
        return self._since.items()

    def since(self, participant_id: ParticipantId) -> float | None:
        """Since when somebody waits (Unix seconds); None: their hand is down."""
        return self._since.get(participant_id)

    def up(self, participant_id: ParticipantId, now: float) -> None:
        """To the end of the queue; whoever stands in it keeps their place."""
        self._since.setdefault(participant_id, now)

    def down(self, participant_id: ParticipantId) -> None:
        """Out of the queue; nothing happens when the hand is down."""
        self._since.pop(participant_id, None)

    def place(self, participant_id: ParticipantId, here: Here) -> int:
        """The place in the queue, from 1; 0: the hand is down."""
        if participant_id not in self._since:
            return 0
        return 1 + self._queue(here).index(participant_id)

    def move(self, participant_id: ParticipantId, place: int, here: Here) -> None:
        """To another place in the queue, from 1; those of other places keep theirs."""
        queue = self._queue(here)
        queue.remove(participant_id)
        queue.insert(place - 1, participant_id)
        rest = iter(queue)
        order = [next(rest) if here(each) else each for each in self._since]
        self._since = {each: self._since[each] for each in order}

    def _queue(self, here: Here) -> list[ParticipantId]:
        return [each for each in self._since if here(each)]
