"""When the UDP port is read: at once while little arrives, at an even beat while much does.

Waking up costs more than a packet (36 µs of this process against 10 to 15 for a packet and its copies, in a virtual
machine), and people do not send in step: at 4,000 packets a second each would be a wake-up of its own.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable
from typing import Final

from signaling.sfu.ticker import Ticker

BEAT: Final = 0.000_6
"""Seconds between two looks at the port under load; half of it is what a packet waits on average."""
LOOK_EVERY: Final = 0.05
"""Seconds over which the load is measured."""
BUSY: Final = round(1.2 * LOOK_EVERY / BEAT)
"""Wake-ups in ``LOOK_EVERY`` from which on the beat is cheaper; under ``CALM`` datagrams it is not."""
CALM: Final = round(0.8 * LOOK_EVERY / BEAT)


class Pulse:
    """Calls ``read`` when the port is to be read; it returns how many datagrams it found."""

    def __init__(self, port: socket.socket, read: Callable[[], int]) -> None:
        self._port = port
        self._read = read
        self._loop = asyncio.get_running_loop()
        self._ticker = Ticker(self._act)
        self._beating = False
        self._wakes = self._datagrams = 0
        self._since = time.monotonic()
        self._loop.add_reader(port, self._act)

    @property
    def beating(self) -> bool:
        """Whether the port is read at an even beat."""
        return self._beating

    def _act(self) -> None:
        self._wakes += 1
        self._datagrams += self._read()
        if self._wakes >= BUSY:
            self._judge()

    def _judge(self) -> None:
        """Change over if the other way is cheaper. Asked after every ``BUSY`` wake-ups."""
        now = time.monotonic()
        elapsed, self._since = now - self._since, now
        wakes, datagrams = self._wakes, self._datagrams
        self._wakes = self._datagrams = 0
        if not self._beating and elapsed <= LOOK_EVERY:
            self._beating = True
            self._loop.remove_reader(self._port)
            self._ticker.set(BEAT)
        elif self._beating and datagrams < wakes * CALM / BUSY:
            self._beating = False
            self._ticker.set(0)
            self._loop.add_reader(self._port, self._act)

    def close(self) -> None:
        """Read no more."""
        if not self._beating:
            self._loop.remove_reader(self._port)
        self._ticker.close()
