"""Cases and their sessions."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import select

from room_server.domain.case import Case, Request
from room_server.domain.errors import NotFound
from room_server.domain.people import Party, Side
from room_server.domain.session import Session, State
from room_server.store import schema
from room_server.store.rows import Repository, Row


class Cases(Repository):
    """Registered cases."""

    async def add(self, case: Case) -> None:
        """Register a case."""
        values = asdict(case)
        values["requests"] = [asdict(item) for item in case.requests]
        values["parties"] = [asdict(item) for item in case.parties]
        await self._insert(schema.cases, values)

    async def get(self, case_id: str) -> Case:
        """One case.

        Raises:
            NotFound: there is none.
        """
        row = await self._by(schema.cases, schema.cases.c.case_id == case_id)
        if row is None:
            raise NotFound("not_found")
        return _case(row)

    async def any(self) -> bool:
        """Whether there is a case at all."""
        return await self._first(select(schema.cases.c.case_id).limit(1)) is not None


class Sessions(Repository):
    """Mediation sessions."""

    async def add(self, session: Session) -> None:
        """Schedule a session."""
        await self._insert(schema.sessions, asdict(session))

    async def save(self, session: Session) -> None:
        """Keep the session's new state."""
        await self._update(schema.sessions, schema.sessions.c.session_id == session.session_id, asdict(session))

    async def get(self, session_id: str) -> Session:
        """One session.

        Raises:
            NotFound: there is none.
        """
        return _found(await self._by(schema.sessions, schema.sessions.c.session_id == session_id))

    async def by_room(self, room_id: str) -> Session:
        """The session that meets in this room.

        Raises:
            NotFound: there is none.
        """
        return _found(await self._by(schema.sessions, schema.sessions.c.room_id == room_id))

    async def lock(self, session_id: str) -> None:
        """Make every other transaction on this session wait (PostgreSQL; SQLite has one writer anyway)."""
        query = select(schema.sessions.c.session_id).where(schema.sessions.c.session_id == session_id)
        if await self._first(query.with_for_update()) is None:
            raise NotFound("not_found")

    async def all(self) -> list[Session]:
        """Every session, the next one first."""
        return [
            _session(row) for row in await self._all(select(schema.sessions).order_by(schema.sessions.c.scheduled_at))
        ]

    async def ended(self) -> list[Session]:
        """Sessions that have ended and are not filed."""
        query = select(schema.sessions).where(schema.sessions.c.state == State.ENDED)
        return [_session(row) for row in await self._all(query)]

    async def filed(self, case_no: str) -> list[Session]:
        """Filed sessions of the case with this number; every case when it is empty. The newest first."""
        query = select(schema.sessions).where(schema.sessions.c.state == State.FILED)
        if case_no:
            query = query.join(schema.cases).where(schema.cases.c.case_no == case_no)
        return [_session(row) for row in await self._all(query.order_by(schema.sessions.c.filed_at.desc()))]


def _found(row: Row | None) -> Session:
    if row is None:
        raise NotFound("not_found")
    return _session(row)


def _session(row: Row) -> Session:
    return Session(**{**row, "state": State(row["state"])})


def _case(row: Row) -> Case:
    parties = tuple(Party(**{**item, "side": Side(item["side"])}) for item in row["parties"])
    return Case(**{**row, "requests": tuple(Request(**item) for item in row["requests"]), "parties": parties})
