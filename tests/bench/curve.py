"""Whether a packet costs the same with ten subscriptions on a worker as with a thousand.

``python -m tests.bench.curve`` (``make bench-curve``) sends about 20,000 packets a second through one worker, always
five copies of each, spread over more and more people, and prints a table and one line of JSON; ``--picture FILE`` draws
the curve as SVG.
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
from tests.bench.targets import OurWorker, cpu_seconds

PUBLISHERS = (1, 2, 6, 12, 24, 48, 72, 100)
"""Each with a microphone and a camera and five listeners: ten subscriptions."""
PEOPLE = 6
PACKETS_OUT = 20_400
WIDTH, HEIGHT, MARGIN = 640, 320, 48


async def measure(publishers: int, seconds: float, *, compiled: bool) -> dict[str, Any]:
    """One point: microseconds a packet."""
    each_track = PACKETS_OUT / (PEOPLE - 1) / publishers / 2
    shape = Shape(sound_rate=each_track, picture_rate=each_track)
    target = OurWorker(AEAD_AES_128_GCM, recorded=True, compiled=compiled)
    people: list[Person] = []
    async with target:
        for room in range(-(-publishers // PEOPLE)):
            sending = min(PEOPLE, publishers - room * PEOPLE)
            people += await target.fill_room(room, PEOPLE, shape, sending)
        await send(people, shape, WARM_UP + 250 / each_track)  # a key frame on every track
        for each in people:
            each.listener.forget()
        gc.collect()
        gc.freeze()
        spent, started = cpu_seconds(target.pid), time.monotonic()
        await send(people, shape, seconds)
        spent, elapsed = cpu_seconds(target.pid) - spent, time.monotonic() - started
        got = delivery(people)
        for each in people:
            await each.close()
    return {
        "subscriptions": 10 * publishers,
        "packets_per_s": round(got.packets / elapsed),
        "us_per_packet": round(spent / got.packets * 1e6, 2),
        "p50_ms": got.p50_ms,
        "p99_ms": got.p99_ms,
        "delivered": round(got.delivered, 5),
    }


def draw(points: list[dict[str, Any]]) -> str:
    """The curve as SVG, both axes from zero."""
    across = max(point["subscriptions"] for point in points)
    up = 1.25 * max(point["us_per_packet"] for point in points)
    places = [
        (
            MARGIN + point["subscriptions"] / across * (WIDTH - 2 * MARGIN),
            HEIGHT - MARGIN - point["us_per_packet"] / up * (HEIGHT - 2 * MARGIN),
        )
        for point in points
    ]
    line = " ".join(f"{x:.0f},{y:.0f}" for x, y in places)
    marks = "".join(
        f'<circle cx="{x:.0f}" cy="{y:.0f}" r="3"/>'
        f'<text x="{x:.0f}" y="{y - 8:.0f}">{point["us_per_packet"]:.0f}</text>'
        for (x, y), point in zip(places, points, strict=True)
    )
    base = HEIGHT - MARGIN
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
        f'font-size="11" text-anchor="middle" fill="#1f3b57"><rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>'
        f'<path d="M{MARGIN} {MARGIN}V{base}H{WIDTH - MARGIN}" fill="none" stroke="#8894a0"/>'
        f'<polyline points="{line}" fill="none" stroke="#1f3b57" stroke-width="2"/>{marks}'
        f'<text x="{WIDTH / 2}" y="{HEIGHT - 12}">subscriptions on one worker, up to {across}; '
        f"{PACKETS_OUT:,} packets a second out</text>"
        f'<text x="{MARGIN}" y="{MARGIN - 16}" text-anchor="start">CPU for a forwarded packet, µs</text></svg>\n'
    )


def main() -> None:
    """Measure, print, and draw."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--picture", type=Path)
    parser.add_argument("--compiled", action="store_true", help="with the modules that `make compiled` made")
    chosen = parser.parse_args()
    points = []
    print(f"{'subscriptions':>13} {'packets/s':>10} {'µs/packet':>10} {'p50 ms':>8} {'p99 ms':>8} {'delivered':>10}")
    for publishers in PUBLISHERS:
        point = uvloop.run(measure(publishers, chosen.seconds, compiled=chosen.compiled))
        points.append(point)
        print(
            f"{point['subscriptions']:>13} {point['packets_per_s']:>10,} {point['us_per_packet']:>10.2f} "
            f"{point['p50_ms']:>8.2f} {point['p99_ms']:>8.2f} {point['delivered']:>10.3%}",
            flush=True,
        )
    if chosen.picture:
        chosen.picture.parent.mkdir(parents=True, exist_ok=True)
        chosen.picture.write_text(draw(points))
    costs = [point["us_per_packet"] for point in points]
    print(
        json.dumps(
            {"compiled": chosen.compiled, "points": points, "largest_over_smallest": round(max(costs) / min(costs), 2)}
        )
    )


if __name__ == "__main__":
    main()
