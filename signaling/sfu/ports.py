"""The ports of the media worker: what the nouns need from outside, small enough to fit on a screen."""

from __future__ import annotations

from typing import Protocol

from signaling.sfu.rtp import Buffer

Address = tuple[str, int]
"""IP address and port."""


class PacketSink(Protocol):
    """Takes a copy of a publication's packets. Never raises and never waits: a publisher must not feel its sinks."""

    def rtp(self, packet: Buffer, arrived_at: float) -> None:
        """One plaintext RTP packet as the publisher sent it, which may be kept; ``arrived_at`` in Unix seconds."""

    def sender_report(self, report: bytes, arrived_at: float) -> None:
        """One RTCP sender report (RFC 3550 §6.4.1) of the same SSRC."""


class DatagramPort(Protocol):
    """Where datagrams that are not media leave: STUN answers, DTLS flights, RTCP."""

    def send_to(self, datagram: bytes, address: Address) -> None:
        """Send now or drop and count; never raises and never waits."""
