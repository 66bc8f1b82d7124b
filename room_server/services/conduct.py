"""The lock of a session's room, how long each side has spoken, and what of its conduct goes on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from room_server.domain.conduct import Conduct
from room_server.services.ports import Ports
from room_server.services.sessions import require_host
from room_server.store.unit_of_work import UnitOfWork


class ConductService:
    """What of the conduct of a session outlives the process that holds its room."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def get(self, session_id: str) -> Conduct:
        """As it was kept."""
        async with self._ports.unit_of_work() as unit:
            return await unit.conduct.get(session_id)

    async def lock(self, session_id: str, by: str, *, locked: bool) -> None:
        """Take in nobody new, or do so again. What is so already is not on the record twice.

        Raises:
            Forbidden: ``by`` is not the host. Conflict: ``wrong_state``: the session has ended.
        """
        now = self._ports.clock()
        async with self._ports.unit_of_work() as unit:
            (await unit.sessions.get(session_id)).require_open()
            await require_host(unit, session_id, by)
            await unit.sessions.lock(session_id)
            before = await unit.conduct.get(session_id)
            after = before.lock(now) if locked else before.unlock()
            if after == before:
                return
            await unit.conduct.save(after)
            kind = "room_locked" if locked else "room_unlocked"
            await unit.log.append(session_id, at=now, kind=kind, actor=by, data={})

    async def keep_spoken(self, session_id: str, seconds: Mapping[str, float]) -> None:
        """Seconds by side so far. For the mediator alone: the log, which is exported, has nothing of it."""
        async with self._ports.unit_of_work() as unit:
            await unit.sessions.lock(session_id)
            await unit.conduct.save((await unit.conduct.get(session_id)).heard(seconds))

    async def keep_live(self, session_id: str, live: Mapping[str, Any]) -> None:
        """What the next process that holds the room goes on with; of a session that has ended nothing is kept."""
        async with self._ports.unit_of_work() as unit:
            await unit.sessions.lock(session_id)
            over = (await unit.sessions.get(session_id)).ended_at is not None
            await unit.conduct.save((await unit.conduct.get(session_id)).going_on({} if over else live))


async def forget_live(unit: UnitOfWork, session_id: str, at: datetime) -> None:
    """The session ends: nothing of its conduct goes on, and some of it was said in private talks."""
    await unit.sessions.lock(session_id)
    await unit.conduct.save((await unit.conduct.get(session_id)).going_on({}))
