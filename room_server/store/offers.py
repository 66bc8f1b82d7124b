"""Offers of sessions, with what was said to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from room_server.domain.errors import NotFound
from room_server.domain.offer import Answer, Instalment, Offer, Terms, Verdict
from room_server.domain.people import Side
from room_server.store import offer_tables
from room_server.store.rows import Repository, Row


class Offers(Repository):
    """Offers."""

    async def add(self, offer: Offer) -> None:
        """Keep a new one."""
        given = offer.terms
        values = {
            "offer_id": offer.offer_id,
            "session_id": offer.session_id,
            "owner_id": offer.owner_id,
            "side": offer.side,
            "payer": given.payer,
            "amount": str(given.amount),
            "instalments": [{"due": each.due.isoformat(), "amount": str(each.amount)} for each in given.instalments],
            "conditions": given.conditions,
            "expires_at": given.expires_at,
            "made_at": offer.made_at,
            "salt": offer.salt,
            "known_to": list(offer.known_to),
            "in_answer_to": offer.in_answer_to,
            "shared_at": offer.shared_at,
        }
        await self._insert(offer_tables.offers, values)

    async def save(self, offer: Offer) -> None:
        """Keep that it was told, withdrawn or put into the draft. Terms never change."""
        values = {
            "shared_at": offer.shared_at,
            "withdrawn_at": offer.withdrawn_at,
            "drafted_at": offer.drafted_at,
        }
        await self._update(offer_tables.offers, offer_tables.offers.c.offer_id == offer.offer_id, values)

    async def answer(self, offer: Offer) -> None:
        """Keep its last answer. The primary key (offer, side) lets a side answer once."""
        await self._insert(offer_tables.offer_answers, {**asdict(offer.answers[-1]), "offer_id": offer.offer_id})

    async def get(self, offer_id: str) -> Offer:
        """One of them.

        Raises:
            NotFound: there is none.
        """
        row = await self._by(offer_tables.offers, offer_tables.offers.c.offer_id == offer_id)
        if row is None:
            raise NotFound("not_found")
        return _offer(row, await self._answers([offer_id]))

    async def of_session(self, session_id: str) -> list[Offer]:
        """Every one in the order of time."""
        table = offer_tables.offers
        query = select(table).where(table.c.session_id == session_id).order_by(table.c.made_at, table.c.offer_id)
        rows = await self._all(query)
        answers = await self._answers([row["offer_id"] for row in rows])
        return [_offer(row, answers) for row in rows]

    async def _answers(self, offer_ids: Sequence[str]) -> list[Row]:
        table = offer_tables.offer_answers
        return await self._all(select(table).where(table.c.offer_id.in_(offer_ids)).order_by(table.c.at, table.c.side))


def _offer(row: Row, answers: Sequence[Row]) -> Offer:
    parts: list[dict[str, Any]] = row["instalments"]
    return Offer(
        offer_id=row["offer_id"],
        session_id=row["session_id"],
        owner_id=row["owner_id"],
        side=Side(row["side"]),
        terms=Terms(
            Side(row["payer"]),
            Decimal(row["amount"]),
            tuple(Instalment(date.fromisoformat(part["due"]), Decimal(part["amount"])) for part in parts),
            row["conditions"],
            row["expires_at"],
        ),
        made_at=row["made_at"],
        salt=row["salt"],
        known_to=tuple(row["known_to"]),
        in_answer_to=row["in_answer_to"],
        shared_at=row["shared_at"],
        withdrawn_at=row["withdrawn_at"],
        drafted_at=row["drafted_at"],
        answers=tuple(
            Answer(Side(each["side"]), each["by"], Verdict(each["verdict"]), each["at"], each["salt"])
            for each in answers
            if each["offer_id"] == row["offer_id"]
        ),
    )
