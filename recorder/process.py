"""The recorder process: takes the feed of the media workers, keeps one file a track, obeys the web process.

It goes on recording while nobody is connected to its control socket; whoever comes back asks ``ListTracks``.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import math
import shutil
import signal
import socket
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import structlog

from recorder.capture import TrackFormat, UnsupportedFormatError
from recorder.control import (
    AnyReply,
    AnyRequest,
    Done,
    ListTracks,
    Notice,
    Refused,
    StartTrack,
    StopTrack,
    Track,
)
from recorder.early import Early, EarlyPackets
from recorder.fragments import reason_of
from recorder.tracks import Disk, OpenTrack, create
from signaling.framing import Framing, FramingError
from signaling.ids import CaptureId
from signaling.sfu import feed

MEBIBYTE = 1024 * 1024
BATCH = 64
RECEIVE_BUFFER = 8 * MEBIBYTE
TICK_SECONDS = 0.1
SYNC_SECONDS = 1.0
LARGEST_CLOCK_ERROR = 10.0
"""Feed and recorder share a clock; an arrival time further off than this is replaced by our own."""

REMEMBERED_TRACKS = 1000
SLOW_CLIENT_BYTES = 4 * MEBIBYTE
DRAINING_ROUNDS = 50

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class RecorderConfig:
    """Where the recorder listens and writes. ``minimum_free_bytes``: it stops before less than this is left."""

    control_path: Path
    feed_path: Path
    folder: Path
    minimum_free_bytes: int = 64 * MEBIBYTE


@dataclass(slots=True)
class Counters:
    """What the feed brought while no file was open for it (the first packets of a track are kept until there is)."""

    datagrams: int = 0
    malformed: int = 0
    unknown: Counter[CaptureId] = field(default_factory=Counter)


class RefusedError(Exception):
    """A request that is not carried out; ``code`` as in signaling's error codes, ``reason`` as in ``Refused``."""

    def __init__(self, code: str, message: str, reason: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason


class Recorder:
    """The open tracks and the two sockets. ``run`` until ``stop`` is called."""

    def __init__(self, config: RecorderConfig) -> None:
        self._config = config
        requests: Any = AnyRequest  # a union is no class: Framing's parameter cannot say so
        replies: Any = AnyReply
        self._framing: Framing[AnyRequest] = Framing(requests)
        self._replies: Framing[AnyReply] = Framing(replies)
        self._disk = Disk()
        self._open: dict[CaptureId, OpenTrack] = {}
        self._ended: dict[CaptureId, Track] = {}
        self._starting: set[CaptureId] = set()
        self._early = EarlyPackets()
        self._clients: dict[asyncio.StreamWriter, asyncio.Task[None]] = {}
        self._feed = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)
        self._stopping = asyncio.Event()
        self.counters = Counters()

    def stop(self) -> None:
        """Close every file in order and end."""
        self._stopping.set()

    async def run(self) -> None:
        """Record until stopped."""
        loop = asyncio.get_running_loop()
        self._config.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._bind_feed()
        loop.add_reader(self._feed, self._read_feed)
        self._config.control_path.unlink(missing_ok=True)
        server = await asyncio.start_unix_server(self._serve, self._config.control_path)
        self._config.control_path.chmod(0o600)
        tasks = [asyncio.create_task(self._tick()), asyncio.create_task(self._sync())]
        log.info("recorder_ready", folder=str(self._config.folder))
        waiting = asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait([waiting, *tasks], return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._read_feed()
            loop.remove_reader(self._feed)
            for task in (waiting, *tasks):
                task.cancel()
            outcomes = await asyncio.gather(*tasks, return_exceptions=True)
            await asyncio.gather(*(track.stop() for track in list(self._open.values())))
            server.close()
            await self._hang_up()
            self._feed.close()
            self._config.feed_path.unlink(missing_ok=True)
            self._config.control_path.unlink(missing_ok=True)
            self._disk.close()
            log.info("recorder_stopped", datagrams=self.counters.datagrams, malformed=self.counters.malformed)
        for outcome in outcomes:
            if isinstance(outcome, Exception):
                raise outcome

    # The feed

    def _bind_feed(self) -> None:
        self._config.feed_path.unlink(missing_ok=True)
        self._feed.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        self._feed.bind(str(self._config.feed_path))
        self._config.feed_path.chmod(0o600)

    def _read_feed(self) -> int:
        """Empty the socket first, it holds little; then work. How many datagrams there were."""
        receive = self._feed.recv
        datagrams: list[bytes] = []
        with contextlib.suppress(BlockingIOError):
            while len(datagrams) < BATCH:
                datagrams.append(receive(feed.LARGEST_DATAGRAM))
        now, wall = time.monotonic(), time.time()
        for datagram in datagrams:
            self._take(datagram, now, wall)
        return len(datagrams)

    def _take(self, datagram: bytes, now: float, wall: float) -> None:
        self.counters.datagrams += 1
        try:
            records = feed.unpack(datagram)
        except ValueError:
            self.counters.malformed += 1
            return
        for fed in records:
            self._take_record(fed, now, wall)

    def _take_record(self, fed: feed.Fed, now: float, wall: float) -> None:
        arrived_at = fed.arrived_at
        if not math.isfinite(arrived_at) or abs(arrived_at - wall) > LARGEST_CLOCK_ERROR:
            arrived_at = wall
        track = self._open.get(fed.capture_id)
        if track is not None:
            track.take(fed, arrived_at, now)
            return
        if fed.capture_id in self.counters.unknown or len(self.counters.unknown) < REMEMBERED_TRACKS:
            self.counters.unknown[fed.capture_id] += 1
        if fed.capture_id not in self._ended:
            self._early.keep(Early(fed, arrived_at, now))

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK_SECONDS)
            now = time.monotonic()
            self._early.expire(now)
            for track in list(self._open.values()):
                track.tick(now)

    async def _sync(self) -> None:
        while True:
            await asyncio.sleep(SYNC_SECONDS)
            await self._check_space()
            for track in list(self._open.values()):
                await track.sync()

    async def _check_space(self) -> None:
        """Stop while there is still room to end the files in order."""
        message = await self._shortage()
        if message is None:
            return
        for track in list(self._open.values()):
            track.fail("disk_full", message)

    async def _shortage(self) -> str | None:
        usage = await asyncio.to_thread(shutil.disk_usage, self._config.folder)
        if usage.free >= self._config.minimum_free_bytes:
            return None
        return f"{usage.free} bytes are free, {self._config.minimum_free_bytes} must stay free"

    # Control

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._clients[writer] = task
        try:
            while (request := await self._framing.read(reader)) is not None:
                self._send(writer, await self._answer(request))
        except (FramingError, ConnectionError) as error:
            log.warning("control_connection_broke", error=str(error))
        except asyncio.CancelledError:
            log.info("control_connection_closed")
        finally:
            del self._clients[writer]
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _hang_up(self) -> None:
        """Let the clients read what was told to them, then end their connections."""
        tasks = list(self._clients.values())
        for writer in list(self._clients):
            with contextlib.suppress(ConnectionError, TimeoutError):
                await asyncio.wait_for(writer.drain(), 1)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _answer(self, request: AnyRequest) -> AnyReply:
        try:
            match request:
                case StartTrack():
                    await self._start(request)
                    return Done(request.number)
                case StopTrack():
                    return Done(request.number, [await self._stop(request.capture_id)])
                case ListTracks():
                    return Done(request.number, [track.summary() for track in self._open.values()])
        except RefusedError as error:
            return Refused(request.number, error.code, str(error), error.reason)

    async def _start(self, request: StartTrack) -> None:
        track_format = self._check(request)
        self._starting.add(request.capture_id)
        loop = asyncio.get_running_loop()
        try:
            message = await self._shortage()
            if message is not None:
                raise RefusedError("recording_unavailable", message, "disk_full")
            writer, line = await loop.run_in_executor(
                self._disk.writing, create, request, track_format, self._config.folder
            )
        except FileExistsError as error:
            raise RefusedError("conflict", f"{request.path} exists already") from error
        except OSError as error:
            raise RefusedError("recording_unavailable", str(error), reason_of(error)) from error
        finally:
            self._starting.discard(request.capture_id)
        track = OpenTrack(line, track_format, writer, self._disk, self._tell)
        track.ended.add_done_callback(lambda done: self._forget(done.result()))
        self._open[request.capture_id] = track
        for early in self._early.take(request.capture_id):
            track.take(early.fed, early.arrived_at, early.now)
        log.info("track_started", capture_id=request.capture_id, file=line.file)

    def _check(self, request: StartTrack) -> TrackFormat:
        """What the request asks for, if it may be had."""
        known = request.capture_id in self._open or request.capture_id in self._starting
        if known or request.capture_id in self._ended:
            raise RefusedError("conflict", f"capture {request.capture_id} was started before")
        if self._stopping.is_set():
            raise RefusedError("recording_unavailable", "the recorder is stopping")
        check_path(request.path, self._config.folder)
        track_format = TrackFormat(request.mime_type, request.clock_rate, request.channels, request.payload_type)
        try:
            codec = track_format.codec
        except UnsupportedFormatError as error:
            raise RefusedError("bad_request", str(error)) from error
        if (codec == "opus") != (request.kind == "audio"):
            raise RefusedError("bad_request", f"{request.mime_type} is not {request.kind}")
        return track_format

    async def _stop(self, capture_id: CaptureId) -> Track:
        """Close a track; of one that ended by itself, tell how it ended."""
        if capture_id in self._ended:
            return self._ended[capture_id]
        track = self._open.get(capture_id)
        if track is None:
            raise RefusedError("not_found", f"there is no capture {capture_id}")
        for _ in range(DRAINING_ROUNDS):  # what the worker sent, or still keeps because our socket was full
            if not self._read_feed():
                break
            await asyncio.sleep(0)
        return await track.stop()

    def _forget(self, track: Track) -> None:
        del self._open[track.capture_id]
        self._ended[track.capture_id] = track
        while len(self._ended) > REMEMBERED_TRACKS:
            del self._ended[next(iter(self._ended))]

    def _tell(self, notice: Notice) -> None:
        for writer in list(self._clients):
            self._send(writer, notice)

    def _send(self, writer: asyncio.StreamWriter, message: AnyReply) -> None:
        """Never wait for a client; one that does not read is cut off and may come back and ask."""
        transport = writer.transport
        if transport.is_closing():
            return
        if transport.get_write_buffer_size() > SLOW_CLIENT_BYTES:
            log.warning("control_client_too_slow")
            transport.abort()
            return
        writer.write(self._replies.pack(message))


def check_path(path: str, folder: Path) -> None:
    """Refuse a track path that leaves the recorder's folder, by its words or through a link.

    Raises:
        RefusedError: bad_request.
    """
    parts = PurePosixPath(path).parts
    if not parts or path.startswith("/") or ".." in parts or "\0" in path or path.endswith("/") or parts[-1] == ".":
        raise RefusedError("bad_request", "a track path is relative, below the folder and names a file")
    root = folder.resolve()
    try:
        inside = (root / path).parent.resolve().is_relative_to(root)
    except OSError as error:
        raise RefusedError("bad_request", f"a track path that cannot be resolved: {error}") from error
    if not inside:
        raise RefusedError("bad_request", "a track path leaves the recorder's folder")


async def serve(config: RecorderConfig) -> None:
    """Record until SIGTERM or SIGINT."""
    recorder = Recorder(config)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, recorder.stop)
    await recorder.run()


def main(config: RecorderConfig) -> None:
    """Entry of the process."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    asyncio.run(serve(config))


def configuration(arguments: Sequence[str]) -> RecorderConfig:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m recorder.process", description=__doc__)
    parser.add_argument("--control", type=Path, required=True, help="socket to listen on for the web process")
    parser.add_argument("--feed", type=Path, required=True, help="datagram socket to bind for the media workers")
    parser.add_argument("--folder", type=Path, required=True, help="where the files go")
    parser.add_argument("--minimum-free-mb", type=int, default=64, help="stop before less than this is left")
    given = parser.parse_args(arguments)
    return RecorderConfig(given.control, given.feed, given.folder, given.minimum_free_mb * MEBIBYTE)


if __name__ == "__main__":
    main(configuration(sys.argv[1:]))
