"""How sessions are conducted: a row for each session in which there was something to keep."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import update

from room_server.domain.conduct import Conduct
from room_server.store import schema
from room_server.store.rows import Repository


class Conducts(Repository):
    """Locks, sums of speaking time, what runs."""

    async def get(self, session_id: str) -> Conduct:
        """Of one session; of one in which nothing was kept, too."""
        row = await self._by(schema.conduct, schema.conduct.c.session_id == session_id)
        return Conduct(session_id) if row is None else Conduct(**row)

    async def save(self, conduct: Conduct) -> None:
        """Keep it."""
        key = schema.conduct.c.session_id == conduct.session_id
        values = {**asdict(conduct), "spoken": dict(conduct.spoken), "live": dict(conduct.live)}
        done = await self._connection.execute(update(schema.conduct).where(key).values(**values))
        if done.rowcount == 0:
            await self._insert(schema.conduct, values)
