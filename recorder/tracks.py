"""The tracks that one recorder process has open: capture in memory, sealing and syncing in two threads of their own.

The event loop never touches the disk: a feed socket holds about ten datagrams (net.unix.max_dgram_qlen), so a disk that
stalls for a moment would otherwise cost media of everybody.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import av
import structlog

from recorder.capture import Capture, Draft, TrackFormat
from recorder.control import FragmentSealed, KeyFrameWanted, Notice, StartTrack, Track, TrackClosed, TrackFailed
from recorder.fragments import FragmentWriter, reason_of
from recorder.index import CloseReason, TrackLine
from signaling.sfu import feed

LARGEST_BACKLOG = 32 * 1024 * 1024
"""Bytes of one track that may wait for a slow disk; then the track fails rather than fill the memory."""

Tell = Callable[[Notice], None]

log = structlog.get_logger(__name__)


class Disk:
    """The two threads that may wait for the disk. One writes in order; the other one syncs, which takes longest."""

    def __init__(self) -> None:
        self.writing = ThreadPoolExecutor(1, "recorder-write")
        self.syncing = ThreadPoolExecutor(1, "recorder-sync")

    def close(self) -> None:
        """Wait for what is under way."""
        self.writing.shutdown()
        self.syncing.shutdown()


class OpenTrack:
    """One file that grows. Belongs to the event loop's thread.

    ``ended`` is done once the file is closed, by ``stop`` or by a failure; then the notice has been told.
    """

    def __init__(
        self, line: TrackLine, track_format: TrackFormat, writer: FragmentWriter, disk: Disk, tell: Tell
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._capture = Capture(track_format)
        self._writer = writer
        self._disk = disk
        self._tell = tell
        self._line = line
        self._backlog = 0
        self._unsynced: list[FragmentSealed] = []
        self._sealing: set[asyncio.Future[FragmentSealed]] = set()
        self._ending: asyncio.Task[None] | None = None
        self.capture_id = line.capture_id
        self.ended: asyncio.Future[Track] = self._loop.create_future()

    def take(self, fed: feed.Fed, arrived_at: float, now: float) -> None:
        """One datagram of the feed. ``arrived_at``: Unix seconds; ``now``: monotonic seconds."""
        if self._ending is not None:
            return
        try:
            if fed.kind == feed.RTP:
                self._capture.rtp(fed.packet, arrived_at, now)
            else:
                self._capture.sender_report(fed.packet, arrived_at)
        except (av.FFmpegError, ValueError) as error:
            self.fail("write_failed", f"the container took no more: {error}")
            return
        self._seal()

    def tick(self, now: float) -> None:
        """Give up packets that are overdue; say so when a picture waits for a key frame."""
        if self._ending is not None:
            return
        try:
            self._capture.tick(now)
        except (av.FFmpegError, ValueError) as error:
            self.fail("write_failed", f"the container took no more: {error}")
            return
        self._seal()
        if self._capture.wants_key_frame(now):
            self._tell(KeyFrameWanted(self.capture_id))

    async def sync(self) -> None:
        """Put what was sealed on the disk itself, then tell of it."""
        sealed, self._unsynced = self._unsynced, []
        if not sealed:
            return
        try:
            await self._loop.run_in_executor(self._disk.syncing, self._writer.sync)
        except OSError as error:
            self.fail(reason_of(error), str(error))
            return
        for fragment in sealed:
            self._tell(fragment)

    async def stop(self) -> Track:
        """Write what is there, close the file, tell ``TrackClosed``; or wait for the failure that is under way."""
        self._end("stopped", "")
        return await asyncio.shield(self.ended)

    def fail(self, reason: CloseReason, message: str) -> None:
        """Take nothing more; close the file with what is in it and tell ``TrackFailed``."""
        if self._ending is None:
            log.error("track_failed", capture_id=self.capture_id, reason=reason, message=message)
        self._end(reason, message)

    def summary(self) -> Track:
        """The track as it is now."""
        timeline = self._capture.timeline
        return Track(
            capture_id=self.capture_id,
            path=self._line.path,
            file=self._line.file,
            packets=self._capture.packets,
            bytes=self._writer.bytes,
            lost_packets=self._capture.lost_packets,
            started_at=timeline.started_at,
            ended_at=timeline.ended_at,
            fragments=self._writer.fragments,
        )

    def _seal(self) -> None:
        draft = self._capture.take()
        if draft is None:
            return
        self._backlog += len(draft.data)
        if self._backlog > LARGEST_BACKLOG:
            self.fail("write_failed", "the disk is slower than the media")
            return
        self._hand_over(draft)

    def _hand_over(self, draft: Draft) -> None:
        future = self._loop.run_in_executor(self._disk.writing, self._writer.seal, draft.data, draft.facts)
        self._sealing.add(future)
        future.add_done_callback(lambda done: self._sealed(done, len(draft.data)))

    def _sealed(self, done: asyncio.Future[FragmentSealed], size: int) -> None:
        self._sealing.discard(done)
        self._backlog -= size
        error = done.exception()
        if error is None:
            self._unsynced.append(done.result())
        elif isinstance(error, OSError):
            self.fail(reason_of(error), str(error))
        else:
            self.fail("write_failed", repr(error))

    def _end(self, reason: CloseReason, message: str) -> None:
        if self._ending is None:
            self._ending = self._loop.create_task(self._close(reason, message))

    async def _close(self, reason: CloseReason, message: str) -> None:
        """Every way ends here, once: last fragment, last line, sync, close, notice."""
        try:
            self._capture.finish()
        except (av.FFmpegError, ValueError) as error:
            reason, message = _first(reason, message, "write_failed", f"the container did not end: {error}")
        draft = self._capture.take()
        if draft is not None:
            self._hand_over(draft)
        for result in await asyncio.gather(*self._sealing, return_exceptions=True):
            if isinstance(result, BaseException):
                kind = reason_of(result) if isinstance(result, OSError) else "write_failed"
                reason, message = _first(reason, message, kind, str(result))
        ended_at = self._capture.timeline.ended_at
        try:
            await self._loop.run_in_executor(self._disk.writing, self._writer.close, reason, time.time(), ended_at)
        except OSError as error:
            reason, message = _first(reason, message, reason_of(error), str(error))
        else:
            for fragment in self._unsynced:
                self._tell(fragment)
        track = self.summary()
        track.sha256 = self._writer.sha256
        self._tell(TrackClosed(track) if reason == "stopped" else TrackFailed(track, reason, message))
        self.ended.set_result(track)


def _first(reason: CloseReason, message: str, kind: CloseReason, text: str) -> tuple[CloseReason, str]:
    """The first failure is the cause of those after it."""
    return (kind, text) if reason == "stopped" else (reason, message)


def create(request: StartTrack, track_format: TrackFormat, folder: Path) -> tuple[FragmentWriter, TrackLine]:
    """Create the file and its index below ``folder``; the writer and the first line of the index.

    Raises:
        OSError: they exist or cannot be made.
    """
    file = folder / (request.path + track_format.suffix)
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    name = str(file.relative_to(folder))
    line = TrackLine(
        capture_id=request.capture_id,
        path=request.path,
        file=name,
        kind=request.kind,
        mime_type=request.mime_type,
        clock_rate=request.clock_rate,
        channels=request.channels,
        opened_at=time.time(),
    )
    return FragmentWriter(file, line), line
