"""The VP8 payload descriptor (RFC 7741 §4.2): what must go on without a gap from one layer to another."""

from __future__ import annotations

from typing import Final, NamedTuple

from signaling.sfu.rtp import Buffer, vp8_body

PICTURE_SPAN: Final = 1 << 15
"""Picture ids are counted modulo this, also where a publisher sends only 7 bits of them."""
TL0_SPAN: Final = 256
START_CODE: Final = b"\x9d\x01\x2a"


class Descriptor(NamedTuple):
    """Picture id and TL0PICIDX of one packet and where they are; offset 0: the packet has none."""

    picture_at: int
    wide: bool
    picture: int
    tl0_at: int
    tl0: int


ABSENT: Final = Descriptor(0, False, 0, 0, 0)


def read_descriptor(packet: Buffer, start: int, end: int) -> Descriptor:
    """The descriptor of the payload between two offsets. One that is cut off counts as absent."""
    if start + 2 >= end or not packet[start] & 0x80:
        return ABSENT
    flags, position = packet[start + 1], start + 2
    picture_at, wide, picture, tl0_at, tl0 = 0, False, 0, 0, 0
    if flags & 0x80:
        wide = bool(packet[position] & 0x80)
        if position + wide >= end:
            return ABSENT
        picture_at = position
        picture = (packet[position] & 0x7F) << 8 | packet[position + 1] if wide else packet[position]
        position += 1 + wide
    if flags & 0x40:
        if position >= end:
            return ABSENT
        tl0_at, tl0 = position, packet[position]
    return Descriptor(picture_at, wide, picture, tl0_at, tl0)


def shift(
    packet: memoryview | bytearray, by: int, descriptor: Descriptor, picture_offset: int, tl0_offset: int
) -> None:
    """Add the offsets to the ids of a packet that lies ``by`` bytes after where its descriptor was read."""
    if descriptor.picture_at:
        at, picture = descriptor.picture_at + by, (descriptor.picture + picture_offset) % PICTURE_SPAN
        if descriptor.wide:
            packet[at], packet[at + 1] = 0x80 | picture >> 8, picture & 0xFF
        else:
            packet[at] = picture & 0x7F
    if descriptor.tl0_at:
        packet[descriptor.tl0_at + by] = (descriptor.tl0 + tl0_offset) % TL0_SPAN


def picture_size(packet: Buffer, start: int, end: int) -> tuple[int, int] | None:
    """Width and height in pixels, if the payload begins a key frame (RFC 6386 §9.1)."""
    position = vp8_body(packet, start, end)
    if position + 10 > end or bytes(packet[position + 3 : position + 6]) != START_CODE:
        return None
    width = packet[position + 6] | (packet[position + 7] & 0x3F) << 8
    height = packet[position + 8] | (packet[position + 9] & 0x3F) << 8
    return width, height
