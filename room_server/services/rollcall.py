"""The roll call: who is there, in whose name, with whom; what was asked, answered and read out (DOMAIN 3.2 step 5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from room_server.bus import Published
from room_server.domain import consent, rollcall
from room_server.domain.errors import Conflict
from room_server.domain.people import Participant, Role
from room_server.domain.rollcall import READ_OUT, Item, Mark
from room_server.rules.rollcall import RollText, roll_text
from room_server.services.ports import Ports
from room_server.services.sessions import member, require_host
from room_server.store.unit_of_work import UnitOfWork
from signaling.board import Audience, Piece
from signaling.ids import ParticipantId

TOPIC = "roll"
OF_ONE = (Item.IDENTITY, Item.AUTHORITY, Item.COMPANY, Item.RECUSAL)
OF_ALL = (Item.RECUSAL_ASKED, Item.DISCIPLINE, Item.SHAM_WARNING)


class RollCallService:
    """Roll calls of sessions."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def board(self, session_id: str) -> dict[str, Piece]:
        """Each person's line for them and the mediator, and what concerns everybody."""
        async with self._ports.unit_of_work() as unit:
            marks = await unit.roll_calls.of_session(session_id)
            people = await unit.participants.of_session(session_id)
        lines = {f"{TOPIC}/{one.participant_id}": _line(one.participant_id, marks) for one in people if _called(one)}
        return {TOPIC: Piece(_common(marks)), **lines}

    async def texts(self, session_id: str) -> list[RollText]:
        """What the mediator reads out, in the order in which it is read."""
        async with self._ports.unit_of_work() as unit:
            session = await unit.sessions.get(session_id)
            case = await unit.cases.get(session.case_id)
        return [roll_text(item, case) for item in (Item.DISCIPLINE, Item.SHAM_WARNING, Item.RECUSAL_ASKED)]

    async def check_document(self, session_id: str, by: str, participant_id: str, kind: str, *, matches: bool) -> None:
        """The mediator has looked at a document. What they saw is kept in words, never as a picture.

        Raises:
            Forbidden: ``by`` is no host. Conflict: ``document_recorded``: it would have been in a recording. Invalid:
            ``document_unknown``.
        """
        answer, now = rollcall.document(kind, matches=matches), self._ports.clock()
        async with self._ports.unit_of_work() as unit:
            person = await self._one(unit, session_id, by, participant_id)
            apart = any(
                caucus.open and participant_id in caucus.members
                for caucus in await unit.caucuses.of_session(session_id)
            )
            agreed_to = consent.agreed(consent.RECORDING, await unit.consents.of_participant(participant_id))
            recording = await unit.recordings.running(session_id)
            if agreed_to and not apart and recording is not None and recording.pause_reason is None:
                raise Conflict("document_recorded")
            await unit.participants.save(person.identified(now if matches else None))
            data = {"participant": participant_id, **answer}
            await unit.log.append(session_id, at=now, kind="document_checked", actor=by, data=data)
            await keep(unit, Mark(session_id, participant_id, Item.IDENTITY, "", answer, by, now))

    async def check_authority(self, session_id: str, by: str, participant_id: str) -> None:
        """The mediator has shown to everybody in whose name this person acts, and how far (CPLJ 89).

        Raises:
            Forbidden: ``by`` is no host.
        """
        now = self._ports.clock()
        async with self._ports.unit_of_work() as unit:
            person = await self._one(unit, session_id, by, participant_id)
            answer = {"authority": str(person.authority), "for": person.party_name}
            data = {"participant": participant_id, **answer}
            await unit.log.append(session_id, at=now, kind="authority_checked", actor=by, data=data)
            await keep(unit, Mark(session_id, participant_id, Item.AUTHORITY, "", answer, by, now))

    async def ask_recusal(self, session_id: str, by: str, disclosure: str) -> None:
        """Ask everybody whether they object to the mediator, who tells first what there is to tell (ODM 13; TY 15).

        Raises:
            Forbidden: ``by`` is no host. Invalid: ``text_too_long``.
        """
        await self._mark_all(session_id, by, Item.RECUSAL_ASKED, rollcall.disclosure(disclosure))

    async def read_out(self, session_id: str, by: str, item: Item) -> None:
        """The mediator has read this text to everybody.

        Raises:
            Forbidden: ``by`` is no host. Conflict: ``wrong_state``: no text to be read.
        """
        if item not in READ_OUT:
            raise Conflict("wrong_state")
        await self._mark_all(session_id, by, item, {})

    async def answer_recusal(self, participant_id: str, *, objection: bool, reason: str) -> None:
        """A party's own answer; a later one replaces it.

        Raises:
            Invalid: ``reason_missing``, ``text_too_long``. Conflict: ``not_asked``.
        """
        answer, now = rollcall.recusal(objection=objection, reason=reason), self._ports.clock()
        async with self._ports.unit_of_work() as unit:
            person = await unit.participants.get(participant_id)
            session_id = person.session_id
            (await unit.sessions.get(session_id)).require_open()
            asked = rollcall.latest(await unit.roll_calls.of_session(session_id)).get((None, Item.RECUSAL_ASKED))
            if asked is None or not _called(person):
                raise Conflict("not_asked")
            data = {"participant": participant_id, "version": asked.version, **answer}
            await unit.log.append(session_id, at=now, kind="recusal_answered", actor=participant_id, data=data)
            await keep(unit, Mark(session_id, participant_id, Item.RECUSAL, asked.version, answer, participant_id, now))

    async def _mark_all(self, session_id: str, by: str, item: Item, answer: Mapping[str, Any]) -> None:
        now = self._ports.clock()
        async with self._ports.unit_of_work() as unit:
            session = await unit.sessions.get(session_id)
            session.require_open()
            await require_host(unit, session_id, by)
            text = roll_text(item, await unit.cases.get(session.case_id))
            data = {"item": str(item), "version": text.version, **answer}
            kind = "recusal_asked" if item is Item.RECUSAL_ASKED else "read_out"
            await unit.log.append(session_id, at=now, kind=kind, actor=by, data=data)
            await keep(unit, Mark(session_id, None, item, text.version, {**answer, **_words(text, item)}, by, now))

    async def _one(self, unit: UnitOfWork, session_id: str, by: str, participant_id: str) -> Participant:
        (await unit.sessions.get(session_id)).require_open()
        await require_host(unit, session_id, by)
        return await member(unit, session_id, participant_id)


async def keep(unit: UnitOfWork, mark: Mark) -> None:
    """Keep a mark and show it to those whom it concerns."""
    await unit.roll_calls.add(mark)
    marks = await unit.roll_calls.of_session(mark.session_id)
    if mark.participant_id is None or mark.item is Item.AUTHORITY:
        unit.publish(Published(mark.session_id, TOPIC, _common(marks)))
    if mark.participant_id is None:
        return
    line = _line(mark.participant_id, marks)
    unit.publish(Published(mark.session_id, f"{TOPIC}/{mark.participant_id}", line.value, line.audience))


def _called(person: Participant) -> bool:
    return person.role is not Role.HOST


def _words(text: RollText, item: Item) -> dict[str, str]:
    """The question itself goes to the parties' screens; the texts that are read out stay with the reader."""
    return {"text_zh": text.text_zh, "text_en": text.text_en} if item is Item.RECUSAL_ASKED else {}


def _common(marks: Iterable[Mark]) -> dict[str, Any]:
    """What everybody may know: what was read and asked, and in whose name each person acts (flow.toml, roll_call)."""
    known = rollcall.latest(marks)
    authorities = {who: _told(mark) for (who, item), mark in known.items() if item is Item.AUTHORITY}
    return {**{str(item): _told(known.get((None, item))) for item in OF_ALL}, "authorities": authorities}


def _line(participant_id: str, marks: Iterable[Mark]) -> Piece:
    known = rollcall.latest(marks)
    value = {str(item): _told(known.get((participant_id, item))) for item in OF_ONE}
    people = frozenset({ParticipantId(participant_id)})
    return Piece(value, Audience(roles=frozenset({"host"}), people=people, waiting=True))


def _told(mark: Mark | None) -> dict[str, Any] | None:
    if mark is None:
        return None
    return {**mark.answer, "version": mark.version, "by": mark.actor, "at": mark.at.timestamp()}
