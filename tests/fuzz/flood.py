"""What a datagram from somebody unknown costs, and that it gets no answer and leaves nothing."""

from __future__ import annotations

import random
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from tests.fuzz.campaign import resident
from tests.fuzz.garbage import Garbage
from tests.fuzz.party import binding_request
from tests.fuzz.stage import Stage
from tests.support.sfu_packets import VP8_KEY, rtp_packet

SOURCES = 64
AT_ONCE = 256


@dataclass(frozen=True)
class Cost:
    """One kind of flood. ``microseconds``: CPU of one datagram from recvmmsg to its counter, without its way there."""

    kind: str
    datagrams: int
    microseconds: float
    answers: int
    grown_bytes: int


def measure(stage: Stage, chooser: random.Random, datagrams: int) -> list[Cost]:
    """Flood with each kind that a stranger can make up, from many addresses in turn."""
    garbage = Garbage(chooser)
    credentials = stage.ann.transport.agent.current
    kinds: list[tuple[str, Callable[[], bytes]]] = [
        ("random bytes", lambda: b"\x40" + chooser.randbytes(400)),
        ("RTP", lambda: b"\x80\x60" + chooser.randbytes(1100)),
        ("RTCP", lambda: b"\x81\xc9" + chooser.randbytes(60)),
        ("DTLS records", lambda: b"\x16\xfe\xfd" + chooser.randbytes(300)),
        ("STUN, unknown name", lambda: binding_request(f"{chooser.getrandbits(64):016x}", "x")),
        ("STUN, known name, wrong password", lambda: binding_request(credentials.ufrag, "x")),
        ("STUN, mutated", lambda: garbage.mutate(binding_request(credentials.ufrag, "x"))),
    ]
    sources = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(SOURCES)]
    for source in sources:
        source.setblocking(False)
        source.connect(("127.0.0.1", stage.port.port))
    costs = [_flood(stage, sources, kind, [make() for _ in range(AT_ONCE)], datagrams) for kind, make in kinds]
    for source in sources:
        source.close()
    return costs


def media(stage: Stage, packets: int) -> Cost:
    """What authentic pictures cost that go to two people: what a flood is compared with."""
    spent, handled, sequence = 0.0, stage.counters.packets_forwarded, 0
    while sequence < packets:
        for _ in range(AT_ONCE):
            sequence += 1
            stage.ann.send(rtp_packet(96, sequence, 900 * sequence, 2001, VP8_KEY + bytes(1000)))
        started = time.process_time()
        stage.read()
        spent += time.process_time() - started
        stage.bob.receive()
        stage.ear.receive()
    handled = stage.counters.packets_forwarded - handled
    if handled != 2 * sequence:
        stage.findings.append(f"{handled} copies of {sequence} packets were forwarded")
    return Cost("media", sequence, 1e6 * spent / sequence, 0, 0)


def _flood(stage: Stage, sources: list[socket.socket], kind: str, made: list[bytes], datagrams: int) -> Cost:
    spent, thrown, handled = 0.0, 0, stage.counters.datagrams_received
    before = resident()
    while thrown < datagrams:
        for index, datagram in enumerate(made):
            sources[index % SOURCES].send(datagram)
        thrown += len(made)
        started = time.process_time()
        stage.read()
        spent += time.process_time() - started
    answers = 0
    for source in sources:
        with suppress(BlockingIOError):
            while source.recv(2048):
                answers += 1
    if answers:
        stage.findings.append(f"{answers} answers to strangers ({kind})")
    handled = stage.counters.datagrams_received - handled
    return Cost(kind, handled, 1e6 * spent / handled, answers, resident() - before)
