"""Every route of the HTTP API and everybody who has no right to it: refused, logged, and nothing has changed.

The table names every route there is: a new one has to say who may use it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import select
from starlette.routing import Route
from structlog.testing import capture_logs

from room_server.auth import Tokens
from room_server.domain.call import CallKind
from room_server.domain.people import Authority, Participant, Role, Side
from room_server.domain.session import Session, State
from room_server.rules.notices import notices
from room_server.services.entry import new_link
from room_server.services.exhibits import Brought
from room_server.services.offers import WantedOffer
from room_server.services.staff import MEDIATOR
from room_server.store.schema import metadata
from tests.support.exhibit_room import PICTURE, stream
from tests.support.product_house import seat_guests
from tests.support.product_room import TOKEN_KEY, Product, TestClock

NOBODY: frozenset[str] = frozenset()
"""Without the secret, the token or the password that is asked for nobody may."""
HOST = frozenset({"host", "clerk"})
PARTIES = frozenset({"worker", "agent"})
INSIDE = PARTIES | HOST | {"observer"}
BEARERS = PARTIES | {"observer", "waiting"}
OWN = BEARERS | {"stranger"}
"""Everybody with a token that is good: what they do is about themselves, or about the session that is theirs."""
STAFF = HOST | {"other host", "court"}
OPEN = None
"""Nothing is asked for: there is no right to lack."""
ROLES = ("nobody", "forged", "expired", "superseded", "removed", "stranger", "other host", "court",
         "waiting", "worker", "agent", "observer", "host", "clerk")  # fmt: skip
LACKING = {"unauthenticated", "session_expired", "removed", "continued_elsewhere", "forbidden", "not_found",
           "not_a_signer", "link_unknown", "presenting_not_allowed", "offer_authority"}  # fmt: skip
"""How somebody is refused who has no right."""


@dataclass(frozen=True)
class Rule:
    """Who may use a route, and what they would send."""

    may: frozenset[str] | None
    body: Callable[[Case], Any] = lambda case: None
    seen_elsewhere: str = ""
    """Where another test has the positive case, when it cannot be had here."""


@dataclass
class Case:
    """A session with everybody, and what there is to reach for. ``ids``: what stands in paths and bodies."""

    product: Product
    ids: dict[str, str] = field(default_factory=dict)
    people: dict[str, httpx.AsyncClient] = field(default_factory=dict)


def says(**body: Any) -> Callable[[Case], Any]:
    return lambda case: body


def about(name: str, **body: Any) -> Callable[[Case], Any]:
    return lambda case: {name: case.ids[name], **body}


def answers(case: Case) -> Any:
    notice = notices()[0]
    given = {item.item_id: True for item in notice.items}
    return {"notice_id": notice.notice_id, "version": notice.version, "answers": given}


COURT = "test_http_api.py"
COSTLY = {"POST /api/exhibits", "POST /api/staff/login"}
"""To make pages, or to check a password, takes a good part of a second."""
OFFER = {"payer": "respondent", "amount": "100.00", "instalments": [{"due": "2099-01-01", "amount": "100.00"}],
         "valid_hours": 1, "place": ""}  # fmt: skip
COMPANY = {"alone": True, "who": ""}
TYPED = {"mode": "typed", "name": "林小满"}
S, E, F, A = (
    "/api/staff/sessions/{session_id}",
    "/api/exhibits/{exhibit_id}",
    "/api/offers/{offer_id}",
    "/api/sessions/{session_id}",
)
L, P, G = f"{S}/links/{{participant_id}}", f"{S}/roll/people/{{participant_id}}", "/api/agreements/{proposal_id}"
RULES: dict[str, Rule] = {
    "GET /api/links/contact": Rule(OPEN),
    "POST /api/links/open": Rule(NOBODY, says(secret="guessed")),
    "POST /api/links/code": Rule(NOBODY, says(secret="guessed", last4="0001")),
    "POST /api/links/call": Rule(NOBODY, says(secret="guessed")),
    "POST /api/links/identify": Rule(NOBODY, says(secret="guessed", last4="0001", code="000000", company=COMPANY)),
    "POST /api/links/document": Rule(NOBODY, says(secret="guessed", last4="0001", company=COMPANY)),
    "POST /api/links/refresh": Rule(NOBODY, says(secret="guessed")),
    "POST /api/probes": Rule(NOBODY, says(secret="guessed")),
    "POST /api/probes/connect": Rule(NOBODY, says(direction="send", dtls_parameters={})),
    "POST /api/probes/publish": Rule(NOBODY, says(rtp_parameters={})),
    "POST /api/probes/follow": Rule(NOBODY, says(rtp_capabilities={})),
    "POST /api/probes/close": Rule(OWN | {"forged", "expired", "superseded", "removed"}),  # closes what is not there
    "GET /api/me": Rule(OWN),
    "POST /api/me/consents": Rule(OWN, answers),
    "POST /api/me/recusal": Rule(OWN - {"waiting"}, says(objection=False, reason="")),
    "GET /api/agreements/current": Rule(INSIDE),
    f"POST {G}/code": Rule(PARTIES | {"host"}),
    f"POST {G}/steps": Rule(PARTIES | {"host"}, says(read=True, intent=True, handwriting="writing")),
    f"POST {G}/signatures": Rule(PARTIES | {"host"}, says(digest="0" * 64, intent=True, own_name=TYPED, code="1")),
    f"POST {G}/seal": Rule(HOST),
    f"GET {G}/pdf": Rule(INSIDE),
    f"POST {G}/ticket": Rule(PARTIES | {"observer"}),
    f"GET {G}/papers/{{ticket}}/agreement.pdf": Rule(NOBODY),
    f"GET {A}/chat": Rule(INSIDE),
    f"POST {A}/chat": Rule(INSIDE, says(to="here", text="一句话", place="")),
    f"GET {A}/sent/{{key}}": Rule(BEARERS | HOST),
    f"POST {A}/calls": Rule(BEARERS, says(kind="talk")),
    f"POST {A}/calls/{{call_id}}/seen": Rule(HOST),
    f"POST {A}/tickets": Rule(HOST, says(text="可以转告吗", place="")),
    f"POST {A}/tickets/{{ticket_id}}/answer": Rule(frozenset({"worker"}), about("digest", yes=True)),
    f"POST {A}/tickets/{{ticket_id}}/withdraw": Rule(frozenset({"host"})),
    f"POST {A}/tickets/{{ticket_id}}/deliver": Rule(HOST),
    f"GET {A}/notes": Rule(HOST),
    f"POST {A}/notes": Rule(HOST, says(scope="", text="只给自己看", revision=0)),
    "POST /api/exhibits": Rule(PARTIES | HOST | {"stranger"}, lambda case: PICTURE),
    "POST /api/exhibits/put-away": Rule(HOST),
    "POST /api/exhibits/presenters": Rule(HOST, about("participant_id", may_present=True)),
    f"GET {E}/pages/{{number:int}}": Rule(INSIDE),
    f"POST {E}/present": Rule(HOST, says(page=1)),
    f"POST {E}/disclose": Rule(frozenset({"worker"})),
    f"POST {E}/withdraw": Rule(frozenset({"worker"})),
    f"POST {E}/views": Rule(
        HOST | {"agent"}, says(side="respondent", views=[{"aspect": "legality", "objects": False}])
    ),
    f"POST {E}/comparisons": Rule(HOST, says(outcome="agrees", way="camera")),
    "POST /api/offers": Rule(PARTIES | {"host", "stranger"}, lambda case: OFFER),
    f"POST {F}/share": Rule(frozenset({"worker"})),
    f"POST {F}/withdraw": Rule(frozenset({"worker"})),
    f"POST {F}/answer": Rule(frozenset({"agent"}), says(verdict="decline")),
    f"POST {F}/draft": Rule(HOST),
    "POST /api/staff/login": Rule(OPEN, lambda case: {"username": "jilu", "password": case.product.password("jilu")}),
    "POST /api/staff/logout": Rule(OPEN),
    "GET /api/staff/me": Rule(STAFF),
    "GET /api/staff/sessions": Rule(STAFF),
    f"GET {S}": Rule(HOST),
    f"POST {S}/token": Rule(HOST),
    f"POST {L}/show": Rule(HOST),
    f"POST {L}/reissue": Rule(HOST),
    f"POST {L}/revoke": Rule(HOST),
    f"POST {L}/qr": Rule(HOST, about("url")),
    f"GET {S}/roll/texts": Rule(HOST),
    f"POST {S}/roll/recusal": Rule(HOST, says(disclosure="")),
    f"POST {S}/roll/read": Rule(HOST, says(item="discipline")),
    f"POST {P}/document": Rule(HOST, says(kind="id_card", matches=True)),
    f"POST {P}/authority": Rule(HOST),
    f"POST {S}/greeting": Rule(HOST, says(side="", text="请稍候")),
    f"POST {S}/people/{{participant_id}}/deny": Rule(HOST, says(reason="不是当事人", final=True)),
    "GET /api/court/records": Rule(frozenset({"court"})),
    "GET /api/court/records/{session_id}": Rule(frozenset({"court"}), seen_elsewhere=COURT),
    "GET /api/court/records/{session_id}/views/{participant_id}": Rule(frozenset({"court"}), seen_elsewhere=COURT),
    "GET /api/court/records/{session_id}/agreement.pdf": Rule(frozenset({"court"}), seen_elsewhere=COURT),
    "GET /api/court/records/{session_id}/dossier": Rule(frozenset({"court"}), seen_elsewhere=COURT),
    "GET /api/demo/outbox": Rule(OPEN),
    "GET /api/demo/links": Rule(OPEN),
}


def routes(product: Product) -> set[str]:
    found = set()
    for route in product.app().routes:
        assert isinstance(route, Route)
        found |= {f"{method} {route.path}" for method in (route.methods or set()) - {"HEAD"}}
    return found


async def test_the_table_has_every_route(product: Product) -> None:
    assert routes(product) == RULES.keys()


async def test_whoever_has_no_right_is_refused_and_logged_and_nothing_has_changed(product: Product) -> None:
    case = await seated(product)
    assert await refused_to_all_others(case) == []
    # The attempts were real ones: whoever has the right is not refused for lack of it.
    assert await refused_to_those_who_may(case) == []


async def refused_to_all_others(case: Case) -> list[Any]:
    """What was not refused, logged and without effect."""
    failed: list[Any] = []
    for name, rule in RULES.items():
        before = await everything(case.product)
        for role in ROLES:
            if rule.may is OPEN or role in rule.may:
                continue
            with capture_logs() as lines:
                answer = await attempt(case, name, rule, role)
            noted = [line["code"] for line in lines if line["event"] == "a request was refused"]
            code = code_of(answer)
            if answer.status_code not in (401, 403, 404) or code not in LACKING or noted != [code]:
                failed.append((name, role, answer.status_code, code, noted))
            assert all(secret not in str(lines) for secret in secrets_of(case, role))
        if await everything(case.product) != before:
            failed.append((name, "something has changed"))
    return failed


async def refused_to_those_who_may(case: Case) -> list[Any]:
    """What was refused for lack of a right, or because it was no request at all."""
    failed: list[Any] = []
    for name, rule in sorted(RULES.items(), key=lambda each: lateness(each[0])):
        may = [] if rule.seen_elsewhere else [each for each in ROLES if rule.may is OPEN or each in rule.may]
        for role in may[:1] if name in COSTLY else may:
            answer = await attempt(case, name, rule, role)
            refused = answer.status_code in (400, 405, 415, 500) or code_of(answer) in LACKING
            if refused and not gone_by_then(name, role):
                failed.append((name, role, answer.status_code, code_of(answer)))
    return failed


def lateness(name: str) -> int:
    """What ends something for others comes after them."""
    endings = ("withdraw", "consents", "reissue", "revoke", "deny", "login", "logout")
    return next((place for place, ending in enumerate(endings, start=1) if name.endswith(ending)), 0)


def gone_by_then(name: str, role: str) -> bool:
    """Each thing is there once: whoever comes second finds it withdrawn, and whose link was revoked is out."""
    return role == "clerk" and name.endswith(("/put-away", "/seen", "/deliver"))


def code_of(answer: httpx.Response) -> str:
    if not answer.headers.get("content-type", "").startswith("application/problem+json"):
        return ""
    return str(answer.json()["code"])


async def attempt(case: Case, name: str, rule: Rule, role: str) -> httpx.Response:
    method, _, path = name.partition(" ")
    address = path.replace("{number:int}", "1").format_map(case.ids)
    body, browser = rule.body(case), case.people[role]
    more: dict[str, Any] = {"params": {"session_id": case.ids["session_id"]}}
    if isinstance(body, bytes):
        headers = {
            "Content-Type": "application/octet-stream",
            "Exhibit-Title": "a",
            "Exhibit-Name": "a.jpg",
            "Exhibit-Place": "",
        }
        more |= {"content": body, "headers": headers}
    elif body is not None:
        more["json"] = body
    return await browser.request(method, address, **more)


def secrets_of(case: Case, role: str) -> list[str]:
    held = [case.people[role].headers.get("authorization", "").partition(" ")[2], *case.people[role].cookies.values()]
    return [secret for secret in [*held, case.product.secret("applicant")] if secret]


async def everything(product: Product) -> Mapping[str, Any]:
    """All rows of all tables, what was published, and every file that is kept."""
    found: dict[str, Any] = {"published": len(product.events)}
    async with product.engine.connect() as connection:
        for table in metadata.sorted_tables:
            found[table.name] = sorted(map(repr, await connection.execute(select(table))))
    found["files"] = sorted(str(path) for path in product.folder.rglob("*") if is_kept(path))
    return found


def is_kept(path: Path) -> bool:
    return path.is_file() and "sqlite3" not in path.name


async def seated(product: Product) -> Case:
    """Everybody in their place, a private talk of the worker with the host, and something of each kind."""
    case, services, session = Case(product), product.services, product.session_id
    old = (await product.identify("applicant")).token
    worker = (await product.identify("applicant", take_over=True)).token
    ids = await seat_guests(product)
    host, named = (
        ids["host"],
        {"worker": ids["a1"], "agent": ids["r1"], "observer": "o", "waiting": "r2", "removed": "a2"},
    )
    await services.sessions.start(session, host)
    for name in ("worker", "agent", "observer", "removed"):
        await services.sessions.admit(session, host, named[name])
    tokens = {name: await token(product, person) for name, person in named.items()} | {"worker": worker}
    await services.sessions.remove(session, host, named["removed"], "disturbs")
    tokens |= {"superseded": old, "stranger": await stranger(product)}
    mine = (named["worker"], session)
    yesterday = TestClock()
    yesterday.now -= timedelta(days=2)
    tokens["expired"] = Tokens(TOKEN_KEY, yesterday).room(*mine)
    tokens["forged"] = Tokens(TOKEN_KEY + "!", product.clock).room(*mine)
    for name in ROLES:
        browser = product.browser()
        if name in tokens:
            browser.headers["Authorization"] = f"Bearer {tokens[name]}"
        case.people[name] = browser
    _, password = await services.staff.create("lin", "林调解员", MEDIATOR)
    accounts = {"host": "zhouhe", "clerk": "jilu", "court": "faguan", "other host": "lin"}
    for name, username in accounts.items():
        given = password if username == "lin" else product.password(username)
        body = {"username": username, "password": given}
        assert (await case.people[name].post("/api/staff/login", json=body)).status_code == 200
    case.ids |= {"session_id": session, "participant_id": named["worker"], **await things(product, ids)}
    return case


async def token(product: Product, person: str) -> str:
    async with product.ports.unit_of_work() as unit:
        link = await unit.links.newest(person)
    assert link is not None
    return product.ports.tokens.room(person, product.session_id, link.link_id, link.device_mark)


async def stranger(product: Product) -> str:
    """Somebody who was let into another session."""
    now = product.clock()
    async with product.ports.unit_of_work() as unit:
        first = await unit.sessions.get(product.session_id)
        other = Session("se_other", first.case_id, "rm_other", State.IN_SESSION, scheduled_at=now, started_at=now)
        person = Participant("st", "se_other", "外人", Side.APPLICANT, Role.PARTY, Authority.SELF, "外人", "1")
        await unit.sessions.add(other)
        await unit.participants.add(replace(person, admitted_at=now), None)
        link, _ = await new_link(product.ports, unit, person)
    await product.consent("st")
    return product.ports.tokens.room("st", "se_other", link.link_id, link.device_mark)


async def things(product: Product, ids: Mapping[str, str]) -> dict[str, str]:
    services, session, worker, host = product.services, product.session_id, ids["a1"], ids["host"]
    exhibit = await services.exhibits.add(session, worker, Brought("工资表", "a.jpg", stream(PICTURE)))
    wanted = WantedOffer(
        Side.RESPONDENT, "100.00", [(product.clock().date() + timedelta(days=9), "100.00")], "", 1, None
    )
    offer = await services.offers.make(session, worker, wanted)
    call = await services.calls.call(session, ids["r1"], CallKind.TALK)
    proposal = await product.freeze()
    await services.caucuses.open(session, "cau_1", [worker, host])
    ticket = await services.tickets.ask(session, host, "底线可以转告吗")
    await services.caucuses.close(session, "cau_1")
    await services.presentations.present(exhibit.exhibit_id, host, 1)
    url = await services.invitations.show(session, host, worker)
    return {
        "exhibit_id": exhibit.exhibit_id,
        "offer_id": offer.offer_id,
        "call_id": call.call_id,
        "proposal_id": proposal,
        "ticket_id": ticket.ticket_id,
        "digest": ticket.digest,
        "url": url,
        "key": "a-key-that-nobody-used",
        "ticket": "guessed",
    }
