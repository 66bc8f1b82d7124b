"""A few seconds of the garbage that ``make fuzz`` throws for longer, from a fixed seed."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import structlog

from tests.fuzz import flood, handshakes, parsers
from tests.fuzz.campaign import run
from tests.fuzz.stage import Stage

DATAGRAMS = 40_000
MOST_OF_A_PACKET, MOST_OF_A_CHECK = 0.4, 1.5
"""What a datagram of a stranger may cost, in packets of media that go to two people, both in CPU of one process; the
second where it must be told whether it is a connectivity check. Measured: 0.1 and 0.6."""


async def test_garbage_of_every_kind_raises_nothing_leaks_nothing_and_disturbs_nobody() -> None:
    outcome = await run(seed=20260101, datagrams=DATAGRAMS)
    assert outcome.findings == Counter()
    assert outcome.answered > DATAGRAMS / 100, "the pair sends two packets in every 48"
    assert outcome.log_lines < 20, "a flood fills no disk"
    reached = {name for name, count in outcome.counters.items() if count}
    assert reached >= {
        "packets_forwarded", "packets_retransmitted", "packets_captured", "stun_malformed", "stun_bad_integrity",
        "stun_role_conflict", "dtls_overflow", "srtp_rejected", "rtp_malformed", "rtp_unknown_stream", "rtp_duplicate",
        "rtp_padding", "rtcp_malformed", "tcp_refused", "tcp_dropped",
    }, "the garbage comes as far as it should"  # fmt: skip


async def test_odd_json_and_odd_bytes_are_refused_with_a_code(tmp_path: Path) -> None:
    chooser = random.Random(7)
    assert parsers.negotiation(chooser, 3000) == Counter()
    assert parsers.octets(chooser, 8000) == Counter()
    stage = await Stage(tmp_path, chooser).enter()
    assert await parsers.requests(stage, chooser, 5000) == Counter()
    await stage.close()
    assert stage.findings == []


async def test_associations_and_connections_stand_under_broken_records_and_frames(tmp_path: Path) -> None:
    chooser = random.Random(11)
    stage = await Stage(tmp_path, chooser).enter()
    await handshakes.associations(stage, chooser, datagrams=1500, handshakes=5)
    await handshakes.connections(stage, chooser, 30)
    stage.inspect()
    await stage.close()
    assert stage.findings == []


async def test_a_flood_from_strangers_gets_no_answer_no_memory_and_no_line_in_the_log(tmp_path: Path) -> None:
    chooser = random.Random(13)
    with structlog.testing.capture_logs() as lines:
        stage = await Stage(tmp_path, chooser).enter()
        valid = flood.media(stage, 3000)
        known = len(stage.forwarder._transports)
        before, sent = stage.counters.as_json(), 0
        for cost in flood.measure(stage, chooser, 5000):
            sent += cost.datagrams
            assert cost.answers == 0
            assert cost.grown_bytes < 8 * 2**20, cost
            print(f"{cost.kind}: {cost.microseconds / valid.microseconds:.2f} of a packet that is forwarded to two")
            most = MOST_OF_A_CHECK if cost.kind.startswith("STUN") else MOST_OF_A_PACKET
            assert cost.microseconds < most * valid.microseconds, (cost, valid)
        assert len(stage.forwarder._transports) == known
        after = stage.counters.as_json()
        refused = sum(after[name] - before[name] for name in before if name != "datagrams_received")
        assert refused == sent, "each datagram raises exactly one counter"
        await stage.close()
    assert stage.findings == []
    assert not lines
