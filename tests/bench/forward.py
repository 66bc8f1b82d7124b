"""What a forwarded packet costs, next to Janus: the same people, packets and cipher, in alternating runs.

``python -m tests.bench.forward`` (``make bench-forward``) prints a table and, last, one line of JSON. Everybody sends
1 Mbit/s of video (120 packets a second) and 50 packets of Opus a second, each at moments of their own, and receives
everybody else of the room. The worker runs with all that it does for real people, once also with every track going to a
reader in the recorder's place; Janus runs its videoroom with ``event_loops = 1``. Packets and delays are counted by the
receivers; CPU is user and system time of the server's process alone. After ``make compiled`` a worker with compiled
modules, recorded, runs as well.
"""

from __future__ import annotations

import argparse
import gc
import json
import platform
import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

import uvloop

from signaling.load.figures import Delivery, delivery
from signaling.load.traffic import Person, Shape, send
from signaling.sfu.srtp import AEAD_AES_128_GCM, AES128_CM_SHA1_80, Profile
from tests.bench import janus
from tests.bench.targets import COMPILED, OurWorker, Target, cpu_seconds, direct_people

PEOPLE = 6
WARM_UP = 1.5
LADDER = (4, 8, 12, 16, 20, 24)
"""Rooms of six people: 20,400, 40,800, 61,200 … packets a second out."""
TRIES = 2
"""Of each rung: something else may just have used the machine."""
DELIVERED, P99_MS = 0.999, 10.0
"""What still counts as carried."""
GENERATOR_FULL = 0.9
"""Share of a core from which on late packets may be the generator's own fault."""
CIPHERS = {"gcm": AEAD_AES_128_GCM, "cm": AES128_CM_SHA1_80}
Maker = Callable[[Profile], Target]
TARGETS: dict[str, Maker] = {
    "worker": lambda profile: OurWorker(profile, recorded=False),
    "worker+tap": lambda profile: OurWorker(profile, recorded=True),
    "compiled": lambda profile: OurWorker(profile, recorded=True, compiled=True),
    "janus": janus.Janus,
}


@dataclass(frozen=True)
class Measured:
    """One run of one target. ``cpu`` and ``load_cpu`` are shares of a core."""

    target: str
    cipher: str
    packets_per_s: int
    us_per_packet: float
    cpu: float
    p50_ms: float
    p99_ms: float
    delivered: float
    unreadable: int
    load_cpu: float

    @property
    def carried(self) -> bool:
        """Whether the server kept up."""
        return self.delivered >= DELIVERED and self.p99_ms <= P99_MS


def own_seconds() -> float:
    """User and system time of this process so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def observe(people: list[Person], shape: Shape, seconds: float) -> Delivery:
    """Let everybody send, and take the figures after a warm-up."""
    await send(people, shape, WARM_UP)
    for each in people:
        each.listener.forget()
    gc.collect()
    gc.freeze()
    await send(people, shape, seconds)
    return delivery(people)


async def measure(name: str, cipher: str, rooms: int, seconds: float) -> Measured:
    """One run of a fresh server process."""
    shape, target = Shape(), TARGETS[name](CIPHERS[cipher])
    await target.start()
    people: list[Person] = []
    try:
        for room in range(rooms):
            people += await target.fill_room(room, PEOPLE, shape)
        await send(people, shape, WARM_UP)
        for each in people:
            each.listener.forget()
        gc.collect()
        gc.freeze()
        spent, own, started = cpu_seconds(target.pid), own_seconds(), time.monotonic()
        await send(people, shape, seconds)
        elapsed = time.monotonic() - started
        spent, own = cpu_seconds(target.pid) - spent, own_seconds() - own
        got = delivery(people)
    finally:
        for each in people:
            await each.close()
        await target.close()
    return Measured(
        name, cipher, round(got.packets / elapsed), round(spent / got.packets * 1e6, 2), round(spent / elapsed, 2),
        got.p50_ms, got.p99_ms, round(got.delivered, 5), got.unreadable, round(own / elapsed, 2),
    )  # fmt: skip


async def own_delay() -> Delivery:
    """What the generator itself adds: the same people without a server between them."""
    people = await direct_people(4 * PEOPLE, Shape(), AEAD_AES_128_GCM)
    got = await observe(people, Shape(), 2)
    for each in people:
        await each.close()
    return got


def climb(name: str, cipher: str, seconds: float) -> Measured | None:
    """The largest load of the ladder that the target carries; None: not even the smallest, on this machine now."""
    best = None
    for rooms in LADDER:
        for _ in range(TRIES):
            run = uvloop.run(measure(name, cipher, rooms, seconds))
            show(run)
            if run.carried:
                break
        else:
            if run.load_cpu >= GENERATOR_FULL:
                print(f"The generator had no more time: {name} perhaps carries more.", flush=True)
            break
        best = run
    else:
        print(f"{name} carries the whole ladder: the figure is a lower bound.", flush=True)
    return best


def show(run: Measured) -> None:
    """One line of the table."""
    print(
        f"{run.target:<11} {run.cipher:<4} {run.packets_per_s:>9,} {run.us_per_packet:>9.2f} {run.cpu:>6.0%} "
        f"{run.p50_ms:>8.2f} {run.p99_ms:>8.2f} {run.delivered:>9.3%} {run.load_cpu:>6.0%}",
        flush=True,
    )


def median_of(runs: list[Measured], name: str, cipher: str) -> Measured:
    """The run with the middle cost; of an even number the mean of the two in the middle."""
    chosen = sorted((run for run in runs if (run.target, run.cipher) == (name, cipher)), key=lambda x: x.us_per_packet)
    return _between(chosen[(len(chosen) - 1) // 2], chosen[len(chosen) // 2])


def _between(one: Measured, other: Measured) -> Measured:
    figures = {
        each.name: (getattr(one, each.name) + getattr(other, each.name)) / 2
        for each in fields(Measured)
        if each.name not in ("target", "cipher")
    }
    figures |= {name: round(figures[name]) for name in ("packets_per_s", "unreadable")}
    return replace(one, **{name: round(value, 5) for name, value in figures.items()})


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seconds", type=float, default=6, help="of each run")
    parser.add_argument("--runs", type=int, default=3, help="of each target and cipher; 0: the ladder alone")
    parser.add_argument("--rooms", type=int, default=4, help="of six people: 5,100 packets a second out each")
    parser.add_argument("--ladder", action="store_true", help="find the largest load that each carries as well")
    parser.add_argument("--cipher", choices=[*CIPHERS, "both"], default="both")
    parser.add_argument("--without-janus", action="store_true", help="measure the worker alone: there is no ratio then")
    chosen = parser.parse_args()
    if not chosen.without_janus and not janus.installed():
        parser.error(
            "Janus is missing, so there is nothing to compare with. Install Debian's package janus "
            "(make bench-forward does it where it may), or measure the worker alone with --without-janus."
        )
    there = {"janus": not chosen.without_janus, "compiled": COMPILED.exists()}
    names = [name for name in TARGETS if there.get(name, True)]
    ciphers = list(CIPHERS) if chosen.cipher == "both" else [chosen.cipher]
    floor = uvloop.run(own_delay())
    print(f"The generator's own delay: p50 {floor.p50_ms:.2f} ms, p99 {floor.p99_ms:.2f} ms (not taken off below).\n")
    print(f"{'target':<11} {'SRTP':<4} {'packets/s':>9} {'µs/packet':>9} {'cpu':>6} {'p50 ms':>8} {'p99 ms':>8}"
          f" {'delivered':>9} {'load':>6}")  # fmt: skip
    runs = []
    for _ in range(chosen.runs):
        for cipher in ciphers:
            for name in names:
                runs.append(uvloop.run(measure(name, cipher, chosen.rooms, chosen.seconds)))
                show(runs[-1])
    print()
    result = summary(runs, names, ciphers, floor) if runs else {}
    if chosen.ladder:
        result |= ladder(names, ciphers[0], chosen.seconds)
    print(json.dumps(result))


def ladder(names: list[str], cipher: str, seconds: float) -> dict[str, int | None]:
    """The most packets a second that a worker, with every track recorded, and Janus carry; None: see ``climb``."""
    keys = {
        "worker+tap": "max_packets_per_s",
        "compiled": "compiled_max_packets_per_s",
        "janus": "janus_max_packets_per_s",
    }
    best = {key: climb(name, cipher, seconds) for name, key in keys.items() if name in names}
    return {key: run.packets_per_s if run else None for key, run in best.items()}


def summary(runs: list[Measured], names: list[str], ciphers: list[str], floor: Delivery) -> dict[str, Any]:
    """The figures that matter; ``ratio_to_janus`` is the worse of the ciphers, with every track recorded."""
    first = median_of(runs, "worker+tap", ciphers[0])
    result: dict[str, Any] = {
        "machine": f"{platform.machine()}, Linux {platform.release()}, Python {platform.python_version()}",
        "us_per_packet": first.us_per_packet,
        "p50_ms": first.p50_ms,
        "p99_ms": first.p99_ms,
        "added_p50_ms": round(first.p50_ms - floor.p50_ms, 3),
        "added_p99_ms": round(first.p99_ms - floor.p99_ms, 3),
        "delivered": first.delivered,
        "tap_cost": round(statistics.mean(
            median_of(runs, "worker+tap", cipher).us_per_packet / median_of(runs, "worker", cipher).us_per_packet
            for cipher in ciphers
        ) - 1, 3),
        "medians": [asdict(median_of(runs, name, cipher)) for cipher in ciphers for name in names],
    }  # fmt: skip
    if "janus" in names:
        ratios = ratios_to_janus(runs, "worker+tap", ciphers)
        result |= {"ratio_to_janus": max(ratios.values()), "ratios": ratios}
        if "compiled" in names:
            result["compiled_ratios"] = ratios_to_janus(runs, "compiled", ciphers)
    return result


def ratios_to_janus(runs: list[Measured], name: str, ciphers: list[str]) -> dict[str, float]:
    """What a packet costs with this target, in packets of Janus, by cipher."""
    return {
        cipher: round(median_of(runs, name, cipher).us_per_packet / median_of(runs, "janus", cipher).us_per_packet, 3)
        for cipher in ciphers
    }


if __name__ == "__main__":
    main()
