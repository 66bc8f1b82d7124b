"""How long a web process that was killed is away.

``python -m tests.bench.restart`` (``make bench-restart``) kills it ten times with a session open, and prints the median
and the longest of two times in seconds, and one line of JSON: until another says that all is well, and until the
mediator's client is in the room. With ``--cold`` the process that waits to replace it dies as well.
``--busy 4``: with so many processes beside it that do nothing but count, as on a machine that is too small.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import signal
import statistics
import tempfile
import time
from pathlib import Path

import httpx
import psutil

from room_server.successors import HEALTHY_AFTER_SECONDS
from signaling.load.line import Line, LineError
from tests.support.room_client import Access, mediator
from tests.support.service import Service, healthy, running_service

WEB = "room_server.cli web"
MOMENTS = ("all well", "in the room")


async def in_the_room(service: Service, host: Access) -> Line | None:
    try:
        line = await Line.open(service.url, host.room_id, None)
    except LineError:
        return None
    await line.ask("hello", token=host.token)
    return line


async def away(service: Service, host: Access, cold: bool) -> tuple[float, float]:
    """Kill it once; when each of the moments was reached."""
    pid = service.pid_of(WEB)
    waiting = psutil.Process(pid).parent()
    killed = time.monotonic()
    if cold and waiting is not None and waiting.pid != service.process.pid:
        waiting.kill()
    os.kill(pid, signal.SIGKILL)
    while not await asyncio.to_thread(healthy, service.url):
        await asyncio.sleep(0.005)
    well = time.monotonic() - killed
    while (line := await in_the_room(service, host)) is None:
        await asyncio.sleep(0.005)
    there = time.monotonic() - killed
    await line.close()
    return well, there


async def measure(times: int, cold: bool) -> list[tuple[float, float]]:
    with tempfile.TemporaryDirectory() as folder:
        async with running_service(Path(folder) / "data") as service:
            async with httpx.AsyncClient(base_url=service.url, timeout=20) as browser:
                host = await mediator(browser, service)
            found = []
            for _ in range(times):
                await asyncio.sleep(HEALTHY_AFTER_SECONDS + 1)
                found.append(await away(service, host, cold))
            return found


def count() -> None:
    while True:
        pass


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.restart", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--cold", action="store_true")
    parser.add_argument("--busy", type=int, default=0)
    given = parser.parse_args()
    beside = [multiprocessing.Process(target=count, daemon=True) for _ in range(given.busy)]
    for each in beside:
        each.start()
    found = asyncio.run(measure(given.times, given.cold))
    rows = {
        moment: {"median": round(statistics.median(times), 2), "longest": round(max(times), 2)}
        for moment, times in zip(MOMENTS, zip(*found, strict=True), strict=True)
    }
    for moment, row in rows.items():
        print(f"{moment:<12} {row['median']:6.2f} {row['longest']:6.2f}")
    print(json.dumps(rows))


if __name__ == "__main__":
    main()
