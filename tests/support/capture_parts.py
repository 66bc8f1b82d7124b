"""Recorded parts with their index, made without a process."""

from __future__ import annotations

from pathlib import Path

from recorder.capture import Capture, TrackFormat
from recorder.compose import ViewPart
from recorder.fragments import FragmentWriter
from recorder.index import TrackLine
from signaling.ids import CaptureId
from tests.support.capture_rtp import OPUS, Sent, sender_report


def part(
    folder: Path, name: str, track_format: TrackFormat, packets: list[Sent], began: float, drift: float = 0.0
) -> ViewPart:
    """Record packets with an index; with ``drift`` sender reports say that the RTP clock runs fast by that ratio."""
    capture = Capture(track_format)
    kind = "audio" if track_format is OPUS else "video"
    file = folder / f"{name}{track_format.suffix}"
    line = TrackLine(
        capture_id=CaptureId(1),
        path=name,
        file=file.name,
        kind=kind,
        mime_type=track_format.mime_type,
        clock_rate=track_format.clock_rate,
        channels=track_format.channels,
        opened_at=began,
    )
    writer = FragmentWriter(file, line)
    for packet in packets:
        at = began + packet.at * (1 - drift)
        capture.rtp(packet.wire(), at, packet.at)
        if drift:
            capture.sender_report(sender_report(at, packet.timestamp), at)
        draft = capture.take()
        if draft is not None:
            writer.seal(draft.data, draft.facts)
    capture.finish()
    draft = capture.take()
    if draft is not None:
        writer.seal(draft.data, draft.facts)
    writer.close("stopped", began + 100, capture.timeline.ended_at)
    return ViewPart(file, kind, capture.timeline.started_at or began)
