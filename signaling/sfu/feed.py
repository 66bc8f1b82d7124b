"""The feed from a media worker to the recorder: local datagrams of many records, plaintext RTP behind a short header.

Header of a record, big-endian: capture id (4 bytes), kind (1 byte), wall-clock arrival time in Unix seconds (8-byte
float), length of the packet (2 bytes). Kind 0: one RTP packet as the publisher sent it (payload type and SSRC are the
publisher's, extensions kept). Kind 1: one RTCP sender report (RFC 3550 §6.4.1). The sender never waits: a full socket
drops and counts (MEDIA.md, design 7).
"""

from __future__ import annotations

import struct
from typing import Final, NamedTuple

from signaling.ids import CaptureId

HEADER = struct.Struct("!IBdH")
RTP = 0
SENDER_REPORT = 1
LARGEST_DATAGRAM: Final = 48 * 1024
"""Bytes. A wake-up of the reader for each packet would cost more than the packet."""


class Fed(NamedTuple):
    """One record of the feed, taken apart."""

    capture_id: CaptureId
    kind: int
    arrived_at: float
    packet: bytes


def pack(capture_id: CaptureId, kind: int, arrived_at: float, packet: bytes) -> bytes:
    """One record; datagrams are records behind one another."""
    return HEADER.pack(capture_id, kind, arrived_at, len(packet)) + packet


def unpack(datagram: bytes) -> list[Fed]:
    """Take a datagram apart.

    Raises:
        ValueError: it is empty, a record is cut off or of an unknown kind.
    """
    if not datagram:
        raise ValueError("an empty feed datagram")
    records: list[Fed] = []
    position = 0
    while position < len(datagram):
        if position + HEADER.size > len(datagram):
            raise ValueError("a feed record is cut off in its header")
        capture_id, kind, arrived_at, length = HEADER.unpack_from(datagram, position)
        position += HEADER.size
        if kind not in (RTP, SENDER_REPORT) or position + length > len(datagram):
            raise ValueError(f"a feed record of kind {kind} and {length} bytes cannot be")
        records.append(Fed(CaptureId(capture_id), kind, arrived_at, datagram[position : position + length]))
        position += length
    return records
