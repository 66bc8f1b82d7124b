"""Work of a room that does not depend on who waits for it: its failures are logged."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Coroutine
from typing import Any

import structlog

log = structlog.get_logger(__name__)


class Background:
    """Runs coroutines, and holds on to them until they are done."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()  # fair: waiters are served in the order in which they came
        self._tasks: set[asyncio.Task[Any]] = set()

    def run(self, work: Coroutine[Any, Any, object]) -> None:
        """Do it when everything before it is done."""
        self._hold(asyncio.get_running_loop().create_task(self._in_turn(work)))

    def at_once(self, work: Coroutine[Any, Any, object]) -> asyncio.Future[bool]:
        """Do it now, whatever else is to be done. Who waits for it may be cancelled: it is done all the same."""
        return asyncio.shield(self._hold(asyncio.get_running_loop().create_task(attempt(work))))

    async def drain(self) -> None:
        """Wait until nothing is left to do."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    def _hold(self, task: asyncio.Task[Any]) -> asyncio.Task[Any]:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

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
