"""Puts packets back in order: a retransmission arrives up to a round trip late, and is waited for that long."""

from __future__ import annotations

from typing import NamedTuple

from recorder.rtp import RtpPacket, Unwrapper

HOLD_SECONDS = 0.25
"""How long a packet waits for the ones before it: a lost packet is asked for again and is here after a round trip."""

HOLD_PACKETS = 400
"""The most packets that wait: HOLD_SECONDS of 14 Mbit/s, or half a megabyte."""

LARGEST_JUMP = 3000
"""A packet further off than this belongs to a new numbering or is not ours (RFC 3550 A.1, MAX_DROPOUT)."""


class Ordered(NamedTuple):
    """A packet whose turn it is. ``lost`` packets are missing directly before it. ``sequence`` does not wrap."""

    packet: RtpPacket
    arrived_at: float
    lost: int


class _Held(NamedTuple):
    packet: RtpPacket
    arrived_at: float
    held_since: float


class ReorderBuffer:
    """Packets of one SSRC in any order in, in sequence out. Clocks: ``arrived_at`` Unix, ``now`` monotonic seconds."""

    def __init__(self, hold_seconds: float = HOLD_SECONDS, hold_packets: int = HOLD_PACKETS) -> None:
        self._hold_seconds = hold_seconds
        self._hold_packets = hold_packets
        self._unwrapper = Unwrapper(16)
        self._next: int | None = None
        self._held: dict[int, _Held] = {}
        self._after_jump: int | None = None
        self.lost = 0
        self.superfluous = 0
        """Duplicates and packets that came after they had been given up."""
        self.strays = 0
        """Packets whose number fits nothing."""

    def push(self, packet: RtpPacket, arrived_at: float, now: float) -> list[Ordered]:
        """Take one packet; give back those whose turn it is now, oldest first."""
        sequence = self._unwrapper.peek(packet.sequence)
        if self._next is None:
            self._next = sequence
        elif abs(sequence - self._next) > LARGEST_JUMP:
            return self._jump(packet, sequence, arrived_at)
        self._after_jump = None
        if sequence < self._next or sequence in self._held:
            self.superfluous += 1
            return []
        self._unwrapper.unwrap(packet.sequence)
        if sequence == self._next and not self._held:
            self._next = sequence + 1
            return [Ordered(packet, arrived_at, 0)]
        self._held[sequence] = _Held(packet, arrived_at, now)
        return self.expire(now)

    def expire(self, now: float) -> list[Ordered]:
        """Give up what has been waited for too long; give back those whose turn it is then."""
        ready: list[Ordered] = []
        while self._held:
            if self._next in self._held:
                self._release(ready)
                continue
            waited = now - min(held.held_since for held in self._held.values())
            if waited < self._hold_seconds and len(self._held) <= self._hold_packets:
                break
            self._skip_to(min(self._held), ready)
        return ready

    def flush(self) -> list[Ordered]:
        """Give back everything that is held; what is missing in between is lost."""
        ready: list[Ordered] = []
        while self._held:
            self._skip_to(min(self._held), ready)
        return ready

    def _skip_to(self, sequence: int, ready: list[Ordered]) -> None:
        assert self._next is not None
        lost = sequence - self._next
        self.lost += lost
        self._next = sequence
        self._release(ready, lost)

    def _release(self, ready: list[Ordered], lost: int = 0) -> None:
        assert self._next is not None
        held = self._held.pop(self._next)
        ready.append(Ordered(held.packet, held.arrived_at, lost))
        self._next += 1

    def _jump(self, packet: RtpPacket, sequence: int, arrived_at: float) -> list[Ordered]:
        """Follow a new numbering once two of its packets came in a row (RFC 3550 A.1); drop a single one."""
        if packet.sequence != self._after_jump:
            self._after_jump = (packet.sequence + 1) & 0xFFFF
            self.strays += 1
            return []
        ready = self.flush()
        self._after_jump = None
        self._unwrapper.unwrap(packet.sequence)
        self._next = sequence + 1
        self.lost += 1  # the first packet of the new numbering was dropped above; how many before it, nobody knows
        ready.append(Ordered(packet, arrived_at, 1))
        return ready
