"""The recorder's end of the forwarding path: a datagram socket that never waits, and one sink for each capture."""

from __future__ import annotations

import asyncio
import os
import socket
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Final

import structlog

from signaling.ids import CaptureId
from signaling.sfu import feed
from signaling.sfu.rtp import Buffer

log = structlog.get_logger(__name__)

BACKLOG: Final = 42
"""Datagrams kept while the recorder is busy: 2 MiB. Linux itself queues only 10 (``net.unix.max_dgram_qlen``)."""
GATHER: Final = 0.02
"""Seconds that a record may wait for others to travel with. What a dying worker loses of it is less than that."""

HEADER_BYTES: Final = feed.HEADER.size
LARGEST_DATAGRAM: Final = feed.LARGEST_DATAGRAM

_pack_record = feed.HEADER.pack


class CaptureSink:
    """One captured publication. Counts what the recorder did not get."""

    def __init__(self, feed_socket: FeedSocket, capture_id: CaptureId) -> None:
        self.capture_id = capture_id
        self.dropped = 0
        self._send = feed_socket.send

    def rtp(self, packet: Buffer, arrived_at: float) -> None:
        """One plaintext RTP packet as the publisher sent it; nobody may change it afterwards."""
        self._send(self, feed.RTP, arrived_at, packet)

    def sender_report(self, report: bytes, arrived_at: float) -> None:
        """One RTCP sender report."""
        self._send(self, feed.SENDER_REPORT, arrived_at, report)

    def take_dropped(self) -> int:
        """How many records were dropped since the last call."""
        dropped, self.dropped = self.dropped, 0
        return dropped


class FeedSocket:
    """The local datagram socket to the recorder. It may be absent, full, or die: that costs packets, never time.

    Records are gathered into one datagram: a system call and a wake-up of the recorder for each packet cost half as
    much as forwarding it to five people. They are written out when it leaves: in one loop that costs a quarter of what
    it costs in the middle of the hot path. ``on_connected`` is called each time a reader is found, also after a death.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.on_connected: Callable[[], None] = lambda: None
        self._socket: socket.socket | None = None
        self._records: list[tuple[CaptureSink, int, float, Buffer]] = []
        self._filled = 0
        self._backlog: deque[tuple[bytes, list[CaptureSink]]] = deque()
        self._refused = ""
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._waiting = False

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

    def send(self, sink: CaptureSink, kind: int, arrived_at: float, packet: Buffer) -> None:
        """Send with the next datagram, or drop and count at the sink."""
        size = HEADER_BYTES + len(packet)
        filled = self._filled + size
        if filled > LARGEST_DATAGRAM:
            self.flush()
            filled = size
        if self._socket is None or len(self._backlog) >= BACKLOG or filled > LARGEST_DATAGRAM:
            sink.dropped += 1
            return
        self._records.append((sink, kind, arrived_at, packet))
        self._filled = filled
        if self._timer is None:
            self._timer = self._loop.call_later(GATHER, self.flush)

    def flush(self) -> None:
        """Hand over what was gathered."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if records := self._records:
            parts: list[Buffer] = []
            for sink, kind, arrived_at, packet in records:
                parts += (_pack_record(sink.capture_id, kind, arrived_at, len(packet)), packet)
            self._backlog.append((b"".join(parts), [record[0] for record in records]))
            self._filled, self._records = 0, []
        if not self._waiting:
            self._drain()

    def _drain(self) -> None:
        """Send what the reader has room for; wait for it with the rest."""
        while self._backlog and self._socket is not None:
            try:
                self._socket.send(self._backlog[0][0])
            except BlockingIOError:
                if not self._waiting:
                    self._waiting = True
                    self._loop.add_writer(self._socket, self._drain)
                return
            except OSError as error:
                log.warning("the recorder's feed broke", reason=os.strerror(error.errno or 0))
                self._disconnect()
                return
            self._backlog.popleft()
        if self._waiting and self._socket is not None:
            self._waiting = False
            self._loop.remove_writer(self._socket)

    def _disconnect(self) -> None:
        if self._socket is None:
            return
        self._loop.remove_writer(self._socket)
        self._socket.close()
        self._socket = None
        self._waiting = False
        self._backlog.append((b"", [record[0] for record in self._records]))
        self._filled, self._records = 0, []
        for _, owners in self._backlog:
            for sink in owners:
                sink.dropped += 1
        self._backlog.clear()

    def close(self) -> None:
        """Send what is left if the reader has room for it, and stop."""
        self.flush()
        self._disconnect()
