"""So many datagrams from a seed against one worker, and what was found."""

from __future__ import annotations

import asyncio
import logging
import random
import socket
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from signaling.sfu.srtp import SrtpError
from signaling.sfu.tcp import TcpConnection
from tests.fuzz.garbage import Garbage
from tests.fuzz.party import Party, binding_request
from tests.fuzz.stage import Stage

BATCH = 48
"""Datagrams between two packets of the pair."""
STRANGERS = 6
CONNECTIONS = 4
"""Together fewer than a transport has paths: the troublemaker's own must stay."""
RENEW_EVERY = 400
"""Batches after which the troublemaker comes anew."""
INSPECT_EVERY = 20
FIDDLE_EVERY = 5
GROWN_BYTES = 32 * 2**20
"""What caches and queues may come to after the first renewal; a million datagrams came to 9 MiB, most of it early."""


@dataclass
class Outcome:
    """What one campaign did and found. ``findings`` counts equal sentences."""

    seed: int
    datagrams: int = 0
    seconds: float = 0.0
    answered: int = 0
    log_lines: int = 0
    grown_bytes: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    counters: dict[str, int] = field(default_factory=dict)
    findings: Counter[str] = field(default_factory=Counter)


class Campaign:
    """Throws garbage of every kind at a stage."""

    def __init__(self, stage: Stage, chooser: random.Random, outcome: Outcome) -> None:
        self.stage = stage
        self.chooser = chooser
        self.garbage = Garbage(chooser)
        self.outcome = outcome
        self.strangers = [self._stranger() for _ in range(STRANGERS)]
        self.connections: list[TcpConnection] = []
        self.overheard: list[bytes] = [b"\x80" * 20]

    def _stranger(self) -> socket.socket:
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        made.setblocking(False)
        made.connect(("127.0.0.1", self.stage.port.port))
        return made

    def _anything(self) -> None:
        self._throw(self.chooser.choice(self.strangers), self.garbage.anything())

    def _check(self) -> None:
        credentials = self.stage.mallory.transport.agent.current
        datagram = self.garbage.check(credentials.ufrag, credentials.password)
        self._throw(self.chooser.choice([*self.strangers, self.stage.mallory.socket]), datagram)

    def _record(self) -> None:
        self._throw(self.chooser.choice([*self.strangers, self.stage.mallory.socket]), self.garbage.record())

    def _packet(self) -> None:
        make = self.garbage.packet if self.chooser.random() < 0.85 else self.garbage.retransmission
        self._aim_up()
        self._sealed(self.stage.mallory, make(), self.stage.mallory.seal.seal_packet)

    def _report_up(self) -> None:
        self._aim_up()
        self._sealed(self.stage.mallory, self.garbage.report(), self.stage.mallory.seal.seal_report)

    def _aim_up(self) -> None:
        self.garbage.ssrcs, self.garbage.payload_types = list(self.stage.sent), self.stage.sent

    def _report_down(self) -> None:
        ear = self.stage.ear.transport
        self.garbage.ssrcs = self.stage.heard
        followed = [ear.subscriptions[ssrc] for ssrc in self.stage.heard]
        self.garbage.recent = [each.stream.last_number + each.offset & 0xFFFF for each in followed]
        if ear.way_down is not None:
            self.garbage.sounding = ear.way_down._soundings._next
        self._sealed(self.stage.ear, self.garbage.report(), self.stage.ear.seal.seal_report)

    def _again(self) -> None:
        datagram = self.chooser.choice(self.overheard)
        source = self.chooser.choice([*self.strangers, self.stage.mallory.socket, self.stage.ear.socket])
        self._throw(source, self.garbage.mutate(datagram) if self.chooser.random() < 0.7 else datagram)

    def _frames(self) -> None:
        if len(self.connections) < CONNECTIONS:
            self.connections.append(self.stage.dial())
        connection = self.chooser.choice(self.connections)
        frames = [self.garbage.anything(), self.garbage.record()]
        if self.chooser.random() < 0.3:  # a way for media like any other
            party = self.chooser.choice([self.stage.mallory, self.stage.ear])
            credentials = party.transport.agent.current
            check = binding_request(credentials.ufrag, credentials.password)
            connection.data_received(len(check).to_bytes(2, "big") + check)
            self._aim_up()
            for _ in range(3):
                with suppress(SrtpError):
                    frames.append(party.seal.seal_packet(self.garbage.packet()))
                    frames.append(party.seal.seal_report(self.garbage.report()))
        for piece in self.garbage.cut(self.chooser.sample(frames, len(frames))):
            self.outcome.datagrams += 1
            if connection._transport is not None:
                connection.data_received(piece)
        if connection._transport is None or self.chooser.random() < 0.02:
            self.connections.remove(connection)
            connection.connection_lost(None)

    def _sealed(self, party: Party, plain: bytes, seal: Callable[[bytes], bytes]) -> None:
        try:
            datagram = seal(plain)
        except SrtpError:  # what cannot even be encrypted goes as it is
            datagram = plain
        self.overheard.append(datagram)
        if len(self.overheard) > 500:
            self.overheard[self.chooser.randrange(500)] = self.overheard.pop()
        self._throw(party.socket, datagram)

    def _throw(self, source: socket.socket, datagram: bytes) -> None:
        self.outcome.datagrams += 1
        with suppress(OSError):
            source.send(datagram)

    KINDS = (
        (_anything, 10), (_check, 10), (_record, 8), (_packet, 40), (_report_up, 10), (_report_down, 14), (_again, 8),
        (_frames, 4),
    )  # fmt: skip

    def batch(self) -> None:
        """One handful of everything."""
        acts, weights = zip(*self.KINDS, strict=True)
        for act in self.chooser.choices(acts, weights, k=BATCH):
            self.outcome.kinds[act.__name__.strip("_")] += 1
            act(self)
        self.stage.read()

    def close(self) -> None:
        """Strangers go."""
        for each in self.strangers:
            each.close()
        for connection in self.connections:
            connection.connection_lost(None)


def resident() -> int:
    """Bytes of memory that this process has."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


class LogCounter(logging.Handler):
    """Counts what libraries write."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.lines = 0

    def emit(self, record: logging.LogRecord) -> None:
        """One line more."""
        self.lines += 1


async def run(seed: int, datagrams: int) -> Outcome:
    """Throw at least so many datagrams; the same seed throws the same."""
    chooser = random.Random(seed)
    outcome = Outcome(seed)
    library_lines = LogCounter()
    logging.getLogger().addHandler(library_lines)
    asyncio.get_running_loop().set_exception_handler(
        lambda loop, context: outcome.findings.update([f"the event loop: {context.get('exception') or context}"])
    )
    try:
        with tempfile.TemporaryDirectory() as folder, structlog.testing.capture_logs() as lines:
            stage = await Stage(Path(folder), chooser).enter()
            campaign = Campaign(stage, chooser, outcome)
            started, turn, before = time.perf_counter(), 0, 0
            while outcome.datagrams < datagrams:
                campaign.batch()
                stage.beat()
                turn += 1
                if turn % FIDDLE_EVERY == 0:
                    await stage.fiddle()
                if turn % INSPECT_EVERY == 0:
                    stage.inspect()
                if turn % RENEW_EVERY == 0:
                    await stage.renew()
                    before = before or resident()
            outcome.grown_bytes = resident() - before if before else 0
            outcome.seconds = time.perf_counter() - started
            stage.inspect()
            if outcome.grown_bytes > GROWN_BYTES:
                stage.findings.append(f"{outcome.grown_bytes / 2**20:.0f} MiB of memory more than at the beginning")
            campaign.close()
            await stage.close()
            stage.findings += [str(line) for line in lines if line.get("log_level") in ("error", "critical")]
            outcome.log_lines = len(lines) + library_lines.lines
    finally:
        logging.getLogger().removeHandler(library_lines)
    outcome.answered = stage.answered
    outcome.counters = {name: count for name, count in stage.counters.as_json().items() if count}
    outcome.findings.update(stage.findings)
    return outcome
