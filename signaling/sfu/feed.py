"""The feed from a media worker to the recorder: one local datagram a packet, plaintext RTP behind a short header.

Header, big-endian: capture id (4 bytes), kind (1 byte), wall-clock arrival time in Unix seconds (8-byte float). Kind 0:
one RTP packet as the publisher sent it (payload type and SSRC are the publisher's, extensions kept). Kind 1: one RTCP
sender report (RFC 3550 §6.4.1). The sender never waits: a full socket drops and counts (MEDIA.md, design 7).
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from signaling.ids import CaptureId

HEADER = struct.Struct("!IBd")
RTP = 0
SENDER_REPORT = 1


class Fed(NamedTuple):
    """One datagram of the feed, taken apart."""

    capture_id: CaptureId
    kind: int
    arrived_at: float
    packet: bytes


def pack(capture_id: CaptureId, kind: int, arrived_at: float, packet: bytes) -> bytes:
    """One datagram."""
    return HEADER.pack(capture_id, kind, arrived_at) + packet


def unpack(datagram: bytes) -> Fed:
    """Take a datagram apart.

    Raises:
        ValueError: it is shorter than the header or of an unknown kind.
    """
    if len(datagram) < HEADER.size:
        raise ValueError(f"a feed datagram of {len(datagram)} bytes is shorter than its header")
    capture_id, kind, arrived_at = HEADER.unpack_from(datagram)
    if kind not in (RTP, SENDER_REPORT):
        raise ValueError(f"unknown feed kind {kind}")
    return Fed(CaptureId(capture_id), kind, arrived_at, datagram[HEADER.size :])
