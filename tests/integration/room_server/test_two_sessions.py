"""A mediator who holds two sessions, and what belongs to one under the address of the other: it is not there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from room_server.domain.people import Authority, Participant, Role, Side
from room_server.domain.session import Session, State
from tests.integration.room_server.test_routes_refuse import (
    OFFER,
    RULES,
    A,
    Case,
    Rule,
    attempt,
    code_of,
    everything,
    seated,
)
from tests.support.product_room import Product

OTHER = "se_both"
MIXED = [
    name
    for name in RULES
    if "{session_id}/" in name and "_id}" in name.replace("{session_id}", "", 1) and "/court/" not in name
]
"""Routes with the id of a session and of something that is in one."""


async def both(product: Product) -> Case:
    """The session with everybody and everything in it, and another one of the same mediator and clerk, which runs."""
    case = await seated(product)
    now = product.clock()
    async with product.ports.unit_of_work() as unit:
        first = await unit.sessions.get(product.session_id)
        other = Session(OTHER, first.case_id, "rm_both", State.IN_SESSION, scheduled_at=now, started_at=now)
        await unit.sessions.add(other)
        for username, authority in (("zhouhe", Authority.MEDIATOR), ("jilu", Authority.CLERK)):
            staff = await unit.staff.by_username(username)
            assert staff is not None
            host = Participant(
                f"both_{username}", OTHER, staff.name, Side.MEDIATOR, Role.HOST, authority, staff.name, "1"
            )
            await unit.participants.add(replace(host, staff_id=staff.staff_id), None)
    return case


async def test_the_address_of_the_other_opens_nothing(product: Product) -> None:
    case, opened = await both(product), list[Any]()
    before = await everything(product)
    tries = [(name, RULES[name], role) for name in MIXED for role in ("host", "clerk")]
    for name, rule, role in [*tries, *((name, rule, "host") for name, rule in in_bodies(case))]:
        answer = await attempt(elsewhere(case), name, rule, role)
        if answer.status_code != 404 or code_of(answer) not in ("not_found", "link_unknown"):
            opened.append((name, role, answer.status_code, answer.text))
    assert opened == []
    assert await everything(product) == before


def in_bodies(case: Case) -> list[tuple[str, Rule]]:
    """What names something of a session in its body."""
    ids = case.ids
    bodies: dict[str, Any] = {
        "POST /api/exhibits/presenters": {"participant_id": ids["participant_id"], "may_present": True},
        f"POST {A}/chat": {"to": ids["participant_id"], "text": "一句话", "place": ""},
        "POST /api/offers": {**OFFER, "in_answer_to": ids["offer_id"]},
    }
    return [(name, Rule(None, lambda _, body=body: body)) for name, body in bodies.items()]  # type: ignore[misc]


def elsewhere(case: Case) -> Case:
    return replace(case, ids={**case.ids, "session_id": OTHER})
