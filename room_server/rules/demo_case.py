"""The demonstration case of ``cases.toml``: invented people, numbers that are valid nowhere."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from room_server.domain.case import Case, Request
from room_server.domain.people import Party, Side
from room_server.rules.agreement_text import ChosenClause
from room_server.rules.package import table

CASE = "demo_wages"
FIXED_TO_A_DAY = frozenset({"route.arbitration"})
"""Clauses of the demonstration that name a day reckoned from one effective day; the real one is not known yet."""
CHECK_CODE_PLACE = "（以页面和文书所示文本校验码为准）"


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody of the demonstration with a telephone and an identity number that exist nowhere."""

    name: str
    phone: str
    id_number: str
    authority: str


@dataclass(frozen=True, slots=True)
class DemoCase:
    """The case, the people who get links, and the clauses that its settlement consists of."""

    case: Case
    applicant: DemoPerson
    agent: DemoPerson
    mediator: str
    clauses: tuple[ChosenClause, ...]
    place: str


def load(case_id: str) -> DemoCase:
    """The demonstration case under the id that the database gives it."""
    entry = next(item for item in table("cases")["case"] if item["id"] == CASE)
    people = {party["role"]: party for party in entry["party"]}
    facts, _, disputes = entry["facts_zh"].strip().rpartition("公司认可入职时间和工资标准，主张")
    mediator = _bare(entry["mediator"])
    case = Case(
        case_id=case_id,
        case_no=entry["case_no"],
        title=entry["title_zh"].partition("：")[2],
        kind=entry["kind"],
        route=entry["route"],
        organisation=entry["organisation"],
        mediator_name=mediator,
        received_on=entry["received_on"],
        facts=_bare(facts) + "公司认可入职时间和工资标准。",
        disputes="公司主张" + disputes,
        requests=tuple(
            Request(item["type"], item["period"], item["amount"], item["basis_zh"]) for item in entry["request"]
        ),
        parties=(_worker(people["applicant"]), _employer(people["respondent"])),
    )
    return DemoCase(
        case,
        _person(people["applicant"]),
        _person(people["agent"]),
        mediator,
        tuple(ChosenClause(item["id"], _values(item)) for item in entry["clause"] if item["id"] not in FIXED_TO_A_DAY),
        "示例市示例区",
    )


def _bare(text: str) -> str:
    """Without the remark （演示） that the data puts behind every name; the organisation's name keeps it."""
    return re.sub(r"（演示.*?）", "", text)


def _values(clause: dict[str, Any]) -> dict[str, Any]:
    values = {
        name: _bare(value) if isinstance(value, str) else value for name, value in clause.get("values", {}).items()
    }
    if clause["id"] == "es.method":
        # The text cannot contain its own digest: it points at the code that the server shows beside it.
        values["digest"] = CHECK_CODE_PLACE
    return values


def _person(entry: dict[str, Any]) -> DemoPerson:
    return DemoPerson(_bare(entry["name"]), entry["phone"], entry["id_number"], entry.get("authority", ""))


def _worker(entry: dict[str, Any]) -> Party:
    born, name = entry["born"], _bare(entry["name"])
    description = (
        f"{name}，{entry['gender']}，{born.year}年{born.month}月{born.day}日出生，"
        f"身份证件号码尾号{entry['id_number'][-4:]}，住{entry['address']}，电话{entry['phone']}"
    )
    return Party(Side.APPLICANT, name, is_organisation=False, description=description)


def _employer(entry: dict[str, Any]) -> Party:
    name = _bare(entry["name"])
    description = (
        f"{name}，统一社会信用代码{entry['credit_code']}，住所{entry['address']}，"
        f"负责人{_bare(entry['representative'])}，电话{entry['phone']}"
    )
    return Party(Side.RESPONDENT, name, is_organisation=True, description=description)
