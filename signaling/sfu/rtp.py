"""RTP packets (RFC 3550 §5) in place: header, header extensions (RFC 8285), RTX (RFC 4588), key frames."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

Buffer = bytes | bytearray | memoryview

HEADER = struct.Struct("!BBHII")
EXTENSION = struct.Struct("!HH")
HEADER_BYTES: Final = HEADER.size
ONE_BYTE_PROFILE: Final = 0xBEDE
TWO_BYTE_PROFILE: Final = 0x100
"""Without its last four bits, which are the application's (RFC 8285 §4.3)."""
SILENCE: Final = 127
"""The audio level (RFC 6464) of digital silence, in -dBov."""

_ENERGY: Final = [10 ** (-level / 10) for level in range(SILENCE + 1)]

_STEPS: Final = [1] + [2 + (byte & 0x0F) for byte in range(1, 0xF0)] + [1 << 16] * 16
"""From one element to the next by its first byte (RFC 8285 §4.2): 0 is padding, id 15 ends the list."""
_BLOCKS: Final = [EXTENSION.pack(ONE_BYTE_PROFILE, words) for words in range(1 << 10)]

Shape = tuple[int, int, int, int, int]
"""Of a packet's header extensions: where the payload begins, and, of the bytes between the fixed header and there as
one number, which bits are no values, what these must be, and by how many bits the transport-wide sequence number and
the audio level are shifted (-1: there is none)."""
NO_SHAPE: Final[Shape] = (HEADER_BYTES + EXTENSION.size, 0, -1, -1, -1)
MAXIMUM_SHAPES: Final = 64

KeyFrameTest = Callable[[Buffer, int, int], bool]


class Layout(NamedTuple):
    """Where things are in one packet: offsets from its first byte. ``payload == end`` is padding only."""

    payload: int
    end: int
    extension: int
    """First byte of one-byte header extensions, or 0 when there are none."""


def layout(packet: Buffer, base: int, length: int) -> Layout:
    """Find payload and extensions of the packet of ``length`` bytes at ``base``.

    Raises:
        ValueError: it is shorter than what its own fields announce, or not RTP version 2.
    """
    first = packet[base]
    payload = HEADER_BYTES + 4 * (first & 0x0F)
    if length < payload or first >> 6 != 2:
        raise ValueError("not an RTP packet")
    extension = 0
    if first & 0x10:
        if length < payload + EXTENSION.size:
            raise ValueError("the header extension is cut off")
        profile, words = EXTENSION.unpack_from(packet, base + payload)
        body = payload + EXTENSION.size
        payload = body + 4 * words
        if profile == ONE_BYTE_PROFILE:
            extension = body
    end = length
    if first & 0x20 and length > payload:
        end -= packet[base + length - 1]
    if payload > end:
        raise ValueError("the packet is shorter than its header or padding announces")
    return Layout(payload, end, extension)


def extensions(packet: Buffer, position: int, end: int) -> dict[int, bytes]:
    """The one-byte header extensions between two offsets, by id. What is cut off is left out."""
    found: dict[int, bytes] = {}
    while position < end:
        byte = packet[position]
        if byte == 0:
            position += 1
            continue
        identifier, size = byte >> 4, (byte & 0x0F) + 1
        if identifier == 15 or position + 1 + size > end:  # RFC 8285 §4.2: 15 ends the list
            break
        found[identifier] = bytes(packet[position + 1 : position + 1 + size])
        position += 1 + size
    return found


def shortened(packet: Buffer, base: int, length: int) -> bytes:
    """The two-byte header extensions of the packet at ``base`` (RFC 8285 §4.3) as one-byte ones; without any: nothing.

    Browsers may mix both forms (mediasoup-client answers ``extmap-allow-mixed`` for us), and use the long one where one
    of a packet's elements needs it. What fits into no one-byte head, by id or size, is left out: nobody reads it here.
    """
    position = base + HEADER_BYTES + 4 * (packet[base] & 0x0F)
    if not packet[base] & 0x10 or position + EXTENSION.size > base + length:
        return b""
    profile, words = EXTENSION.unpack_from(packet, position)
    if profile >> 4 != TWO_BYTE_PROFILE:
        return b""
    position += EXTENSION.size
    end = min(position + 4 * words, base + length)
    kept = b""
    while position + 1 < end:
        identifier, size = packet[position], packet[position + 1]
        if identifier == 0:  # padding is one byte
            position += 1
            continue
        following = position + 2 + size
        if following > end:
            break
        if identifier < 15 and 1 <= size <= 16:
            kept += bytes((identifier << 4 | (size - 1),)) + packet[position + 2 : following]
        position = following
    return kept


def transport_sequence(packet: Buffer, base: int, length: int, identifier: int) -> int:
    """The transport-wide sequence number (16 bits) of the packet at ``base`` in its extension ``identifier``, or -1."""
    if not packet[base] & 0x10:
        return -1
    position = base + HEADER_BYTES + 4 * (packet[base] & 0x0F)
    if position + 4 > base + length:
        return -1
    if packet[position] != 0xBE or packet[position + 1] != 0xDE:
        short = shortened(packet, base, length)
        number = extensions(short, 0, len(short)).get(identifier, b"")
        return number[0] << 8 | number[1] if len(number) > 1 else -1
    end = min(position + 4 + 4 * (packet[position + 2] << 8 | packet[position + 3]), base + length)
    position += 4
    while position < end:
        byte = packet[position]
        if byte >> 4 == identifier:
            return packet[position + 1] << 8 | packet[position + 2] if position + 2 < end else -1
        position += 2 + (byte & 0x0F) if byte else 1
    return -1


class ExtensionCarrier:
    """Translates a publisher's header extensions to the router's ids and drops the others.

    The result is never longer than what it was made from, so it fits into the same packet in front of the payload.
    What the worker itself reads is found on the way: ``sequence`` is the transport-wide sequence number (16 bits) of
    the last packet, -1 without one; the loudness of an audio track (RFC 6464) is added up, see ``take_loudness``.

    Nearly all packets of a stream have the same elements at the same places: ``shape`` says what all but the values
    must be, so that one comparison of numbers takes the place of a loop.
    """

    __slots__ = (
        "_blocks",
        "_energy",
        "_heads",
        "_learned",
        "_level_id",
        "_levels",
        "_sequence_byte",
        "sequence",
        "shape",
    )

    def __init__(self, targets: Mapping[int, int], level_id: int = 0, sequence_id: int = 0) -> None:
        self._heads: list[bytes | None] = [None] * 256
        for identifier, target in targets.items():
            for size in range(16):
                self._heads[identifier << 4 | size] = bytes((target << 4 | size,))
        self._level_id = level_id
        self._sequence_byte = sequence_id << 4 | 1 if sequence_id else -1
        self.sequence = -1
        self._energy, self._levels = 0.0, 0
        self.shape = NO_SHAPE
        self._learned = 0
        self._blocks: list[bytes] = []
        """What is carried of a packet of this shape, by its audio level with the voice bit."""

    def learn(self, packet: bytes, payload: int) -> None:
        """Take the shape of the one-byte extensions of this packet, which are all that lies before its payload.

        Not where something else than an audio level is carried, nor where an element is cut off; a publisher who never
        settles is not learned from for ever.
        """
        position = HEADER_BYTES + EXTENSION.size
        if self._learned >= MAXIMUM_SHAPES or position >= payload:
            return
        mask = bytearray(b"\xff" * (payload - HEADER_BYTES))
        number_at = level_at = -1
        head = b""
        while position < payload:
            byte = packet[position]
            following = position + _STEPS[byte]
            if byte and following > payload:
                return
            if byte:
                mask[position + 1 - HEADER_BYTES : following - HEADER_BYTES] = bytes(following - position - 1)
            if byte == self._sequence_byte:
                if number_at >= 0:
                    return
                number_at = 8 * (payload - following)
            elif (carried := self._heads[byte]) is not None:
                if level_at >= 0 or byte != self._level_id << 4:
                    return
                level_at, head = 8 * (payload - following), carried
            position = following
        self._learned += 1
        kept = int.from_bytes(mask, "big")
        self.shape = payload, kept, int.from_bytes(packet[HEADER_BYTES:payload], "big") & kept, number_at, level_at
        self._blocks = [_BLOCKS[1] + head + bytes((level, 0, 0)) for level in range(256)] if head else []

    def hear(self, level: int) -> bytes:
        """What is carried of a packet of ``shape`` with this audio level (eight bits), which is noted."""
        self._levels += 1
        self._energy += _ENERGY[level & 0x7F]
        return self._blocks[level]

    def take_loudness(self) -> float | None:
        """The loudness since the last call (mean energy) in dB over silence, 0 to 127; None: no packet said."""
        levels, energy = self._levels, self._energy
        self._energy, self._levels = 0.0, 0
        return SILENCE + 10 * math.log10(energy / levels) if levels else None

    def carry(self, packet: Buffer, position: int, end: int) -> bytes:
        """The extension block for subscribers (profile, length, elements), or nothing when no element is carried."""
        kept = b""
        heads, sequence_byte = self._heads, self._sequence_byte
        self.sequence = -1
        while position < end:
            byte = packet[position]
            following = position + _STEPS[byte]
            if byte == sequence_byte:
                if following <= end:
                    self.sequence = packet[position + 1] << 8 | packet[position + 2]
            elif (head := heads[byte]) is not None:
                if following > end:
                    break
                kept += head + packet[position + 1 : following]
                if byte >> 4 == self._level_id:
                    self._levels += 1
                    self._energy += _ENERGY[packet[position + 1] & 0x7F]
            position = following
        if not kept:
            return b""
        kept += bytes(-len(kept) % 4)
        return _BLOCKS[len(kept) // 4] + kept


def restore_retransmission(
    packet: bytearray | memoryview, base: int, payload: int, payload_type: int, ssrc: int
) -> int:
    """Turn the RTX packet at ``base`` into the one it repeats (RFC 4588 §4), in place.

    ``payload`` is the offset of its payload, which begins with the original sequence number. Returns the new base: the
    restored packet starts two bytes later and is two bytes shorter.
    """
    first, second, _, timestamp, _ = HEADER.unpack_from(packet, base)
    original = (packet[base + payload] << 8) | packet[base + payload + 1]
    packet[base + 2 : base + 2 + payload] = bytes(packet[base : base + payload])
    HEADER.pack_into(packet, base + 2, first, second & 0x80 | payload_type, original, timestamp, ssrc)
    return base + 2


def vp8_body(packet: Buffer, start: int, end: int) -> int:
    """Where the VP8 data begins behind the payload descriptor (RFC 7741 §4.2); perhaps at or behind ``end``."""
    position = start + 1
    if packet[start] & 0x80 and position < end:
        flags = packet[position]
        position += 1
        if flags & 0x80 and position < end:
            position += 2 if packet[position] & 0x80 else 1
        position += bool(flags & 0x40) + bool(flags & 0x30)
    return position


def vp8_key_frame(packet: Buffer, start: int, end: int) -> bool:
    """Whether the payload begins a VP8 key frame (RFC 7741 §4.2 and §4.3)."""
    first = packet[start]
    if not first & 0x10 or first & 0x07:  # not the start of partition 0
        return False
    position = vp8_body(packet, start, end)
    return position < end and not packet[position] & 0x01


def h264_key_frame(packet: Buffer, start: int, end: int) -> bool:
    """Whether the payload begins an IDR picture or its parameter sets (RFC 6184 §5.4)."""
    kind = packet[start] & 0x1F
    if kind in (5, 7):
        return True
    if kind == 24:  # STAP-A
        position = start + 1
        while position + 2 < end:
            if packet[position + 2] & 0x1F in (5, 7):
                return True
            position += 2 + ((packet[position] << 8) | packet[position + 1])
        return False
    if kind == 28 and start + 1 < end:  # FU-A: only its first fragment
        return bool(packet[start + 1] & 0x80) and packet[start + 1] & 0x1F in (5, 7)
    return False


def vp9_key_frame(packet: Buffer, start: int, end: int) -> bool:
    """Whether the payload begins a VP9 key frame (RFC 9628 §4.2): not predicted, and the lowest spatial layer."""
    first = packet[start]
    if first & 0x48 != 0x08:  # P: predicted from another picture; B: begins a frame
        return False
    if not first & 0x20:
        return True
    position = start + 1
    if first & 0x80 and position < end:
        position += 2 if packet[position] & 0x80 else 1
    return position < end and not packet[position] & 0x0E


def av1_key_frame(packet: Buffer, start: int, end: int) -> bool:
    """Whether the payload begins a new coded video sequence of AV1 (RTP Payload Format for AV1 1.0 §4.4, N)."""
    return packet[start] & 0x88 == 0x08


def key_frame_test(mime_type: str) -> KeyFrameTest | None:
    """How to find a key frame of this codec; None: every packet is one (audio).

    Raises:
        ValueError: the codec is unknown.
    """
    tests: dict[str, KeyFrameTest | None] = {
        "audio/opus": None,
        "video/vp8": vp8_key_frame,
        "video/h264": h264_key_frame,
        "video/vp9": vp9_key_frame,
        "video/av1": av1_key_frame,
    }
    try:
        return tests[mime_type.lower()]
    except KeyError:
        raise ValueError(f"unknown codec {mime_type}") from None
