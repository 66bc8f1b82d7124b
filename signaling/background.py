"""Work of a room that nobody waits for: done one after the other, its failures logged."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Coroutine
from typing import Any

import structlog

log = structlog.get_logger(__name__)


class Background:
    """Runs coroutines in the order in which they were given, and holds on to them until they are done."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()  # fair: waiters are served in the order in which they came
        self._tasks: set[asyncio.Task[None]] = set()

    def run(self, work: Coroutine[Any, Any, object]) -> None:
        """Do it when everything before it is done."""
        task = asyncio.get_running_loop().create_task(self._in_turn(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def drain(self) -> None:
        """Wait until nothing is left to do."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    async def _in_turn(self, work: Coroutine[Any, Any, object]) -> None:
        async with self._turn:
            await attempt(work)


async def attempt(work: Awaitable[object]) -> bool:
    """Await something that reports what has already happened: a failure is logged, and False is returned."""
    try:
        await work
    except Exception:
        log.exception("a report was not taken")
        return False
    return True
