"""Throw a million datagrams at a worker and print what came of it; exit status 1 if anything was found.

``python -m tests.fuzz [--datagrams N] [--seed N]`` (``make fuzz``). The same seed throws the same.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import structlog

from tests.fuzz import flood, handshakes, parsers
from tests.fuzz.campaign import run
from tests.fuzz.stage import Stage

FLOODED = 40_000
PARSED = 100_000
RECORDS = 5_000
HANDSHAKES = 30
CONNECTIONS = 100


async def around(seed: int) -> tuple[list[flood.Cost], Counter[str], int]:
    """Everything but the campaign: parsers, handshakes, connections, floods; also how many lines were logged."""
    chooser = random.Random(seed)
    found: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder, structlog.testing.capture_logs() as lines:
        stage = await Stage(Path(folder), chooser).enter()
        found += parsers.negotiation(chooser, PARSED) + parsers.octets(chooser, PARSED)
        found += await parsers.requests(stage, chooser, PARSED)
        await handshakes.associations(stage, chooser, RECORDS, HANDSHAKES)
        await handshakes.connections(stage, chooser, CONNECTIONS)
        costs = flood.measure(stage, chooser, FLOODED)
        stage.inspect()
        await stage.close()
    return costs, found + Counter(stage.findings), len(lines)


def main() -> int:
    """Run and print; see the module."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--datagrams", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    chosen = parser.parse_args()
    print(f"seed {chosen.seed}")
    outcome = asyncio.run(run(chosen.seed, chosen.datagrams))
    rate = outcome.datagrams / outcome.seconds
    print(f"{outcome.datagrams:,} datagrams in {outcome.seconds:.0f} s ({rate:,.0f}/s): {dict(outcome.kinds)}")
    print(f"counted by the worker: {outcome.counters}")
    print(
        f"well-behaved pair: {outcome.answered:,} packets arrived; log lines: {outcome.log_lines}; "
        f"memory: {outcome.grown_bytes / 2**20:+.1f} MiB"
    )
    costs, found, lines = asyncio.run(around(chosen.seed))
    print(f"\nfloods from strangers ({flood.SOURCES} addresses), log lines: {lines}")
    for cost in costs:
        print(f"  {cost.kind:34} {cost.microseconds:6.2f} µs each, {cost.answers} answers")
    found += outcome.findings
    print(f"\nfindings: {found.total()}")
    for finding, times in found.most_common(20):
        print(f"  {times} × {finding}")
    figures = {"seed": chosen.seed, "datagrams": outcome.datagrams, "seconds": round(outcome.seconds, 1)}
    costs_us = {cost.kind: round(cost.microseconds, 2) for cost in costs}
    print(json.dumps(figures | {"findings": found.total(), "flood_us": costs_us}))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
