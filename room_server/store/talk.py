"""What people write to one another: lines, calls for the mediator, carry-across tickets, a mediator's own notes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import func, select

from room_server.domain.call import Call, CallKind
from room_server.domain.chat import Line
from room_server.domain.errors import NotFound
from room_server.domain.privilege import PrivilegeClass
from room_server.domain.ticket import Ticket, TicketState
from room_server.store import talk_tables
from room_server.store.rows import Repository, Row


class Lines(Repository):
    """Chat lines. Nobody can change one."""

    async def add(self, line: Line) -> None:
        """Keep a line."""
        await self._insert(talk_tables.chat_lines, {**asdict(line), "recipients": list(line.recipients)})

    async def get(self, session_id: str, line_id: str) -> Line:
        """One line.

        Raises:
            NotFound: there is none.
        """
        table = talk_tables.chat_lines
        row = await self._by(table, table.c.session_id == session_id, table.c.line_id == line_id)
        if row is None:
            raise NotFound("not_found")
        return _line(row)

    async def of_session(self, session_id: str) -> list[Line]:
        """Every line of a session in the order in which they were written."""
        table = talk_tables.chat_lines
        query = select(table).where(table.c.session_id == session_id).order_by(table.c.line_no)
        return [_line(row) for row in await self._all(query)]

    async def newest(self, session_id: str, thread: str, most: int) -> list[Line]:
        """The last lines of one conversation in the order in which they were written."""
        table = talk_tables.chat_lines
        query = select(table).where(table.c.session_id == session_id, table.c.thread == thread)
        return [_line(row) for row in await self._all(query.order_by(table.c.line_no.desc()).limit(most))][::-1]

    async def moments(self, session_id: str, author: str, since: datetime) -> Sequence[datetime]:
        """When somebody wrote after a moment."""
        table = talk_tables.chat_lines
        query = select(table.c.at).where(table.c.session_id == session_id, table.c.author == author, table.c.at > since)
        return [row["at"] for row in await self._all(query)]

    async def count(self, session_id: str) -> dict[str, int]:
        """How many there are by class."""
        table = talk_tables.chat_lines
        query = select(table.c.privilege, func.count().label("lines")).where(table.c.session_id == session_id)
        return {row["privilege"]: row["lines"] for row in await self._all(query.group_by(table.c.privilege))}


class Calls(Repository):
    """Calls for the mediator."""

    async def add(self, call: Call) -> None:
        """Keep a call."""
        await self._insert(talk_tables.calls, asdict(call))

    async def save(self, call: Call) -> None:
        """Keep that it was answered."""
        await self._update(talk_tables.calls, talk_tables.calls.c.call_id == call.call_id, asdict(call))

    async def get(self, session_id: str, call_id: str) -> Call:
        """One call.

        Raises:
            NotFound: there is none.
        """
        row = await self._by(
            talk_tables.calls, talk_tables.calls.c.session_id == session_id, talk_tables.calls.c.call_id == call_id
        )
        if row is None:
            raise NotFound("not_found")
        return _call(row)

    async def of_session(self, session_id: str) -> list[Call]:
        """Every call in the order of time."""
        table = talk_tables.calls
        query = select(table).where(table.c.session_id == session_id).order_by(table.c.at, table.c.call_id)
        return [_call(row) for row in await self._all(query)]


class Tickets(Repository):
    """Carry-across tickets."""

    async def add(self, ticket: Ticket) -> None:
        """Keep a question."""
        await self._insert(talk_tables.tickets, {**asdict(ticket), "members": list(ticket.members)})

    async def save(self, ticket: Ticket) -> None:
        """Keep where it stands. Its words cannot be changed."""
        values = {name: value for name, value in asdict(ticket).items() if name not in ("text", "salt", "members")}
        await self._update(talk_tables.tickets, talk_tables.tickets.c.ticket_id == ticket.ticket_id, values)

    async def get(self, session_id: str, ticket_id: str) -> Ticket:
        """One ticket.

        Raises:
            NotFound: there is none.
        """
        table = talk_tables.tickets
        row = await self._by(table, table.c.session_id == session_id, table.c.ticket_id == ticket_id)
        if row is None:
            raise NotFound("not_found")
        return _ticket(row)

    async def of_session(self, session_id: str) -> list[Ticket]:
        """Every ticket in the order of time."""
        table = talk_tables.tickets
        query = select(table).where(table.c.session_id == session_id).order_by(table.c.asked_at, table.c.ticket_id)
        return [_ticket(row) for row in await self._all(query)]


@dataclass(frozen=True, slots=True)
class PrivateNote:
    """What a mediator writes for themselves. ``scope``: a caucus id, or empty for the session."""

    participant_id: str
    scope: str
    session_id: str
    text: str
    revision: int
    saved_at: datetime


class PrivateNotes(Repository):
    """Notes, each for the eyes of its author alone. No query gives those of somebody else."""

    async def of_author(self, participant_id: str) -> list[PrivateNote]:
        """Everything that somebody wrote."""
        table = talk_tables.private_notes
        query = select(table).where(table.c.participant_id == participant_id).order_by(table.c.scope)
        return [PrivateNote(**row) for row in await self._all(query)]

    async def get(self, participant_id: str, scope: str) -> PrivateNote | None:
        """One note."""
        table = talk_tables.private_notes
        row = await self._by(table, table.c.participant_id == participant_id, table.c.scope == scope)
        return None if row is None else PrivateNote(**row)

    async def save(self, note: PrivateNote) -> None:
        """Keep a note, the first time or again."""
        table = talk_tables.private_notes
        if await self.get(note.participant_id, note.scope) is None:
            await self._insert(table, asdict(note))
            return
        key = (table.c.participant_id == note.participant_id) & (table.c.scope == note.scope)
        await self._update(table, key, asdict(note))


def _line(row: Row) -> Line:
    values = {name: value for name, value in row.items() if name != "line_no"}
    return Line(
        **{
            **values,
            "privilege": PrivilegeClass(row["privilege"]),
            "recipients": tuple(row["recipients"]),
        }
    )


def _call(row: Row) -> Call:
    return Call(**{**row, "kind": CallKind(row["kind"])})


def _ticket(row: Row) -> Ticket:
    return Ticket(**{**row, "members": tuple(row["members"]), "state": TicketState(row["state"])})
