"""What packet-level people send: tracks of sound and picture at an even rate, with the reports that go with them."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from pylibsrtp._binding import ffi

from signaling.load.endpoint import STAMP, Endpoint
from signaling.sfu import rtcp, rtp
from signaling.sfu.srtp import length_cell, protect_in_place
from signaling.sfu.ticker import Ticker

KEY_FRAME_EVERY: Final = 120
"""Packets: one second of the picture below. There is no codec that could answer a request for one."""
TICK: Final = 0.000_25
"""Seconds. People are not in step: in one tick of a small load is the packet of one of them."""
REPORT_EVERY: Final = 1.0
CHECK_EVERY: Final = 2.5
SCRATCH_BYTES: Final = 2048
NTP_EPOCH: Final = 2_208_988_800

_VP8_KEY: Final = b"\x90\x80\x01\x10\x02\x00\x9d\x01\x2a\x80\x02\x68\x01"
"""Payload descriptor with a picture id, and the beginning of a key frame of 640×360 (RFC 7741 §4.2, RFC 6386 §9.1)."""
_VP8_DELTA: Final = b"\x90\x80\x02\x11\x02\x00" + bytes(7)
_SOUND_EXTENSION: Final = b"\xbe\xde\x00\x02\x10\xa0\x51\x00\x00\x00\x00\x00"
"""Audio level (id 1) and transport-wide sequence number (id 5)."""
_PICTURE_EXTENSION: Final = b"\xbe\xde\x00\x01\x51\x00\x00\x00"
_SOUND_NUMBER_AT, _PICTURE_NUMBER_AT = 12 + 7, 12 + 5

_pack_header = rtp.HEADER.pack_into
_pack_stamp = STAMP.pack_into


@dataclass(frozen=True)
class Shape:
    """How much one person sends: packets a second, and bytes of one datagram's plaintext with its header."""

    sound_rate: float = 50
    sound_bytes: int = 132
    picture_rate: float = 120
    picture_bytes: int = 1080


class Track:
    """One outgoing stream. Packets are built in a buffer that all tracks of a process share."""

    def __init__(
        self, endpoint: Endpoint, ssrc: int, payload_type: int, size: int, *, picture: bool, numbers: list[int]
    ) -> None:
        self.endpoint = endpoint
        self.ssrc = ssrc
        self.sequence = 0
        self.octets = 0
        self._payload_type = payload_type
        self._picture = picture
        self._numbers = numbers
        self._size = size
        extension = _PICTURE_EXTENSION if picture else _SOUND_EXTENSION
        self._number_at = _PICTURE_NUMBER_AT if picture else _SOUND_NUMBER_AT
        head = bytes(rtp.HEADER_BYTES) + extension
        self._plain = (head + (_VP8_DELTA if picture else b"")).ljust(size, b"\x55")
        self._key = (head + _VP8_KEY).ljust(size, b"\x55") if picture else self._plain
        self._clock = 90_000 if picture else 48_000

    def send(self, scratch: Scratch) -> None:
        """Send the next packet; what the socket does not take is lost, as it would be on a network."""
        outbound = self.endpoint.outbound
        if outbound is None:
            return
        size, view = self._size, scratch.view
        self.sequence += 1
        self._numbers[0] += 1
        now = time.monotonic_ns()
        begins = self.sequence % KEY_FRAME_EVERY == 1
        view[:size] = self._key if begins else self._plain
        timestamp = now * self._clock // 1_000_000_000 & 0xFFFFFFFF
        _pack_header(view, 0, 0x90, self._payload_type, self.sequence & 0xFFFF, timestamp, self.ssrc)
        number = self._numbers[0]
        view[self._number_at], view[self._number_at + 1] = number >> 8 & 0xFF, number & 0xFF
        _pack_stamp(view, size - STAMP.size, now // 1000)
        scratch.length[0] = size
        if protect_in_place(outbound.handle, scratch.pointer, scratch.length):
            return
        self.octets += size
        with contextlib.suppress(OSError):
            self.endpoint.socket.send(view[: scratch.length[0]])

    def report(self) -> None:
        """Send a sender report."""
        ntp = int((time.time() + NTP_EPOCH) * (1 << 32))
        timestamp = time.monotonic_ns() * self._clock // 1_000_000_000
        self.endpoint.report(rtcp.sender_report(self.ssrc, ntp, timestamp, self.sequence, self.octets))


class Scratch:
    """Where a packet is built and encrypted."""

    def __init__(self) -> None:
        self._buffer = ffi.new("unsigned char[]", SCRATCH_BYTES)
        self.pointer: Any = self._buffer
        self.view = memoryview(ffi.buffer(self._buffer))
        self.length = length_cell()


@dataclass
class Person:
    """A sending endpoint with its tracks, if any, and a receiving one."""

    sender: Endpoint
    listener: Endpoint
    sound: Track | None = None
    picture: Track | None = None

    async def close(self) -> None:
        """Vanish."""
        await self.sender.close()
        await self.listener.close()


def person(sender: Endpoint, listener: Endpoint, number: int, shape: Shape, payload_types: tuple[int, int]) -> Person:
    """Somebody with a microphone and, unless ``shape.picture_rate`` is 0, a camera.

    ``payload_types`` are those of sound and picture; SSRCs follow from ``number`` (see ``ssrcs``).
    """
    numbers = [0]
    sound_ssrc, picture_ssrc = ssrcs(number)
    sound = Track(sender, sound_ssrc, payload_types[0], shape.sound_bytes, picture=False, numbers=numbers)
    picture = None
    if shape.picture_rate:
        picture = Track(sender, picture_ssrc, payload_types[1], shape.picture_bytes, picture=True, numbers=numbers)
    return Person(sender, listener, sound, picture)


def ssrcs(number: int) -> tuple[int, int]:
    """The SSRCs of sound and picture of the person of this number; the two above are for repairs."""
    return 100_000 + 10 * number, 100_002 + 10 * number


class _Beat:
    """Calls the members of a list in turn, each ``rate`` times a second, evenly spread."""

    def __init__(self, count: int, rate: float) -> None:
        self._count = count
        self._per_second = count * rate
        self._done = 0

    def due(self, elapsed: float) -> range:
        """The turns that came due by now; turn ``k`` belongs to member ``k % count``."""
        first, self._done = self._done, max(self._done, int(elapsed * self._per_second))
        return range(first, self._done)


class _Crowd:
    """All senders and receivers of a load, and whose turn it is."""

    def __init__(self, people: Sequence[Person], shape: Shape) -> None:
        self._scratch = Scratch()
        self._sounds = [each.sound for each in people if each.sound is not None]
        self._pictures = [each.picture for each in people if each.picture is not None]
        self._tracks = [*self._sounds, *self._pictures]
        self._listeners = [each.listener for each in people]
        self._endpoints = [*self._listeners, *(each.sender for each in people)]
        self._sounding = _Beat(len(self._sounds), shape.sound_rate)
        self._picturing = _Beat(len(self._pictures), shape.picture_rate)
        self._sending = _Beat(len(self._tracks), 1 / REPORT_EVERY)
        self._receiving = _Beat(len(self._listeners), 1 / REPORT_EVERY)
        self._checking = _Beat(len(self._endpoints), 1 / CHECK_EVERY)
        self._started = time.monotonic()

    def act(self) -> None:
        """Send what has come due."""
        elapsed = time.monotonic() - self._started
        for members, beat in ((self._sounds, self._sounding), (self._pictures, self._picturing)):
            for turn in beat.due(elapsed):
                members[turn % len(members)].send(self._scratch)
        for turn in self._sending.due(elapsed):
            self._tracks[turn % len(self._tracks)].report()
        for turn in self._receiving.due(elapsed):
            _report_reception(self._listeners[turn % len(self._listeners)])
        for turn in self._checking.due(elapsed):
            self._endpoints[turn % len(self._endpoints)].check()


async def send(people: Sequence[Person], shape: Shape, seconds: float, tick: float = TICK) -> None:
    """Let everybody send for so long, with sender and receiver reports and connectivity checks, as browsers do.

    ``tick``: seconds between two looks at what is due; a longer one costs this process less.
    """
    ticker = Ticker(_Crowd(people, shape).act)
    ticker.set(tick)
    try:
        await asyncio.sleep(seconds)
    finally:
        ticker.close()


def _report_reception(endpoint: Endpoint) -> None:
    blocks = [
        rtcp.ReportBlock(ssrc, 0, stream.expected - stream.count, stream.last, 0, 0, 0)
        for ssrc, stream in list(endpoint.streams.items())
    ]
    for first in range(0, len(blocks), 31):
        endpoint.report(rtcp.receiver_report(blocks[first : first + 31]))
