"""What a killed process left of files on their way: nothing names them, and they may hold what is somebody's own."""

from __future__ import annotations

import asyncio
import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import structlog

from room_server.services.ports import Ports

EXHIBITS: Final = "exhibits"
"""The folder of the blob store in which originals and pages stand by session and exhibit."""
YOUNG: Final = timedelta(days=1)
"""So long whatever is there may still be on its way, in this process or another."""

log = structlog.get_logger(__name__)


class LeftoverService:
    """Files that no longer lead anywhere."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def sweep(self) -> int:
        """Delete what has been lying about for a day: half-sent files, half-made dossiers, pages of what never came to
        be an exhibit. Returns how many there were."""
        before = self._ports.clock() - YOUNG
        gone = await asyncio.to_thread(_clear, self._ports.scratch, before)
        kept = await asyncio.to_thread(self._ports.blobs.sift, EXHIBITS, before)
        async with self._ports.unit_of_work() as unit:
            known = await unit.exhibits.ids()
        lost = [key for key in kept if key.split("/")[2] not in known]
        for key in lost:
            await asyncio.to_thread(self._ports.blobs.discard, key)
        if gone or lost:
            log.info("what a killed process left was deleted", folders=gone, files=len(lost))
        return gone + len(lost)


def _clear(scratch: Path, before: datetime) -> int:
    if not scratch.is_dir():
        return 0
    old = [each for each in scratch.iterdir() if each.stat().st_mtime < before.timestamp()]
    for each in old:
        shutil.rmtree(each)
    return len(old)
