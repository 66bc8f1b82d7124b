"""Work that nobody waits for: filing ended sessions, deleting old words and leftovers.

On one machine it runs in the web process.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Protocol

import structlog

from room_server.services.filing import FilingService

RETRY_SECONDS = 15.0
SWEEP_SECONDS = 6 * 3600.0

log = structlog.get_logger(__name__)


class Filer:
    """Files what has ended and is not filed, when told to and every so often; what fails is tried again."""

    def __init__(self, filing: FilingService, retry_seconds: float = RETRY_SECONDS) -> None:
        self._filing = filing
        self._retry_seconds = retry_seconds
        self._told = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin, with what an earlier process left."""
        if self._task is None:
            self._told.set()
            self._task = asyncio.create_task(self._keep_filing())

    async def soon(self, session_id: str) -> None:
        """A session has ended."""
        log.info("to be filed", session_id=session_id)
        self._told.set()

    async def close(self) -> None:
        """Stop; what is half-done is done again by the next process."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _keep_filing(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._told.wait(), self._retry_seconds)
            self._told.clear()
            try:
                await self._filing.file_all()
            except Exception:
                log.exception("filing stopped")


class Sweep(Protocol):
    """Something that has things to delete from time to time."""

    async def sweep(self) -> object:
        """Delete what is due."""


class Sweeper:
    """Deletes what is due, at the start and then every so often. What fails holds nothing else up."""

    def __init__(self, *sweeps: Sweep, every_seconds: float = SWEEP_SECONDS) -> None:
        self._sweeps = sweeps
        self._every_seconds = every_seconds
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin."""
        if self._task is None:
            self._task = asyncio.create_task(self._keep_sweeping())

    async def close(self) -> None:
        """Stop; what was not deleted is deleted by the next process."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _keep_sweeping(self) -> None:
        while True:
            for each in self._sweeps:
                try:
                    await each.sweep()
                except Exception:
                    log.exception("nothing was deleted", of=type(each).__name__)
            await asyncio.sleep(self._every_seconds)
