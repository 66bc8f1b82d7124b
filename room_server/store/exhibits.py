"""Exhibits, what is on the screens of each place, who may put it there, and the views of the other side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import delete, func, select

from room_server.domain.challenge import Aspect, Challenge, View
from room_server.domain.errors import NotFound
from room_server.domain.exhibit import Exhibit, Format, Original, Page, Presentation
from room_server.domain.people import Side
from room_server.store import exhibit_tables
from room_server.store.rows import Repository, Row

JOINT = ""
"""The place of the joint session, in a column that cannot be null."""


class Exhibits(Repository):
    """Exhibits of sessions and the views of them."""

    async def add(self, exhibit: Exhibit) -> None:
        """Keep a new one."""
        await self._insert(exhibit_tables.exhibits, _values(exhibit))

    async def save(self, exhibit: Exhibit) -> None:
        """Keep who knows of it, that it was disclosed or withdrawn."""
        await self._update(
            exhibit_tables.exhibits, exhibit_tables.exhibits.c.exhibit_id == exhibit.exhibit_id, _values(exhibit)
        )

    async def get(self, exhibit_id: str) -> Exhibit:
        """One of them.

        Raises:
            NotFound: there is none.
        """
        row = await self._by(exhibit_tables.exhibits, exhibit_tables.exhibits.c.exhibit_id == exhibit_id)
        if row is None:
            raise NotFound("not_found")
        return _exhibit(row)

    async def ids(self) -> set[str]:
        """Of every exhibit there is."""
        return {str(row["exhibit_id"]) for row in await self._all(select(exhibit_tables.exhibits.c.exhibit_id))}

    async def of_session(self, session_id: str) -> list[Exhibit]:
        """All of a session: by number, then those without one in the order of time."""
        table = exhibit_tables.exhibits
        query = select(table).where(table.c.session_id == session_id)
        order = (table.c.number.is_(None), table.c.number, table.c.added_at, table.c.exhibit_id)
        return [_exhibit(row) for row in await self._all(query.order_by(*order))]

    async def next_number(self, session_id: str) -> int:
        """The number of the next exhibit that everybody may know of."""
        table = exhibit_tables.exhibits
        query = select(func.coalesce(func.max(table.c.number), 0).label("last"))
        row = await self._first(query.where(table.c.session_id == session_id))
        assert row is not None
        return int(row["last"]) + 1

    async def challenge(self, given: Sequence[Challenge]) -> None:
        """Views more, of one exhibit."""
        table = exhibit_tables.challenges
        for each in given:
            query = select(func.coalesce(func.max(table.c.position), 0).label("last"))
            row = await self._first(query.where(table.c.exhibit_id == each.exhibit_id))
            assert row is not None
            values = {
                "exhibit_id": each.exhibit_id,
                "position": row["last"] + 1,
                "side": each.side,
                **asdict(each.view),
                "by": each.by,
                "at": each.at,
            }
            await self._insert(table, values)

    async def challenges(self, exhibit_id: str) -> list[Challenge]:
        """Every view of an exhibit in the order of time."""
        table = exhibit_tables.challenges
        query = select(table).where(table.c.exhibit_id == exhibit_id).order_by(table.c.position)
        return [
            Challenge(
                row["exhibit_id"],
                Side(row["side"]),
                View(Aspect(row["aspect"]), row["objects"], row["reason"]),
                row["by"],
                row["at"],
            )
            for row in await self._all(query)
        ]


class Presentations(Repository):
    """What is shown where, and who was given leave to show."""

    async def of_session(self, session_id: str) -> list[Presentation]:
        """What is on the screens now, one at most in each place."""
        table = exhibit_tables.presentations
        rows = await self._all(select(table).where(table.c.session_id == session_id).order_by(table.c.place))
        return [
            Presentation(
                row["session_id"],
                row["place"] or None,
                row["exhibit_id"],
                row["page"],
                row["presenter_id"],
                row["since"],
            )
            for row in rows
        ]

    async def in_place(self, session_id: str, caucus_id: str | None) -> Presentation | None:
        """What is on the screens of one place."""
        return next((each for each in await self.of_session(session_id) if each.caucus_id == caucus_id), None)

    async def put(self, presentation: Presentation) -> None:
        """Show this in its place, instead of whatever was there."""
        await self.take_away(presentation.session_id, presentation.caucus_id)
        values = asdict(presentation)
        values["place"] = values.pop("caucus_id") or JOINT
        await self._insert(exhibit_tables.presentations, values)

    async def take_away(self, session_id: str, caucus_id: str | None) -> None:
        """Show nothing there."""
        table = exhibit_tables.presentations
        key = (table.c.session_id == session_id) & (table.c.place == (caucus_id or JOINT))
        await self._connection.execute(delete(table).where(key))

    async def presenters(self, session_id: str) -> frozenset[str]:
        """The parties who may show their side's exhibits."""
        table = exhibit_tables.presenters
        rows = await self._all(select(table.c.participant_id).where(table.c.session_id == session_id))
        return frozenset(row["participant_id"] for row in rows)

    async def set_presenter(self, session_id: str, participant_id: str, *, may_present: bool) -> None:
        """Give leave or take it."""
        table = exhibit_tables.presenters
        key = (table.c.session_id == session_id) & (table.c.participant_id == participant_id)
        await self._connection.execute(delete(table).where(key))
        if may_present:
            await self._insert(table, {"session_id": session_id, "participant_id": participant_id})


def _values(exhibit: Exhibit) -> dict[str, Any]:
    return {
        **asdict(exhibit),
        "pages": [asdict(page) for page in exhibit.pages],
        "known_to": list(exhibit.known_to),
        "holds": list(exhibit.holds),
    }


def _exhibit(row: Row) -> Exhibit:
    values: dict[str, Any] = dict(row)
    values["side"] = Side(row["side"])
    values["original"] = _original(row["original"])
    values["pages"] = tuple(Page(**page) for page in row["pages"])
    values["known_to"], values["holds"] = tuple(row["known_to"]), tuple(row["holds"])
    return Exhibit(**values)


def _original(values: Mapping[str, Any]) -> Original:
    return Original(**{**values, "format": Format(values["format"])})
