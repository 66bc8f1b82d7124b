"""Offers to settle: make one, tell the other side, take it back, answer it. The log holds commitments and no word."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from room_server.bus import Published
from room_server.domain.caucus import place_of, require_place
from room_server.domain.commitment import commitment
from room_server.domain.errors import Conflict, NotFound
from room_server.domain.offer import (
    MOST_OF_A_SIDE,
    Answer,
    Offer,
    State,
    Terms,
    Verdict,
    require_authority,
    terms,
)
from room_server.domain.people import Participant, Side
from room_server.domain.sending import sending
from room_server.rules.offer_text import agreement_clauses, agreement_sentence, capitals
from room_server.services.drafting import AGREEMENT, write
from room_server.services.exhibits import require_joint
from room_server.services.ports import SYSTEM, Ports
from room_server.store.unit_of_work import UnitOfWork
from signaling.board import HOSTS, Audience, Piece, only
from signaling.ids import new_id

TOLD = Audience(roles=frozenset({"host", "party"}))
"""Who knows of an offer once its owner has told the other side."""
SALT_BYTES = 32


@dataclass(frozen=True, slots=True)
class WantedOffer:
    """What somebody wants to offer. Amounts as they were typed; ``hours``: how long it stands."""

    payer: Side
    amount: str
    instalments: Sequence[tuple[date, str]]
    conditions: str
    hours: int
    in_answer_to: str | None = None


class OfferService:
    """Offers of sessions."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def board(self, session_id: str) -> dict[str, Piece]:
        """The offers, each for those who may know of it."""
        async with self._ports.unit_of_work() as unit:
            offers = await unit.offers.of_session(session_id)
        shown = {_topic(each): _piece(each, offers) for each in offers if _shown(each)}
        return shown | {_drafted_topic(each): _drafted(each) for each in offers if each.drafted_at is not None}

    async def make(
        self, session_id: str, by: str, wanted: WantedOffer, *, place: str | None = None, key: str | None = None
    ) -> Offer:
        """Offer something: to both sides in the joint session, else to those in the private talk and nobody else.

        ``place``: where it was written (``domain.caucus.require_place``). ``key``: as ``domain.sending``.

        Raises:
            Invalid: ``offer_…``. Forbidden: ``offer_authority``, or not let in. Gone, Conflict: as
            ``domain.offer.Offer.answer`` when it answers another; ``offer_many``; ``moved``; ``key_used``;
            ``wrong_state``: the session is over.
        """
        now = self._ports.clock()
        today = now.astimezone(self._ports.zone).date()
        sent = sending(by, key, "offer", asdict(wanted), place)
        async with self._ports.unit_of_work() as unit:
            await unit.sessions.lock(session_id)
            if made := await unit.sendings.made(sent):
                return await unit.offers.get(made)
            given = terms(wanted.payer, wanted.amount, wanted.instalments, wanted.conditions, wanted.hours, now, today)
            person = await self._person(unit, session_id, by)
            require_authority(person)
            before = await unit.offers.of_session(session_id)
            if len([each for each in before if each.side == person.side]) >= MOST_OF_A_SIDE:
                raise Conflict("offer_many", most=MOST_OF_A_SIDE)
            if wanted.in_answer_to is not None:
                await self._answer(unit, wanted.in_answer_to, person, Verdict.COUNTER)
            here = place_of(person.participant_id, await unit.caucuses.of_session(session_id))
            require_place(here, place)
            offer = Offer(
                new_id("of"),
                session_id,
                by,
                person.side,
                given,
                now,
                secrets.token_hex(SALT_BYTES),
                known_to=() if here is None else tuple(sorted({*here.members, by})),
                in_answer_to=wanted.in_answer_to,
                shared_at=now if here is None else None,
            )
            await unit.offers.add(offer)
            await unit.sendings.add(session_id, sent, offer.offer_id)
            await self._commit(unit, session_id, offer.salt, _terms_json(given))
            await self._show(unit, session_id)
        return offer

    async def share(self, offer_id: str, by: str) -> None:
        """The owner tells the other side what was offered in a private talk.

        Raises:
            NotFound, Forbidden, Conflict, Gone: as ``domain.offer.Offer.share``.
        """
        now = self._ports.clock()
        async with self._ports.unit_of_work() as unit:
            offer, person = await self._known(unit, offer_id, by)
            await unit.offers.save(offer.share(person, now))
            await self._show(unit, offer.session_id)

    async def withdraw(self, offer_id: str, by: str) -> None:
        """The owner takes it back. What everybody knows is taken back in the joint session.

        Raises:
            NotFound, Forbidden, Conflict: as ``domain.offer.Offer.withdraw``; ``only_joint``.
        """
        now = self._ports.clock()
        async with self._ports.unit_of_work() as unit:
            offer, person = await self._known(unit, offer_id, by)
            if offer.shared_at is not None:
                await require_joint(unit, person)
            others = await unit.offers.of_session(offer.session_id)
            withdrawn = offer.withdraw(person, others, now)
            await unit.offers.save(withdrawn)
            if not _shown(withdrawn):
                unit.publish(Published(offer.session_id, _topic(offer), None))
            await self._show(unit, offer.session_id)

    async def answer(self, offer_id: str, by: str, verdict: Verdict) -> None:
        """A side says yes or no.

        Raises:
            NotFound. Forbidden, Conflict, Gone: as ``domain.offer.Offer.answer``; ``only_joint``.
        """
        async with self._ports.unit_of_work() as unit:
            _, person = await self._known(unit, offer_id, by)
            answered = await self._answer(unit, offer_id, person, verdict)
            await self._show(unit, answered.session_id)

    async def agreed(self, offer_id: str, by: str) -> tuple[str, ...]:
        """The clauses that an accepted offer makes in the draft.

        Raises:
            NotFound. Forbidden, Conflict: as ``domain.offer.Offer.require_drafting``.
        """
        async with self._ports.unit_of_work() as unit:
            offer, person = await self._known(unit, offer_id, by)
            offer.require_drafting(person)
        return agreement_clauses(offer.terms)

    async def put_into_draft(self, offer_id: str, by: str, update: bytes) -> None:
        """Keep the edit that puts the clauses of an accepted offer into the draft: it is the mediator's, once.

        Raises:
            NotFound. Forbidden, Conflict: as ``domain.offer.Offer.require_drafting`` and ``services.drafting.write``.
        """
        now = self._ports.clock()
        async with self._ports.unit_of_work() as unit:
            offer, person = await self._known(unit, offer_id, by)
            offer.require_drafting(person)
            await write(unit, offer.session_id, AGREEMENT, by, update, now)
            drafted = replace(offer, drafted_at=now)
            await unit.offers.save(drafted)
            # The record has nothing of it: an edit like any other, and that it was an offer is for nobody else.
            piece = _drafted(drafted)
            unit.publish(Published(offer.session_id, _drafted_topic(drafted), piece.value, piece.audience))

    async def session_of(self, offer_id: str) -> str:
        """The session of an offer.

        Raises:
            NotFound: there is none.
        """
        async with self._ports.unit_of_work() as unit:
            return (await unit.offers.get(offer_id)).session_id

    async def _answer(self, unit: UnitOfWork, offer_id: str, person: Participant, verdict: Verdict) -> Offer:
        offer = await unit.offers.get(offer_id)
        if offer.session_id != person.session_id or not offer.known_by(person):
            raise NotFound("not_found")
        await require_joint(unit, person)
        now, others = self._ports.clock(), await unit.offers.of_session(offer.session_id)
        answered = offer.answer(person, verdict, others, now, secrets.token_hex(SALT_BYTES))
        await unit.offers.answer(answered)
        given = answered.answers[-1]
        await self._commit(unit, offer.session_id, given.salt, _answer_json(offer_id, given))
        return answered

    async def _commit(self, unit: UnitOfWork, session_id: str, salt: str, content: bytes) -> None:
        """Put on the record that something was said to settle, and nothing of what it was (ODM 18)."""
        data = {"class": "OFFER", "commitment": commitment(salt, content)}
        at = self._ports.clock()
        await unit.log.append(session_id, at=at, kind="material_committed", actor=SYSTEM, data=data)

    async def _known(self, unit: UnitOfWork, offer_id: str, by: str) -> tuple[Offer, Participant]:
        offer = await unit.offers.get(offer_id)
        person = await self._person(unit, offer.session_id, by)
        if not offer.known_by(person):
            raise NotFound("not_found")
        return offer, person

    async def _person(self, unit: UnitOfWork, session_id: str, by: str) -> Participant:
        await unit.sessions.lock(session_id)
        (await unit.sessions.get(session_id)).require_open()
        person = await unit.participants.get(by)
        if person.session_id != session_id or not person.admitted or person.removed_at is not None:
            raise NotFound("not_found")
        return person

    async def _show(self, unit: UnitOfWork, session_id: str) -> None:
        """All of them: a new offer changes where its side's earlier one stands. The room sends only differences."""
        offers = await unit.offers.of_session(session_id)
        for each in offers:
            if _shown(each):
                piece = _piece(each, offers)
                unit.publish(Published(session_id, _topic(each), piece.value, piece.audience))


def _topic(offer: Offer) -> str:
    return f"offer/{offer.offer_id}"


def _drafted_topic(offer: Offer) -> str:
    return f"drafted/{offer.offer_id}"


def _drafted(offer: Offer) -> Piece:
    """That the draft has its terms: for mediators alone, the text itself does not say where it comes from."""
    return Piece({"at": offer.drafted_at.timestamp() if offer.drafted_at else None}, HOSTS)


def _shown(offer: Offer) -> bool:
    """Whether anybody is to see it: what was taken back before the other side knew is on nobody's screen."""
    return offer.shared_at is not None or offer.withdrawn_at is None


def _piece(offer: Offer, others: Sequence[Offer]) -> Piece:
    audience = TOLD if offer.shared_at is not None else only(*offer.known_to)
    return Piece(view(offer, others), audience)


def view(offer: Offer, others: Sequence[Offer]) -> dict[str, Any]:
    """An offer as screens show it. ``state`` leaves time out: screens compare ``expires_at`` with the clock."""
    given = offer.terms
    state = offer.state(others, offer.made_at)
    return {
        "offer_id": offer.offer_id,
        "side": str(offer.side),
        "owner_id": offer.owner_id,
        "payer": str(given.payer),
        "amount": str(given.amount),
        "capitals": capitals(given.amount),
        "instalments": [{"due": each.due.isoformat(), "amount": str(each.amount)} for each in given.instalments],
        "conditions": given.conditions,
        "expires_at": offer.expires_at.timestamp(),
        "told_at": offer.told_at.timestamp(),
        "in_answer_to": offer.in_answer_to,
        "state": str(state),
        "answers": [{"side": str(each.side), "verdict": str(each.verdict)} for each in offer.answers],
        "text": agreement_sentence(given) if state is State.ACCEPTED else None,
    }


def _terms_json(given: Terms) -> bytes:
    value = {
        "payer": given.payer,
        "amount": str(given.amount),
        "instalments": [[each.due.isoformat(), str(each.amount)] for each in given.instalments],
        "conditions": given.conditions,
        "expires_at": given.expires_at.isoformat(),
    }
    return json.dumps(value, sort_keys=True, ensure_ascii=False).encode()


def _answer_json(offer_id: str, given: Answer) -> bytes:
    value = {"offer": offer_id, "side": given.side, "verdict": given.verdict, "at": given.at.isoformat()}
    return json.dumps(value, sort_keys=True).encode()
