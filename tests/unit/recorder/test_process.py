"""The recorder inside the test's own process, where the disk can be made to fail."""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
import time
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from recorder import tracks
from recorder.control import FragmentSealed, KeyFrameWanted, TrackFailed
from recorder.fragments import FragmentWriter, salvage
from recorder.process import Recorder, RecorderConfig
from signaling.errors import ErrorCode, SignalingError
from signaling.ids import CaptureId
from tests.support.capture_process import Feeder, watching
from tests.support.capture_rtp import OPUS, VP8, opus_packets, play, vp8_packets
from tests.support.waiting import until

pytestmark = pytest.mark.alone


@pytest.fixture
async def config(tmp_path: Path) -> AsyncIterator[RecorderConfig]:
    settings = RecorderConfig(tmp_path / "c.sock", tmp_path / "f.sock", tmp_path / "recordings")
    recorder = Recorder(settings)
    running = asyncio.create_task(recorder.run())
    await until(settings.control_path.exists)
    yield settings
    recorder.stop()
    await asyncio.wait_for(running, 20)


async def test_every_track_ends_in_order_before_the_disk_is_full(
    config: RecorderConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    feeder = Feeder(config.feed_path)
    async with watching(config.control_path) as web:
        await web.start(1, "sound", OPUS)
        await feeder.send_all(1, opus_packets(3), time.time() - 3)
        await until(lambda: web.told(FragmentSealed))
        usage = SimpleNamespace(free=config.minimum_free_bytes - 1)
        monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
        (failed,) = await until(lambda: web.told(TrackFailed))
        assert isinstance(failed, TrackFailed)
        assert failed.reason == "disk_full"
        monkeypatch.undo()
        await web.start(2, "more", OPUS)
        await web.client.stop_track(CaptureId(2))
    feeder.close()
    left = salvage(config.folder / "sound")
    assert left.closed
    assert left.track.sha256 == failed.track.sha256
    assert play(config.folder / "sound.webm").end == pytest.approx(3, abs=0.03)


async def test_a_full_disk_ends_one_track_and_the_other_one_goes_on(
    config: RecorderConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    seal = FragmentWriter.seal

    def full(self: FragmentWriter, data: bytes, facts: object) -> FragmentSealed:
        if self._capture_id == 1 and self.fragments == 2:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return seal(self, data, facts)  # type: ignore[arg-type]

    monkeypatch.setattr(FragmentWriter, "seal", full)
    feeder = Feeder(config.feed_path)
    async with watching(config.control_path) as web:
        await web.start(1, "one", OPUS)
        await web.start(2, "two", OPUS)
        began = time.time() - 3
        await feeder.send_all(1, opus_packets(3), began)
        (failed,) = await until(lambda: web.told(TrackFailed))
        assert isinstance(failed, TrackFailed)
        assert (failed.reason, failed.track.capture_id) == ("disk_full", 1)
        await feeder.send_all(2, opus_packets(3), began)
        track = await web.client.stop_track(CaptureId(2))
    feeder.close()
    assert play(config.folder / track.file).end == pytest.approx(3, abs=0.03)
    assert play(config.folder / failed.track.file).end == pytest.approx(0.5, abs=0.05)


async def test_a_disk_slower_than_the_media_ends_the_track_and_not_the_memory(
    config: RecorderConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracks, "LARGEST_BACKLOG", 1000)
    feeder = Feeder(config.feed_path)
    async with watching(config.control_path) as web:
        await web.start(1, "one", OPUS)
        await feeder.send_all(1, opus_packets(3), time.time() - 3)
        (failed,) = await until(lambda: web.told(TrackFailed))
        assert isinstance(failed, TrackFailed)
        assert failed.reason == "write_failed"
        assert await web.client.list_tracks() == []
    feeder.close()


async def test_a_sync_that_fails_ends_the_track(config: RecorderConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: FragmentWriter) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    feeder = Feeder(config.feed_path)
    async with watching(config.control_path) as web:
        await web.start(1, "one", OPUS)
        monkeypatch.setattr(FragmentWriter, "sync", broken)
        await feeder.send_all(1, opus_packets(3), time.time() - 3)
        (failed,) = await until(lambda: web.told(TrackFailed))
        assert isinstance(failed, TrackFailed)
        assert failed.reason == "write_failed"
        assert failed.track.sha256 is not None
    feeder.close()


async def test_packets_that_come_before_the_file_is_open_are_in_it(config: RecorderConfig) -> None:
    feeder = Feeder(config.feed_path)
    packets = vp8_packets(3, key_every=1000)  # one key frame, the very first
    async with watching(config.control_path) as web:
        await feeder.send_all(1, packets[:30], time.time() - 3)
        await web.start(1, "picture", VP8)
        await feeder.send_all(1, packets[30:], time.time() - 3)
        track = await web.client.stop_track(CaptureId(1))
    feeder.close()
    assert track.packets == len(packets)
    assert play(config.folder / track.file).pictures == 90


async def test_a_picture_without_its_key_frame_is_asked_for_one(config: RecorderConfig) -> None:
    feeder = Feeder(config.feed_path)
    packets = vp8_packets(3, key_every=60)
    second = next(number for number, packet in enumerate(packets) if packet.at >= 1.99)
    async with watching(config.control_path) as web:
        await web.start(1, "picture", VP8)
        await feeder.send_all(1, packets[20:second], time.time() - 3)
        (wanted,) = await until(lambda: web.told(KeyFrameWanted))
        assert isinstance(wanted, KeyFrameWanted)
        assert wanted.capture_id == 1
        await feeder.send_all(1, packets[second:], time.time() - 3)
        track = await web.client.stop_track(CaptureId(1))
    feeder.close()
    assert play(config.folder / track.file).pictures == 30


async def test_a_full_disk_refuses_new_tracks_with_its_reason(
    config: RecorderConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=config.minimum_free_bytes - 1))
    async with watching(config.control_path) as web:
        with pytest.raises(SignalingError) as refused:
            await web.start(1, "sound", OPUS)
    assert refused.value.code is ErrorCode.RECORDING_UNAVAILABLE
    assert refused.value.detail == {"reason": "disk_full"}
