"""Notices and what a person answered to each, by purpose and by version (OLR 4: one yes is not a yes to the rest)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from room_server.domain.errors import Conflict, Invalid

RECORDING = "recording_dispute"
"""The purpose without which nobody is recorded (ODM 22; PIPL 14)."""
ESIGN = "esign"
"""Whoever says no to it signs on paper (ESL 3)."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to say yes or no to."""

    item_id: str
    label_zh: str
    label_en: str
    required: bool


@dataclass(frozen=True, slots=True)
class Notice:
    """A text to read, of one version, with its items. ``kind``: ``notice`` (read on a page of its own, every
    item required) or ``consent`` (each item answered by itself)."""

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


def agreed(purpose: str, answers: Iterable[Answer]) -> bool:
    """Whether the person's latest word on this purpose is yes. Silence is no."""
    return any(answer.answers.get(purpose, False) for answer in latest(answers).values())


def refused(purpose: str, answers: Iterable[Answer]) -> bool:
    """Whether the person's latest word on this purpose is an express no. Silence is none."""
    return any(answer.answers.get(purpose) is False for answer in latest(answers).values())
