"""What a party reads and answers before coming in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from room_server.bus import AccessEnded, Published, RecordingConsentChanged
from room_server.domain import consent
from room_server.domain.agreement import Frozen
from room_server.domain.consent import Answer, Language, Minutes, Notice, Step
from room_server.domain.errors import NotFound
from room_server.domain.people import Participant, Role
from room_server.rules.notices import NoticeText, notices, texts
from room_server.services import shown_notices
from room_server.services.ports import SYSTEM, Ports
from room_server.services.withdrawals import carry_out
from room_server.store.unit_of_work import UnitOfWork
from signaling.board import HOSTS, Audience, Piece
from signaling.ids import ParticipantId

TOPIC = "consents"
DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class AskedNotice:
    """A notice with the person's latest answer to the version in force."""

    text: NoticeText
    answered: Mapping[str, bool] | None
    answered_at: datetime | None


class ConsentService:
    """Notices and answers."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def of_participant(self, participant_id: str) -> tuple[list[AskedNotice], bool]:
        """All notices with what was answered, and whether everything required has a yes."""
        async with self._ports.unit_of_work() as unit:
            person = await unit.participants.get(participant_id)
            session = await unit.sessions.get(person.session_id)
            case = await unit.cases.get(session.case_id)
            answers = await unit.consents.of_participant(participant_id)
        given = consent.latest(answers)
        asked = []
        for text in texts(case, self._ports.talk_days, self._ports.phone):
            answer = given.get(text.notice.notice_id)
            current = answer is not None and answer.version == text.notice.version
            if answer is None or not current:
                asked.append(AskedNotice(text, None, None))
            else:
                asked.append(AskedNotice(text, answer.answers, answer.at))
        return asked, consent.ready(notices(), answers)

    async def answer(
        self,
        participant_id: str,
        notice_id: str,
        version: str,
        answers: Mapping[str, bool],
        language: Language = Language.CHINESE,
    ) -> bool:
        """Keep an answer, a no included; it counts from now on. Returns whether everything required has a yes now.

        ``version`` is the Chinese text's, whose words are agreed to; ``language`` is what was read, for the record.

        Raises:
            NotFound: no such notice. Invalid: ``answer_missing``. Conflict: ``notice_outdated``; ``consent_after_…``: a
            yes is taken back after the step that it was for; ``wrong_state``: the session has ended.
        """
        notice = next((item for item in notices() if item.notice_id == notice_id), None)
        if notice is None:
            raise NotFound("not_found")
        consent.check(notice, version, answers)
        now = self._ports.clock()
        shown = await self._shown(participant_id, notice_id)
        async with self._ports.unit_of_work() as unit:
            person = await unit.participants.get(participant_id)
            taken_back = await self._taken_back(unit, person, notice, answers)
            (await unit.sessions.get(person.session_id)).require_open()
            before = await minutes_of(unit, person.session_id)
            await unit.consents.add(person.session_id, Answer(participant_id, notice_id, version, dict(answers), now))
            kind = "consent_withdrawn" if taken_back else "consent_given"
            data: dict[str, Any] = {
                "notice": notice_id,
                "version": version,
                "answers": dict(answers),
                "language": str(language),
                **shown,
            }
            if taken_back:
                data["withdrawn"] = taken_back
            await unit.log.append(person.session_id, at=now, kind=kind, actor=participant_id, data=data)
            if consent.RECORDING in answers:
                agreed = answers[consent.RECORDING]
                unit.publish(RecordingConsentChanged(person.session_id, participant_id, agreed))
            after = await minutes_of(unit, person.session_id)
            if after.replaced != before.replaced:
                changed = {"replaced": after.replaced}
                await unit.log.append(person.session_id, at=now, kind="minutes_replaced", actor=SYSTEM, data=changed)
            given = await unit.consents.of_participant(participant_id)
            await carry_out(unit, person, given, now)
            pieces = {**_line(participant_id, given), **_minutes(after), **_declined(person, given)}
            for topic, piece in pieces.items():
                unit.publish(Published(person.session_id, topic, piece.value, piece.audience))
            ready = consent.ready(notices(), given)
            if taken_back and not ready and not person.admitted:  # whoever waits does so on what they agreed to
                unit.publish(AccessEnded(person.session_id, participant_id, "consent_withdrawn"))
            return ready

    async def _shown(self, participant_id: str, notice_id: str) -> dict[str, str]:
        """The words that are answered, kept."""
        async with self._ports.unit_of_work() as unit:
            session = await unit.sessions.get((await unit.participants.get(participant_id)).session_id)
            case = await unit.cases.get(session.case_id)
        every = texts(case, self._ports.talk_days, self._ports.phone)
        text = next(each for each in every if each.notice.notice_id == notice_id)
        return await shown_notices.keep(self._ports, session.session_id, text)

    async def _taken_back(
        self, unit: UnitOfWork, person: Participant, notice: Notice, answers: Mapping[str, bool]
    ) -> list[str]:
        given = consent.latest(await unit.consents.of_participant(person.participant_id)).get(notice.notice_id)
        items = consent.withdrawn(notice, given, answers)
        passed = set()
        if person.admitted:
            passed.add(Step.ENTRY)
        stage = await unit.agreements.current(person.session_id)
        if isinstance(stage, Frozen) and stage.signature(person.participant_id) is not None:
            passed.add(Step.SIGNATURE)
        if not (await unit.sessions.get(person.session_id)).open:
            passed.add(Step.END)
        consent.require_before_step(items, passed)
        return [item.item_id for item in items]

    async def board(self, session_id: str) -> dict[str, Piece]:
        """Each person's answers for them and the mediator; for the mediator whether the recording is the minutes, and
        who does not come in because they declined something that is required."""
        async with self._ports.unit_of_work() as unit:
            ledger = consent.by_person(await unit.consents.of_session(session_id))
            people = await unit.participants.of_session(session_id)
            minutes = await minutes_of(unit, session_id)
        pieces = _minutes(minutes)
        for person in people:
            if given := ledger.get(person.participant_id):
                pieces |= _line(person.participant_id, given) | _declined(person, given)
        return {topic: piece for topic, piece in pieces.items() if piece.value is not None}


async def minutes_of(unit: UnitOfWork, session_id: str) -> Minutes:
    """Whether the recording may stand in for the minutes, as of now. Who was sent out still has their say."""
    people = await unit.participants.of_session(session_id)
    sides = {one.participant_id: str(one.side) for one in people if one.role is Role.PARTY}
    return consent.minutes(sides, consent.by_person(await unit.consents.of_session(session_id)))


async def recordings_on_file(unit: UnitOfWork, session_id: str) -> set[str]:
    """Participant ids of those whose recording goes into the file that a court or commission is given.

    Hosts, who hold the session. Of the parties those who agreed that their material may go there at all (PIPL 23), and
    either to this purpose, or, where the recording is the minutes, to that.
    """
    ledger = consent.by_person(await unit.consents.of_session(session_id))
    replaced = (await minutes_of(unit, session_id)).replaced

    def agreed(person: Participant) -> bool:
        given = ledger.get(person.participant_id, ())
        if not consent.agreed(consent.SHARE, given):
            return False
        if consent.agreed(consent.CONFIRMATION, given):
            return True
        return replaced and consent.REPLACES_MINUTES in consent.purposes(given)

    people = await unit.participants.of_session(session_id)
    return {one.participant_id for one in people if one.role is Role.HOST or agreed(one)}


def _by_item(given: Sequence[Answer]) -> dict[str, bool]:
    return {item: yes for answer in consent.latest(given).values() for item, yes in answer.answers.items()}


def _line(participant_id: str, given: Sequence[Answer]) -> dict[str, Piece]:
    audience = Audience(roles=HOSTS.roles, people=frozenset({ParticipantId(participant_id)}), waiting=True)
    return {f"{TOPIC}/{participant_id}": Piece(_by_item(given), audience)}


def _declined(person: Participant, given: Sequence[Answer]) -> dict[str, Piece]:
    """What keeps somebody from coming in, for the mediator who waits for them; None: nothing does."""
    items = consent.declined(notices(), given)
    words = [{"zh": item.label_zh, "en": item.label_en} for item in items]
    value = {"name": person.name, "side": str(person.side), "items": words} if items else None
    return {f"{DECLINED}/{person.participant_id}": Piece(value, HOSTS)}


def _minutes(now: Minutes) -> dict[str, Piece]:
    return {"minutes": Piece({"replaced": now.replaced, "missing": list(now.missing)}, HOSTS)}
