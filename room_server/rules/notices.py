"""The notices that a party reads before coming in, with what each asks for, filled in for one case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from room_server.domain.case import Case
from room_server.domain.consent import Item, Notice, Step
from room_server.rules.clocks import ChineseCalendar, clock
from room_server.rules.package import page, table
from room_server.rules.text import fill


@dataclass(frozen=True, slots=True)
class NoticeText:
    """A notice with its words. ``body`` is Markdown; ``sources`` are ids of sources.toml."""

    notice: Notice
    title_zh: str
    title_en: str
    short_zh: str
    short_en: str
    body: str
    sources: tuple[str, ...]


def notices() -> tuple[Notice, ...]:
    """All notices in the order in which they are shown."""
    return tuple(_notice(entry) for entry in table("consents")["notice"])


def texts(case: Case, talk_days: int) -> tuple[NoticeText, ...]:
    """All notices with the facts of one case filled in. ``talk_days``: how long words are kept, 0: like the file."""
    values = {**_values(case), "talk_kept": f"会议结束满{talk_days}日后删除" if talk_days else "和案卷保存一样久"}
    return tuple(_text(notice, values) for notice in notices())


def _notice(entry: Mapping[str, str]) -> Notice:
    head, _ = page(f"notices/{entry['id']}")
    labels = table("consents")["item"]
    items = tuple(_item(name, labels[name]) for name in head["consents"])
    return Notice(head["id"], head["version"], entry["kind"], items)


def _item(name: str, entry: Mapping[str, Any]) -> Item:
    return Item(name, entry["zh"], entry["en"], entry["required"], Step(entry["until"]), entry.get("needs"))


def _text(notice: Notice, values: Mapping[str, object]) -> NoticeText:
    head, body = page(f"notices/{notice.notice_id}")
    return NoticeText(
        notice,
        head["title_zh"],
        head["title_en"],
        head["short_zh"],
        head["short_en"],
        fill(body, values),
        tuple(head["sources"]),
    )


def _values(case: Case) -> dict[str, object]:
    fifteen = clock("labour_15_from_received")
    return {
        **table("consents")["values"],
        "org_name": case.organisation,
        "mediator": case.mediator_name,
        "case_no": case.case_no,
        "received_on": _chinese(case.received_on),
        "fifteenth_day": _chinese(fifteen.safe_day(case.received_on, ChineseCalendar())),
    }


def _chinese(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
