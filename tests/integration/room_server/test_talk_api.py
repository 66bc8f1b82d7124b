"""Chat, calls, tickets and notes over HTTP: who is known by what, and what is refused."""

from __future__ import annotations

import hashlib

from tests.integration.room_server.test_http_api import enter, sign_in
from tests.support.product_room import Product


async def test_people_write_call_and_agree_over_http(product: Product) -> None:
    session = product.session_id
    root = f"/api/sessions/{session}"
    async with product.browser() as worker, product.browser() as agent, product.browser() as mediator:
        theirs = await enter(worker, product, "applicant")
        others = await enter(agent, product, "respondent")
        await sign_in(mediator, product, "zhouhe")
        host, person, other = [await product.person(side) for side in ("mediator", "applicant", "respondent")]
        waiting = {"to": "here", "text": "在吗", "place": ""}
        assert (await worker.post(f"{root}/chat", json=waiting, headers=theirs)).status_code == 403
        assert (await worker.post(f"{root}/calls", json={"kind": "alarm"}, headers=theirs)).status_code == 201
        for each in (person, other):
            await product.let_in(each)
        said = await worker.post(f"{root}/chat", json=waiting, headers=theirs)
        assert said.status_code == 201
        answered = await mediator.post(f"{root}/chat", json={"to": person, "text": "在", "place": ""})
        assert answered.status_code == 201
        texts = [
            [line["text"] for line in (await browser.get(f"{root}/chat", headers=headers)).json()["lines"]]
            for browser, headers in ((worker, theirs), (agent, others), (mediator, {}))
        ]
        assert texts == [["在吗", "在"], ["在吗"], ["在吗", "在"]]

        await product.services.caucuses.open(session, "cau_1", [person, host])
        places = [(await browser.get(f"{root}/chat", headers=headers)).json()["place"]
                  for browser, headers in ((worker, theirs), (agent, others), (mediator, {}))]  # fmt: skip
        assert places == ["cau_1", "", "cau_1"]
        moved = await worker.post(f"{root}/chat", json=waiting, headers=theirs)
        assert (moved.status_code, moved.json()["code"]) == (409, "moved")
        for elsewhere in ("", "cau_0"):
            strayed = await mediator.post(f"{root}/tickets", json={"text": "可以分两期付。", "place": elsewhere})
            assert (strayed.status_code, strayed.json()["code"]) == (409, "moved")
        asked = (await mediator.post(f"{root}/tickets", json={"text": "可以分两期付。", "place": "cau_1"})).json()
        assert asked["digest"] == hashlib.sha256("可以分两期付。".encode()).hexdigest()
        ticket = f"{root}/tickets/{asked['ticket_id']}"
        assert (await mediator.post(f"{ticket}/deliver")).status_code == 409
        yes = {"yes": True, "digest": asked["digest"]}
        assert (await agent.post(f"{ticket}/answer", json=yes, headers=others)).status_code == 403
        assert (await worker.post(f"{ticket}/answer", json=yes, headers=theirs)).json() == {"state": "agreed"}
        assert (await mediator.post(f"{ticket}/deliver")).status_code == 201
        assert (await mediator.post(f"{ticket}/withdraw")).status_code == 409
        lines = (await agent.get(f"{root}/chat", headers=others)).json()["lines"]
        assert [(line["class"], line["text"]) for line in lines][-1] == ("carried", "可以分两期付。")


async def test_notes_are_kept_for_the_mediator_who_wrote_them(product: Product) -> None:
    root = f"/api/sessions/{product.session_id}"
    async with product.browser() as worker, product.browser() as mediator:
        theirs = await enter(worker, product, "applicant")
        await sign_in(mediator, product, "zhouhe")
        note = {"scope": "", "text": "先谈分期", "revision": 0}
        assert (await mediator.post(f"{root}/notes", json=note)).json()["revision"] == 1
        again = await mediator.post(f"{root}/notes", json=note)
        assert (again.status_code, again.json()["code"], again.json()["text"]) == (409, "note_changed", "先谈分期")
        [kept] = (await mediator.get(f"{root}/notes")).json()["notes"]
        assert (kept["text"], kept["revision"]) == ("先谈分期", 1)
        for answer in (
            await worker.get(f"{root}/notes", headers=theirs),
            await worker.post(f"{root}/notes", json=note),
        ):
            assert answer.status_code == 401


async def test_nobody_reaches_another_session_or_acts_as_a_mediator(product: Product) -> None:
    async with product.browser() as worker, product.browser() as officer, product.browser() as stranger:
        theirs = await enter(worker, product, "applicant")
        await sign_in(officer, product, "faguan")
        root = f"/api/sessions/{product.session_id}"
        line = {"to": "here", "text": "x", "place": ""}
        assert (await worker.post("/api/sessions/se_other/chat", json=line, headers=theirs)).status_code == 403
        for path, body in (("tickets", {"text": "x"}), ("calls/call_1/seen", {}), ("tickets/tk_1/deliver", {})):
            assert (await worker.post(f"{root}/{path}", json=body, headers=theirs)).status_code == 401
            assert (await officer.post(f"{root}/{path}", json=body)).status_code == 403
        assert (await officer.get(f"{root}/chat")).status_code == 403
        assert (await stranger.get(f"{root}/chat")).status_code == 401
        for bad in ({"to": "here", "text": "x"}, {"to": "here", "text": 1, "place": ""}, {**line, "joint": True}):
            assert (await worker.post(f"{root}/chat", json=bad, headers=theirs)).status_code == 400
        elsewhere = {**theirs, "Sec-Fetch-Site": "cross-site"}
        assert (await worker.post(f"{root}/chat", json=line, headers=elsewhere)).status_code == 403


async def test_a_link_alone_is_enough_to_call_silently_and_opens_nothing_else(product: Product) -> None:
    session = product.session_id
    async with product.browser() as stranger:
        body = {"secret": product.secret("applicant")}
        answer = await stranger.post("/api/links/call", json=body)
        assert answer.status_code == 201
        assert set(answer.json()) == {"at"} and "set-cookie" not in answer.headers
        assert (await stranger.post("/api/links/call", json={"secret": "made-up"})).status_code == 404
        root = f"/api/sessions/{session}"
        assert (await stranger.post(f"{root}/calls", json={"kind": "door"})).status_code in (401, 403)
        person = await product.person("applicant")
        await product.services.access.revoke_link(session, await product.person("mediator"), person)
        assert (await stranger.post("/api/links/call", json=body)).status_code == 410
