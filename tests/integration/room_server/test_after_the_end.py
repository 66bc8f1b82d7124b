"""Once a session is over nobody changes anything of it, whatever they were allowed before: not its record either."""

from __future__ import annotations

from typing import Any

from tests.integration.room_server.test_routes_refuse import ROLES, RULES, A, Case, attempt, everything, seated
from tests.support.product_room import Product

STAYS = {
    "POST /api/staff/login",
    "POST /api/staff/logout",
    "POST /api/probes/close",
}
"""What is no part of any session."""
OFFICE = {f"POST {A}/notes"} | {name for name in RULES if "/links/{participant_id}/" in name}
"""A mediator's own notes, and the links by which people still find what was agreed."""
OF_THE_SESSION = {"stranger", "other host", "court"}
"""They are of another one, which goes on."""


async def over(product: Product) -> Case:
    """Everybody and everything, with what was agreed to be carried across, and then the end."""
    case, session = await seated(product), product.session_id
    services, ids = product.services, case.ids
    host = await product.person("mediator")
    await services.caucuses.open(session, "cau_2", [ids["participant_id"], host])
    ticket = await services.tickets.ask(session, host, "可以分两期付。")
    await services.tickets.answer(session, ticket.ticket_id, ids["participant_id"], yes=True, digest=ticket.digest)
    await services.caucuses.close(session, "cau_2")
    case.ids |= {"ticket_id": ticket.ticket_id, "digest": ticket.digest}
    await services.sessions.end(session, host, "OTHER")
    return case


async def test_nothing_of_it_changes_any_more(product: Product) -> None:
    case, changed = await over(product), list[Any]()
    for name, rule in RULES.items():
        if name.startswith("GET") or name in STAYS | OFFICE:
            continue
        before = await everything(product)
        for role in ROLES:
            if role not in OF_THE_SESSION and (rule.may is None or role in rule.may):
                answer = await attempt(case, name, rule, role)
                assert answer.status_code < 500, (name, role, answer.text)
        after = await everything(product)
        changed += [(name, what) for what in after if after[what] != before[what]]
    assert changed == []
