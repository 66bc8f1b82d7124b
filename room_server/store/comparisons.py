"""Comparisons of exhibits with their originals: entries are added, never changed."""

from __future__ import annotations

from sqlalchemy import func, select

from room_server.domain.comparison import Comparison, Finding, Outcome, Way
from room_server.store import exhibit_tables
from room_server.store.rows import Repository


class Comparisons(Repository):
    """What was said of each exhibit's original."""

    async def add(self, entry: Comparison) -> None:
        """One entry more of an exhibit."""
        table = exhibit_tables.comparisons
        query = select(func.coalesce(func.max(table.c.position), 0).label("last"))
        row = await self._first(query.where(table.c.exhibit_id == entry.exhibit_id))
        assert row is not None
        values = {
            "exhibit_id": entry.exhibit_id,
            "position": row["last"] + 1,
            "outcome": entry.finding.outcome,
            "way": entry.finding.way,
            "remark": entry.finding.remark,
            "by": entry.by,
            "at": entry.at,
        }
        await self._insert(table, values)

    async def of_exhibit(self, exhibit_id: str) -> list[Comparison]:
        """Every entry of an exhibit in the order of time."""
        table = exhibit_tables.comparisons
        query = select(table).where(table.c.exhibit_id == exhibit_id).order_by(table.c.position)
        return [
            Comparison(
                row["exhibit_id"],
                Finding(Outcome(row["outcome"]), Way(row["way"]), row["remark"]),
                row["by"],
                row["at"],
            )
            for row in await self._all(query)
        ]
