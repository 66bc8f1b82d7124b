"""From RTP payloads to frames as a container stores them: Opus (RFC 7587), VP8 (RFC 7741), H264 (RFC 6184)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

from recorder.reorder import Ordered
from recorder.rtp import RtpPacket

LARGEST_FRAME: Final = 8 * 1024 * 1024
"""No camera frame is this large; an assembly that grows beyond it is given up."""


class MediaFrame(NamedTuple):
    """One encoded frame. ``timestamp``: RTP, 32 bit. ``duration``: ticks, 0 where the codec does not say."""

    timestamp: int
    arrived_at: float
    data: bytes
    key: bool
    duration: int = 0
    size: tuple[int, int] | None = None
    """Width and height, where a key frame says so by itself."""


class Depacketiser(Protocol):
    """Takes packets in order, gives frames that decode. ``broken``: frames that were incomplete or depend on such."""

    broken: int

    @property
    def needs_key(self) -> bool:
        """Whether everything is dropped until the next key frame."""

    def push(self, ordered: Ordered) -> MediaFrame | None:
        """Take one packet; a frame, if this packet completes one."""

    def restart(self) -> None:
        """The next packet comes from another encoder: nothing before it helps to decode it."""


OPUS_FRAME_TICKS = (480, 960, 1920, 2880) * 3 + (480, 960) * 2 + (120, 240, 480, 960) * 4
"""Length of one Opus frame at 48 kHz by configuration number (RFC 6716 §3.1, table 2)."""


def opus_duration(data: bytes) -> int:
    """How long an Opus packet plays, in ticks of 48 kHz; 0 if its frame count is unreadable (RFC 6716 §3.2)."""
    frames = (1, 2, 2, 0)[data[0] & 3]
    if frames == 0:
        frames = data[1] & 0x3F if len(data) > 1 else 0
    return OPUS_FRAME_TICKS[data[0] >> 3] * frames


class OpusDepacketiser:
    """One packet is one frame; a sender that is silent (DTX) just leaves time out."""

    needs_key = False

    def __init__(self) -> None:
        self.broken = 0

    def push(self, ordered: Ordered) -> MediaFrame | None:
        """Take one packet; a frame, if this packet completes one."""
        packet = ordered.packet
        if not packet.payload:
            return None
        duration = opus_duration(packet.payload)
        if duration == 0:
            self.broken += 1
            return None
        return MediaFrame(packet.timestamp, ordered.arrived_at, packet.payload, True, duration)

    def restart(self) -> None:
        """Nothing to do: Opus decodes from any packet."""


@dataclass(slots=True)
class _Assembly:
    """A frame of which some packets are here."""

    timestamp: int
    arrived_at: float
    parts: list[bytes]
    size: int = 0

    def add(self, part: bytes) -> None:
        self.parts.append(part)
        self.size += len(part)


class Piece(NamedTuple):
    """What one packet has of a frame."""

    begins: bool
    ends: bool
    data: bytes


class WholePictures:
    """Assembles frames; after a hole nothing decodes, so everything is dropped until the next key frame.

    What a codec has of its own: ``_read`` (the piece in a packet, None if it is to be left out; ValueError if it is
    malformed), ``_join`` (ValueError if the pieces do not fit), ``_size_of`` (of a key frame, None for others).
    """

    def __init__(self) -> None:
        self.broken = 0
        self._assembly: _Assembly | None = None
        self._dropped: int | None = None  # timestamp of the frame that was counted last
        self.needs_key = True

    def push(self, ordered: Ordered) -> MediaFrame | None:
        """Take one packet; a frame, if this packet completes one."""
        packet = ordered.packet
        if ordered.lost:
            self._break()
        if not packet.payload:
            return None
        try:
            piece = self._read(packet)
        except ValueError:
            self._break()
            return None
        if piece is None:
            return None
        if self._assembly is not None and (piece.begins or self._assembly.timestamp != packet.timestamp):
            self._break()  # the frame before ended without a marker: a packet of it was never sent to us
        if piece.begins:
            self._assembly = _Assembly(packet.timestamp, ordered.arrived_at, [])
        if self._assembly is None:
            self._drop(packet.timestamp)
            return None
        self._assembly.add(piece.data)
        if self._assembly.size > LARGEST_FRAME:
            self._break()
            return None
        return self._complete() if piece.ends else None

    def _read(self, packet: RtpPacket) -> Piece | None:
        raise NotImplementedError

    def _join(self, parts: list[bytes]) -> bytes:
        return b"".join(parts)

    def _size_of(self, frame: bytes) -> tuple[int, int] | None:
        raise NotImplementedError

    def restart(self) -> None:
        """Wait for a key frame of the new encoder."""
        self._break()

    def _break(self) -> None:
        if self._assembly is not None:
            self._drop(self._assembly.timestamp)
            self._assembly = None
        self.needs_key = True

    def _drop(self, timestamp: int) -> None:
        """Count a frame once, however many of its packets come."""
        self.broken += timestamp != self._dropped
        self._dropped = timestamp
        self.needs_key = True

    def _complete(self) -> MediaFrame | None:
        assert self._assembly is not None
        assembly, self._assembly = self._assembly, None
        try:
            data = self._join(assembly.parts)
        except ValueError:
            self._drop(assembly.timestamp)
            return None
        size = self._size_of(data)
        if self.needs_key and size is None:
            self.broken += 1
            return None
        self.needs_key = False
        return MediaFrame(assembly.timestamp, assembly.arrived_at, data, size is not None, 0, size)


class Vp8Depacketiser(WholePictures):
    """Assembles VP8 frames."""

    def _read(self, packet: RtpPacket) -> Piece | None:
        begins, data = vp8_payload(packet.payload)
        return Piece(begins, packet.marker, data)

    def _size_of(self, frame: bytes) -> tuple[int, int] | None:
        return vp8_key_size(frame)


def vp8_payload(payload: bytes) -> tuple[bool, bytes]:
    """Whether a packet begins a frame, and its bytes without the payload descriptor (RFC 7741 §4.2).

    Raises:
        ValueError: the descriptor is truncated or nothing follows it.
    """
    position = 1
    if payload[0] & 0x80:
        if len(payload) < 2:
            raise ValueError("a VP8 payload descriptor is truncated")
        extensions = payload[1]
        position = 2
        if extensions & 0x80:
            if len(payload) <= position:
                raise ValueError("a VP8 picture id is truncated")
            position += 2 if payload[position] & 0x80 else 1
        position += bool(extensions & 0x40) + bool(extensions & 0x30)
    if len(payload) <= position:
        raise ValueError("a VP8 packet without data")
    # S bit and partition index 0: the first packet of the frame, not of a later partition
    return payload[0] & 0x17 == 0x10, payload[position:]


def vp8_key_size(frame: bytes) -> tuple[int, int] | None:
    """Width and height of a VP8 key frame, None for any other frame (RFC 6386 §9.1)."""
    if len(frame) < 10 or frame[0] & 1 or frame[3:6] != b"\x9d\x01\x2a":
        return None
    width = int.from_bytes(frame[6:8], "little") & 0x3FFF
    height = int.from_bytes(frame[8:10], "little") & 0x3FFF
    return (width, height) if width and height else None


START_CODE = b"\x00\x00\x00\x01"
NAL_SLICE, NAL_IDR, NAL_SEI, NAL_SPS, NAL_PPS, NAL_DELIMITER = 1, 5, 6, 7, 8, 9
STAP_A, FU_A = 24, 28


class H264Depacketiser:
    """Assembles H264 access units in Annex B form; drops until the next IDR after a hole.

    Parameter sets that came earlier are put before an IDR that has none, so that every IDR can be decoded from.
    """

    def __init__(self) -> None:
        self.broken = 0
        self._units: _Assembly | None = None
        self._fragment: bytearray | None = None
        self._damaged = False
        self.needs_key = True
        self._sps: bytes | None = None
        self._pps: bytes | None = None

    def push(self, ordered: Ordered) -> MediaFrame | None:
        """Take one packet; a frame, if this packet completes one."""
        packet = ordered.packet
        if ordered.lost or (self._units is not None and self._units.timestamp != packet.timestamp):
            self._break()
        if not packet.payload:
            return None
        if self._units is None:
            self._units = _Assembly(packet.timestamp, ordered.arrived_at, [])
            self._damaged = ordered.lost > 0
        try:
            for unit in self._take(packet.payload):
                self._keep(unit)
                self._units.add(unit)
        except ValueError:
            self._damaged = True
        if self._units.size + len(self._fragment or b"") > LARGEST_FRAME:
            self._break()
            return None
        return self._complete() if packet.marker else None

    def restart(self) -> None:
        """Wait for an IDR of the new encoder, with its own parameter sets."""
        self._break()
        self._sps = self._pps = None

    def _take(self, payload: bytes) -> list[bytes]:
        kind = payload[0] & 0x1F
        if kind == FU_A:
            return self._take_fragment(payload)
        if self._fragment is not None:
            self._fragment = None
            raise ValueError("a NAL unit begins inside another")
        if kind == STAP_A:
            return split_aggregate(payload)
        if not 1 <= kind < STAP_A:
            raise ValueError(f"an H264 packet of type {kind}")
        return [payload]

    def _keep(self, unit: bytes) -> None:
        if unit[0] & 0x1F == NAL_SPS:
            self._sps = unit
        elif unit[0] & 0x1F == NAL_PPS:
            self._pps = unit

    def _take_fragment(self, payload: bytes) -> list[bytes]:
        if len(payload) < 3:
            raise ValueError("a fragment of a NAL unit is truncated")
        if payload[1] & 0x80:
            self._fragment = bytearray([payload[0] & 0xE0 | payload[1] & 0x1F])
        if self._fragment is None:
            raise ValueError("a fragment of a NAL unit whose beginning is missing")
        self._fragment += payload[2:]
        if not payload[1] & 0x40:
            return []
        unit, self._fragment = bytes(self._fragment), None
        return [unit]

    def _break(self) -> None:
        if self._units is not None:
            self.broken += 1
        self._units = None
        self._fragment = None
        self.needs_key = True

    def _complete(self) -> MediaFrame | None:
        assert self._units is not None
        access, self._units = self._units, None
        kinds = {unit[0] & 0x1F for unit in access.parts}
        if self._damaged or self._fragment is not None or not kinds & {NAL_SLICE, NAL_IDR}:
            self._refuse(counts=self._damaged or self._fragment is not None)
            return None
        key = NAL_IDR in kinds
        if self.needs_key and not key:
            self.broken += 1
            return None
        units = access.parts
        if key and NAL_SPS not in kinds:
            if self._sps is None or self._pps is None:
                self._refuse(counts=True)
                return None
            units = [self._sps, self._pps, *units]
        self.needs_key = False
        data = b"".join(START_CODE + unit for unit in units)
        return MediaFrame(access.timestamp, access.arrived_at, data, key)

    def _refuse(self, *, counts: bool) -> None:
        """Drop an access unit: one with a hole, or parameter sets that were sent alone."""
        self._fragment = None
        if counts:
            self.broken += 1
            self.needs_key = True


def split_aggregate(payload: bytes) -> list[bytes]:
    """The NAL units of a STAP-A packet (RFC 6184 §5.7.1). Raises ValueError if it is truncated."""
    units: list[bytes] = []
    position = 1
    while position < len(payload):
        end = position + 2 + int.from_bytes(payload[position : position + 2], "big")
        if end > len(payload) or end <= position + 2:
            raise ValueError("an aggregate of NAL units is truncated")
        units.append(payload[position + 2 : end])
        position = end
    return units


def sps_of(frame: bytes) -> bytes | None:
    """The first sequence parameter set in an Annex B access unit: the picture size changes only with it."""
    for unit in frame.split(START_CODE):
        if unit and unit[0] & 0x1F == NAL_SPS:
            return unit
    return None
