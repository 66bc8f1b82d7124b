"""Whether a packet costs the same with ten subscriptions on a server as with a thousand, and what it costs in Janus.

``python -m tests.bench.curve`` (``make bench-curve``) sends about 20,000 packets a second through one worker, always
five copies of each, spread over more and more people, and prints a table and one line of JSON. ``--usual``: each of
them sends as much as people do, 170 packets a second: the load grows with the subscriptions. ``--janus`` measures
Debian's Janus at the same points, each right after the worker. ``--picture FILE`` draws the curves as SVG and keeps the
figures beside it as JSON: points that are not measured this time (``--points``) stay as they were.
"""

from __future__ import annotations

import argparse
import gc
import json
import time
from pathlib import Path
from typing import Any

import uvloop

from signaling.load.figures import delivery
from signaling.load.traffic import Person, Shape, send
from signaling.sfu.srtp import AEAD_AES_128_GCM
from tests.bench.forward import WARM_UP
from tests.bench.janus import Janus, installed
from tests.bench.picture import draw
from tests.bench.targets import OurWorker, Target, cpu_seconds

SUBSCRIPTIONS = (10, 20, 60, 120, 240, 480, 720, 1000)
"""Ten for each publisher: a microphone and a camera, and five listeners."""
PEOPLE = 6
PACKETS_OUT = 20_400
USUAL = "each person sends 170 packets a second"


def target_of(name: str) -> Target:
    """A server that is not started yet."""
    if name == "janus":
        return Janus(AEAD_AES_128_GCM)
    return OurWorker(AEAD_AES_128_GCM, recorded=True, compiled=name == "compiled")


async def measure(name: str, subscriptions: int, seconds: float, *, usual: bool) -> dict[str, Any]:
    """One point: microseconds a packet."""
    publishers = subscriptions // (2 * (PEOPLE - 1))
    shared = PACKETS_OUT / (PEOPLE - 1) / publishers / 2
    shape = Shape() if usual else Shape(sound_rate=shared, picture_rate=shared)
    target = target_of(name)
    people: list[Person] = []
    await target.start()
    try:
        for room in range(-(-publishers // PEOPLE)):
            sending = min(PEOPLE, publishers - room * PEOPLE)
            people += await target.fill_room(room, PEOPLE, shape, sending)
        await send(people, shape, WARM_UP + 250 / shape.picture_rate)  # a key frame on every track
        for each in people:
            each.listener.forget()
        gc.collect()
        gc.freeze()
        spent, started = cpu_seconds(target.pid), time.monotonic()
        await send(people, shape, seconds)
        spent, elapsed = cpu_seconds(target.pid) - spent, time.monotonic() - started
        got = delivery(people)
    finally:
        for each in people:
            await each.close()
        await target.close()
    if got.streams != subscriptions:
        raise RuntimeError(f"{name}: {got.streams} of {subscriptions} streams arrived")
    return {
        "server": name,
        "subscriptions": subscriptions,
        "packets_per_s": round(got.packets / elapsed),
        "us_per_packet": round(spent / got.packets * 1e6, 2),
        "p50_ms": got.p50_ms,
        "p99_ms": got.p99_ms,
        "delivered": round(got.delivered, 5),
    }


def merged(before: list[dict[str, Any]], measured: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What was measured now, and of what was measured before the points that were not."""
    points = {(point["server"], point["subscriptions"]): point for point in [*before, *measured]}
    return [points[key] for key in sorted(points)]


def _points(text: str) -> list[int]:
    chosen = [int(each) for each in text.split(",")]
    if unknown := set(chosen) - set(SUBSCRIPTIONS):
        raise argparse.ArgumentTypeError(f"{sorted(unknown)}: not among {SUBSCRIPTIONS}")
    return chosen


def main() -> None:
    """Measure, print, and draw."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--points", type=_points, default=list(SUBSCRIPTIONS), help="which, with commas between")
    parser.add_argument("--picture", type=Path)
    parser.add_argument("--usual", action="store_true", help="people send as people do; else they share one load")
    parser.add_argument("--compiled", action="store_true", help="with the modules that `make compiled` made")
    parser.add_argument("--janus", action="store_true", help="Janus at the same points as well")
    chosen = parser.parse_args()
    if chosen.janus and not installed():
        parser.error("Janus is missing: install Debian's package janus (deploy/test-tools.sh janus)")
    servers = ["compiled" if chosen.compiled else "worker", *(["janus"] if chosen.janus else [])]
    points = []
    print(
        f"{'server':>9} {'subscriptions':>13} {'packets/s':>10} {'µs/packet':>10} {'p50 ms':>8} {'p99 ms':>8} "
        f"{'delivered':>10}"
    )
    for subscriptions in chosen.points:
        for server in servers:
            point = uvloop.run(measure(server, subscriptions, chosen.seconds, usual=chosen.usual))
            points.append(point)
            print(
                f"{server:>9} {subscriptions:>13} {point['packets_per_s']:>10,} {point['us_per_packet']:>10.2f} "
                f"{point['p50_ms']:>8.2f} {point['p99_ms']:>8.2f} {point['delivered']:>10.3%}",
                flush=True,
            )
    if chosen.picture:
        figures = chosen.picture.with_suffix(".json")
        figures.parent.mkdir(parents=True, exist_ok=True)
        before = json.loads(figures.read_text()) if figures.exists() else []
        kept = merged(before, points)
        figures.write_text("[\n" + ",\n".join(json.dumps(each) for each in kept) + "\n]\n")
        chosen.picture.write_text(draw(kept, USUAL if chosen.usual else f"{PACKETS_OUT:,} packets a second out"))
    growth = {}
    for server in servers:
        costs = [point["us_per_packet"] for point in points if point["server"] == server]
        growth[server] = round(max(costs) / min(costs), 2)
    print(json.dumps({"points": points, "largest_over_smallest": growth}))


if __name__ == "__main__":
    main()
