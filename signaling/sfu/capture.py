"""The recorder's end of the forwarding path: a datagram socket that never waits, and one sink for each capture."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
from collections import deque
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Final

import structlog

from signaling.ids import CaptureId
from signaling.sfu import feed
from signaling.sfu.udp import SLOT_BYTES, Batch, ffi, libc

log = structlog.get_logger(__name__)

BATCH: Final = 64
BACKLOG: Final = 2048
"""Datagrams kept while the recorder is busy. Linux queues only ``net.unix.max_dgram_qlen`` (10) for us, less than the
packets of one key frame."""


class CaptureSink:
    """One captured publication. Counts what the recorder did not get."""

    def __init__(self, feed_socket: FeedSocket, capture_id: CaptureId) -> None:
        self.capture_id = capture_id
        self.dropped = 0
        self._feed = feed_socket

    def rtp(self, packet: bytes, arrived_at: float) -> None:
        """One plaintext RTP packet as the publisher sent it."""
        self._feed.send(self, feed.pack(self.capture_id, feed.RTP, arrived_at, packet))

    def sender_report(self, report: bytes, arrived_at: float) -> None:
        """One RTCP sender report."""
        self._feed.send(self, feed.pack(self.capture_id, feed.SENDER_REPORT, arrived_at, report))

    def take_dropped(self) -> int:
        """How many datagrams were dropped since the last call."""
        dropped, self.dropped = self.dropped, 0
        return dropped


class FeedSocket:
    """The local datagram socket to the recorder. It may be absent, full, or die: that costs packets, never time.

    Datagrams leave together when the event loop comes round: a system call and a wake-up of the recorder for each would
    cost a quarter of the forwarding. ``on_connected`` is called each time a reader is found, also after another died.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.on_connected: Callable[[], None] = lambda: None
        self._socket: socket.socket | None = None
        self._backlog: deque[tuple[CaptureSink, bytes]] = deque()
        self._refused = ""
        self._loop = asyncio.get_running_loop()
        self._batch = Batch(BATCH, 0)
        self._draining = self._waiting = False

    @property
    def connected(self) -> bool:
        """Whether there is a reader, as far as the last send knows."""
        return self._socket is not None

    def connect(self) -> None:
        """Look for a reader, unless there is one. To be called regularly."""
        if self._socket is not None:
            return
        candidate = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        candidate.setblocking(False)
        try:
            candidate.connect(str(self._path))
        except OSError as error:
            candidate.close()
            if self._refused != str(error):
                self._refused = str(error)
                log.info("no recorder reads the feed", reason=str(error))
            return
        self._refused = ""
        self._socket = candidate
        log.info("a recorder reads the feed")
        self.on_connected()

    def send(self, sink: CaptureSink, datagram: bytes) -> None:
        """Send with the next batch, or drop and count at the sink."""
        if self._socket is None or len(self._backlog) >= BACKLOG or len(datagram) > SLOT_BYTES:
            sink.dropped += 1
            return
        self._backlog.append((sink, datagram))
        if not self._draining:
            self._draining = True
            self._loop.call_soon(self._drain)

    def _drain(self) -> None:
        """Send what the reader has room for; wait for it with the rest."""
        while self._backlog and self._socket is not None:
            count = self._fill()
            sent = libc.sendmmsg(self._socket.fileno(), self._batch.messages, count, socket.MSG_DONTWAIT)
            for _ in range(sent):
                self._backlog.popleft()
            if sent > 0 or ffi.errno == errno.EINTR:
                continue
            if ffi.errno == errno.EAGAIN:
                if not self._waiting:
                    self._waiting = True
                    self._loop.add_writer(self._socket, self._drain)
                return
            log.warning("the recorder's feed broke", reason=os.strerror(ffi.errno))
            self._disconnect()
        self._draining = False
        if self._waiting and self._socket is not None:
            self._waiting = False
            self._loop.remove_writer(self._socket)

    def _fill(self) -> int:
        batch = self._batch
        count = min(batch.count, len(self._backlog))
        for index, (_, datagram) in enumerate(islice(self._backlog, count)):
            base, size = batch.bases[index], len(datagram)
            batch.view[base : base + size] = datagram
            batch.set_length(index, size)
        return count

    def _disconnect(self) -> None:
        if self._socket is None:
            return
        self._loop.remove_writer(self._socket)
        self._socket.close()
        self._socket = None
        self._draining = self._waiting = False
        for sink, _ in self._backlog:
            sink.dropped += 1
        self._backlog.clear()

    def close(self) -> None:
        """Stop sending."""
        self._disconnect()
