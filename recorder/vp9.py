"""VP9 frames out of RTP payloads (RFC 9628). Of several spatial layers only the lowest is kept: it decodes alone."""

from __future__ import annotations

from recorder.depacketise import Piece, WholePictures
from recorder.rtp import RtpPacket

SYNC_CODE = b"\x49\x83\x42"


class Vp9Depacketiser(WholePictures):
    """Assembles VP9 frames of profile 0; after a hole it waits for the next key frame."""

    def _read(self, packet: RtpPacket) -> Piece | None:
        return vp9_payload(packet.payload)

    def _size_of(self, frame: bytes) -> tuple[int, int] | None:
        return vp9_key_size(frame)


def vp9_payload(payload: bytes) -> Piece | None:
    """What a packet has of a frame, without the payload descriptor (RFC 9628 §4.2); None: of a higher spatial layer.

    Raises:
        ValueError: the descriptor is truncated or nothing follows it.
    """
    first = payload[0]
    flexible = first & 0x10
    position = 1
    try:
        if first & 0x80:
            position += 2 if payload[position] & 0x80 else 1
        layer = 0
        if first & 0x20:
            layer = payload[position] >> 1 & 7
            position += 1 if flexible else 2  # TL0PICIDX
        if flexible and first & 0x40:
            while payload[position] & 1:
                position += 1
            position += 1
        if first & 0x02:
            position = _behind_structure(payload, position)
    except IndexError:
        raise ValueError("a VP9 payload descriptor is truncated") from None
    if len(payload) <= position:
        raise ValueError("a VP9 packet without data")
    return None if layer else Piece(bool(first & 0x08), bool(first & 0x04), payload[position:])


def _behind_structure(payload: bytes, position: int) -> int:
    """Where the scalability structure ends (RFC 9628 §4.2.1)."""
    head = payload[position]
    position += 1
    if head & 0x10:
        position += 4 * ((head >> 5) + 1)
    if head & 0x08:
        pictures = payload[position]
        position += 1
        for _ in range(pictures):
            position += 1 + (payload[position] >> 2 & 3)
    return position


def vp9_key_size(frame: bytes) -> tuple[int, int] | None:
    """Width and height of a key frame of profile 0, None for any other (VP9 Bitstream Specification 0.6 §6.2)."""
    # frame_marker 2, profile 0, show_existing_frame 0, frame_type 0 (key)
    if len(frame) < 9 or frame[0] & 0xFC != 0x80 or frame[1:4] != SYNC_CODE:
        return None
    # three bits of colour space and one of its range, then twice 16 bits
    packed = int.from_bytes(frame[4:9], "big") >> 4
    return (packed >> 16 & 0xFFFF) + 1, (packed & 0xFFFF) + 1
