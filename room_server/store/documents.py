"""The drafting documents: who may write, whether frozen, and the log of Yjs updates that only grows."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import func, select

from room_server.store import schema
from room_server.store.rows import Repository


@dataclass(frozen=True, slots=True)
class Document:
    """A document's gate. ``writers``: participant ids."""

    session_id: str
    document_id: str
    frozen: bool
    digest: str | None
    writers: tuple[str, ...]


class Documents(Repository):
    """Documents and their updates."""

    async def get(self, session_id: str, document_id: str) -> Document | None:
        """One document's gate."""
        table = schema.documents
        row = await self._by(table, table.c.session_id == session_id, table.c.document_id == document_id)
        return None if row is None else Document(**{**row, "writers": tuple(row["writers"])})

    async def add(self, document: Document) -> None:
        """Open a document."""
        await self._insert(schema.documents, {**asdict(document), "writers": list(document.writers)})

    async def save(self, document: Document) -> None:
        """Keep the gate's new state."""
        table = schema.documents
        key = (table.c.session_id == document.session_id) & (table.c.document_id == document.document_id)
        await self._update(table, key, {**asdict(document), "writers": list(document.writers)})

    async def take_out(self, session_id: str, participant_id: str) -> None:
        """Somebody was sent out: they may write in no text of the session from now on."""
        table = schema.documents
        for row in await self._all(select(table).where(table.c.session_id == session_id)):
            if participant_id in row["writers"]:
                left = [each for each in row["writers"] if each != participant_id]
                key = (table.c.session_id == session_id) & (table.c.document_id == row["document_id"])
                await self._update(table, key, {"writers": left})

    async def updates(self, session_id: str, document_id: str) -> list[tuple[str, bytes]]:
        """(author's participant id, update) in the order of arrival."""
        table = schema.document_updates
        query = select(table.c.participant_id, table.c["update"]).where(
            table.c.session_id == session_id, table.c.document_id == document_id
        )
        return [(row["participant_id"], row["update"]) for row in await self._all(query.order_by(table.c.seq))]

    async def append(self, document: Document, participant_id: str, update: bytes, at: datetime) -> None:
        """One update more."""
        table = schema.document_updates
        key = (table.c.session_id == document.session_id) & (table.c.document_id == document.document_id)
        row = await self._first(select(func.coalesce(func.max(table.c.seq), 0).label("last")).where(key))
        assert row is not None
        values = {
            "session_id": document.session_id,
            "document_id": document.document_id,
            "seq": row["last"] + 1,
            "participant_id": participant_id,
            "update": update,
            "at": at,
        }
        await self._insert(table, values)
