"""How many people may send sound and pictures in a room at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from signaling.errors import ErrorCode, SignalingError
from signaling.ids import ParticipantId
from signaling.participant import Participant

if TYPE_CHECKING:
    from signaling.room import Room


class Publishers:
    """Those of one room, also those whose first track is on its way."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._starting: Counter[ParticipantId] = Counter()

    @contextmanager
    def starting(self, person: Participant) -> Iterator[None]:
        """While it lasts they are about to send a track. Whoever sends may send further ones, and a host always may.

        Raises:
            SignalingError: ROOM_FULL.
        """
        self._require_place(person)
        self._starting[person.participant_id] += 1
        try:
            yield
        finally:
            self._starting[person.participant_id] -= 1
            self._starting = +self._starting

    def _require_place(self, person: Participant) -> None:
        senders = {each.participant_id for each in self._room.publications.values()} | self._starting.keys()
        people = self._room.participants
        guests = [each for each in senders if each not in people or people[each].role != "host"]
        maximum = self._room.settings.maximum_publishers
        if person.role != "host" and person.participant_id not in senders and len(guests) >= maximum:
            message = "as many people send sound and pictures here as the room takes"
            raise SignalingError(ErrorCode.ROOM_FULL, message, reason="publishers", maximum=maximum)
