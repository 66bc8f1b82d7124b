"""RTCP between the worker and one transport: what subscribers ask for, what publishers are told."""

from __future__ import annotations

from typing import Final

from signaling.sfu import rtcp
from signaling.sfu.egress import Egress
from signaling.sfu.publication import Stream
from signaling.sfu.transport import Transport

LARGEST_REQUEST: Final = 256
"""Packets sent again for one NACK at most; more is a resend of the whole picture, which a key frame does better."""
BLOCKS_PER_REPORT: Final = 31
SHORTEST_RELAY: Final = 0.1
"""Seconds between two sender reports of one stream that are relayed: a browser sends one or two in a second, and each
costs as much as a packet for every subscriber."""
LONGEST_TRIP: Final = 30
"""Seconds there and back that are believed."""


def read(transport: Transport, compound: bytes, now: float, arrived_at: float, egress: Egress) -> None:
    """Act on one authentic RTCP packet from a browser; what it leads to is queued for others, or sent back at once.

    ``now`` is monotonic, ``arrived_at`` Unix time, both seconds.

    Raises:
        ValueError: it is malformed.
    """
    messages = rtcp.parse(compound)
    if transport.way_down is not None:
        transport.way_down.heard(now)
    for message in messages:
        match message:
            case rtcp.SenderReport():
                _relay(transport, message, now, arrived_at, egress)
                _note_losses(transport, message.blocks, now)
            case rtcp.ReceiverReport():
                _note_losses(transport, message.blocks, now)
            case rtcp.TransportFeedback():
                if transport.way_down is not None:
                    transport.way_down.hear(message.raw, now)
            case rtcp.ReferenceEcho():
                _note_trip(transport, message, now)
            case rtcp.Nack():
                subscription = transport.subscriptions.get(message.media_ssrc)
                if subscription is not None:
                    wanted = message.sequences[:LARGEST_REQUEST]
                    if (way := transport.way_down) is not None:
                        way.asked(subscription, wanted)
                        wanted = wanted[: way.repairs(subscription, len(wanted), now)]
                    egress.retransmit(subscription, wanted)
            case rtcp.KeyFrameRequest():
                subscription = transport.subscriptions.get(message.media_ssrc)
                if subscription is not None and subscription.wanted:  # a picture that was given up costs nobody one
                    subscription.key_frames_asked += 1
                    subscription.stream.ask_key_frame(now)


def _relay(transport: Transport, report: rtcp.SenderReport, now: float, arrived_at: float, egress: Egress) -> None:
    """Give a publisher's clock to the subscribers: the pair of NTP and RTP time is what lip sync is made of."""
    stream = transport.streams.get(report.ssrc)
    if stream is None or now - stream.reception.last_report_at < SHORTEST_RELAY:
        return
    stream.reception.sender_report(report.ntp, now)
    stream.report = (report.ntp / (1 << 32), report.timestamp)
    publication = stream.publication
    if not publication.paused:
        if publication.tap is not None:
            publication.tap.sender_report(stream, report, arrived_at)
        elif publication.sink is not None:
            publication.sink.sender_report(report.raw, arrived_at)
    for subscription in publication.subscriptions:
        if subscription.is_open and subscription.stream is stream:
            ssrc = subscription.promised.ssrc
            timestamp = report.timestamp + subscription.offsets.timestamp
            subscription.reported = (report.ntp >> 16) & 0xFFFFFFFF, now
            told = rtcp.sender_report(ssrc, report.ntp, timestamp, *subscription.left())
            subscription.receiver.queue_report(told + subscription.description, egress)


def _reference(now: float) -> int:
    """Monotonic seconds as a 64-bit time with 32 bits behind the point."""
    return int(now * (1 << 32))


def _note_trip(transport: Transport, echo: rtcp.ReferenceEcho, now: float) -> None:
    ticks = ((_reference(now) >> 16) - echo.reference - echo.delay) & 0xFFFFFFFF
    if ticks < LONGEST_TRIP * 65536:  # anything else is an echo of another time, or garbage
        transport.told_trip(ticks / 65536, now)


def _note_losses(transport: Transport, blocks: tuple[rtcp.ReportBlock, ...], now: float) -> None:
    for block in blocks:
        subscription = transport.subscriptions.get(block.ssrc)
        if subscription is None:
            continue
        subscription.fraction_lost = block.fraction_lost / 256
        subscription.jitter = block.jitter / subscription.publication.offered.clock_rate
        subscription.lost = block.lost
        if subscription.reported is not None and subscription.reported[0] == block.last_report:
            subscription.round_trip = max(0.0, now - subscription.reported[1] - block.delay / 65536)
            transport.told_trip(subscription.round_trip, now)
        lost, packets = subscription.losses.take(block, subscription.packets, subscription.never_left)
        transport.told_losses(lost, packets)
        if transport.way_down is not None and packets > 0:
            estimate = transport.way_down.estimate
            if not (subscription.asks and subscription.asked_again):  # else it told already, and sooner
                estimate.told_losses(now, lost, packets)
            if subscription.round_trip is not None:
                estimate.trips.note(now, now, subscription.round_trip)


def ask_for_missing(stream: Stream, now: float) -> None:
    """Ask a publisher again for what was lost on the way here."""
    if stream.reception.missing and stream.publication.offered.nack and (wanted := stream.reception.wanted(now)):
        stream.publication.transport.send_report(rtcp.nack(stream.ssrc, wanted))


def tell_arrivals(transport: Transport, egress: Egress) -> None:
    """Tell a publisher when its packets arrived."""
    if transport.transport_cc_id and transport.streams:
        for compound in transport.arrivals.reports(next(iter(transport.streams))):
            transport.queue_report(compound, egress)


def report(transport: Transport, now: float, bits_per_second: int, egress: Egress) -> None:
    """Tell a publisher what arrived; one without transport-cc also how much (else it stays at 300 kbit/s)."""
    active = [
        stream
        for publication in transport.publications
        for stream in publication.streams
        if stream.reception.highest >= 0
    ]
    if not active:
        return
    compound = rtcp.receiver_report([stream.reception.report(now) for stream in active[:BLOCKS_PER_REPORT]])
    video = [stream.ssrc for stream in active if stream.key_frame is not None]
    if video and not transport.transport_cc_id:
        compound += rtcp.bitrate_limit(bits_per_second, video[:BLOCKS_PER_REPORT])
    transport.queue_report(compound + rtcp.reference_time(_reference(now)), egress)
