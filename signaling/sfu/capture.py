"""The recorder's end of the forwarding path: a datagram socket that never waits, and one sink for each capture."""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Final

import structlog

from signaling.ids import CaptureId
from signaling.sfu import feed

log = structlog.get_logger(__name__)

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

    ``on_connected`` is called each time a reader is found, also after another died.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.on_connected: Callable[[], None] = lambda: None
        self._socket: socket.socket | None = None
        self._backlog: deque[tuple[CaptureSink, bytes]] = deque()
        self._refused = ""

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
        """Send, keep for a moment, or drop and count at the sink."""
        if self._socket is None or len(self._backlog) >= BACKLOG:
            sink.dropped += 1
            return
        if self._backlog:
            self._backlog.append((sink, datagram))
            return
        if not self._try(sink, datagram) and self._socket is not None:
            self._backlog.append((sink, datagram))
            asyncio.get_running_loop().add_writer(self._socket, self._drain)

    def _try(self, sink: CaptureSink, datagram: bytes) -> bool:
        """Whether the datagram is dealt with; False: the reader is busy, or (then there is no socket) gone."""
        if self._socket is None:
            return False
        try:
            self._socket.send(datagram)
        except (BlockingIOError, InterruptedError):
            return False
        except OSError as error:
            log.warning("the recorder's feed broke", reason=str(error))
            sink.dropped += 1
            self._disconnect()
            return False
        return True

    def _drain(self) -> None:
        while self._backlog:
            if not self._try(*self._backlog[0]):
                return
            self._backlog.popleft()
        if self._socket is not None:
            asyncio.get_running_loop().remove_writer(self._socket)

    def _disconnect(self) -> None:
        if self._socket is not None:
            asyncio.get_running_loop().remove_writer(self._socket)
            self._socket.close()
            self._socket = None
        if self._backlog:
            self._backlog.popleft()  # the one that failed is counted already
        for sink, _ in self._backlog:
            sink.dropped += 1
        self._backlog.clear()

    def close(self) -> None:
        """Stop sending."""
        self._disconnect()
