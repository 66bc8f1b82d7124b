"""How people arrive: codes for the way in, the roll call, and what those who wait are told."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import delete, func, select

from room_server.domain.codes import EntryCode
from room_server.domain.rollcall import Item, Mark
from room_server.store import arrival_schema as schema
from room_server.store.rows import Repository


class EntryCodes(Repository):
    """One-time codes for the way in."""

    async def add(self, code: EntryCode) -> None:
        """Keep a code that is about to be sent."""
        await self._insert(schema.entry_codes, asdict(code))

    async def save(self, code: EntryCode) -> None:
        """Keep the code's new state."""
        await self._update(schema.entry_codes, schema.entry_codes.c.code_id == code.code_id, asdict(code))

    async def newest(self, link_id: str) -> EntryCode | None:
        """The last code that was sent for this link: only that one counts."""
        table = schema.entry_codes
        query = select(table).where(table.c.link_id == link_id)
        row = await self._first(query.order_by(table.c.sent_at.desc(), table.c.used_at.is_not(None)).limit(1))
        return None if row is None else EntryCode(**row)

    async def count(self, link_id: str, since: datetime) -> int:
        """How many were sent for this link since then."""
        table = schema.entry_codes
        query = select(func.count().label("number")).where(table.c.link_id == link_id, table.c.sent_at >= since)
        row = await self._first(query)
        return 0 if row is None else int(row["number"])


class RollCalls(Repository):
    """Marks of roll calls. There is no way to change one: a new mark is a new row."""

    async def add(self, mark: Mark) -> None:
        """Keep a mark."""
        await self._insert(schema.roll_marks, {**asdict(mark), "answer": dict(mark.answer)})

    async def of_session(self, session_id: str) -> list[Mark]:
        """Every mark of a session in the order in which they were made."""
        table = schema.roll_marks
        columns = [column for column in table.c if column.name != "mark_no"]
        query = select(*columns).where(table.c.session_id == session_id).order_by(table.c.mark_no)
        return [Mark(**{**row, "item": Item(row["item"])}) for row in await self._all(query)]


class Greetings(Repository):
    """One line of the mediator for everybody who waits (side empty), or for those of one side."""

    async def put(self, session_id: str, side: str, text: str, at: datetime) -> None:
        """Say this from now on; empty: nothing any more."""
        table = schema.greetings
        await self._connection.execute(delete(table).where(table.c.session_id == session_id, table.c.side == side))
        if text:
            await self._insert(table, {"session_id": session_id, "side": side, "text": text, "at": at})

    async def of_session(self, session_id: str) -> dict[str, tuple[str, datetime]]:
        """Text and time by side."""
        table = schema.greetings
        rows = await self._all(select(table).where(table.c.session_id == session_id))
        return {row["side"]: (row["text"], row["at"]) for row in rows}
