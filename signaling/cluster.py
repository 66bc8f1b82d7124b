"""Which node holds a room. A port: on one machine this node holds them all."""

from __future__ import annotations

from typing import Protocol

from signaling.ids import RoomId


class Cluster(Protocol):
    """The placement of rooms on nodes."""

    async def claim(self, room_id: RoomId) -> bool:
        """Take a room for this node. False: another node holds it, and sockets belong there."""

    async def release(self, room_id: RoomId) -> None:
        """Give a room up. Does nothing when this node does not hold it."""


class LocalCluster:
    """A cluster of one node."""

    def __init__(self) -> None:
        self.held: set[RoomId] = set()

    async def claim(self, room_id: RoomId) -> bool:
        """Always granted: there is nobody else."""
        self.held.add(room_id)
        return True

    async def release(self, room_id: RoomId) -> None:
        """Give a room up."""
        self.held.discard(room_id)
