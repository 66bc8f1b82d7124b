"""What follows at once when somebody does not agree to a purpose, or no longer (PIPL 15, 29 and 47)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from room_server.domain import consent
from room_server.domain.consent import Answer
from room_server.domain.people import Participant
from room_server.services.exhibits import keep_withdrawn
from room_server.services.ports import SYSTEM
from room_server.store.unit_of_work import UnitOfWork


async def carry_out(unit: UnitOfWork, person: Participant, given: Sequence[Answer], at: datetime) -> None:
    """Do what a person's answers ask for; ``given``: all of them in their order. Doing it again changes nothing."""
    await _forget_number(unit, person, given, at)
    await _take_back_exhibits(unit, person, given, at)


async def _forget_number(unit: UnitOfWork, person: Participant, given: Sequence[Answer], at: datetime) -> None:
    """Not even the keyed hash of the end of the number is kept: from now on a mediator looks at a document."""
    if not consent.refused(consent.ID_NUMBER, given):
        return
    if not await unit.participants.identity_mark(person.participant_id):
        return
    await unit.participants.forget_identity_mark(person.participant_id)
    data = {"participant": person.participant_id}
    await unit.log.append(person.session_id, at=at, kind="identity_number_deleted", actor=SYSTEM, data=data)


async def _take_back_exhibits(unit: UnitOfWork, person: Participant, given: Sequence[Answer], at: datetime) -> None:
    """What holds data that may no longer be used is on nobody's screen any more, as if its owner had withdrawn it."""
    for exhibit in await unit.exhibits.of_session(person.session_id):
        if (
            exhibit.owner_id == person.participant_id
            and not exhibit.withdrawn
            and consent.lacking(exhibit.holds, given)
        ):
            await keep_withdrawn(unit, exhibit.withdraw(person, at), person.participant_id, at)
