"""A narrow way between browsers and the media worker: a relay with a rate, a queue, and nothing else."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

LONGEST_QUEUE = 0.3
"""Seconds of traffic that wait before datagrams are dropped: a home router's buffer."""


class Pipe:
    """One direction of a way: ``rate`` bits per second (None: as much as one likes) behind a queue that drops."""

    def __init__(self, rate: float | None = None) -> None:
        self.rate = rate
        self.passed = self.dropped = 0
        self._free_at = 0.0

    def put(self, size: int, deliver: Callable[[], None]) -> None:
        """Call ``deliver`` when a datagram of ``size`` bytes is through, or never."""
        if self.rate is None:
            deliver()
            return
        loop = asyncio.get_running_loop()
        begins = max(loop.time(), self._free_at)
        if begins - loop.time() > LONGEST_QUEUE:
            self.dropped += 1
            return
        self.passed += size
        self._free_at = begins + 8 * size / self.rate
        loop.call_at(self._free_at, deliver)


@dataclass
class Narrow:
    """What every sender may send together, bits per second, in one direction each; None: as much as they like."""

    up: float | None = None
    dropped: int = 0
    passed: int = 0
    sides: dict[Any, Side] = field(default_factory=dict)


class Side(asyncio.DatagramProtocol):
    """The worker's side of one sender."""

    def __init__(self, narrow: Narrow, front: Front, sender: Any) -> None:
        self.narrow, self.front, self.sender = narrow, front, sender
        self.queue: deque[bytes] = deque()
        self.waiting = 0
        self.transport: asyncio.DatagramTransport | None = None
        self.task: asyncio.Task[None] | None = None

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.task = asyncio.create_task(self.run())

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self.front.transport.sendto(data, self.sender)

    def put(self, data: bytes) -> None:
        rate = self.narrow.up
        if rate is not None and self.waiting * 8 > rate * LONGEST_QUEUE:
            self.narrow.dropped += 1
            return
        self.queue.append(data)
        self.waiting += len(data)

    async def run(self) -> None:
        """Let bytes through at the rate."""
        loop = asyncio.get_running_loop()
        last, credit = loop.time(), 0.0
        while True:
            await asyncio.sleep(0.004)
            now, rate = loop.time(), self.narrow.up
            credit = min(credit + (now - last) * (rate or 1e9) / 8, (rate or 1e9) / 8 * 0.02)
            last = now
            while self.queue and credit > 0:
                data = self.queue.popleft()
                self.waiting -= len(data)
                credit -= len(data)
                self.narrow.passed += len(data)
                assert self.transport is not None
                self.transport.sendto(data)


class Front(asyncio.DatagramProtocol):
    """The address that browsers are told."""

    def __init__(self, narrow: Narrow, target: tuple[str, int]) -> None:
        self.narrow, self.target = narrow, target
        self.transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        side = self.narrow.sides.get(addr)
        if side is None:
            side = self.narrow.sides[addr] = Side(self.narrow, self, addr)
            task = asyncio.ensure_future(
                asyncio.get_running_loop().create_datagram_endpoint(lambda: side, remote_addr=self.target)
            )
            task.add_done_callback(lambda done: done.exception())
        side.put(data)


@asynccontextmanager
async def narrow_way(address: str, target: tuple[str, int]) -> AsyncIterator[Narrow]:
    """Relay ``address`` (same port) to ``target``."""
    narrow = Narrow()
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: Front(narrow, target), local_addr=(address, target[1])
    )
    try:
        yield narrow
    finally:
        transport.close()
        for side in narrow.sides.values():
            if side.task is not None:
                side.task.cancel()
            if side.transport is not None:
                side.transport.close()
