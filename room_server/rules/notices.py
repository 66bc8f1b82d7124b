"""The notices that a party reads before coming in, with what each asks for, filled in for one case."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from room_server.domain.case import Case
from room_server.domain.consent import Answer, Item, Notice, Step, latest
from room_server.domain.errors import Forbidden
from room_server.rules.citations import citation
from room_server.rules.clocks import ChineseCalendar, clock
from room_server.rules.package import page, table
from room_server.rules.text import fill

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
"""Written out, because ``strftime`` follows the machine's language."""


ESIGN_TERMS = "esign_terms"


@dataclass(frozen=True, slots=True)
class NoticeText:
    """A notice with its words. ``body`` is Markdown; ``sources`` are ids of sources.toml, ``source_…`` their names.

    ``body`` is the Chinese text, which alone has legal force; ``reading`` is an English version for reading, or None.
    """

    notice: Notice
    title_zh: str
    title_en: str
    short_zh: str
    short_en: str
    body: str
    reading: str | None
    sources: tuple[str, ...]
    source_zh: str
    source_en: str


def notices() -> tuple[Notice, ...]:
    """All notices in the order in which they are shown."""
    return tuple(_notice(entry) for entry in table("consents")["notice"])


def require_typing(answers: Iterable[Answer]) -> None:
    """Whoever agreed to an older text of the terms of e-signature draws their name: it knew no other way.

    Raises:
        Forbidden: ``typing_not_agreed``.
    """
    agreed = latest(answers).get(ESIGN_TERMS)
    if agreed is not None and agreed.version != next(
        each.version for each in notices() if each.notice_id == ESIGN_TERMS
    ):
        raise Forbidden("typing_not_agreed")


def texts(case: Case, talk_days: int, phone: str) -> tuple[NoticeText, ...]:
    """All notices with the facts of one case filled in.

    ``talk_days``: how long words are kept, 0: like the file; ``phone``: the organisation's, empty: it names none.
    """
    kept_zh = f"会议结束满{talk_days}日后删除" if talk_days else "和案卷保存一样久"
    kept_en = f"deleted {talk_days} days after the meeting" if talk_days else "kept as long as the case file"
    values = {**_reached(table("consents")["values"], phone), **_values(case, _chinese), "talk_kept": kept_zh}
    english = {**_reached(table("consents")["values_en"], phone), **_values(case, _english), "talk_kept": kept_en}
    return tuple(_text(notice, values, english) for notice in notices())


def _reached(values: Mapping[str, Any], phone: str) -> dict[str, Any]:
    """With the way to reach the organisation (PIPL 17): its number, or else the mediator, who is in the room."""
    return {**values, "contact": phone or values["no_phone"], "fallback_phone": phone}


def _notice(entry: Mapping[str, str]) -> Notice:
    head, _ = page(f"notices/{entry['id']}")
    labels = table("consents")["item"]
    items = tuple(_item(name, labels[name]) for name in head["consents"])
    return Notice(head["id"], head["version"], entry["kind"], items)


def _item(name: str, entry: Mapping[str, Any]) -> Item:
    return Item(name, entry["zh"], entry["en"], entry["required"], Step(entry["until"]), entry.get("needs"))


def _text(notice: Notice, values: Mapping[str, object], english: Mapping[str, object]) -> NoticeText:
    head, body = page(f"notices/{notice.notice_id}")
    reading = reading_version(notice.notice_id)
    return NoticeText(
        notice,
        head["title_zh"],
        head["title_en"],
        head["short_zh"],
        head["short_en"],
        fill(body, values),
        None if reading is None else fill(reading, english),
        tuple(head["sources"]),
        *citation(head["sources"]),
    )


def reading_version(notice_id: str) -> str | None:
    """The English version for reading; None when the Chinese text was changed after it was made."""
    _, body = page(f"notices/{notice_id}")
    head, reading = page(f"notices/en/{notice_id}")
    fits: bool = head["reads_sha256"] == hashlib.sha256(body.encode()).hexdigest()
    return reading if fits else None


def _values(case: Case, words: Callable[[date], str]) -> dict[str, object]:
    fifteen = clock("labour_15_from_received")
    return {
        "org_name": case.organisation,
        "mediator": case.mediator_name,
        "case_no": case.case_no,
        "received_on": words(case.received_on),
        "fifteenth_day": words(fifteen.safe_day(case.received_on, ChineseCalendar())),
    }


def _chinese(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _english(day: date) -> str:
    return f"{MONTHS[day.month - 1]} {day.day}, {day.year}"
