"""The way out of one socket: a bounded queue and one task that empties it. A reader that is too slow is cut off."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Protocol

import structlog

from signaling.messages import CloseCode

MAXIMUM_FRAMES = 1024
MAXIMUM_BYTES = 4 * 1024 * 1024
CLOSE_SECONDS = 5.0

log = structlog.get_logger(__name__)


class SocketPort(Protocol):
    """One accepted WebSocket, whatever library it comes from."""

    @property
    def close_code(self) -> int | None:
        """The code with which the browser closed; None when it gave none or the connection broke."""

    async def receive(self) -> str | bytes | None:
        """The next message; None when the connection is over, and from then on."""

    async def send(self, message: str | bytes) -> None:
        """Send one message; waits while the network is slow. Raises OSError when the connection is over."""

    async def close(self, code: int, reason: str) -> None:
        """Close it. Does nothing when it is closed already."""


class Outbox:
    """Sends what it is given in order, as text or as binary messages."""

    def __init__(self, socket: SocketPort, *, binary: bool) -> None:
        self._socket = socket
        self._binary = binary
        self._frames: deque[bytes] = deque()
        self._size = 0
        self._waiting = asyncio.Event()
        self._ending: tuple[int, str] | None = None
        self._overflow = asyncio.Event()
        self.closed = asyncio.Event()
        self.cut = False
        """Whether it ended because the connection was over, and not because this side closed it."""

    @property
    def ending(self) -> bool:
        """Whether nothing is taken any more."""
        return self._ending is not None

    def send(self, frame: bytes) -> None:
        """Queue one frame. Over the limit the queue is thrown away and the socket closed with 4429."""
        if self.ending:
            return
        if len(self._frames) >= MAXIMUM_FRAMES or self._size + len(frame) > MAXIMUM_BYTES:
            self._frames.clear()
            self._ending = CloseCode.SLOW_READER, "the reader is too slow"
            self._overflow.set()
            self._waiting.set()
            return
        self._frames.append(frame)
        self._size += len(frame)
        self._waiting.set()

    def close(self, code: int, reason: str) -> None:
        """Close the socket when everything queued so far is sent."""
        if not self.ending:
            self._ending = code, reason
            self._waiting.set()

    async def run(self) -> None:
        """Send until told to close, or until the connection is over; then set ``closed``."""
        sending = asyncio.create_task(self._send_all())
        overflow = asyncio.create_task(self._overflow.wait())
        try:
            await asyncio.wait({sending, overflow}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (sending, overflow):
                task.cancel()
            await asyncio.gather(sending, overflow, return_exceptions=True)
            await self._close()

    async def _send_all(self) -> None:
        while True:
            while self._frames:
                frame = self._frames.popleft()
                self._size -= len(frame)
                try:
                    await self._socket.send(frame if self._binary else frame.decode())
                except OSError:
                    self.cut = not self.ending
                    return
            if self.ending:
                return
            self._waiting.clear()
            await self._waiting.wait()

    async def _close(self) -> None:
        code, reason = self._ending or (1000, "")
        self._ending = code, reason
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._socket.close(code, reason)
        except (OSError, TimeoutError):
            log.info("a socket did not close in time", code=code)
        finally:
            self.closed.set()
