"""Work that nobody waits for: filing ended sessions, deleting old words. On one machine it runs in the web process."""

from __future__ import annotations

import asyncio
import contextlib

import structlog

from room_server.services.filing import FilingService
from room_server.services.retention import RetentionService

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


class Sweeper:
    """Deletes what is due, at the start and then every so often."""

    def __init__(self, retention: RetentionService, every_seconds: float = SWEEP_SECONDS) -> None:
        self._retention = retention
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
            try:
                await self._retention.sweep()
            except Exception:
                log.exception("nothing was deleted")
            await asyncio.sleep(self._every_seconds)
