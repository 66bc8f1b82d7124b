"""What is read out and asked at the roll call, filled in for one case (``rollcall.toml``)."""

from __future__ import annotations

from dataclasses import dataclass

from room_server.domain.case import Case
from room_server.domain.rollcall import Item
from room_server.rules.citations import citation
from room_server.rules.package import page, table
from room_server.rules.text import fill


@dataclass(frozen=True, slots=True)
class RollText:
    """A text of one version, in both languages, with its articles by name."""

    item: Item
    version: str
    title_zh: str
    title_en: str
    text_zh: str
    text_en: str
    source_zh: str
    source_en: str


def roll_text(item: Item, case: Case) -> RollText:
    """The text of one item.

    Raises:
        LookupError: this item has none.
    """
    entry = table("rollcall")[str(item)]
    if "notice" in entry:
        head, _ = page(f"notices/{entry['notice']}")
        entry = {**head, "text_zh": head["short_zh"], "text_en": head["short_en"]}
    values = {"mediator": case.mediator_name, "organisation": case.organisation}
    source_zh, source_en = citation(entry["sources"])
    return RollText(
        item,
        entry["version"],
        entry["title_zh"],
        entry["title_en"],
        fill(entry["text_zh"], values).strip(),
        fill(entry["text_en"], values).strip(),
        source_zh,
        source_en,
    )
