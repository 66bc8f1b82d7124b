"""The last packets of a stream as they were forwarded, for subscribers who lost one."""

from __future__ import annotations

from typing import Final, NamedTuple

CAPACITY: Final = 512
"""Packets: four seconds of 1 Mbit/s video or ten of sound, more than a browser asks for; half a megabyte at most."""


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
    """A ring of packets by their gapless number. A new packet overwrites the one ``capacity`` before it.

    The hot path puts what a rare request takes out again: the slots hold plain tuples, and none before the first. What
    is kept is what every subscriber is sent behind the header of their own.
    """

    __slots__ = ("_capacity", "_slots")

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._slots: list[tuple[int, int, int, int, bytes] | None] = []

    def put(self, number: int, first: int, marker: int, timestamp: int, body: bytes) -> None:
        """Keep a packet; see ``Kept``."""
        if not self._slots:
            self._slots = [None] * self._capacity
        self._slots[number % self._capacity] = (number, first, marker, timestamp, body)

    def get(self, number: int) -> Kept | None:
        """The packet of this number, unless it was never here or is gone."""
        packet = self._slots[number % self._capacity] if self._slots else None
        if packet is None or packet[0] != number:
            return None
        return Kept(*packet)

    def clear(self) -> None:
        """Forget all."""
        self._slots = []
