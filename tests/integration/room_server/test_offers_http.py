"""Offers over HTTP: who may make, answer and know them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.integration.room_server.test_http_api import enter, sign_in
from tests.support.exhibit_room import exhibit_room
from tests.support.product_room import Product


def body(product: Product, **changes: Any) -> dict[str, Any]:
    due = (product.clock().date() + timedelta(days=30)).isoformat()
    parts = [{"due": due, "amount": "18000"}]
    return {"payer": "respondent", "amount": "18000", "instalments": parts, "valid_hours": 24, "place": "", **changes}


async def make(browser: httpx.AsyncClient, product: Product, **changes: Any) -> httpx.Response:
    session = {"session_id": product.session_id}
    return await browser.post("/api/offers", params=session, json=body(product, **changes))


async def test_an_offer_is_made_and_accepted_by_those_who_may(product: Product) -> None:
    async with product.browser() as worker, product.browser() as agent, product.browser() as mediator:
        worker.headers.update(await enter(worker, product, "applicant"))
        agent.headers.update(await enter(agent, product, "respondent"))
        await sign_in(mediator, product, "zhouhe")
        assert (await make(worker, product)).status_code == 403, "still waiting"
        room = await exhibit_room(product)
        made = (await make(worker, product)).json()["offer_id"]
        answer = f"/api/offers/{made}/answer"
        assert (await mediator.post(answer, json={"verdict": "accept"})).status_code == 403
        assert (await agent.post(answer, json={"verdict": "counter"})).status_code == 400
        assert (await agent.post(answer, json={"verdict": "accept"})).status_code == 204
        assert (await room.screen(room.worker))[f"offer/{made}"]["state"] == "accepted"
        assert (await make(mediator, product)).status_code == 201
        async with product.browser() as stranger:
            assert (await make(stranger, product)).status_code == 401


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"amount": "0"}, 422, "offer_amount"),
        ({"amount": 18000}, 400, "bad_request"),
        ({"instalments": []}, 422, "offer_instalments"),
        ({"instalments": [{"due": "2026-02-30", "amount": "18000"}]}, 400, "bad_request"),
        ({"valid_hours": 10_000}, 422, "offer_expiry"),
        ({"conditions": "x" * 1001}, 422, "offer_conditions"),
        ({"in_answer_to": "of_unknown"}, 404, "not_found"),
        ({"payer": "mediator"}, 400, "bad_request"),
    ],
)
async def test_terms_that_make_no_sense_are_refused(
    product: Product, changes: dict[str, Any], status: int, code: str
) -> None:
    async with product.browser() as worker:
        worker.headers.update(await enter(worker, product, "applicant"))
        await exhibit_room(product)
        answer = await make(worker, product, **changes)
        assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_what_was_offered_in_private_is_answered_like_what_is_not_there(product: Product) -> None:
    async with product.browser() as worker, product.browser() as agent, product.browser() as mediator:
        worker.headers.update(await enter(worker, product, "applicant"))
        agent.headers.update(await enter(agent, product, "respondent"))
        await sign_in(mediator, product, "zhouhe")
        room = await exhibit_room(product)
        await room.caucus("cau_1", room.worker)
        private = (await make(worker, product, place="cau_1")).json()["offer_id"]
        for browser in (agent, mediator):
            answers = []
            for offer in (private, "of_unknown"):
                said = await browser.post(f"/api/offers/{offer}/answer", json={"verdict": "accept"})
                acts = [await browser.post(f"/api/offers/{offer}/{act}") for act in ("share", "withdraw")]
                answers.append([(each.status_code, each.content) for each in (said, *acts)])
            assert {status for status, _ in answers[0]} == {404}
            assert answers[0] == answers[1]
        counter = await make(agent, product, in_answer_to=private)
        assert counter.json() == (await make(agent, product, in_answer_to="of_unknown")).json()


async def test_an_offer_that_was_written_in_a_private_talk_is_nobody_s_once_that_is_over(product: Product) -> None:
    async with product.browser() as worker:
        worker.headers.update(await enter(worker, product, "applicant"))
        room = await exhibit_room(product)
        await room.caucus("cau_1", room.worker, room.host)
        private = (await make(worker, product, place="cau_1")).json()["offer_id"]
        assert (await make(worker, product, place="")).json()["code"] == "moved"
        await room.back("cau_1")
        late = await make(worker, product, place="cau_1")
        assert (late.status_code, late.json()["code"]) == (409, "moved")
        assert [topic for topic in await room.screen(room.worker) if topic.startswith("offer/")] == [f"offer/{private}"]
        assert not [topic for topic in await room.screen(room.agent) if topic.startswith("offer/")]
