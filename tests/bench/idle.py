"""What rooms cost in which nobody says anything, and how much memory people and rooms take.

``python -m tests.bench.idle`` (``make bench-idle``) fills a worker with rooms of people with real handshakes, two
tracks each, who all follow each other, lets them send a little media, then only connectivity checks, and prints a table
and one line of JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from typing import Any

import uvloop

from signaling.load.traffic import CHECK_EVERY, Person, Shape, send
from signaling.sfu.srtp import AEAD_AES_128_GCM
from signaling.sfu.watch import LINGER
from tests.bench.targets import OurWorker, cpu_seconds, resident_bytes

SHAPE = Shape(sound_rate=5, picture_rate=5)
SETTLE = LINGER + 5.0
"""Seconds after the last packet: for so long people are still watched (``signaling.sfu.watch``)."""


async def keep_alive(people: list[Person], seconds: float) -> None:
    """Nothing but the connectivity checks that browsers make every 2.5 s."""
    ends = [end for each in people for end in (each.sender, each.listener)]
    started = time.monotonic()
    done = 0
    while (elapsed := time.monotonic() - started) < seconds:
        due = int(elapsed / CHECK_EVERY * len(ends))
        for turn in range(done, due):
            ends[turn % len(ends)].check()
        done = due
        await asyncio.sleep(0.02)


async def measure(rooms: int, crowd: int, seconds: float, *, compiled: bool = False) -> dict[str, Any]:
    """One run; shares are of one core, memory in bytes."""
    people: list[Person] = []
    async with OurWorker(AEAD_AES_128_GCM, recorded=False, compiled=compiled) as target:
        empty = resident_bytes(target.pid)
        spent, started = cpu_seconds(target.pid), time.monotonic()
        await asyncio.sleep(seconds / 2)
        nobody = (cpu_seconds(target.pid) - spent) / (time.monotonic() - started)
        started = time.monotonic()
        for room in range(rooms):
            people += await target.fill_room(room, crowd, SHAPE)
            await keep_alive(people, 0.0)
        filled = time.monotonic() - started
        before_media = resident_bytes(target.pid)
        await send(people, SHAPE, 2.0)
        await keep_alive(people, SETTLE)
        spent, started = cpu_seconds(target.pid), time.monotonic()
        await keep_alive(people, seconds)
        idle = (cpu_seconds(target.pid) - spent) / (time.monotonic() - started)
        after = resident_bytes(target.pid)
        for each in people:
            await each.close()
    return {
        "rooms": rooms,
        "people": len(people),
        "seconds_to_fill": round(filled, 1),
        "cpu_empty": round(nobody, 4),
        "cpu_idle": round(idle, 4),
        "bytes_per_person": (before_media - empty) // len(people),
        "bytes_per_room": (before_media - empty) // rooms,
        "bytes_per_person_after_media": (after - empty) // len(people),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rooms", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=30, help="so many that the garbage collector has its turn")
    parser.add_argument("--people", type=int, default=6, help="in each room")
    parser.add_argument("--compiled", action="store_true", help="with the modules that `make compiled` made")
    chosen = parser.parse_args()
    result = uvloop.run(measure(chosen.rooms, chosen.people, chosen.seconds, compiled=chosen.compiled))
    for name, value in result.items():
        print(f"{name:<30} {value}")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
