"""The event log of each session: append and read, nothing else. The database refuses the rest by triggers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import select

from recorder import eventlog
from recorder.eventlog import Entry
from room_server.store import schema
from room_server.store.cases import Sessions
from room_server.store.rows import Repository, Row


class Log(Repository):
    """Hash-chained entries, numbered from 1 in each session."""

    async def append(self, session_id: str, *, at: datetime, kind: str, actor: str, data: Mapping[str, Any]) -> Entry:
        """One entry more. Never put a secret, a code or an identity number into ``data``.

        Appends of one session wait for each other: SQLite has one writer, PostgreSQL locks the session's row; the
        primary key (session, number) would refuse a fork of the chain in any case.
        """
        await Sessions(self._connection).lock(session_id)
        log = schema.event_log
        last = await self._first(select(log).where(log.c.session_id == session_id).order_by(log.c.seq.desc()).limit(1))
        entry = eventlog.append(None if last is None else _entry(last), at=at, kind=kind, actor=actor, data=data)
        await self._insert(log, {**asdict(entry), "data": dict(entry.data), "session_id": session_id})
        return entry

    async def read(self, session_id: str) -> list[Entry]:
        """Every entry from the first on."""
        log = schema.event_log
        query = select(log).where(log.c.session_id == session_id).order_by(log.c.seq)
        return [_entry(row) for row in await self._all(query)]

    async def last_of_device(self, session_id: str, kind: str, actor: str, source: str) -> Entry | None:
        """The last entry of this kind about one device of one person, if there is one."""
        log = schema.event_log
        query = (
            select(log)
            .where(log.c.session_id == session_id, log.c.kind == kind, log.c.actor == actor)
            .where(log.c.data["source"].as_string() == source)
            .order_by(log.c.seq.desc())
            .limit(1)
        )
        row = await self._first(query)
        return None if row is None else _entry(row)

    async def newest(self, session_id: str, *kinds: str) -> Entry | None:
        """The last entry of these kinds, if there is one."""
        log = schema.event_log
        query = select(log).where(log.c.session_id == session_id, log.c.kind.in_(kinds)).order_by(log.c.seq.desc())
        row = await self._first(query)
        return None if row is None else _entry(row)


def _entry(row: Row) -> Entry:
    return Entry(row["seq"], row["at"], row["kind"], row["actor"], row["data"], row["previous"], row["hash"])
