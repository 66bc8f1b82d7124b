"""Notices and what a person answered to each, by purpose and by version (OLR 4: one yes is not a yes to the rest)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from room_server.domain.errors import Conflict, Invalid

RECORDING = "recording_dispute"
"""The purpose without which nobody is recorded (ODM 22; PIPL 14)."""
REPLACES_MINUTES = "recording_replaces_minutes"
"""The recording may stand in for the minutes, once every party says so (ODM 22)."""
CONFIRMATION = "recording_confirmation"
"""The recording of oneself may go to the court or the commission with the file (PIPL 23)."""
RECORDING_PURPOSES = (RECORDING, REPLACES_MINUTES, CONFIRMATION)
SHARE = "share_confirmation_bodies"
"""The material of this person may go to the court or the commission at all (PIPL 23)."""
ESIGN = "esign"
"""Whoever says no to it signs on paper (ESL 3)."""
E_SERVICE = "e_service"
"""Whoever does not agree to it is served on paper (OLR 31; CPL 90)."""
ID_NUMBER = "sensitive_id_number"
"""Without it nothing of the identity number is kept, and a mediator looks at a document (PIPL 29)."""
FINANCIAL = "sensitive_financial"
MEDICAL = "sensitive_medical"
SENSITIVE = (FINANCIAL, MEDICAL)
"""What an exhibit may hold of its owner only with a consent of its own (PIPL 28 and 29)."""


class Step(StrEnum):
    """What a yes cannot be taken back after (OLR 5: before the step one may)."""

    ENTRY = "entry"
    SIGNATURE = "signature"
    END = "end"


class Language(StrEnum):
    """In which words somebody read what they answered. The Chinese text is what they agree to, whichever it was."""

    CHINESE = "zh-CN"
    ENGLISH = "en"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to say yes or no to. ``until``: before which step a yes can be taken back.

    ``needs``: the item without whose yes this one has no effect and need not be asked.
    """

    item_id: str
    label_zh: str
    label_en: str
    required: bool
    until: Step = Step.END
    needs: str | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """A text to read, of one version, with its items.

    ``kind``: ``notice`` (read on a page of its own, every item required), ``undertaking`` (the same, but each item is
    ticked by itself) or ``consent`` (each item answered by itself).
    """

    notice_id: str
    version: str
    kind: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What one person said to one version of one notice. Kept for ever; the latest counts."""

    participant_id: str
    notice_id: str
    version: str
    answers: Mapping[str, bool]
    at: datetime


def check(notice: Notice, version: str, answers: Mapping[str, bool]) -> None:
    """Refuse an answer that does not fit the notice.

    Raises:
        Conflict: ``notice_outdated``: another version is in force.
        Invalid: ``answer_missing``: an item without a yes or no, or one that the notice does not have.
    """
    if version != notice.version:
        raise Conflict("notice_outdated", version=notice.version)
    expected = {item.item_id for item in notice.items}
    if set(answers) != expected:
        raise Invalid("answer_missing", items=sorted(expected - set(answers)))


def latest(answers: Iterable[Answer]) -> dict[str, Answer]:
    """The answer that counts for each notice; ``answers`` in the order they were given."""
    return {answer.notice_id: answer for answer in answers}


def by_person(answers: Iterable[Answer]) -> dict[str, list[Answer]]:
    """Everybody's answers by participant id; ``answers`` in the order they were given, and so is each list."""
    found: dict[str, list[Answer]] = {}
    for answer in answers:
        found.setdefault(answer.participant_id, []).append(answer)
    return found


def ready(notices: Sequence[Notice], answers: Iterable[Answer]) -> bool:
    """Whether everything required has a yes to the version in force."""
    given = latest(answers)
    for notice in notices:
        required = [item.item_id for item in notice.items if item.required]
        answer = given.get(notice.notice_id)
        if required and (answer is None or answer.version != notice.version):
            return False
        if answer is not None and not all(answer.answers.get(item) for item in required):
            return False
    return True


def declined(notices: Sequence[Notice], answers: Iterable[Answer]) -> tuple[Item, ...]:
    """The required items to whose version in force the person's latest word is an express no."""
    given = latest(answers)
    return tuple(
        item
        for notice in notices
        if (answer := given.get(notice.notice_id)) is not None and answer.version == notice.version
        for item in notice.items
        if item.required and answer.answers.get(item.item_id) is False
    )


def agreed(purpose: str, answers: Iterable[Answer]) -> bool:
    """Whether the person's latest word on this purpose is yes. Silence is no."""
    return any(answer.answers.get(purpose, False) for answer in latest(answers).values())


def refused(purpose: str, answers: Iterable[Answer]) -> bool:
    """Whether the person's latest word on this purpose is an express no. Silence is none."""
    return any(answer.answers.get(purpose) is False for answer in latest(answers).values())


def lacking(wanted: Iterable[str], answers: Sequence[Answer]) -> tuple[str, ...]:
    """The purposes of these that the person has not agreed to."""
    return tuple(purpose for purpose in wanted if not agreed(purpose, answers))


def withdrawn(notice: Notice, before: Answer | None, answers: Mapping[str, bool]) -> tuple[Item, ...]:
    """The items of which these answers take back a yes."""
    given = {} if before is None else before.answers
    return tuple(item for item in notice.items if given.get(item.item_id) and not answers[item.item_id])


def require_before_step(items: Iterable[Item], passed: Iterable[Step]) -> None:
    """A yes is taken back before the step that it is for, and not after it (OLR 5; PIPL 15: not retroactive).

    Raises:
        Conflict: ``consent_after_entry``, ``consent_after_signature`` or ``consent_after_end``: what is over.
    """
    over = set(passed)
    for item in items:
        step = item.until if item.until in over else Step.END
        if step in over:
            raise Conflict(f"consent_after_{step}", item=item.item_id)


def purposes(answers: Sequence[Answer]) -> tuple[str, ...]:
    """What somebody may be recorded for: nothing without the first of them."""
    if not agreed(RECORDING, answers):
        return ()
    return tuple(purpose for purpose in RECORDING_PURPOSES if agreed(purpose, answers))


@dataclass(frozen=True, slots=True)
class Minutes:
    """Whether the recording may stand in for the minutes. ``missing``: the parties who did not agree to it."""

    replaced: bool
    missing: tuple[str, ...]


def minutes(sides: Mapping[str, str], ledger: Mapping[str, Sequence[Answer]]) -> Minutes:
    """Only an express yes of everybody, on both sides, makes the recording the minutes (ODM 22).

    ``sides``: every party's side, by participant id.
    """
    missing = tuple(sorted(one for one in sides if REPLACES_MINUTES not in purposes(ledger.get(one, ()))))
    return Minutes(not missing and len(set(sides.values())) > 1, missing)
