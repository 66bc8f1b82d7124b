"""The product over HTTP, without media: from the tapped link to the court's check of the dossier."""

from __future__ import annotations

import asyncio
import base64
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from recorder.verify import verify
from room_server.api.pace import Rate
from room_server.services.qr import svg
from tests.support.product_room import CONTENT, LAST4, Product, handwriting


async def identify(browser: httpx.AsyncClient, product: Product, side: str, **more: Any) -> httpx.Response:
    """The number, the code that is sent for it, and nobody else in the room."""
    body = {"secret": product.secret(side), "last4": LAST4[side]}
    assert (await browser.post("/api/links/code", json=body)).status_code == 200
    code = await product.code(await product.person(side), "identity_code")
    proof = {**body, "code": code, "company": {"alone": True}, **more}
    return await browser.post("/api/links/identify", json=proof)


async def enter(browser: httpx.AsyncClient, product: Product, side: str) -> dict[str, str]:
    """Open the link, prove identity, accept what is required. Returns the headers of the token."""
    secret = product.secret(side)
    assert (await browser.post("/api/links/open", json={"secret": secret})).status_code == 200
    answer = await identify(browser, product, side)
    headers = {"Authorization": f"Bearer {answer.json()['token']}"}
    me = (await browser.get("/api/me", headers=headers)).json()
    for notice in me["notices"]:
        answers = {item["id"]: item["required"] or item["id"] == "esign" for item in notice["items"]}
        body = {"notice_id": notice["id"], "version": notice["version"], "answers": answers}
        last = await browser.post("/api/me/consents", json=body, headers=headers)
    assert last.json() == {"ready": True}
    return headers


async def sign_in(browser: httpx.AsyncClient, product: Product, username: str) -> None:
    body = {"username": username, "password": product.password(username)}
    assert (await browser.post("/api/staff/login", json=body)).status_code == 200


DRAWN = {"mode": "drawn", "picture": base64.b64encode(handwriting()).decode()}
TYPED = {"mode": "typed", "name": "何 平"}
MODES = {"applicant": "drawn", "respondent": "typed"}
ODD_NAMES: list[Any] = [
    None,
    "何平",
    {"name": "何平"},
    {"mode": "", "name": "何平"},
    {"mode": "dictated", "name": "何平"},
    {"mode": "typed"},
    {"mode": "drawn", "name": "何平"},
    {**DRAWN, "name": "何平"},
]
"""Modes that are missing or unknown, and names that do not go with theirs."""


async def sign(
    browser: httpx.AsyncClient, product: Product, side: str, headers: dict[str, str], own_name: Any = DRAWN
) -> httpx.Response:
    query = "" if headers else f"?session_id={product.session_id}"
    shown = (await browser.get(f"/api/agreements/current{query}", headers=headers)).json()
    path = f"/api/agreements/{shown['proposal_id']}"
    assert (await browser.post(f"{path}/code", headers=headers)).status_code == 200
    body = {
        "digest": shown["digest"],
        "intent": True,
        "own_name": own_name,
        "code": await product.code(await product.person(side)),
    }
    return await browser.post(f"{path}/signatures", json=body, headers=headers)


async def test_a_mediation_from_the_link_to_the_courts_check(product: Product, tmp_path: Path) -> None:
    async with product.browser() as worker, product.browser() as agent, product.browser() as mediator:
        parties = {"applicant": (worker, await enter(worker, product, "applicant"))}
        parties["respondent"] = agent, await enter(agent, product, "respondent")
        await sign_in(mediator, product, "zhouhe")
        host = (await mediator.post(f"/api/staff/sessions/{product.session_id}/token")).json()["participant_id"]
        await product.services.sessions.start(product.session_id, host)
        for side in parties:
            await product.let_in(await product.person(side))
        proposal = await product.services.agreements.freeze(product.session_id, host, CONTENT)
        for odd in ODD_NAMES:
            refused = await sign(worker, product, "applicant", parties["applicant"][1], odd)
            assert (refused.status_code, refused.json()["code"]) == (400, "bad_request"), odd
            product.clock.forward(seconds=60)
        for side, (browser, headers) in parties.items():
            mode = MODES[side]
            answer = await sign(browser, product, side, headers, TYPED if mode == "typed" else DRAWN)
            receipt = answer.json()["receipt"]
            assert (receipt["digest"], receipt["mode"]) == (proposal.digest, mode)
        assert (await sign(mediator, product, "mediator", {})).status_code == 200
        sealed = (await mediator.post(f"/api/agreements/{proposal.proposal_id}/seal")).json()
        assert sealed["state"] == "in_force"
        paper = await worker.get(f"/api/agreements/{proposal.proposal_id}/pdf", headers=parties["applicant"][1])
        assert paper.content.startswith(b"%PDF")
        await product.services.sessions.end(product.session_id, host)
        await product.services.filing.file_session(product.session_id)
    async with product.browser() as court:
        await sign_in(court, product, "faguan")
        record = await look_up(court, product)
        dossier = tmp_path / "downloaded.zip"
        dossier.write_bytes((await court.get(record["dossier_url"])).content)
    report = await asyncio.to_thread(verify, dossier, product.ports.authority.root_certificate)
    assert report.ok, [check.sentence for check in report.checks if not check.ok]
    async with product.ports.unit_of_work() as unit:
        assert [what for _, what in await unit.reads.of_session(product.session_id)] == ["record", "dossier"]


async def look_up(court: httpx.AsyncClient, product: Product) -> dict[str, Any]:
    case_no = (await product.services.sessions.get(product.session_id)).case.case_no
    (summary,) = (await court.get("/api/court/records", params={"case_no": case_no})).json()
    assert (await court.get("/api/court/records", params={"case_no": "no such case"})).json() == []
    record: dict[str, Any] = (await court.get(f"/api/court/records/{summary['session_id']}")).json()
    assert record["integrity"]["chain_ok"]
    assert record["ending_reason"] == "AGREEMENT"
    signatures = record["papers"][0]["signatures"]
    assert {"party_a", "party_b", "mediator", "seal"} <= {item["field"] for item in signatures if item["ok"]}
    assert [item["field"] for item in signatures if item["typed"]] == ["party_b"]
    return record


@pytest.mark.parametrize(
    ("body", "headers", "status", "code"),
    [
        (b'{"secret": "x"}', {"content-type": "text/plain"}, 415, "json_required"),
        (b'{"secret": ', {"content-type": "application/json"}, 400, "bad_request"),
        (b'{"secret": 7}', {"content-type": "application/json"}, 400, "bad_request"),
        (b'{"secret": "x", "more": 1}', {"content-type": "application/json"}, 400, "bad_request"),
        (b"\xff\xfe", {"content-type": "application/json"}, 400, "bad_request"),
        (b" " * 70_000, {"content-type": "application/json"}, 413, "too_large"),
        (b'{"secret": "x"}', {"content-type": "application/json"}, 404, "link_unknown"),
        (b'{"secret": "x"}', {"content-type": "application/json", "sec-fetch-site": "cross-site"}, 403, "forbidden"),
    ],
)
async def test_bad_requests_get_a_problem_with_a_stable_code(
    product: Product, body: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    async with product.browser() as browser:
        answer = await browser.post("/api/links/open", content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_link_belongs_to_the_first_device_that_proves_identity(product: Product) -> None:
    secret = {"secret": product.secret("applicant")}
    async with product.browser() as own, product.browser() as other:
        assert not (await own.post("/api/links/open", json=secret)).json()["claimed_here"]
        assert (await own.post("/api/links/refresh", json=secret)).status_code == 401
        assert (await identify(own, product, "applicant")).status_code == 200
        assert (await own.post("/api/links/open", json=secret)).json()["claimed_here"]
        assert (await own.post("/api/links/refresh", json=secret)).status_code == 200
        seen = (await other.post("/api/links/open", json=secret)).json()
        assert (seen["claimed_here"], seen["claimed_elsewhere"]) == (False, True)
        assert (await other.post("/api/links/refresh", json=secret)).status_code == 409
        product.clock.forward(seconds=61)
        refused = await identify(other, product, "applicant")
        assert (refused.status_code, refused.json()["code"]) == (409, "link_used")


async def test_the_device_cookie_is_out_of_reach_of_scripts_and_other_sites(product: Product) -> None:
    async with product.browser() as browser:
        cookie = (await identify(browser, product, "applicant")).headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie


async def test_what_a_link_shows_before_the_identity_check_names_nobody(product: Product) -> None:
    async with product.browser() as browser:
        answer = await browser.post("/api/links/open", json={"secret": product.secret("applicant")})
    assert answer.json()["person"]["name_masked"] == "林*满"
    assert "林小满" not in answer.text
    assert "重庆示例电子" not in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/api/me",
        "/api/staff/me",
        "/api/staff/sessions",
        "/api/agreements/current?session_id=x",
        "/api/court/records",
        "/api/court/records/x/dossier",
        "/api/staff/sessions/x/roll/texts",
    ],
)
async def test_nothing_is_told_to_somebody_unknown(product: Product, path: str) -> None:
    async with product.browser() as browser:
        assert (await browser.get(path)).json()["code"] == "unauthenticated"


async def test_a_mediator_is_no_court_officer_and_the_other_way_round(product: Product) -> None:
    async with product.browser() as mediator, product.browser() as court:
        await sign_in(mediator, product, "zhouhe")
        await sign_in(court, product, "faguan")
        assert (await mediator.get("/api/court/records")).status_code == 403
        assert (await court.get("/api/staff/sessions")).json() == []
        assert (await court.get(f"/api/staff/sessions/{product.session_id}")).status_code == 403
        assert (await court.post(f"/api/staff/sessions/{product.session_id}/token")).status_code == 403
        assert (await court.get(f"/api/court/records/{product.session_id}")).status_code == 404


async def test_signing_out_kills_the_cookie(product: Product) -> None:
    async with product.browser() as mediator, product.browser() as thief:
        await sign_in(mediator, product, "zhouhe")
        thief.cookies.set("staff", mediator.cookies["staff"])
        assert (await thief.get("/api/staff/me")).status_code == 200
        assert (await mediator.post("/api/staff/logout")).status_code == 204
        assert (await thief.get("/api/staff/me")).status_code == 401


async def test_a_revoked_link_kills_the_token_that_came_from_it(product: Product) -> None:
    async with product.browser() as worker, product.browser() as mediator:
        headers = await enter(worker, product, "applicant")
        await sign_in(mediator, product, "zhouhe")
        person = await product.person("applicant")
        base = f"/api/staff/sessions/{product.session_id}"
        assert (await mediator.post(f"{base}/links/{person}/revoke")).status_code == 204
        assert (await worker.get("/api/me", headers=headers)).status_code == 401
        gone = await worker.post("/api/links/open", json={"secret": product.secret("applicant")})
        assert (gone.status_code, gone.json()["code"]) == (410, "link_revoked")
        url = (await mediator.post(f"{base}/links/{person}/reissue")).json()["url"]
        fresh = await worker.post("/api/links/open", json={"secret": url.rsplit("/", 1)[1]})
        assert fresh.status_code == 200
        shown = (await mediator.get(base)).json()["people"]
        assert next(item for item in shown if item["participant_id"] == person)["link_state"] == "fresh"


async def test_a_new_link_is_drawn_for_the_hosts_of_its_session_and_no_other_address_is(product: Product) -> None:
    async with product.browser() as worker, product.browser() as mediator, product.browser() as court:
        headers = await enter(worker, product, "respondent")
        await sign_in(mediator, product, "zhouhe")
        await sign_in(court, product, "faguan")
        person, other = await product.person("applicant"), await product.person("respondent")
        base = f"/api/staff/sessions/{product.session_id}/links"
        old = f"{product.ports.base_url}/j/{product.secret('applicant')}"
        url = (await mediator.post(f"{base}/{person}/reissue")).json()["url"]
        drawn = await mediator.post(f"{base}/{person}/qr", json={"url": url})
        assert (drawn.status_code, drawn.headers["content-type"]) == (200, "image/svg+xml")
        assert drawn.headers["cache-control"] == "no-store"
        assert drawn.content == svg(url)
        assert (await court.post(f"{base}/{person}/qr", json={"url": url})).status_code == 403
        assert (await worker.post(f"{base}/{person}/qr", json={"url": url}, headers=headers)).status_code == 401
        elsewhere = url.replace("://", "://evil.example/", 1)
        for whom, address, status in (
            (person, old, 410),
            (other, url, 404),
            (person, elsewhere, 404),
            (person, "javascript:alert(1)", 404),
        ):
            refused = await mediator.post(f"{base}/{whom}/qr", json={"url": address})
            assert (refused.status_code, refused.content[:4]) != (200, b"<svg")
            assert refused.status_code == status


async def test_an_outdated_or_incomplete_answer_is_refused(product: Product) -> None:
    async with product.browser() as worker:
        headers = await enter(worker, product, "applicant")
        old = {"notice_id": "online_mediation", "version": "2020.1.1", "answers": {"online": True}}
        answer = await worker.post("/api/me/consents", json=old, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (409, "notice_outdated")
        version = answer.json()["version"]
        answer = await worker.post("/api/me/consents", json={**old, "version": version, "answers": {}}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (422, "answer_missing")
        answer = await worker.post("/api/me/consents", json={**old, "language": "fr"}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")


async def test_one_person_alone_does_not_fill_the_record(product: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("room_server.api.identity.KEPT", Rate(12, 0.0))
    async with product.browser() as browser, product.browser() as other:
        headers = await enter(browser, product, "applicant")
        notice = (await browser.get("/api/me", headers=headers)).json()["notices"][0]
        body = {"notice_id": notice["id"], "version": notice["version"], "answers": notice["answered"]}
        answers = [await browser.post("/api/me/consents", json=body, headers=headers) for _ in range(12)]
        refused = [each for each in answers if each.status_code == 429]
        assert refused and {each.json()["code"] for each in refused} == {"rate_limited"}
        assert refused[0].headers["retry-after"] == "2"
        assert (await product.kinds()).count("consent_given") == 12
        assert (await browser.get("/api/me", headers=headers)).status_code == 200, "whoever only reads is not held up"
        await enter(other, product, "respondent")


async def test_whoever_asks_without_end_is_refused_before_the_database_is_asked(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("room_server.api.identity.ASKED", Rate(20, 0.0))
    async with product.browser() as browser, product.browser() as other:
        headers, theirs = await enter(browser, product, "applicant"), await enter(other, product, "respondent")
        codes = [(await browser.get("/api/me", headers=headers)).status_code for _ in range(25)]
        assert codes[0] == 200 and codes[-5:] == [429] * 5
        fresh = await browser.post("/api/links/refresh", json={"secret": product.secret("applicant")})
        again = {"Authorization": f"Bearer {fresh.json()['token']}"}
        monkeypatch.setattr(product.services.access, "read_token", None)
        assert (await browser.get("/api/me", headers=again)).status_code == 429, "a new token is no new allowance"
        monkeypatch.undo()
        assert (await other.get("/api/me", headers=theirs)).status_code == 200


async def test_whoever_holds_a_link_alone_does_not_fill_the_record(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("room_server.api.identity.KEPT", Rate(5, 0.0))
    body = {"secret": product.secret("applicant"), "last4": "0001", "company": {"alone": True}}
    async with product.browser() as browser:
        codes = [(await browser.post("/api/links/document", json=body)).status_code for _ in range(8)]
    assert codes == [200] * 5 + [429] * 3
    assert (await product.kinds()).count("document_asked") == 5


async def test_a_notice_comes_in_chinese_and_in_an_english_version_for_reading(product: Product) -> None:
    async with product.browser() as worker:
        headers = await enter(worker, product, "applicant")
        notices = (await worker.get("/api/me", headers=headers)).json()["notices"]
    for notice in notices:
        assert re.search("[一-鿿]", notice["body_markdown"]) and notice["reading_markdown"].startswith("# ")
        assert notice["source_zh"] and notice["source_en"]


async def test_the_demonstration_shows_its_links_and_messages(product: Product) -> None:
    async with product.browser() as browser:
        links = (await browser.get("/api/demo/links")).json()
        outbox = (await browser.get("/api/demo/outbox")).json()
    assert {link["side"]: link["last4"] for link in links} == LAST4
    assert {message["to_name"] for message in outbox} == {"林小满", "何平"}


async def test_whoever_waits_at_the_door_learns_nothing_of_the_text(product: Product) -> None:
    async with product.browser() as browser:
        headers = await enter(browser, product, "applicant")
        path = f"/api/agreements/{await product.freeze()}"
        for method, address in (
            ("GET", "/api/agreements/current"),
            ("GET", f"{path}/pdf"),
            ("POST", f"{path}/code"),
        ):
            answer = await browser.request(method, address, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (403, "forbidden"), address
        await product.let_in(await product.person("applicant"))
        assert (await browser.get("/api/agreements/current", headers=headers)).status_code == 200


async def test_a_mediators_list_has_the_limit_with_its_source_and_the_steps_are_told_without_a_word_of_content(
    product: Product,
) -> None:
    worker, desk = product.browser(), product.browser()
    headers = await enter(worker, product, "applicant")
    await sign_in(desk, product, "zhouhe")
    host = await product.person("mediator")
    await product.services.sessions.start(product.session_id, host)
    await product.let_in(await product.person("applicant"))
    answer = await desk.get("/api/staff/sessions")
    assert answer.headers["cache-control"] == "no-store"
    [line] = answer.json()
    assert line["limit"]["days_left"] == 9
    assert line["limit"]["source_zh"].endswith("第14条") and line["limit"]["source_en"].endswith("art. 14")
    assert {one["side"]: one["state"] for one in line["arrivals"]} == {
        "applicant": "identified",
        "respondent": "unopened",
    }
    proposal_id = await product.freeze()
    path = f"/api/agreements/{proposal_id}/steps"
    told = {"read": True, "intent": False, "handwriting": "writing"}
    assert (await worker.post(path, json=told, headers=headers)).status_code == 204
    for odd in ({**told, "handwriting": "林小满"}, {**told, "ink": "…"}, {"read": True}):
        assert (await worker.post(path, json=odd, headers=headers)).status_code == 400
    board = await product.services.signing_steps.board(product.session_id)
    assert board["signing"].value["people"][await product.person("applicant")]["handwriting"] == "writing"
