"""A real recorder process, a client connected to it, and a feeder that sends in real time."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from recorder.capture import TrackFormat
from recorder.client import Notice, RecorderClient
from recorder.control import Track
from signaling.ids import CaptureId
from signaling.sfu import feed
from tests.support.capture_rtp import Sent, sender_report
from tests.support.waiting import until

ROOT = Path(__file__).parents[2]

LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
from recorder.process import configuration, main
main(configuration(sys.argv[1:]))
"""
"""A recorder none of whose files may grow beyond a limit: writes fail with EFBIG (Python ignores SIGXFSZ)."""


class Process:
    """One recorder process in a folder; may be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.recordings = folder / "recordings"
        self.control = folder / "c.sock"
        self.feed = folder / "f.sock"
        self.child: asyncio.subprocess.Process | None = None

    async def start(self, *options: str, largest_file: int | None = None) -> None:
        how = ["-m", "recorder.process"] if largest_file is None else ["-c", LIMITED.format(limit=largest_file)]
        where = ["--control", str(self.control), "--feed", str(self.feed), "--folder", str(self.recordings)]
        self.child = await asyncio.create_subprocess_exec(
            sys.executable, *how, *where, *options, cwd=ROOT, stderr=asyncio.subprocess.DEVNULL
        )
        await until(lambda: self.running and _listens(self.control))

    @property
    def running(self) -> bool:
        return self.child is not None and self.child.returncode is None

    async def kill(self) -> None:
        assert self.child is not None
        if self.running:
            self.child.kill()
        await self.child.wait()

    async def terminate(self) -> int:
        assert self.child is not None
        self.child.terminate()
        return await asyncio.wait_for(self.child.wait(), 20)


def _listens(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as candidate:
        return candidate.connect_ex(str(path)) == 0


class Watcher:
    """A client with everything that it was told."""

    def __init__(self, control: Path) -> None:
        self.notices: list[Notice] = []
        self.readies: list[list[Track]] = []
        self.losses = 0
        self.client = RecorderClient(control, self.notices.append, self._lost, self.readies.append)

    def _lost(self) -> None:
        self.losses += 1

    def told(self, kind: type[Notice]) -> list[Notice]:
        return [notice for notice in self.notices if isinstance(notice, kind)]

    async def start(self, capture_id: int, path: str, track_format: TrackFormat) -> None:
        kind = "audio" if track_format.mime_type.startswith("audio") else "video"
        await self.client.start_track(
            CaptureId(capture_id),
            path,
            kind,
            track_format.mime_type,
            track_format.clock_rate,
            track_format.channels,
            track_format.payload_type,
        )


@asynccontextmanager
async def watching(control: Path) -> AsyncIterator[Watcher]:
    watcher = Watcher(control)
    await watcher.client.start()
    await until(lambda: watcher.client.ready)
    try:
        yield watcher
    finally:
        await watcher.client.close()


class Feeder:
    """Sends packets to a feed socket and waits while the recorder's queue is full, as the media worker does."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.connect(str(path))
        self.sent = 0

    def close(self) -> None:
        self._socket.close()

    async def send(self, capture_id: int, kind: int, arrived_at: float, packet: bytes) -> None:
        await asyncio.get_running_loop().sock_sendall(
            self._socket, feed.pack(CaptureId(capture_id), kind, arrived_at, packet)
        )
        self.sent += 1

    async def send_all(self, capture_id: int, packets: Sequence[Sent], began: float) -> None:
        """As fast as it goes; each as if it had arrived at ``began`` plus its own time."""
        for packet in packets:
            await self.send(capture_id, feed.RTP, began + packet.at, packet.wire())

    async def send_report(self, capture_id: int, at: float, timestamp: int) -> None:
        await self.send(capture_id, feed.SENDER_REPORT, at, sender_report(at, timestamp))

    async def play(self, captures: dict[int, Sequence[Sent]], speed: float = 1.0) -> float:
        """At their own pace, several tracks together; Unix time of the beginning."""
        began, clock = time.time(), asyncio.get_running_loop().time()
        merged = sorted(((sent.at, number, sent) for number, track in captures.items() for sent in track), key=_when)
        loop = asyncio.get_running_loop()
        for at, number, sent in merged:
            wait = clock + at / speed - loop.time()
            if wait > 0:
                await asyncio.sleep(wait)
            await self.send(number, feed.RTP, began + at, sent.wire())
        return began


def _when(item: tuple[float, int, Sent]) -> float:
    return item[0]


def probe(file: Path, *entries: str) -> list[str]:
    """Lines of ffprobe about a file."""
    done = subprocess.run(
        ["ffprobe", "-v", "error", *entries, "-of", "csv=p=0", str(file)], capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    return done.stdout.split()
