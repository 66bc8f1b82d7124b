"""What the recorder reads from RTP and RTCP: the header, the sender report, and numbers that wrap around."""

from __future__ import annotations

import struct
from typing import NamedTuple

FIXED_HEADER = struct.Struct("!BBHII")
EXTENSION_HEADER = struct.Struct("!HH")
SENDER_REPORT_HEAD = struct.Struct("!BBHIIII")
SENDER_REPORT_TYPE = 200

NTP_TO_UNIX_SECONDS = 2_208_988_800
"""From 1900-01-01, where NTP time begins, to 1970-01-01, where Unix time does."""


class RtpPacket(NamedTuple):
    """One RTP packet (RFC 3550 §5.1) without header, extensions and padding."""

    sequence: int
    timestamp: int
    ssrc: int
    payload_type: int
    marker: bool
    payload: bytes


class SenderReport(NamedTuple):
    """What one RTCP sender report says of the sender's clock. ``sent_at``: Unix seconds by that clock."""

    ssrc: int
    sent_at: float
    timestamp: int


def parse_packet(data: bytes) -> RtpPacket:
    """Take an RTP packet apart.

    Raises:
        ValueError: it is truncated, of another version, or its padding is longer than it is.
    """
    if len(data) < FIXED_HEADER.size:
        raise ValueError("an RTP packet is shorter than its header")
    first, second, sequence, timestamp, ssrc = FIXED_HEADER.unpack_from(data)
    if first >> 6 != 2:
        raise ValueError(f"RTP version {first >> 6}")
    start = FIXED_HEADER.size + 4 * (first & 0x0F)
    if first & 0x10:
        if len(data) < start + EXTENSION_HEADER.size:
            raise ValueError("an RTP header extension is truncated")
        _, words = EXTENSION_HEADER.unpack_from(data, start)
        start += EXTENSION_HEADER.size + 4 * words
    end = len(data)
    if first & 0x20:
        end -= data[-1]
        if data[-1] == 0:
            raise ValueError("RTP padding of no bytes")
    if end < start:
        raise ValueError("an RTP packet ends inside its header or padding")
    return RtpPacket(sequence, timestamp, ssrc, second & 0x7F, bool(second & 0x80), data[start:end])


def parse_sender_report(data: bytes) -> SenderReport:
    """Read the sender's clock from an RTCP sender report (RFC 3550 §6.4.1).

    Raises:
        ValueError: it is truncated or something else.
    """
    if len(data) < SENDER_REPORT_HEAD.size:
        raise ValueError("an RTCP sender report is truncated")
    first, kind, _, ssrc, seconds, fraction, timestamp = SENDER_REPORT_HEAD.unpack_from(data)
    if first >> 6 != 2 or kind != SENDER_REPORT_TYPE:
        raise ValueError("not an RTCP sender report")
    if seconds == 0:
        raise ValueError("a sender report without a wall clock")  # RFC 3550 §6.4.1 allows zero: no clock
    return SenderReport(ssrc, seconds - NTP_TO_UNIX_SECONDS + fraction / (1 << 32), timestamp)


class Unwrapper:
    """Turns numbers that wrap at ``bits`` into numbers that do not, each nearest to the one before it."""

    def __init__(self, bits: int) -> None:
        self._modulus = 1 << bits
        self.last: int | None = None

    def peek(self, value: int) -> int:
        """The long number of ``value``, without remembering it."""
        if self.last is None:
            return value
        half = self._modulus >> 1
        return self.last + ((value - self.last + half) % self._modulus) - half

    def unwrap(self, value: int) -> int:
        """The long number of ``value``."""
        self.last = self.peek(value)
        return self.last
