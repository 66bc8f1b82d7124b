"""A track under everything that a network does to it: what comes out must decode, and its account must be true."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from recorder.capture import Capture, TrackFormat, UnsupportedFormatError
from recorder.index import FragmentFacts
from tests.support.capture_newer import av1_packets, vp9_packets
from tests.support.capture_rtp import (
    AV1,
    EPOCH,
    H264,
    OPUS,
    VP8,
    VP9,
    Sent,
    h264_packets,
    later,
    opus_packets,
    play,
    sender_report,
    vp8_packets,
)

PRE_SKIP = 312
"""Samples that a decoder drops at the beginning of an Opus stream of libopus (RFC 7845 §4.2)."""


class Recorded:
    """A capture, the bytes it gave and the facts that went with them."""

    def __init__(self, track_format: TrackFormat, folder: Path) -> None:
        self.capture = Capture(track_format)
        self.facts: list[FragmentFacts] = []
        self.file = folder / f"track{track_format.suffix}"
        self._data = bytearray()

    def feed(self, packets: Iterable[Sent]) -> None:
        for packet in packets:
            self.wire(packet.wire(), packet.at)

    def wire(self, data: bytes, at: float) -> None:
        self.capture.rtp(data, EPOCH + at, at)
        self._take()

    def tick(self, at: float) -> None:
        self.capture.tick(at)
        self._take()

    def finish(self) -> Recorded:
        self.capture.finish()
        self._take()
        self.file.write_bytes(self._data)
        return self

    def _take(self) -> None:
        draft = self.capture.take()
        if draft is not None:
            self._data += draft.data
            self.facts.append(draft.facts)

    @property
    def gaps(self) -> list[tuple[float, float, int]]:
        return [(gap.started_at, gap.ended_at, gap.lost_packets) for facts in self.facts for gap in facts.gaps]


def record(track_format: TrackFormat, packets: Sequence[Sent], folder: Path) -> Recorded:
    recorded = Recorded(track_format, folder)
    recorded.feed(packets)
    return recorded.finish()


TRACKS = [
    pytest.param(OPUS, opus_packets, id="opus"),
    pytest.param(VP8, vp8_packets, id="vp8"),
    pytest.param(H264, h264_packets, id="h264"),
    pytest.param(VP9, vp9_packets, id="vp9"),
    pytest.param(AV1, av1_packets, id="av1"),
]


@pytest.mark.parametrize(("track_format", "make"), TRACKS)
def test_numbers_that_wrap_around_do_not_show(track_format: TrackFormat, make: object, tmp_path: Path) -> None:
    packets = make(3, sequence=65530, timestamp=2**32 - 48000)  # type: ignore[operator]
    recorded = record(track_format, packets, tmp_path)
    assert recorded.capture.lost_packets == 0
    assert recorded.gaps == []
    assert play(recorded.file).end == pytest.approx(3, abs=0.05)


@pytest.mark.parametrize(("track_format", "make"), TRACKS)
def test_shuffled_and_doubled_packets_are_as_if_in_order(
    track_format: TrackFormat, make: object, tmp_path: Path
) -> None:
    rng = random.Random(4)
    packets = make(3)  # type: ignore[operator]
    jittered = sorted(
        [
            replace(packet, at=packet.at + rng.random() * 0.1)
            for packet in packets[1:]
            for _ in range(rng.choice((1, 2)))
        ],
        key=lambda packet: packet.at,
    )
    recorded = record(track_format, [packets[0], *jittered], tmp_path)
    assert recorded.capture.lost_packets == 0
    assert recorded.capture.broken_frames == 0
    played = play(recorded.file)
    assert played.end == pytest.approx(3, abs=0.05)
    assert recorded.capture.frames == (150 if track_format is OPUS else 90)


@pytest.mark.parametrize(("track_format", "make"), TRACKS)
def test_whatever_is_lost_every_frame_in_the_file_decodes(
    track_format: TrackFormat, make: object, tmp_path: Path
) -> None:
    rng = random.Random(5)
    packets = make(6, **({} if track_format is OPUS else {"key_every": 15}))  # type: ignore[operator]
    kept = [packet for packet in packets[:-1] if packet is packets[0] or rng.random() > 0.03] + [packets[-1]]
    recorded = record(track_format, kept, tmp_path)
    assert recorded.capture.lost_packets == len(packets) - len(kept)
    assert sum(lost for _, _, lost in recorded.gaps) <= recorded.capture.lost_packets
    assert recorded.gaps
    played = play(recorded.file)
    frames = played.pictures if track_format is not OPUS else (played.samples + PRE_SKIP) // 960
    assert frames == recorded.capture.frames
    assert frames > 10


def test_silence_of_a_dtx_sender_keeps_its_time(tmp_path: Path) -> None:
    recorded = record(OPUS, opus_packets(8, dtx=(2, 6)), tmp_path)
    assert recorded.gaps == []
    assert recorded.capture.lost_packets == 0
    assert play(recorded.file).end == pytest.approx(8, abs=0.03)


def test_a_pause_is_a_gap_without_loss(tmp_path: Path) -> None:
    before, after = opus_packets(2), opus_packets(2, sequence=1100, timestamp=5000 + 12 * 48000)
    recorded = record(OPUS, [*before, *later(after, 12)], tmp_path)
    assert recorded.gaps == [(2.0, 12.0, 0)]
    assert play(recorded.file).end == pytest.approx(14, abs=0.03)


def test_a_change_of_picture_size_is_noted_and_plays(tmp_path: Path) -> None:
    small = vp8_packets(2)
    large = vp8_packets(2, sequence=small[-1].sequence + 1, timestamp=9000 + 180_000, width=640, height=360)
    recorded = record(VP8, [*small, *later(large, 2)], tmp_path)
    sizes = [(picture.at, picture.width, picture.height) for facts in recorded.facts for picture in facts.pictures]
    assert sizes == [(0.0, 320, 180), (2.0, 640, 360)]
    assert play(recorded.file).sizes == ((320, 180), (640, 360))


def test_another_h264_encoder_in_the_same_track_plays_on(tmp_path: Path) -> None:
    first = h264_packets(2)
    second = h264_packets(2, sequence=9, timestamp=4_000_000_000, width=640, height=360)
    recorded = record(H264, [*first, *(replace(packet, ssrc=9) for packet in later(second, 4))], tmp_path)
    played = play(recorded.file)
    assert played.sizes == ((320, 180), (640, 360))
    assert played.end == pytest.approx(6, abs=0.1)
    assert [(round(a, 1), round(b, 1)) for a, b, _ in recorded.gaps] == [(2.0, 4.0)]


def test_of_two_layers_side_by_side_one_is_kept_whole(tmp_path: Path) -> None:
    low = vp8_packets(3)
    high = [replace(packet, ssrc=9) for packet in vp8_packets(3, sequence=7, width=640, height=360)]
    recorded = record(VP8, sorted([*low, *high], key=lambda packet: packet.at), tmp_path)
    assert recorded.capture.set_aside == len(high)
    assert (recorded.capture.frames, recorded.gaps) == (90, [])
    assert play(recorded.file).sizes == ((320, 180),)


def test_sender_reports_set_the_wall_clock_of_every_fragment(tmp_path: Path) -> None:
    recorded = Recorded(OPUS, tmp_path)
    for packet in opus_packets(6):
        recorded.wire(packet.wire(), packet.at + 0.5)
        if packet.at in (0.0, 4.0):
            report = sender_report(EPOCH - 100 + packet.at, packet.timestamp)
            recorded.capture.sender_report(report, EPOCH + packet.at)
    recorded.finish()
    assert recorded.capture.timeline.started_at == pytest.approx(EPOCH, abs=0.001)
    last = recorded.facts[-1]
    assert last.wall_to == pytest.approx(EPOCH + 6, abs=0.001)
    assert last.sender_clock_ahead == pytest.approx(-100, abs=0.001)
    assert recorded.facts[0].started_at is not None


def test_fragments_follow_each_other_every_half_second(tmp_path: Path) -> None:
    recorded = record(OPUS, opus_packets(6), tmp_path)
    assert len(recorded.facts) >= 12
    for before, after in zip(recorded.facts, recorded.facts[1:], strict=False):
        assert after.media_from == before.media_to
        assert after.media_to - after.media_from <= 0.55


def test_what_is_overdue_is_written_without_another_packet(tmp_path: Path) -> None:
    recorded = Recorded(OPUS, tmp_path)
    packets = opus_packets(2)
    recorded.feed([*packets[:50], *packets[51:]][:52])
    before = recorded.capture.frames
    recorded.tick(5.0)
    assert recorded.capture.frames > before


def test_a_track_without_media_has_no_bytes(tmp_path: Path) -> None:
    recorded = Recorded(VP8, tmp_path).finish()
    assert recorded.facts == []
    assert recorded.file.stat().st_size == 0
    assert recorded.capture.timeline.started_at is None


@pytest.mark.parametrize(("track_format", "make"), TRACKS)
@pytest.mark.parametrize("seed", range(8))
def test_mutated_packets_never_raise_and_leave_a_file_that_opens(
    track_format: TrackFormat, make: object, seed: int, tmp_path: Path
) -> None:
    rng = random.Random(seed)
    recorded = Recorded(track_format, tmp_path)
    for packet in make(2):  # type: ignore[operator]
        wire = bytearray(packet.wire())
        choice = rng.random()
        if choice < 0.2:
            for _ in range(rng.randint(1, 6)):
                wire[rng.randrange(len(wire))] = rng.randrange(256)
        elif choice < 0.3:
            del wire[rng.randrange(len(wire)) :]
        elif choice < 0.35:
            wire = bytearray(rng.randbytes(rng.randrange(60)))
        recorded.wire(bytes(wire), packet.at)
        recorded.capture.sender_report(bytes(rng.randbytes(rng.randrange(40))), EPOCH + packet.at)
        recorded.tick(packet.at)
    recorded.finish()
    assert recorded.capture.malformed > 0


@pytest.mark.parametrize(
    "track_format",
    [
        TrackFormat("video/H265", 90000, 1, 45),
        TrackFormat("audio/opus", 8000, 1, 111),
        TrackFormat("text/plain", 1, 1, 1),
    ],
)
def test_formats_that_cannot_be_written_are_refused(track_format: TrackFormat) -> None:
    with pytest.raises(UnsupportedFormatError):
        Capture(track_format)
