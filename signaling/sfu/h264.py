"""What an H264 picture says of its size: its sequence parameter set (ITU-T H.264 §7.3.2.1) in RTP (RFC 6184)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from signaling.sfu.rtp import Buffer

PARAMETERS, TOGETHER = 7, 24
"""NAL unit types: a sequence parameter set, and several units in one packet (STAP-A)."""
MAY_TELL: Final = (PARAMETERS, TOGETHER)
PLAIN_PROFILES: Final = (66, 77, 88)
"""Baseline, main, extended: those whose parameter set tells nothing of chroma. Others are not negotiated here."""
LONGEST: Final = 64
"""Bytes of a parameter set that are read; its size stands at the beginning."""
MACROBLOCK: Final = 16
LARGEST: Final = 16_384
"""Pixels of a side that are believed."""


class _Bits:
    """Bits and Exp-Golomb numbers (§9.1) of a unit. Raises IndexError at its end."""

    def __init__(self, unit: bytes) -> None:
        self._value = int.from_bytes(unit, "big")
        self._left = 8 * len(unit)

    def take(self, count: int) -> int:
        if count > self._left:
            raise IndexError("the parameter set is cut off")
        self._left -= count
        return self._value >> self._left & (1 << count) - 1

    def number(self) -> int:
        zeros = 0
        while not self.take(1):
            zeros += 1
        return (1 << zeros) - 1 + self.take(zeros)

    def signed(self) -> int:
        number = self.number()
        return (number + 1) // 2 if number & 1 else -(number // 2)


def picture_size(packet: Buffer, start: int, end: int) -> tuple[int, int] | None:
    """Width and height in pixels, if the payload between two offsets carries a parameter set that can be read."""
    for first, last in _units(packet, start, end):
        if packet[first] & 0x1F == PARAMETERS:
            return read_parameters(bytes(packet[first + 1 : min(last, first + 1 + LONGEST)]))
    return None


def _units(packet: Buffer, start: int, end: int) -> Iterator[tuple[int, int]]:
    if packet[start] & 0x1F != TOGETHER:
        yield start, end
        return
    position = start + 1
    while position + 2 < end:
        first = position + 2
        position = first + (packet[position] << 8 | packet[position + 1])
        yield first, min(position, end)


def read_parameters(unit: bytes) -> tuple[int, int] | None:
    """Width and height of a parameter set behind its NAL header; None: of another profile, cut off, or not believed."""
    bits = _Bits(unit.replace(b"\x00\x00\x03", b"\x00\x00"))  # §7.4.1: bytes that keep start codes out
    try:
        profile = bits.take(8)
        bits.take(16)
        bits.number()
        if profile not in PLAIN_PROFILES:
            return None
        bits.number()
        _skip_order(bits)
        bits.number()
        bits.take(1)
        width, height = MACROBLOCK * (bits.number() + 1), MACROBLOCK * (bits.number() + 1)
        fields = 2 - bits.take(1)
        if fields == 2:
            bits.take(1)
        height *= fields
        bits.take(1)
        if bits.take(1):  # cropping, in units of two samples (4:2:0)
            left, right, top, bottom = (bits.number() for _ in range(4))
            width, height = width - 2 * (left + right), height - 2 * fields * (top + bottom)
    except IndexError:
        return None
    return (width, height) if 0 < width <= LARGEST and 0 < height <= LARGEST else None


def _skip_order(bits: _Bits) -> None:
    """The type of picture order count and what belongs to it."""
    kind = bits.number()
    if kind == 0:
        bits.number()
    elif kind == 1:
        bits.take(1)
        bits.signed()
        bits.signed()
        for _ in range(bits.number()):
            bits.signed()
