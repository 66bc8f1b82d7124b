"""What an operator reads of one live room: how media get through, with ids and nothing else of a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Protocol

from signaling.ids import RoomId
from signaling.messages import Json
from signaling.room import Room

PERSONAL: Final = frozenset({"address"})
"""Of a transport: where somebody is, which is nobody's business."""
OF_A_ROOM: Final = ("people", "publications", "subscriptions")


class LiveRooms(Protocol):
    """The hub's side."""

    @property
    def rooms(self) -> Mapping[RoomId, Room]:
        """The live rooms."""


class Figures:
    """The rooms of one node, one by one."""

    def __init__(self, hub: LiveRooms) -> None:
        self._hub = hub

    def rooms(self) -> list[Json]:
        """Which rooms there are, on which media worker, and how many people are in each."""
        return [
            {
                "room_id": room_id,
                "worker": room.media.name,
                "people": sum(each.connected for each in room.participants.values()),
                "recording": room.recording.state,
            }
            for room_id, room in self._hub.rooms.items()
        ]

    async def of(self, room_id: str) -> Json | None:
        """Its people, transports, publications and subscriptions, those of its caucuses too; None: there is no such
        room. What the figures mean: ``signaling.sfu.control.GetStatistics``.

        Raises:
            SignalingError: OVERLOADED, the media worker is not there.
        """
        room = self._hub.rooms.get(RoomId(room_id))
        if room is None:
            return None
        told = await room.media.statistics(room.room_id)
        transports = {
            name: {key: value for key, value in each.items() if key not in PERSONAL}
            for name, each in told["transports"].items()
        }
        figures = {name: told[name] for name in OF_A_ROOM}
        return {"room_id": room_id, "worker": room.media.name, "transports": transports} | figures
