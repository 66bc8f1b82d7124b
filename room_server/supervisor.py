"""Keeps the processes of one machine alive: web, media workers, recorder. One that dies is started again.

They stand in stages and are stopped from the last to the first: whoever uses another process ends before it, so that an
orderly end looks like no failure to anybody. Those of one stage are stopped together.

The parent does nothing else, so that there is little in it that could fail. A child that keeps dying at once is started
again more slowly, up to every five seconds.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import structlog

from room_server.successors import HEALTHY_AFTER_SECONDS, die_with_parent

SLOWEST_RESTART_SECONDS = 5.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Program:
    """One child: its name in the log, its command line (without the interpreter), and how long it may take to end."""

    name: str
    arguments: Sequence[str]
    stop_seconds: float = 8.0


class Supervisor:
    """Runs programs until it is told to stop. ``stages``: no program uses one of a later stage."""

    def __init__(self, stages: Sequence[Sequence[Program]], environment: Mapping[str, str]) -> None:
        self._stages = stages
        self._environment = dict(environment)
        self._stopping = asyncio.Event()
        self._children: dict[str, asyncio.subprocess.Process] = {}
        self._over = [asyncio.Event() for _ in stages]

    @property
    def pids(self) -> dict[str, int]:
        """Process ids of the children that run now, by name."""
        return {name: child.pid for name, child in self._children.items()}

    def stop(self) -> None:
        """Ask for the end; ``run`` returns when all children are gone."""
        self._stopping.set()

    async def run(self) -> None:
        """Start everything, keep it running, and return after ``stop`` (or SIGINT, SIGTERM)."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.stop)
        await asyncio.gather(*(self._keep_until_over(place) for place in range(len(self._stages))))

    async def _keep_until_over(self, place: int) -> None:
        try:
            await asyncio.gather(*(self._keep(place, program) for program in self._stages[place]))
        finally:
            self._over[place].set()

    async def _keep(self, place: int, program: Program) -> None:
        delay = 0.0
        while not self._stopping.is_set():
            started = time.monotonic()
            child = await asyncio.create_subprocess_exec(
                sys.executable,
                *program.arguments,
                env=self._environment,
                stdin=asyncio.subprocess.DEVNULL,
                preexec_fn=partial(die_with_parent, signal.SIGTERM),  # safe: the parent has no threads
                start_new_session=True,  # Ctrl-C reaches the parent only, which then stops the children in order
            )
            self._children[program.name] = child
            log.info("started", process=program.name, pid=child.pid)
            await self._wait(place, program, child)
            del self._children[program.name]
            if self._stopping.is_set():
                return
            healthy = time.monotonic() - started > HEALTHY_AFTER_SECONDS
            delay = 0.0 if healthy else min(SLOWEST_RESTART_SECONDS, max(0.2, delay * 2))
            log.warning("died", process=program.name, status=child.returncode, restart_in=delay)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), delay)

    async def _wait(self, place: int, program: Program, child: asyncio.subprocess.Process) -> None:
        """Until the child is gone, by itself or because of ``stop``."""
        ended = asyncio.ensure_future(child.wait())
        told = asyncio.ensure_future(self._stopping.wait())
        try:
            await asyncio.wait({ended, told}, return_when=asyncio.FIRST_COMPLETED)
            if not self._stopping.is_set():
                return
            for later in self._over[place + 1 :]:
                await later.wait()
            if ended.done():
                return
            with contextlib.suppress(ProcessLookupError):
                child.terminate()
            try:
                await asyncio.wait_for(asyncio.shield(ended), program.stop_seconds)
            except TimeoutError:
                log.warning("does not end, killing", pid=child.pid)
                os.kill(child.pid, signal.SIGKILL)
                await ended
        finally:
            told.cancel()
