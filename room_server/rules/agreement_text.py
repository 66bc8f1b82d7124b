"""The first text of an agreement as ProseMirror JSON: five parts, with the case's facts and clauses filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from room_server.domain.case import Case
from room_server.domain.people import Side
from room_server.rules.flow import effect_text
from room_server.rules.package import page, table
from room_server.rules.text import fill, ordinal, rmb_upper

Json = dict[str, Any]
NUMBERED = re.compile(r"第[一二三四五六七八九十]+条")
LAST_ORDINAL = 99


@dataclass(frozen=True, slots=True)
class ChosenClause:
    """A clause of the library with the values that the parties agreed on."""

    clause_id: str
    values: Mapping[str, Any]


def initial_content(
    case: Case, number: str, clauses: Sequence[ChosenClause], agents: Sequence[str] = (), place: str = ""
) -> Json:
    """``{"type": "doc", "content": [...]}`` for the drafting document.

    The five headings are the contents that PML 29 and QY 26 ask for. The check code, the signatures and the effective
    day are not part of the text: they are made from it and stand on the paper beside it.

    Raises:
        LookupError: a clause is unknown or one of its fields has no value.
    """
    head, _ = page("papers/mediation_agreement")
    headings = [entry["heading"] for entry in head["required_contents"]]
    parties, requests, facts, terms, effect = headings
    return {
        "type": "doc",
        "content": [
            heading(1, head["title_zh"]),
            paragraph(f"编号：{number}"),
            paragraph(f"主持调解：{case.organisation}"),
            heading(2, parties),
            paragraph(f"甲方（劳动者）：{case.party(Side.APPLICANT).description}"),
            paragraph(f"乙方（用人单位）：{case.party(Side.RESPONDENT).description}"),
            *(paragraph(f"代理人：{agent}") for agent in agents),
            heading(2, requests),
            request_table(case),
            heading(2, facts),
            paragraph(f"主要事实：{case.facts}"),
            paragraph(f"争议事项：{case.disputes}"),
            heading(2, terms),
            paragraph("经调解，双方自愿达成如下协议："),
            *(_clause(index, clause) for index, clause in enumerate(clauses, start=1)),
            heading(2, effect),
            paragraph(effect_text(case.route) + (f"签署地：{place}。" if place else "")),
        ],
    }


def further_clauses(content: Json, texts: Sequence[str]) -> tuple[int, list[Json]]:
    """Clauses for a text that people have worked on: the place among its nodes before which they go, and their nodes.

    That is the end of the part with the terms, or of the text where its headings are gone; numbered on from what is
    there. Past 99 clauses they have no number.
    """
    head, _ = page("papers/mediation_agreement")
    terms, effect = (entry["heading"] for entry in head["required_contents"][-2:])
    nodes = content.get("content", [])
    headings = {_words(node): index for index, node in enumerate(nodes) if node["type"] == "heading"}
    end = headings.get(effect, len(nodes))
    last = sum(NUMBERED.match(_words(node)) is not None for node in nodes[headings.get(terms, 0) : end])
    return end, [_numbered(last + count, text) for count, text in enumerate(texts, start=1)]


def clause_text(clause: ChosenClause) -> str:
    """The words of one clause; sums in capitals are derived, never typed.

    Raises:
        LookupError: the clause is unknown or a field has no value.
    """
    entry = _entry(clause.clause_id)
    values = {name: _shown(value) for name, value in clause.values.items()}
    for field in entry["fields"]:
        derived = field.get("derived", "")
        if derived.startswith("rmb_upper("):
            values[field["name"]] = rmb_upper(str(values[derived.removeprefix("rmb_upper(").rstrip(")")]))
    return fill(entry["text"].strip(), values)


def heading(level: int, text: str) -> Json:
    """A heading node."""
    return {"type": "heading", "attrs": {"level": level}, "content": [{"type": "text", "text": text}]}


def paragraph(text: str, bold: str = "") -> Json:
    """A paragraph node; ``bold`` is put before the text in bold type."""
    content: list[Json] = [{"type": "text", "text": text}]
    if bold:
        content.insert(0, {"type": "text", "marks": [{"type": "bold"}], "text": bold})
    return {"type": "paragraph", "content": content}


def request_table(case: Case) -> Json:
    """The claims with their amounts and how each was reckoned."""
    rows = [_row("tableHeader", ["请求事项", "期间", "金额（元）", "计算依据"])]
    rows += [_row("tableCell", [item.kind, item.period, item.amount, item.basis]) for item in case.requests]
    return {"type": "table", "content": rows}


def _row(cell: str, texts: Sequence[str]) -> Json:
    # y-prosemirror keeps these three; the editor's table schema has the same defaults.
    return {
        "type": "tableRow",
        "content": [
            {"type": cell, "attrs": {"colspan": 1, "rowspan": 1}, "content": [paragraph(text)]} for text in texts
        ],
    }


def _clause(index: int, clause: ChosenClause) -> Json:
    return _numbered(index, clause_text(clause))


def _numbered(number: int, text: str) -> Json:
    return paragraph(f"　{text}", bold=f"第{ordinal(number)}条") if number <= LAST_ORDINAL else paragraph(text)


def _words(node: Json) -> str:
    return "".join(_words(each) for each in node.get("content", [])) + str(node.get("text", ""))


def _entry(clause_id: str) -> Json:
    for entry in table("clauses")["clause"]:
        if entry["id"] == clause_id:
            found: Json = entry
            return found
    raise LookupError(f"no clause {clause_id}")


def _shown(value: object) -> object:
    return f"{value.year}年{value.month}月{value.day}日" if isinstance(value, date) else value
