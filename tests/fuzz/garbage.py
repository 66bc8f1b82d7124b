"""Datagrams that nobody should send, from a seeded source: random ones, broken ones, and valid ones in odd places."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable

from aioice import stun

from signaling.sfu import rtcp, rtp
from tests.fuzz.party import binding_request
from tests.support.sfu_packets import vp8_payload

LENGTHS = (0, 1, 2, 3, 4, 7, 8, 11, 12, 13, 16, 19, 20, 24, 28, 60, 200, 1200, 1472, 1484, 1500, 1501, 2047, 2048, 2100)
FIRST = (0, 1, 2, 3, 4, 19, 20, 22, 23, 63, 64, 127, 128, 144, 160, 176, 191, 192, 255)
WORDS = (0, 1, 2, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)


class Garbage:
    """``ssrcs`` are those that mean something where the datagrams go."""

    def __init__(self, chooser: random.Random) -> None:
        self.chooser = chooser
        self.ssrcs: list[int] = [1]
        self.payload_types: dict[int, int] = {}
        self.recent: list[int] = [0]
        """Sequence numbers around which there is something to be asked for again."""
        self.sounding = 0
        """The transport-wide number of the newest sounding."""
        self._sequences: dict[int, int] = {}

    def some(self, most: int) -> bytes:
        """Random bytes, at most so many."""
        return self.chooser.randbytes(min(self.chooser.choice(LENGTHS), most))

    def word(self) -> int:
        """A 32-bit number, often at a border or an SSRC."""
        kind = self.chooser.randrange(4)
        if kind == 0:
            return self.chooser.choice(WORDS)
        return self.chooser.choice(self.ssrcs) if kind == 1 else self.chooser.getrandbits(32)

    def ssrc(self) -> int:
        """Mostly one that is known."""
        return self.chooser.choice(self.ssrcs) if self.chooser.random() < 0.9 else self.word()

    def mutate(self, whole: bytes) -> bytes:
        """The same with a few bytes changed, cut off, repeated, or put in."""
        data = bytearray(whole)
        for _ in range(self.chooser.choice((1, 1, 1, 2, 4, 16))):
            kind = self.chooser.randrange(6)
            at = self.chooser.randrange(len(data) + 1)
            if kind == 0:
                del data[at:]
            elif kind == 1:
                data[at:at] = self.chooser.randbytes(self.chooser.choice((1, 2, 4, 8)))
            elif kind == 2:
                del data[at : at + self.chooser.choice((1, 2, 4, 8))]
            elif at < len(data):
                data[at] = self.chooser.choice((0, 1, 0x7F, 0x80, 0xFF, self.chooser.randrange(256)))
        return bytes(data[:2100])

    def anything(self) -> bytes:
        """Random bytes that look like one of the protocols at their beginning."""
        data = bytearray(self.some(2100))
        if data:
            data[0] = self.chooser.choice(FIRST)
        return bytes(data)

    def check(self, ufrag: str, password: str) -> bytes:
        """A connectivity check with something wrong."""
        kind = self.chooser.randrange(6)
        if kind == 0:
            return binding_request(f"{self.chooser.getrandbits(64):016x}", password)
        if kind == 1:
            return binding_request(ufrag, "wrong")
        if kind == 2:
            return binding_request(ufrag, password, **{"ICE-CONTROLLED": self.chooser.getrandbits(64)})
        if kind == 3:
            message = stun.Message(stun.Method.BINDING, self.chooser.choice(list(stun.Class)))
            return bytes(message)
        return self.mutate(binding_request(ufrag, password))

    def record(self) -> bytes:
        """One or two DTLS records (RFC 6347 §4.1), mostly with a believable head."""
        body = self.some(600)
        head = struct.pack(
            "!BHHHIH",
            self.chooser.choice((20, 21, 22, 23, 24, 25, 63)),
            self.chooser.choice((0xFEFD, 0xFEFF, 0x0303, 0)),
            self.chooser.choice((0, 1, 2, 0xFFFF)),
            0,
            self.chooser.getrandbits(32),
            self.chooser.choice((len(body), 0, 0xFFFF)),
        )
        return head + body if self.chooser.random() < 0.8 else self.mutate(head + body + head + body)

    def packet(self) -> bytes:
        """RTP plaintext whose head and contents may contradict each other."""
        ssrc = self.ssrc()
        # Mostly in turn: what is far from the packet before is a replay to SRTP and comes no further.
        step = 1 if self.chooser.random() < 0.9 else self.chooser.choice((2, 2, 0, -1, -3, 5, 5, 30, 300, 500))
        step = 0x7FFF if self.chooser.random() < 0.000_2 else step
        sequence = self._sequences[ssrc] = self._sequences.get(ssrc, 0) + step
        first = 0x80 | self.chooser.choice((0, 0, 0, 0x10, 0x10, 0x20, 0x30, 0x0F, 0x1F, 0x3F))
        expected = self.payload_types.get(ssrc, 96)
        payload_type = expected if self.chooser.random() < 0.9 else self.chooser.randrange(128)
        second = self.chooser.choice((0, 0x80)) | payload_type
        head = struct.pack("!BBHII", first, second, sequence & 0xFFFF, self.word(), ssrc)
        head += self.chooser.randbytes(4 * (first & 0x0F))
        if first & 0x10:
            head += self.extensions()
        return (head + self.payload())[:1480]

    def extensions(self) -> bytes:
        """A block of header extensions, one-byte or not, with elements that may not fit."""
        body = b""
        for _ in range(self.chooser.randrange(5)):
            identifier = self.chooser.choice((4, 4, 10, 11, 5, 5, 2, 13, 1, 3, 0, 15, self.chooser.randrange(16)))
            value = self.chooser.choice(
                (
                    self.chooser.randbytes(2),
                    b"1",
                    b"2",
                    b"0",
                    b"r0",
                    b"r1",
                    b"r2",
                    self.chooser.randbytes(3),
                    b"\xff" * 16,
                )
            )
            size = len(value) - 1 if self.chooser.random() < 0.8 else self.chooser.randrange(16)
            body += bytes((identifier << 4 | size & 0x0F,)) + value
        body += bytes(-len(body) % 4)
        profile = self.chooser.choice((0xBEDE, 0xBEDE, 0xBEDE, 0x1000, 0))
        words = len(body) // 4 if self.chooser.random() < 0.9 else self.chooser.choice((0, 1, 200, 0xFFFF))
        return struct.pack("!HH", profile, words) + body

    def payload(self) -> bytes:
        """What a depayloader would not like, and now and then a key frame that it would."""
        if self.chooser.random() < 0.3:
            picture, tl0 = self.chooser.getrandbits(15), self.chooser.getrandbits(8)
            return vp8_payload(
                picture, tl0, key=self.chooser.random() < 0.5, size=(64 << self.chooser.randrange(4), 90)
            )
        start = self.chooser.choice(
            (b"", b"\x90", b"\x90\xe0\x80", b"\x90\x80\x01\x10\x02\x00", b"\x90\xff\xff\xff\xff\xff", b"\x10\x00",
             b"\x10\x00\x00\x00\x9d\x01\x2a\xff\xff\xff\xff", b"\x78\xff\xff", b"\x7c\x85", b"\x67", b"\x00\x01")
        )  # fmt: skip
        return start + self.some(1200) + self.chooser.choice((b"", b"\x00", b"\x01", b"\xff"))

    def report(self) -> bytes:
        """An RTCP compound of known and unknown packets, some of which lie about their size."""
        parts = []
        for _ in range(self.chooser.choice((1, 1, 2, 3, 8))):
            part = self.chooser.choice(self._REPORTS)(self)
            parts.append(self.mutate(part) if self.chooser.random() < 0.3 else part)
        whole = b"".join(parts)[:1400]
        return whole if len(whole) >= 8 else whole + bytes(8 - len(whole))

    def _nack(self) -> bytes:
        count = self.chooser.choice((1, 5, 300))
        if self.chooser.random() < 0.5:
            return rtcp.nack(self.ssrc(), [self.chooser.getrandbits(16) for _ in range(count)])
        index = self.chooser.randrange(len(self.recent))
        ssrc = self.ssrcs[index] if index < len(self.ssrcs) else self.ssrc()
        return rtcp.nack(ssrc, [(self.recent[index] - count + each) & 0xFFFF for each in range(count + 2)])

    def _blocks(self) -> bytes:
        block = rtcp.ReportBlock(self.ssrc(), self.chooser.randrange(256), -5, self.word(), self.word(), 0, self.word())
        return rtcp.receiver_report([block] * self.chooser.choice((0, 1, 31)))

    def _clock(self) -> bytes:
        return rtcp.sender_report(self.ssrc(), self.chooser.getrandbits(64), self.word(), self.word(), self.word())

    def _arrivals(self) -> bytes:
        body = struct.pack("!II", 1, self.ssrc())
        base = self.chooser.choice((self.chooser.getrandbits(16), max(0, self.sounding - 8)))
        count = self.chooser.choice((0, 1, 8, 8, 400, 65535))
        body += struct.pack("!HHI", base, count, self.word())
        chunk = self.chooser.choice(
            (0x2000 | count & 0x1FFF, 0x4000 | count & 0x1FFF, 0xD555, self.chooser.getrandbits(16))
        )
        body += chunk.to_bytes(2, "big") + bytes(2)
        return rtcp.packet(205, 15, body + self.chooser.randbytes(4 * self.chooser.randrange(40)))

    def _other(self) -> bytes:
        body = self.chooser.randbytes(4 * self.chooser.randrange(12))
        count, kind = self.chooser.randrange(32), self.chooser.choice((*range(192, 224), 205, 206))
        return (
            bytes((self.chooser.choice((0x80, 0xA0, 0x00)) | count, kind)) + (len(body) // 4).to_bytes(2, "big") + body
        )

    _REPORTS: tuple[Callable[[Garbage], bytes], ...] = (
        _nack, _blocks, _clock, _arrivals, _other,
        lambda self: rtcp.pli(self.ssrc()),
        lambda self: rtcp.source_description(self.ssrc(), "x" * self.chooser.choice((0, 1, 255))),
        lambda self: rtcp.bitrate_limit(self.word(), [self.ssrc()]),
        lambda self: rtcp.packet(206, 4, struct.pack("!II", 1, 0) + struct.pack("!II", self.ssrc(), self.word())),
    )  # fmt: skip

    def retransmission(self) -> bytes:
        """An RTX packet that may repeat nothing."""
        packet = self.packet()
        head = rtp.HEADER.unpack_from(packet)
        return rtp.HEADER.pack(head[0], 97, head[2], head[3], head[4]) + packet[12:]

    def cut(self, frames: list[bytes]) -> list[bytes]:
        """A stretch of a TCP stream (RFC 4571), cut anywhere. Now and then a length lies."""
        stream = b""
        for frame in frames:
            length = len(frame) if self.chooser.random() < 0.97 else self.chooser.choice((0, 1, 1500, 1501, 0xFFFF))
            stream += min(length, 0xFFFF).to_bytes(2, "big") + frame
        pieces, position = [], 0
        while position < len(stream):
            step = self.chooser.choice((1, 2, 3, 100, 1460, 5000))
            pieces.append(stream[position : position + step])
            position += step
        return pieces
