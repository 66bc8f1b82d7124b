"""The arrival over HTTP: what each endpoint lets whom do, and how bad input is refused."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.integration.room_server.test_http_api import enter, identify, sign_in
from tests.support.product_room import LAST4, Product


async def probe(browser: httpx.AsyncClient, step: str, token: str, **body: Any) -> httpx.Response:
    return await browser.post(f"/api/probes{step}", json=body, headers={"Authorization": f"Bearer {token}"})


async def test_a_link_gives_the_right_to_one_probe_and_that_right_opens_nothing_else(product: Product) -> None:
    async with product.browser() as browser:
        assert (await browser.post("/api/probes", json={"secret": "unknown"})).status_code == 404
        opened = (await browser.post("/api/probes", json={"secret": product.secret("applicant")})).json()
        assert {"token", "router_capabilities", "ice_servers", "send", "receive"} == set(opened)
        token = opened["token"]
        assert (await probe(browser, "/connect", token, direction="send", dtls_parameters={})).status_code == 204
        assert (await probe(browser, "/publish", token, rtp_parameters={})).status_code == 200
        heard = await probe(browser, "/follow", token, rtp_capabilities={})
        assert heard.json()["subscription_id"]
        me = await browser.get("/api/me", headers={"Authorization": f"Bearer {token}"})
        assert me.status_code == 401
        assert (await probe(browser, "/close", token)).status_code == 204
        assert (await probe(browser, "/publish", token, rtp_parameters={})).status_code == 404
        assert (await browser.post("/api/probes/publish", json={"rtp_parameters": {}})).status_code == 401


async def test_a_room_token_is_no_probe(product: Product) -> None:
    async with product.browser() as browser:
        token = (await identify(browser, product, "applicant")).json()["token"]
        assert (await probe(browser, "/publish", token, rtp_parameters={})).status_code == 404


async def test_too_many_probes_of_one_link_are_told_when_to_come_back(product: Product) -> None:
    async with product.browser() as browser:
        for _ in range(4):
            assert (await browser.post("/api/probes", json={"secret": product.secret("applicant")})).status_code == 200
        refused = await browser.post("/api/probes", json={"secret": product.secret("applicant")})
    assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
    assert 0 < int(refused.headers["retry-after"]) <= 61


@pytest.mark.parametrize(
    ("company", "status", "code"),
    [
        ({"alone": False}, 422, "company_unclear"),
        ({"alone": True, "who": "老王"}, 422, "company_unclear"),
        ({"alone": False, "who": "人" * 201}, 422, "text_too_long"),
        ({}, 400, "bad_request"),
        ("nobody", 400, "bad_request"),
    ],
)
async def test_a_company_that_is_not_said_clearly_uses_no_code_up(
    product: Product, company: Any, status: int, code: str
) -> None:
    async with product.browser() as browser:
        refused = await identify(browser, product, "applicant", company=company)
        assert (refused.status_code, refused.json()["code"]) == (status, code)
        body = {"secret": product.secret("applicant"), "last4": "0001", "company": {"alone": True}}
        body |= {"code": await product.code(await product.person("applicant"), "identity_code")}
        assert (await browser.post("/api/links/identify", json=body)).status_code == 200


async def test_a_second_device_takes_the_cookie_over_and_the_first_is_told_why(product: Product) -> None:
    secret = {"secret": product.secret("applicant")}
    async with product.browser() as first, product.browser() as second:
        token = (await identify(first, product, "applicant")).json()["token"]
        product.clock.forward(seconds=61)
        assert (await identify(second, product, "applicant", take_over=True)).status_code == 200
        assert (await second.post("/api/links/refresh", json=secret)).status_code == 200
        refused = await first.post("/api/links/refresh", json=secret)
        assert (refused.status_code, refused.json()["code"]) == (409, "continued_elsewhere")
        gone = await first.get("/api/me", headers={"Authorization": f"Bearer {token}"})
        assert (gone.status_code, gone.json()["code"]) == (401, "continued_elsewhere")


async def test_the_roll_call_over_http(product: Product) -> None:
    base = f"/api/staff/sessions/{product.session_id}"
    async with product.browser() as party, product.browser() as mediator:
        body = {"secret": product.secret("respondent"), "last4": LAST4["respondent"], "company": {"alone": True}}
        person = (await party.post("/api/links/document", json=body)).json()["participant_id"]
        headers = await enter(party, product, "applicant")
        await sign_in(mediator, product, "zhouhe")
        assert [text["item"] for text in (await mediator.get(f"{base}/roll/texts")).json()] == [
            "discipline",
            "sham_warning",
            "recusal_asked",
        ]
        answer = {"objection": False, "reason": ""}
        waiting = await party.post("/api/me/recusal", json=answer, headers=headers)
        assert waiting.status_code == 403
        applicant = await product.person("applicant")
        await product.let_in(applicant)
        assert (await party.post("/api/me/recusal", json=answer, headers=headers)).json()["code"] == "not_asked"
        acts: list[tuple[str, dict[str, Any]]] = [
            (f"/roll/people/{person}/document", {"kind": "passport", "matches": True}),
            (f"/roll/people/{person}/authority", {}),
            ("/roll/recusal", {"disclosure": ""}),
            ("/roll/read", {"item": "discipline"}),
            ("/greeting", {"side": "", "text": "请稍等"}),
            (f"/people/{person}/deny", {"reason": "还早", "final": False}),
        ]
        for path, content in acts:
            assert (await party.post(base + path, json=content)).status_code == 401
            assert (await mediator.post(base + path, json=content)).status_code == 204, path
        assert (await party.post("/api/me/recusal", json=answer, headers=headers)).status_code == 204
        assert (await mediator.post(f"{base}/roll/read", json={"item": "company"})).status_code == 400
        assert (await mediator.post(f"{base}/people/pa_nobody/deny", json=acts[-1][1])).status_code == 404
        staff = (await mediator.get(base)).json()
        assert {one["display_name"] for one in staff["people"] if one["identity_checked_at"]} >= {"何平", "林小满"}


async def test_whom_to_call_is_told_to_whoever_asks(product: Product) -> None:
    async with product.browser() as browser:
        answer = await browser.get("/api/links/contact")
    assert answer.json() == {"organisation": product.ports.organisation, "phone": product.ports.phone}
