"""What a party reads and answers before coming in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from room_server.bus import RecordingConsentChanged
from room_server.domain import consent
from room_server.domain.consent import Answer
from room_server.domain.errors import NotFound
from room_server.rules.notices import NoticeText, notices, texts
from room_server.services.ports import Ports


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
        for text in texts(case):
            answer = given.get(text.notice.notice_id)
            current = answer is not None and answer.version == text.notice.version
            if answer is None or not current:
                asked.append(AskedNotice(text, None, None))
            else:
                asked.append(AskedNotice(text, answer.answers, answer.at))
        return asked, consent.ready(notices(), answers)

    async def answer(self, participant_id: str, notice_id: str, version: str, answers: Mapping[str, bool]) -> bool:
        """Keep an answer, a no included. Returns whether everything required has a yes now.

        Raises:
            NotFound: no such notice. Conflict: ``notice_outdated``. Invalid: ``answer_missing``.
        """
        notice = next((item for item in notices() if item.notice_id == notice_id), None)
        if notice is None:
            raise NotFound("not_found")
        consent.check(notice, version, answers)
        now = self._ports.clock()
        async with self._ports.unit_of_work() as unit:
            person = await unit.participants.get(participant_id)
            (await unit.sessions.get(person.session_id)).require_open()
            await unit.consents.add(person.session_id, Answer(participant_id, notice_id, version, dict(answers), now))
            data = {"notice": notice_id, "version": version, "answers": dict(answers)}
            await unit.log.append(person.session_id, at=now, kind="consent_given", actor=participant_id, data=data)
            if consent.RECORDING in answers:
                agreed = answers[consent.RECORDING]
                unit.publish(RecordingConsentChanged(person.session_id, participant_id, agreed))
            return consent.ready(notices(), await unit.consents.of_participant(participant_id))

    async def of_session(self, session_id: str) -> dict[str, dict[str, bool]]:
        """Everybody's latest answers by item, for the mediator's screen."""
        async with self._ports.unit_of_work() as unit:
            answers = await unit.consents.of_session(session_id)
        found: dict[str, dict[str, bool]] = {}
        for answer in answers:
            found.setdefault(answer.participant_id, {}).update(answer.answers)
        return found
