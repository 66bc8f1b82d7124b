"""When a publisher's packets arrived: transport-wide feedback, from which its browser finds out what the way bears.

Format: draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1. Without it a sender knows only losses, and fills every
queue on its way before it slows down.
"""

from __future__ import annotations

import struct
from typing import Final

from signaling.sfu import rtcp

FORMAT: Final = 15
DELTA: Final = 0.00025
"""Seconds: the unit of arrival times."""
REFERENCE: Final = 0.064
"""Seconds: the unit of the reference time."""
LONGEST: Final = 400
"""Packets reported at once; the rest follows in another report. Fits into one datagram."""
LARGEST_GAP: Final = 1000
"""Packets. A larger jump of the sequence is another stream of numbers, not a loss."""
REMEMBERED: Final = 4000
"""Packets kept until the next report: more than 25 Mbit/s of them."""
ABSENT, SMALL, LARGE = 0, 1, 2

_PAIR = struct.Struct("!II")
_HEAD = struct.Struct("!HHI")


class Arrivals:
    """The packets of one transport that were not reported yet. Sequence numbers are extended, times monotonic."""

    __slots__ = ("_base", "_count", "_fresh", "_newest", "_times")

    def __init__(self) -> None:
        self._fresh: list[tuple[int, float]] = []
        self._times: dict[int, float] = {}
        self._newest = -1
        self._base = 0
        self._count = 0

    def note(self, sequence: int, now: float) -> None:
        """A packet with this transport-wide number (16 bits) arrived at ``now`` (seconds)."""
        if len(self._fresh) < REMEMBERED:
            self._fresh.append((sequence, now))

    def _extend(self, sequence: int, now: float) -> None:
        newest = self._newest
        if newest < 0:
            self._newest = self._base = extended = 0x10000 + sequence
        else:
            distance = ((sequence - newest + 0x8000) & 0xFFFF) - 0x8000
            extended = newest + distance
            if distance > 0:
                if distance > LARGEST_GAP:
                    self._times.clear()
                    self._base = extended
                self._newest = extended
            elif extended < self._base:
                return  # reported as lost already
        if len(self._times) < REMEMBERED:
            self._times.setdefault(extended, now)

    def reports(self, media_ssrc: int) -> list[bytes]:
        """RTCP packets about everything since the last call; none when nothing arrived."""
        packets = []
        fresh, self._fresh = self._fresh, []
        for sequence, at in fresh:
            self._extend(sequence, at)
        while self._times:
            packets.append(self._report(media_ssrc))
        return packets

    def _report(self, media_ssrc: int) -> bytes:
        times = self._times
        base = self._base
        first = min(times)
        if first - base >= LONGEST:
            base = first
        reference = int(times[first] / REFERENCE)
        clock = reference * REFERENCE
        symbols: list[int] = []
        deltas = bytearray()
        last = min(max(times), base + LONGEST - 1)
        for extended in range(base, last + 1):
            at = times.get(extended)
            if at is None:
                symbols.append(ABSENT)
                continue
            ticks = round((at - clock) / DELTA)
            if not -0x8000 <= ticks <= 0x7FFF:
                break  # too far from the one before: it begins the next report
            clock += ticks * DELTA
            if 0 <= ticks <= 0xFF:
                symbols.append(SMALL)
                deltas.append(ticks)
            else:
                symbols.append(LARGE)
                deltas += ticks.to_bytes(2, "big", signed=True)
            del times[extended]
        self._base = base + len(symbols)
        head = _HEAD.pack(base & 0xFFFF, len(symbols), (reference & 0xFFFFFF) << 8 | self._count & 0xFF)
        self._count += 1
        body = _PAIR.pack(rtcp.OWN_SSRC, media_ssrc) + head + chunks(symbols) + deltas
        body += bytes(-len(body) % 4)
        return rtcp.packet(rtcp.TRANSPORT_FEEDBACK, FORMAT, body)


def chunks(symbols: list[int]) -> bytes:
    """Status chunks (§3.1.3, §3.1.4): runs where they are long, else seven two-bit symbols at a time."""
    packed = bytearray()
    position = 0
    while position < len(symbols):
        symbol = symbols[position]
        end = position
        while end < len(symbols) and symbols[end] == symbol and end - position < 0x1FFF:
            end += 1
        if end - position >= 7 or end == len(symbols):
            packed += (symbol << 13 | (end - position)).to_bytes(2, "big")
            position = end
            continue
        word = 0xC000
        for index, each in enumerate(symbols[position : position + 7]):
            word |= each << (12 - 2 * index)
        packed += word.to_bytes(2, "big")
        position += 7
    return bytes(packed)
