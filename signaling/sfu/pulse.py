"""When the UDP port is read: at once, or at an even beat where waking up would cost more than what it is for.

Waking up costs more than a packet (26 to 36 µs of this process in a virtual machine, against 10 to 15 for a packet and
its copies), and people do not send in step: at 4,000 packets a second each would be a wake-up of its own. The same
holds for a thousand people of whom nobody sends anything but 400 connectivity checks a second; those can wait longer.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable
from enum import Enum
from typing import Final

from signaling.sfu.ticker import Ticker

BEAT: Final = 0.000_6
"""Seconds between two looks at the port under load; half of it is what a packet waits on average."""
SILENT_BEAT: Final = 0.1
"""The same while nobody sends media: only checks whether the way is open wait, and the first packet of who begins.

On a machine that sleeps in between, each wake-up finds cold caches, and costs 0.2 to 0.4 ms before it does anything.
"""
SAMPLE: Final = 100
"""Wake-ups after which the way of reading is thought over."""
BUSY: Final = 1.2 / BEAT
"""Wake-ups a second from which on the beat is cheaper; under ``CALM`` datagrams a second it is not."""
CALM: Final = 0.8 / BEAT
SILENT_BUSY: Final = 1.2 / SILENT_BEAT
SILENT_CALM: Final = 0.8 / SILENT_BEAT


class Way(Enum):
    """How the port is read."""

    AT_ONCE = 0.0
    BEAT = BEAT
    SILENT_BEAT = SILENT_BEAT


class Pulse:
    """Calls ``read`` when the port is to be read; it returns how many datagrams it found.

    ``media`` tells how many packets of media and handshakes came since the start: while there are none nobody waits for
    the port.
    """

    def __init__(self, port: socket.socket, read: Callable[[], int], media: Callable[[], int]) -> None:
        self.way = Way.AT_ONCE
        self._port = port
        self._read = read
        self._media = media
        self._loop = asyncio.get_running_loop()
        self._ticker = Ticker(self._act)
        self._wakes = self._datagrams = self._media_before = 0
        self._since = time.monotonic()
        self._loop.add_reader(port, self._act)

    def _act(self) -> None:
        self._wakes += 1
        self._datagrams += self._read()
        if self._wakes >= SAMPLE:
            now = time.monotonic()
            elapsed, self._since = max(now - self._since, 1e-6), now
            media = self._media()
            silent, self._media_before = media == self._media_before, media
            self._change(better(self.way, self._wakes / elapsed, self._datagrams / elapsed, silent=silent))
            self._wakes = self._datagrams = 0
        elif self.way is Way.SILENT_BEAT and self._media() != self._media_before:
            self._change(Way.AT_ONCE)

    def rouse(self) -> None:
        """Somebody is about to come: they need not wait."""
        if self.way is Way.SILENT_BEAT:
            self._change(Way.AT_ONCE)
            self._wakes = self._datagrams = 0
            self._since = time.monotonic()

    def _change(self, way: Way) -> None:
        if way is self.way:
            return
        if self.way is Way.AT_ONCE:
            self._loop.remove_reader(self._port)
        elif way is Way.AT_ONCE:
            self._loop.add_reader(self._port, self._act)
        self.way = way
        self._ticker.set(way.value)

    def close(self) -> None:
        """Read no more."""
        if self.way is Way.AT_ONCE:
            self._loop.remove_reader(self._port)
        self._ticker.close()


def better(way: Way, wakes: float, datagrams: float, *, silent: bool) -> Way:
    """How to read on after so many wake-ups and datagrams a second, without media among them if ``silent``."""
    if silent:
        if wakes >= SILENT_BUSY if way is Way.AT_ONCE else datagrams >= SILENT_CALM:
            return Way.SILENT_BEAT
    elif wakes >= BUSY if way is Way.AT_ONCE else datagrams >= CALM:
        return Way.BEAT
    return Way.AT_ONCE
