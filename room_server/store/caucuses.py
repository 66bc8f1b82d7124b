"""Private talks: who was in which, from when to when."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import select

from room_server.domain.caucus import Caucus
from room_server.store import schema
from room_server.store.rows import Repository


class Caucuses(Repository):
    """Caucuses of sessions."""

    async def add(self, caucus: Caucus) -> None:
        """Keep one that opens."""
        await self._insert(schema.caucuses, {**asdict(caucus), "members": list(caucus.members)})

    async def save(self, caucus: Caucus) -> None:
        """Keep who is in it and that it is over."""
        key = schema.caucuses.c.caucus_id == caucus.caucus_id
        await self._update(schema.caucuses, key, {**asdict(caucus), "members": list(caucus.members)})

    async def take_out(self, session_id: str, participant_id: str) -> None:
        """Somebody was sent out: they are in no running caucus from now on, and do not come back into one."""
        for caucus in await self.of_session(session_id):
            if caucus.open and participant_id in caucus.members:
                await self.save(caucus.without_member(participant_id))

    async def of_session(self, session_id: str) -> list[Caucus]:
        """Every one of a session in the order of time."""
        table = schema.caucuses
        query = select(table).where(table.c.session_id == session_id).order_by(table.c.opened_at, table.c.caucus_id)
        return [Caucus(**{**row, "members": tuple(row["members"])}) for row in await self._all(query)]
