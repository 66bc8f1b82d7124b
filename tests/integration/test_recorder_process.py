"""The recorder as a real process: it records, dies, fills a disk, and goes on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from recorder.control import FragmentSealed, TrackClosed, TrackFailed
from recorder.fragments import salvage
from signaling.errors import ErrorCode, SignalingError
from signaling.ids import CaptureId
from signaling.sfu import feed
from tests.support.capture_process import Feeder, Process, probe, watching
from tests.support.capture_rtp import H264, OPUS, VP8, h264_packets, opus_packets, play, vp8_packets
from tests.support.waiting import until


@pytest.fixture
async def recorder(tmp_path: Path) -> AsyncIterator[Process]:
    process = Process(tmp_path)
    await process.start()
    yield process
    await process.kill()


@pytest.fixture
def feeder(recorder: Process) -> Iterator[Feeder]:
    sender = Feeder(recorder.feed)
    yield sender
    sender.close()


async def test_what_was_fed_is_in_the_files_from_the_first_to_the_last_second(
    recorder: Process, feeder: Feeder
) -> None:
    packets = [opus_packets(6), vp8_packets(6), h264_packets(6)]
    async with watching(recorder.control) as web:
        await web.start(1, "s1/sound", OPUS)
        await web.start(2, "s1/picture", VP8)
        await web.start(3, "s1/phone", H264)
        # Now: a busy machine may take seconds to send, and the recorder believes no time that is ten seconds off.
        began = time.time()
        for number, track_packets in enumerate(packets, start=1):
            await feeder.send_all(number, track_packets, began)
        await feeder.send_report(1, began + 5, 5000 + 5 * 48000)
        tracks = [await web.client.stop_track(CaptureId(number)) for number in (1, 2, 3)]
        assert [track.file for track in tracks] == ["s1/sound.webm", "s1/picture.webm", "s1/phone.mkv"]
        assert [notice.track for notice in web.told(TrackClosed)] == tracks
        assert sum(track.packets for track in tracks) + 1 == feeder.sent
        for track in tracks:
            file = recorder.recordings / track.file
            played = play(file)
            assert played.first < 0.05
            assert played.end == pytest.approx(6, abs=0.05)
            assert track.started_at == pytest.approx(began, abs=0.01)
            assert track.ended_at == pytest.approx(began + 6, abs=0.05)
            times = [float(line.strip(",")) for line in probe(file, "-show_entries", "packet=pts_time")]
            assert times[-1] - times[0] == pytest.approx(6, abs=0.06)
            left = salvage(file)
            assert left.closed
            assert left.unsealed_bytes == left.missing_bytes == 0
            assert left.damaged_fragments == ()
            assert (left.track.sha256, left.track.bytes, left.track.fragments) == (
                track.sha256,
                file.stat().st_size,
                track.fragments,
            )
        sealed = [notice for notice in web.told(FragmentSealed) if notice.capture_id == 1]
        assert [notice.index for notice in sealed] == list(range(tracks[0].fragments))


async def test_a_killed_recorder_loses_less_than_a_second_and_the_next_one_records_to_a_new_file(
    recorder: Process, feeder: Feeder
) -> None:
    async with watching(recorder.control) as web:
        await web.start(1, "s/sound-1", OPUS)
        await web.start(2, "s/picture-1", VP8)
        began = await feeder.play({1: opus_packets(2.4), 2: vp8_packets(2.4)})
        await until(lambda: web.told(FragmentSealed))
        await recorder.kill()
        await until(lambda: web.losses == 1)
        assert not web.client.ready
        with pytest.raises(SignalingError) as refusal:
            await web.client.list_tracks()
        assert refusal.value.code is ErrorCode.RECORDING_UNAVAILABLE
        for name in ("sound-1", "picture-1"):
            left = salvage(recorder.recordings / "s" / name)
            assert not left.closed
            assert left.duration > 2.4 - 1
            assert left.duration == pytest.approx(play(recorder.recordings / left.track.file).end, abs=0.05)
            assert left.track.started_at == pytest.approx(began, abs=0.05)
            assert left.track.ended_at == pytest.approx(began + left.duration, abs=0.05)
            assert left.missing_bytes == 0
            assert left.damaged_fragments == ()
        await recorder.start()
        await until(lambda: len(web.readies) == 2)
        assert web.readies == [[], []]
        second = Feeder(recorder.feed)
        with pytest.raises(SignalingError) as taken:
            await web.start(3, "s/sound-1", OPUS)
        assert taken.value.code is ErrorCode.CONFLICT
        await web.start(3, "s/sound-2", OPUS)
        await second.send_all(3, opus_packets(2, sequence=60000), time.time() - 2)
        track = await web.client.stop_track(CaptureId(3))
        second.close()
        assert play(recorder.recordings / track.file).end == pytest.approx(2, abs=0.05)


async def test_the_recorder_goes_on_without_a_client_and_tells_the_next_one_what_is_open(
    recorder: Process, feeder: Feeder
) -> None:
    began = time.time() - 4
    packets = opus_packets(4)
    async with watching(recorder.control) as first:
        await first.start(7, "sound", OPUS)
        await feeder.send_all(7, packets[:100], began)
    await feeder.send_all(7, packets[100:], began)
    async with watching(recorder.control) as second:
        (open_tracks,) = second.readies
        assert [track.capture_id for track in open_tracks] == [7]
        track = await second.client.stop_track(CaptureId(7))
    assert play(recorder.recordings / track.file).end == pytest.approx(4, abs=0.05)


async def test_sigterm_closes_every_file(recorder: Process, feeder: Feeder) -> None:
    async with watching(recorder.control) as web:
        await web.start(1, "sound", OPUS)
        await feeder.send_all(1, opus_packets(2), time.time() - 2)
        assert await recorder.terminate() == 0
        await until(lambda: web.told(TrackClosed))
    left = salvage(recorder.recordings / "sound.webm")
    assert left.closed
    assert left.duration == pytest.approx(2, abs=0.05)
    assert not recorder.control.exists()
    assert not recorder.feed.exists()


async def test_a_track_that_cannot_be_written_fails_alone(tmp_path: Path) -> None:
    recorder = Process(tmp_path)
    await recorder.start(largest_file=200_000)
    feeder = Feeder(recorder.feed)
    async with watching(recorder.control) as web:
        await web.start(1, "sound", OPUS)
        await web.start(2, "picture", VP8)
        picture, sound = vp8_packets(8), opus_packets(8)
        began = time.time()
        await feeder.send_all(2, picture, began)
        (failed,) = await until(lambda: web.told(TrackFailed))
        assert isinstance(failed, TrackFailed)
        assert failed.reason == "write_failed"
        assert failed.track.capture_id == 2
        await feeder.send_all(1, sound, began)
        track = await web.client.stop_track(CaptureId(1))
        assert recorder.running
        assert await web.client.stop_track(CaptureId(2)) == failed.track
    assert play(recorder.recordings / track.file).end == pytest.approx(8, abs=0.05)
    left = salvage(recorder.recordings / failed.track.file)
    assert left.track.sha256 == failed.track.sha256
    assert left.track.bytes <= 200_000
    assert left.unsealed_bytes == 0
    # How many fit depends on the encoder, which spends fewer bytes when the machine is idle.
    assert play(recorder.recordings / failed.track.file).pictures > 0
    feeder.close()
    await recorder.kill()


async def test_recording_stops_before_the_disk_is_full(tmp_path: Path) -> None:
    recorder = Process(tmp_path)
    await recorder.start()
    feeder = Feeder(recorder.feed)
    async with watching(recorder.control) as web:
        await web.start(1, "sound", OPUS)
        await feeder.send_all(1, opus_packets(2), time.time() - 2)
        await web.client.stop_track(CaptureId(1))
    assert await recorder.terminate() == 0
    feeder.close()
    await recorder.start("--minimum-free-mb", str(1 << 40))
    async with watching(recorder.control) as web:
        with pytest.raises(SignalingError) as refusal:
            await web.start(2, "more", OPUS)
        assert refusal.value.code is ErrorCode.RECORDING_UNAVAILABLE
    assert not (recorder.recordings / "more.webm").exists()
    await recorder.kill()


@pytest.mark.parametrize("path", ["../out", "/etc/out", "a/../../out", "", "a/..", "link/out", "a\0b", "folder/"])
async def test_a_path_that_leaves_the_folder_is_refused(recorder: Process, path: str) -> None:
    (recorder.folder / "elsewhere").mkdir()
    (recorder.recordings / "link").symlink_to(recorder.folder / "elsewhere")
    async with watching(recorder.control) as web:
        with pytest.raises(SignalingError) as refusal:
            await web.start(1, path, OPUS)
        assert refusal.value.code is ErrorCode.BAD_REQUEST
    assert not list((recorder.folder / "elsewhere").iterdir())


async def test_wrong_requests_are_refused_and_garbage_in_the_feed_does_no_harm(
    recorder: Process, feeder: Feeder
) -> None:
    async with watching(recorder.control) as web:
        await web.start(1, "sound", OPUS)
        with pytest.raises(SignalingError) as twice:
            await web.start(1, "other", OPUS)
        assert twice.value.code is ErrorCode.CONFLICT
        with pytest.raises(SignalingError) as unknown:
            await web.client.stop_track(CaptureId(9))
        assert unknown.value.code is ErrorCode.NOT_FOUND
        with pytest.raises(SignalingError) as codec:
            await web.client.start_track(CaptureId(2), "x", "video", "video/H265", 90000, 1, 45)
        assert codec.value.code is ErrorCode.BAD_REQUEST
        with pytest.raises(SignalingError) as kind:
            await web.client.start_track(CaptureId(2), "x", "video", "audio/opus", 48000, 2, 111)
        assert kind.value.code is ErrorCode.BAD_REQUEST
        for kind_number, body in ((0, b""), (0, b"\xff" * 40), (1, b"\x80\xc8"), (1, b"")):
            await feeder.send(1, kind_number, float("nan"), body)
        await feeder.send(4_000_000_000, feed.RTP, 0.0, b"nobody's")
        await feeder.send_all(1, opus_packets(1), time.time() - 1)
        track = await web.client.stop_track(CaptureId(1))
        assert track.packets == 50


async def test_control_bytes_that_are_no_message_end_only_their_connection(recorder: Process) -> None:
    async with watching(recorder.control) as web:
        reader, writer = await asyncio.open_unix_connection(recorder.control)
        writer.write(b"\x00\x00\x00\x03abc")
        assert await asyncio.wait_for(reader.read(), 10) == b""
        writer.close()
        assert await web.client.list_tracks() == []
