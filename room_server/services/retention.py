"""Deletes the words of sessions that ended long ago.

Chat lines, carry-across tickets, mediators' private notes, offers with their answers, the edits of the draft. What was
agreed stays: the frozen text with its signatures. So does the record, with commitments that nobody can open any more.
"""

from __future__ import annotations

from datetime import timedelta

import structlog

from room_server.domain.errors import Invalid, NotFound
from room_server.domain.retention import Hold
from room_server.services.ports import SYSTEM, Ports

log = structlog.get_logger(__name__)


class RetentionService:
    """The end of what was kept."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def sweep(self) -> list[str]:
        """Delete what is due, one session a transaction. Returns the sessions.

        A session is due once it is filed (its dossier counts what it withholds) and ``Ports.talk_days`` are over since
        its end; 0 days: never.
        """
        days = self._ports.talk_days
        if days <= 0:
            return []
        async with self._ports.unit_of_work() as unit:
            due = await unit.retention.due(self._ports.clock() - timedelta(days=days))
        deleted = []
        for session_id in due:
            async with self._ports.unit_of_work() as unit:
                await unit.sessions.lock(session_id)
                if await unit.retention.held(session_id) is not None:
                    continue  # placed this very moment
                await unit.retention.delete_words(session_id)
                now, data = self._ports.clock(), {"days": days}
                await unit.log.append(session_id, at=now, kind="talk_deleted", actor=SYSTEM, data=data)
            log.info("the words of a session were deleted", session_id=session_id)
            deleted.append(session_id)
        return deleted

    async def hold(self, session_id: str, reason: str) -> None:
        """Delete nothing of this session until ``lift``.

        Raises:
            NotFound: no such session. Invalid: ``reason_missing``.
        """
        why, now = " ".join(reason.split()), self._ports.clock()
        if not why:
            raise Invalid("reason_missing")
        async with self._ports.unit_of_work() as unit:
            await unit.sessions.get(session_id)
            await unit.retention.hold(Hold(session_id, why, now))
            await unit.log.append(session_id, at=now, kind="hold_placed", actor=SYSTEM, data={"reason": why})

    async def lift(self, session_id: str) -> None:
        """Let its time go on.

        Raises:
            NotFound: it was not held.
        """
        async with self._ports.unit_of_work() as unit:
            if await unit.retention.held(session_id) is None:
                raise NotFound("not_found")
            await unit.retention.lift(session_id)
            await unit.log.append(session_id, at=self._ports.clock(), kind="hold_lifted", actor=SYSTEM, data={})
