"""How the port is read, with real sockets and a real timer."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections.abc import Callable, Iterator

import pytest

from signaling.sfu.pulse import BEAT, SAMPLE, SILENT_BEAT, Pulse, Way, better
from signaling.sfu.ticker import Ticker

pytestmark = pytest.mark.alone


class Port:
    """A socket to send to, and what was read from it. ``media`` of each datagram counts as media."""

    def __init__(self) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setblocking(False)
        self.socket.bind(("127.0.0.1", 0))
        self.sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sender.connect(self.socket.getsockname())
        self.read = self.media = 0
        self.pulse = Pulse(self.socket, self._drain, lambda: self.media)

    def _drain(self) -> int:
        count = 0
        with contextlib.suppress(BlockingIOError):
            while True:
                self.media += self.socket.recv(64) == b"media"
                count += 1
        self.read += count
        return count

    async def send_until(self, reached: Callable[[], bool], datagram: bytes, every: float) -> int:
        """Send at this interval until it is so; how many were sent."""
        sent, deadline = 0, time.monotonic() + 5
        while not reached():
            assert time.monotonic() < deadline
            self.sender.send(datagram)
            sent += 1
            if every:
                await asyncio.sleep(every)
            else:
                await asyncio.sleep(0)
        return sent


@pytest.fixture
async def port() -> Iterator[Port]:
    made = Port()
    yield made
    made.pulse.close()
    made.socket.close()
    made.sender.close()


async def test_a_few_datagrams_are_read_at_once(port: Port) -> None:
    await port.send_until(lambda: port.read >= SAMPLE + 5, b"media", 0.002)
    assert port.pulse.way is Way.AT_ONCE


async def test_many_are_read_at_a_beat_and_none_is_lost_on_the_way_there_and_back(port: Port) -> None:
    sent = await port.send_until(lambda: port.pulse.way is Way.BEAT, b"media", 0)
    sent += await port.send_until(lambda: port.pulse.way is Way.AT_ONCE, b"media", 0.005)
    sent += await port.send_until(lambda: port.read >= sent, b"media", 0.001)
    await port.send_until(lambda: port.read > sent, b"media", 0.001)


async def test_a_silent_crowd_is_read_slowly_until_somebody_sends(port: Port) -> None:
    await port.send_until(lambda: port.pulse.way is Way.SILENT_BEAT, b"check", 0)
    port.sender.send(b"media")
    await asyncio.sleep(3 * SILENT_BEAT)
    assert (port.media, port.pulse.way) == (1, Way.AT_ONCE)


async def test_who_is_expected_need_not_wait(port: Port) -> None:
    port.pulse.rouse()
    assert port.pulse.way is Way.AT_ONCE
    sent = await port.send_until(lambda: port.pulse.way is Way.SILENT_BEAT, b"check", 0)
    port.pulse.rouse()
    assert port.pulse.way is Way.AT_ONCE
    sent += await port.send_until(lambda: port.pulse.way is Way.SILENT_BEAT, b"check", 0)
    await port.send_until(lambda: port.read > sent, b"check", SILENT_BEAT)


def test_what_is_better_does_not_flutter() -> None:
    edge = 1 / BEAT
    assert better(Way.AT_ONCE, edge, edge, silent=False) is Way.AT_ONCE
    assert better(Way.BEAT, edge, edge, silent=False) is Way.BEAT
    edge_of_silence = 1 / SILENT_BEAT
    assert better(Way.AT_ONCE, edge_of_silence, edge_of_silence, silent=True) is Way.AT_ONCE
    assert better(Way.AT_ONCE, 2 * edge_of_silence, 2 * edge_of_silence, silent=True) is Way.SILENT_BEAT
    assert better(Way.SILENT_BEAT, edge_of_silence, 0.9 * edge_of_silence, silent=True) is Way.SILENT_BEAT
    assert better(Way.SILENT_BEAT, edge_of_silence, 0.5 * edge_of_silence, silent=True) is Way.AT_ONCE
    assert better(Way.BEAT, edge, 500, silent=True) is Way.SILENT_BEAT


async def test_a_ticker_ticks_while_it_is_set() -> None:
    ticks: list[float] = []
    ticker = Ticker(lambda: ticks.append(time.monotonic()))
    await asyncio.sleep(0.02)
    assert ticks == []
    ticker.set(0.001)
    await asyncio.sleep(0.1)
    assert len(ticks) > 20  # a hundred on a machine with nothing else to do
    ticker.set(0)
    count = len(ticks)
    await asyncio.sleep(0.02)
    assert len(ticks) == count
    ticker.close()
