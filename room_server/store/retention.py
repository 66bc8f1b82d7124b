"""What is deleted once its time is over, and what is held back from that."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Column, ForeignKey, String, Table, Text, delete, exists, or_, select

from room_server.domain.retention import Hold
from room_server.domain.session import State
from room_server.store import offer_tables, schema, talk_tables
from room_server.store.rows import Repository
from room_server.store.schema import Moment, metadata
from room_server.store.sendings import sendings

holds = Table(
    "holds",
    metadata,
    Column("session_id", String(64), ForeignKey("sessions.session_id"), primary_key=True),
    Column("reason", Text, nullable=False),
    Column("placed_at", Moment, nullable=False),
)
WORDS = (
    talk_tables.chat_lines,
    talk_tables.tickets,
    talk_tables.private_notes,
    offer_tables.offers,
    schema.document_updates,
    sendings,
)
"""What people wrote to one another, to themselves, offered, and typed into the draft, and the digests by which what
comes twice is known. No dossier has it."""


class Retention(Repository):
    """Words of old sessions."""

    async def due(self, ended_before: datetime) -> list[str]:
        """Filed sessions that ended before then, are not held, and of which there are words."""
        sessions = schema.sessions
        written = [
            exists().where(table.c.session_id == sessions.c.session_id) for table in WORDS if table is not sendings
        ]
        query = select(sessions.c.session_id).where(
            sessions.c.state == State.FILED,
            sessions.c.ended_at <= ended_before,
            ~exists().where(holds.c.session_id == sessions.c.session_id),
            or_(*written),
        )
        return [row["session_id"] for row in await self._all(query.order_by(sessions.c.session_id))]

    async def delete_words(self, session_id: str) -> None:
        """Delete the words of a session, the salts of their commitments too.

        The database itself refuses it for a session that is not filed, or is held.
        """
        offers, answers = offer_tables.offers, offer_tables.offer_answers
        of_session = select(offers.c.offer_id).where(offers.c.session_id == session_id)
        await self._connection.execute(delete(answers).where(answers.c.offer_id.in_(of_session)))
        for table in WORDS:
            await self._connection.execute(delete(table).where(table.c.session_id == session_id))

    async def hold(self, hold: Hold) -> None:
        """Keep everything of a session until further notice; the last reason counts."""
        await self.lift(hold.session_id)
        await self._insert(holds, asdict(hold))

    async def lift(self, session_id: str) -> None:
        """Let time go on for a session."""
        await self._connection.execute(delete(holds).where(holds.c.session_id == session_id))

    async def held(self, session_id: str) -> Hold | None:
        """Why a session is held, if it is."""
        row = await self._by(holds, holds.c.session_id == session_id)
        return None if row is None else Hold(**row)
