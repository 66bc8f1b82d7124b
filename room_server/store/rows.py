"""Reading and writing rows: what every repository shares. Nothing here commits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, Table, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

Row = RowMapping


class Repository:
    """A set of things in tables, inside the transaction of one unit of work."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def _first(self, query: Select[Any]) -> Row | None:
        rows = await self._all(query.limit(1))
        return rows[0] if rows else None

    async def _all(self, query: Select[Any]) -> list[Row]:
        return list((await self._connection.execute(query)).mappings())

    async def _by(self, table: Table, *conditions: ColumnElement[bool]) -> Row | None:
        return await self._first(select(table).where(*conditions))

    async def _insert(self, table: Table, values: Mapping[str, Any]) -> None:
        await self._connection.execute(insert(table).values(**values))

    async def _update(self, table: Table, key: ColumnElement[bool], values: Mapping[str, Any]) -> None:
        await self._connection.execute(update(table).where(key).values(**values))
