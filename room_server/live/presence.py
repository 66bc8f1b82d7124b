"""Who is in a live room at this moment, for a mediator who has not entered it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from signaling.ids import RoomId
from signaling.room import Room


class Presence:
    """The rooms of this node. ``room``: a live room by its name, or None."""

    def __init__(self, room: Callable[[RoomId], Room | None]) -> None:
        self._room = room

    def of(self, room_id: str) -> Mapping[str, str]:
        """``waiting`` or ``inside`` by participant id; whoever lost the connection is not there until they are back.

        Of a private talk nothing shows: whoever was in it when it began is inside, whatever has happened since.
        """
        room = self._room(RoomId(room_id))
        if room is None:
            return {}
        found = {
            str(one.participant_id): "inside" if one.admitted else "waiting"
            for one in room.participants.values()
            if one.connected
        }
        return found | {str(name): "inside" for talk in room.caucuses if talk.running for name in talk.members}
