"""What was sent with a key, and what came of it: the same request never makes a second thing."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import Column, ForeignKey, String, Table

from room_server.domain.errors import Conflict
from room_server.domain.sending import Sending
from room_server.store.rows import Repository
from room_server.store.schema import metadata

sendings = Table(
    "sendings",
    metadata,
    Column("author", String(64), ForeignKey("participants.participant_id"), primary_key=True),
    Column("key", String(64), primary_key=True),
    Column("session_id", String(64), ForeignKey("sessions.session_id"), nullable=False, index=True),
    Column("digest", String(64), nullable=False),
    Column("made", String(64), nullable=False),
)
"""``made``: the id of the line, ticket, offer or exhibit. An author belongs to one session."""


class Sendings(Repository):
    """Keys of the things that were sent. The primary key (author, key) lets each be used once."""

    async def find(self, author: str, key: str) -> str | None:
        """What somebody made with this key; None: nothing."""
        row = await self._by(sendings, sendings.c.author == author, sendings.c.key == key)
        return None if row is None else row["made"]

    async def made(self, sending: Sending | None) -> str | None:
        """What came of this very request when it came before; None: it is new, or has no key.

        Raises:
            Conflict: ``key_used``: something else came with this key.
        """
        if sending is None:
            return None
        row = await self._by(sendings, sendings.c.author == sending.author, sendings.c.key == sending.key)
        if row is None:
            return None
        if row["digest"] != sending.digest:
            raise Conflict("key_used")
        return str(row["made"])

    async def add(self, session_id: str, sending: Sending | None, made: str) -> None:
        """Keep what came of it, in the transaction that made it. Without a key there is nothing to keep."""
        if sending is not None:
            await self._insert(sendings, {**asdict(sending), "session_id": session_id, "made": made})
