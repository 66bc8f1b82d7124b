"""The last packets of a stream as they were forwarded, for subscribers who lost one."""

from __future__ import annotations

from typing import Final, NamedTuple

CAPACITY: Final = 1024
"""Packets: about eight seconds of 1 Mbit/s video, more than a browser asks for."""


class Kept(NamedTuple):
    """One forwarded packet without what each subscriber has for themselves.

    ``body`` is everything behind the fixed header: header extensions (when ``first`` says so) and payload.
    """

    number: int
    first: int
    marker: int
    timestamp: int
    body: bytes


class PacketCache:
    """A ring of packets by their gapless number. A new packet overwrites the one ``capacity`` before it."""

    __slots__ = ("_capacity", "_slots")

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._slots: list[Kept | None] = [None] * capacity

    def put(self, packet: Kept) -> None:
        """Keep a packet."""
        self._slots[packet.number % self._capacity] = packet

    def get(self, number: int) -> Kept | None:
        """The packet of this number, unless it was never here or is gone."""
        packet = self._slots[number % self._capacity]
        return packet if packet is not None and packet.number == number else None

    def clear(self) -> None:
        """Forget all."""
        self._slots = [None] * self._capacity
