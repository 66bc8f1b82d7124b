"""The way in of one socket: the next message, unless the way out has closed meanwhile; and how many are too many."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

from signaling.outbox import Outbox, SocketPort

REST_SECONDS = 1.0


class Inbox:
    """Reads one socket until either side has closed it."""

    def __init__(self, socket: SocketPort, outbox: Outbox) -> None:
        self._socket = socket
        self._outbox = outbox

    async def next(self) -> str | bytes | None:
        """The next message, or None when there will be none. After ``outbox.close`` nothing more is read."""
        if self._outbox.ending:
            return None
        receiving = asyncio.ensure_future(self._socket.receive())
        closing = asyncio.ensure_future(self._outbox.closed.wait())
        try:
            await asyncio.wait({receiving, closing}, return_when=asyncio.FIRST_COMPLETED)
            if self._outbox.ending or not receiving.done():
                return None
            return receiving.result()
        except OSError:
            return None
        finally:
            for task in (receiving, closing):
                task.cancel()
            await asyncio.gather(receiving, closing, return_exceptions=True)

    async def rest(self) -> None:
        """Pass over what is left of a connection that is over; then its ``close_code`` is known."""
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(REST_SECONDS):
                while await self._socket.receive() is not None:
                    pass


class Allowance:
    """A token bucket: ``burst`` messages (or bytes) at once, ``rate`` a second in the long run."""

    def __init__(self, burst: int, rate: float, now: Callable[[], float]) -> None:
        self._burst = burst
        self._rate = rate
        self._now = now
        self._left = float(burst)
        self._at = now()

    def take(self, amount: float = 1.0) -> bool:
        """Use up so much; False when there is not so much left."""
        now = self._now()
        self._left = min(self._burst, self._left + max(0.0, now - self._at) * self._rate)
        self._at = now
        if self._left < amount:
            return False
        self._left -= amount
        return True
