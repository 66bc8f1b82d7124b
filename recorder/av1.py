"""AV1 temporal units out of RTP payloads (RTP Payload Format for AV1 1.0), as a container stores them."""

from __future__ import annotations

from recorder.depacketise import Piece, WholePictures
from recorder.rtp import RtpPacket

SEQUENCE_HEADER, TEMPORAL_DELIMITER, TILE_LIST, PADDING = 1, 2, 8, 15
HAS_EXTENSION, HAS_SIZE = 0x04, 0x02


class Av1Depacketiser(WholePictures):
    """Assembles temporal units; after a hole it waits for the next one that has a sequence header."""

    def __init__(self) -> None:
        super().__init__()
        self._timestamp: int | None = None

    def _read(self, packet: RtpPacket) -> Piece | None:
        begins = packet.timestamp != self._timestamp
        self._timestamp = packet.timestamp
        if len(packet.payload) < 2:
            raise ValueError("an AV1 packet without data")
        return Piece(begins and not packet.payload[0] & 0x80, packet.marker, packet.payload)

    def _join(self, parts: list[bytes]) -> bytes:
        return b"".join(with_size(unit) for unit in units_of(parts) if not _dropped(unit))

    def _size_of(self, frame: bytes) -> tuple[int, int] | None:
        header = sequence_header_of(frame)
        try:
            return None if header is None else picture_size(header)
        except (ValueError, IndexError):
            return None


def _dropped(unit: bytes) -> bool:
    """Units that a container must not or need not have (AV1 in Matroska §4.2)."""
    return unit[0] >> 3 & 15 in (TEMPORAL_DELIMITER, TILE_LIST, PADDING)


def units_of(payloads: list[bytes]) -> list[bytes]:
    """The OBUs of a temporal unit from its packets' payloads (§4.3, §4.4), without their size fields.

    Raises:
        ValueError: something is missing or contradicts itself.
    """
    units: list[bytes] = []
    open_unit = b""
    for payload in payloads:
        continues, goes_on = payload[0] & 0x80, payload[0] & 0x40
        if bool(continues) != bool(open_unit):
            raise ValueError("a part of an OBU is missing")
        elements = _elements(payload)
        if continues:
            elements[0] = open_unit + elements[0]
        open_unit = elements.pop() if goes_on else b""
        units += elements
    if open_unit:
        raise ValueError("the end of an OBU is missing")
    return [_without_size(unit) for unit in units]


def _elements(payload: bytes) -> list[bytes]:
    count = payload[0] >> 4 & 3
    elements: list[bytes] = []
    position = 1
    while position < len(payload):
        if count and len(elements) == count - 1:
            length = len(payload) - position
        else:
            length, position = read_leb128(payload, position)
        if not length or position + length > len(payload):
            raise ValueError("an element of an AV1 packet is empty or truncated")
        elements.append(payload[position : position + length])
        position += length
    if not elements or (count and len(elements) != count):
        raise ValueError("an AV1 packet has fewer elements than it says")
    return elements


def _without_size(unit: bytes) -> bytes:
    if not unit[0] & HAS_SIZE:
        return unit
    head = 2 if unit[0] & HAS_EXTENSION else 1
    if len(unit) <= head:
        raise ValueError("an OBU is truncated")
    length, position = read_leb128(unit, head)
    if position + length > len(unit):
        raise ValueError("an OBU is shorter than it says")
    return bytes((unit[0] & ~HAS_SIZE,)) + unit[1:head] + unit[position : position + length]


def with_size(unit: bytes) -> bytes:
    """An OBU without size field as one that has it: the low-overhead format (AV1 specification §5.2)."""
    head = 2 if unit[0] & HAS_EXTENSION else 1
    return bytes((unit[0] | HAS_SIZE,)) + unit[1:head] + leb128(len(unit) - head) + unit[head:]


def leb128(value: int) -> bytes:
    """A number in seven bits a byte (AV1 specification §4.10.5)."""
    encoded = bytearray()
    while value >= 0x80:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)


def read_leb128(data: bytes, position: int) -> tuple[int, int]:
    """The number at ``position`` and where it ends. Raises ValueError when it is cut off or too long."""
    value = 0
    for index in range(8):
        if position + index >= len(data):
            break
        byte = data[position + index]
        value |= (byte & 0x7F) << (7 * index)
        if not byte & 0x80:
            return value, position + index + 1
    raise ValueError("a number is cut off")


def sequence_header_of(frame: bytes) -> bytes | None:
    """The first sequence header of a temporal unit in the low-overhead format, with its own header; None: it has none.

    Whoever decodes begins with one, and the container wants one in front.
    """
    position = 0
    while position < len(frame):
        head = 2 if frame[position] & HAS_EXTENSION else 1
        try:
            length, start = read_leb128(frame, position + head)
        except ValueError:
            return None
        if frame[position] >> 3 & 15 == SEQUENCE_HEADER:
            return frame[position : start + length]
        position = start + length
    return None


class _Bits:
    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, "big")
        self._left = 8 * len(data)

    def take(self, count: int) -> int:
        self._left -= count
        if self._left < 0:
            raise ValueError("a sequence header is truncated")
        return self._value >> self._left & (1 << count) - 1

    def skip_uvlc(self) -> None:
        zeros = 0
        while not self.take(1):
            zeros += 1
        self.take(min(zeros, 32))


def picture_size(header: bytes) -> tuple[int, int]:
    """The largest width and height that a sequence header allows (AV1 specification §5.5.1).

    Raises:
        ValueError: it is truncated.
    """
    _, start = read_leb128(header, 2 if header[0] & HAS_EXTENSION else 1)
    bits = _Bits(header[start:])
    bits.take(4)  # profile, still picture
    if bits.take(1):
        bits.take(5)
    else:
        _skip_operating_points(bits, _skip_timing(bits))
    width_bits, height_bits = bits.take(4) + 1, bits.take(4) + 1
    return bits.take(width_bits) + 1, bits.take(height_bits) + 1


def _skip_timing(bits: _Bits) -> int:
    """How many bits the buffer delays of each operating point have; 0: they are not there."""
    if not bits.take(1):
        return 0
    bits.take(64)
    if bits.take(1):
        bits.skip_uvlc()
    if not bits.take(1):
        return 0
    delay_bits = bits.take(5) + 1
    bits.take(32 + 5 + 5)
    return delay_bits


def _skip_operating_points(bits: _Bits, delay_bits: int) -> None:
    delays_shown = bits.take(1)
    for _ in range(bits.take(5) + 1):
        bits.take(12)
        if bits.take(5) > 7:
            bits.take(1)
        if delay_bits and bits.take(1):
            bits.take(2 * delay_bits + 1)
        if delays_shown and bits.take(1):
            bits.take(4)
