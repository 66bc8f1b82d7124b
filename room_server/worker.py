"""Work that nobody waits for: filing ended sessions. On one machine it runs in the web process."""

from __future__ import annotations

import asyncio
import contextlib

import structlog

from room_server.services.filing import FilingService

RETRY_SECONDS = 15.0

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
