"""Who was served how: a row for each person of a session whose agreement is in force."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import Column, ForeignKey, String, Table, select

from room_server.domain.serving import Service, Way
from room_server.store.rows import Repository
from room_server.store.schema import Moment, metadata

servings = Table(
    "servings",
    metadata,
    Column("session_id", String(64), ForeignKey("sessions.session_id"), primary_key=True),
    Column("participant_id", String(64), ForeignKey("participants.participant_id"), primary_key=True),
    Column("way", String(20), nullable=False),
    Column("at", Moment, nullable=False),
)


class Servings(Repository):
    """Service of agreements."""

    async def add(self, service: Service) -> None:
        """Keep how somebody is served."""
        await self._insert(servings, asdict(service))

    async def of_session(self, session_id: str) -> list[Service]:
        """Everybody of a session who is to have the agreement."""
        query = select(servings).where(servings.c.session_id == session_id).order_by(servings.c.participant_id)
        return [Service(**{**row, "way": Way(row["way"])}) for row in await self._all(query)]
