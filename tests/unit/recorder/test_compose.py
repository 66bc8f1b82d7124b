"""The view of one person: aligned, gaps kept, readable by tools that know nothing of us."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import av
import pytest

from recorder.compose import CannotComposeError, View, ViewPart, build_view
from tests.support.capture_parts import part
from tests.support.capture_process import probe
from tests.support.capture_rtp import (
    EPOCH,
    H264,
    OPUS,
    VP8,
    h264_packets,
    later,
    opus_packets,
    play,
    vp8_packets,
)


def duration(file: Path) -> float:
    return float(probe(file, "-show_entries", "format=duration")[0])


def test_sound_and_pictures_keep_their_distance_and_the_gap_after_a_crash(tmp_path: Path) -> None:
    parts = [
        part(tmp_path, "a1", OPUS, opus_packets(4), EPOCH + 1),
        part(tmp_path, "v1", VP8, vp8_packets(4), EPOCH),
        part(tmp_path, "v2", VP8, vp8_packets(3), EPOCH + 10.5),
        part(tmp_path, "a2", OPUS, opus_packets(3), EPOCH + 10),
    ]
    file = tmp_path / "view.webm"
    view = build_view(parts, file)
    assert view == View(EPOCH, pytest.approx(13.467, abs=0.05), True, True, "video/webm")
    assert duration(file) == pytest.approx(view.duration, abs=0.03)
    with av.open(str(file)) as container:
        pictures = [frame.time for frame in container.decode(video=0)]
    assert pictures[0] == 0
    assert max(b - a for a, b in pairwise(pictures)) == pytest.approx(10.5 - 4 + 1 / 30, abs=0.01)
    loud = loud_seconds(file)
    assert loud == [1, 2, 3, 4, 10, 11, 12]
    assert {path.name for path in tmp_path.glob("view*")} == {"view.webm"}


def loud_seconds(file: Path) -> list[int]:
    """Whole seconds in whose middle there is sound."""
    levels: dict[int, int] = {}
    with av.open(str(file)) as container:
        resampler = av.AudioResampler("s16", "mono", 48000)
        for frame in container.decode(audio=0):
            for out in resampler.resample(frame):
                middle = out.time + out.samples / 2 / 48000
                if 0.2 < middle % 1 < 0.8:
                    samples = memoryview(bytes(out.planes[0])[: 2 * out.samples]).cast("h")
                    levels[int(middle)] = max(levels.get(int(middle), 0), *samples)
    return sorted(second for second, level in levels.items() if level > 1000)


def test_a_view_can_be_entered_anywhere(tmp_path: Path) -> None:
    parts = [
        part(tmp_path, "v", VP8, vp8_packets(10, key_every=30), EPOCH),
        part(tmp_path, "a", OPUS, opus_packets(10), EPOCH),
    ]
    file = tmp_path / "view.webm"
    build_view(parts, file)
    with av.open(str(file)) as container:
        container.seek(7_500_000)
        frame = next(container.decode(video=0))
    assert frame.time == pytest.approx(7, abs=0.05)
    assert b"\x1c\x53\xbb\x6b" in file.read_bytes()  # Cues


def test_h264_becomes_mp4(tmp_path: Path) -> None:
    parts = [
        part(tmp_path, "v", H264, h264_packets(3), EPOCH),
        part(tmp_path, "w", H264, h264_packets(3, width=640, height=360), EPOCH + 5),
        part(tmp_path, "a", OPUS, opus_packets(4), EPOCH + 0.5),
    ]
    file = tmp_path / "view"
    view = build_view(parts, file)
    assert view.mime_type == "video/mp4"
    assert duration(file) == pytest.approx(8, abs=0.1)
    assert play(file).sizes == ((320, 180), (640, 360))
    data = file.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


@pytest.mark.parametrize("only", ["audio", "video"])
def test_one_kind_alone(tmp_path: Path, only: str) -> None:
    one = (
        part(tmp_path, "a", OPUS, opus_packets(2), EPOCH)
        if only == "audio"
        else part(tmp_path, "v", VP8, vp8_packets(2), EPOCH)
    )
    view = build_view([one], tmp_path / "view")
    assert (view.has_audio, view.has_video) == (only == "audio", only == "video")
    assert view.mime_type == f"{only}/webm"
    assert duration(tmp_path / "view") == pytest.approx(2, abs=0.05)


def test_a_fast_sender_clock_is_corrected_by_its_reports(tmp_path: Path) -> None:
    packets = vp8_packets(2)
    stretched = [
        replace(packet, at=packet.at * 30, timestamp=9000 + (packet.timestamp - 9000) * 30) for packet in packets
    ]
    view = build_view([part(tmp_path, "v", VP8, stretched, EPOCH, drift=0.002)], tmp_path / "view")
    assert view.duration == pytest.approx(59 * 0.998, abs=0.03)


def test_the_later_of_two_overlapping_parts_is_shown(tmp_path: Path) -> None:
    parts = [
        part(tmp_path, "v", VP8, vp8_packets(4), EPOCH),
        part(tmp_path, "w", VP8, vp8_packets(4, width=640, height=360), EPOCH + 2),
    ]
    build_view(parts, tmp_path / "view")
    played = play(tmp_path / "view")
    assert played.sizes == ((320, 180), (640, 360))
    assert played.pictures == 60 + 120


def test_silence_of_a_dtx_sender_is_filled(tmp_path: Path) -> None:
    view = build_view([part(tmp_path, "a", OPUS, opus_packets(8, dtx=(2, 6)), EPOCH)], tmp_path / "view")
    played = play(tmp_path / "view")
    assert view.duration == pytest.approx(8, abs=0.03)
    assert played.samples / 48000 == pytest.approx(8, abs=0.03)


def test_a_torn_part_is_shown_up_to_the_tear(tmp_path: Path) -> None:
    torn = part(tmp_path, "a", OPUS, opus_packets(4), EPOCH)
    torn.file.write_bytes(torn.file.read_bytes()[:-5000])
    view = build_view([torn], tmp_path / "view")
    assert 2 < view.duration < 3.9


def test_nothing_that_plays_and_mixed_pictures_are_refused(tmp_path: Path) -> None:
    empty = tmp_path / "empty.webm"
    empty.write_bytes(b"")
    with pytest.raises(CannotComposeError, match="nothing"):
        build_view([ViewPart(empty, "video", EPOCH)], tmp_path / "view")
    mixed = [
        part(tmp_path, "v", VP8, vp8_packets(1), EPOCH),
        part(tmp_path, "h", H264, later(h264_packets(1), 0), EPOCH + 2),
    ]
    with pytest.raises(CannotComposeError, match="codec"):
        build_view(mixed, tmp_path / "view")
    assert not (tmp_path / "view").exists()
