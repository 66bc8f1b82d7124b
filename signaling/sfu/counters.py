"""What a worker counts: nothing that arrives from the network is logged one by one."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(slots=True)
class Counters:
    """Counters of one worker since its start. Each refused datagram raises exactly one of them, up to ``faults``.

    ``bytes_*`` are of RTP with its encryption tag, added up once a second, as are ``packets_lost`` and
    ``deliveries_lost``: what did not come from publishers and did not get to subscribers (as they report), before
    repairs. From ``packets_asked`` on: ``signaling.sfu.tally``, as of the last time that somebody asked.
    """

    datagrams_received: int = 0
    packets_received: int = 0
    packets_forwarded: int = 0
    packets_retransmitted: int = 0
    packets_captured: int = 0
    bytes_received: int = 0
    bytes_forwarded: int = 0
    stun_answered: int = 0
    stun_malformed: int = 0
    stun_unknown_ufrag: int = 0
    stun_bad_integrity: int = 0
    stun_role_conflict: int = 0
    unknown_address: int = 0
    unknown_datagram: int = 0
    dtls_overflow: int = 0
    srtp_early: int = 0
    srtp_rejected: int = 0
    srtp_failed: int = 0
    rtp_malformed: int = 0
    rtp_unknown_stream: int = 0
    rtp_duplicate: int = 0
    rtp_oversize: int = 0
    rtp_padding: int = 0
    rtcp_malformed: int = 0
    send_dropped: int = 0
    send_failed: int = 0
    tcp_refused: int = 0
    tcp_dropped: int = 0
    faults: int = 0
    packets_lost: int = 0
    deliveries_lost: int = 0
    packets_asked: int = 0
    packets_repaired: int = 0
    deliveries_asked: int = 0
    key_frames_asked: int = 0
    key_frames_wanted: int = 0
    layer_switches: int = 0
    freezes: int = 0
    frozen_milliseconds: int = 0

    def as_json(self) -> dict[str, int]:
        """The counters by name."""
        return asdict(self)
