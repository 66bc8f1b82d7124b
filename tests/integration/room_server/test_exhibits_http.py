"""Exhibits over HTTP: who may bring, read and show them, and what the dossier says of them afterwards."""

from __future__ import annotations

import asyncio
import zipfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

import httpx
import msgspec
import pytest

from recorder.verify import verify
from tests.integration.room_server.test_http_api import enter, sign_in
from tests.support.evidence_files import picture, picture_pdf
from tests.support.exhibit_room import ExhibitRoom, exhibit_room
from tests.support.product_room import Product

PDF = picture_pdf(["one", "two"])


@dataclass(frozen=True)
class People:
    """Three browsers; parties are known by their headers, the mediator by a cookie."""

    room: ExhibitRoom
    worker: httpx.AsyncClient
    agent: httpx.AsyncClient
    mediator: httpx.AsyncClient

    @property
    def session(self) -> dict[str, str]:
        return {"session_id": self.room.product.session_id}


@pytest.fixture
async def people(product: Product) -> AsyncIterator[People]:
    async with product.browser() as worker, product.browser() as agent, product.browser() as mediator:
        worker.headers.update(await enter(worker, product, "applicant"))
        agent.headers.update(await enter(agent, product, "respondent"))
        await sign_in(mediator, product, "zhouhe")
        yield People(await exhibit_room(product), worker, agent, mediator)


async def bring(browser: httpx.AsyncClient, data: bytes = PDF, **params: str) -> httpx.Response:
    headers = {
        "content-type": "application/octet-stream",
        "exhibit-title": quote("工资表"),
        "exhibit-name": quote("工资表.pdf"),
        "exhibit-place": params.pop("place", ""),
    }
    return await browser.post("/api/exhibits", content=data, headers=headers, params=params)


async def test_a_page_is_read_by_those_who_may_and_kept_by_no_cache_between(people: People) -> None:
    brought = await bring(people.worker)
    assert (brought.status_code, brought.json()["number"]) == (201, 1)
    path = f"/api/exhibits/{brought.json()['exhibit_id']}/pages/2"
    for browser in (people.worker, people.agent, people.mediator):
        page = await browser.get(path)
        assert page.status_code == 200
        assert page.headers["content-type"] == "image/jpeg"
        assert "no-store" in page.headers["cache-control"]
        assert page.headers["x-content-type-options"] == "nosniff"
    async with people.room.product.browser() as stranger:
        assert (await stranger.get(path)).status_code == 401


async def test_what_one_may_not_know_of_is_answered_like_what_is_not_there(people: People) -> None:
    room = people.room
    await room.caucus("cau_1", room.worker)
    private = (await bring(people.worker, place="cau_1")).json()["exhibit_id"]
    acts = ("disclose", "withdraw")
    for browser in (people.agent, people.mediator):
        answers = []
        for exhibit in (private, "ex_unknown"):
            page = await browser.get(f"/api/exhibits/{exhibit}/pages/1")
            shown = await browser.post(f"/api/exhibits/{exhibit}/present", json={"page": 1})
            body = {"side": "respondent", "views": [{"aspect": "legality", "objects": False}]}
            view = await browser.post(f"/api/exhibits/{exhibit}/views", json=body)
            others = [await browser.post(f"/api/exhibits/{exhibit}/{act}") for act in acts]
            answers.append([(each.status_code, each.content) for each in (page, shown, view, *others)])
        assert {status for status, _ in answers[0]} == {404}
        assert answers[0] == answers[1]


async def test_a_mediator_of_another_session_is_told_that_there_is_nothing(people: People) -> None:
    exhibit = (await bring(people.worker)).json()["exhibit_id"]
    async with people.room.product.browser() as court:
        await sign_in(court, people.room.product, "faguan")
        assert (await court.get(f"/api/exhibits/{exhibit}/pages/1")).status_code == 404


async def test_whoever_waits_neither_brings_nor_reads(product: Product) -> None:
    async with product.browser() as worker:
        worker.headers.update(await enter(worker, product, "applicant"))
        assert (await bring(worker)).status_code == 403
        assert (await worker.get("/api/exhibits/ex_unknown/pages/1")).status_code == 403


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        (b"", 422, "exhibit_empty"),
        (b"GIF89a", 422, "exhibit_kind"),
        (PDF[:500], 422, "exhibit_damaged"),
        (bytes(21 * 1024 * 1024), 413, "exhibit_too_large"),
    ],
)
async def test_a_file_that_is_not_taken_is_answered_with_its_reason(
    people: People, data: bytes, status: int, code: str
) -> None:
    answer = await bring(people.worker, data)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["detail"]


async def test_what_another_site_or_a_form_would_send_is_refused(people: People) -> None:
    for headers in ({"sec-fetch-site": "cross-site"}, {"content-type": "text/plain"}):
        typed = {"content-type": "application/octet-stream", "exhibit-title": "x", "exhibit-place": "", **headers}
        answer = await people.mediator.post("/api/exhibits", params=people.session, content=PDF, headers=typed)
        assert answer.status_code in (400, 403)


async def test_the_mediator_shows_a_page_and_lets_a_party_show(people: People) -> None:
    room = people.room
    exhibit = (await bring(people.worker)).json()["exhibit_id"]
    shown = await people.mediator.post(f"/api/exhibits/{exhibit}/present", json={"page": 2})
    assert shown.status_code == 204
    assert (await room.screen(room.agent))["presentation"]["page"] == 2
    refused = await people.worker.post(f"/api/exhibits/{exhibit}/present", json={"page": 1})
    assert (refused.status_code, refused.json()["code"]) == (403, "presenting_not_allowed")
    body = {"participant_id": room.worker, "may_present": True}
    assert (await people.mediator.post("/api/exhibits/presenters", params=people.session, json=body)).status_code == 204
    assert (await people.worker.post("/api/exhibits/presenters", json=body)).status_code == 403
    assert (await people.worker.post(f"/api/exhibits/{exhibit}/present", json={"page": 1})).status_code == 204
    assert (await people.mediator.post("/api/exhibits/put-away", params=people.session)).status_code == 204
    assert "presentation" not in await room.screen(room.agent)


async def test_the_dossier_holds_originals_hashes_views_and_no_word_of_what_was_private(
    people: People, tmp_path: Path
) -> None:
    room, product = people.room, people.room.product
    await product.consent(room.worker, share_confirmation_bodies=True)
    proposal = await product.freeze()
    await product.sign(proposal, "applicant")
    signed = await product.services.agreements.pdf(proposal)
    damaged = signed.replace(b"/Producer", b"/Producex", 1)  # its signature does not hold any more
    assert damaged != signed
    first = (await bring(people.worker)).json()["exhibit_id"]
    await bring(people.worker, damaged)
    body = {"side": "respondent", "views": [{"aspect": "authenticity", "objects": True, "reason": "没有盖章"}]}
    assert (await people.agent.post(f"/api/exhibits/{first}/views", json=body)).status_code == 204
    said = {"outcome": "differs", "way": "camera", "remark": "原件没有签名"}
    assert (await people.worker.post(f"/api/exhibits/{first}/comparisons", json=said)).status_code == 403
    assert (await people.mediator.post(f"/api/exhibits/{first}/comparisons", json=said)).status_code == 204
    empty = await people.mediator.post(f"/api/exhibits/{first}/comparisons", json={**said, "remark": ""})
    assert (empty.status_code, empty.json()["code"]) == (422, "remark_missing")
    assert (await people.worker.post(f"/api/exhibits/{first}/withdraw")).status_code == 204
    await room.caucus("cau_1", room.worker, room.host)
    private = picture(mark="底线")
    assert (await bring(people.worker, private, place="cau_1")).json()["number"] is None
    await product.services.sessions.end(product.session_id, room.host, "OTHER")
    filing = await product.services.filing.file_session(product.session_id)
    dossier = product.ports.blobs.path(filing.key)
    report = await asyncio.to_thread(verify, dossier, product.ports.authority.root_certificate)
    assert report.ok, [check.sentence for check in report.checks if not check.ok]
    checked = [check.name for check in report.checks if check.name.startswith("exhibit")]
    assert checked == ["exhibit exhibits/001-original.pdf", "exhibit exhibits/002-original.pdf"]
    assert sha256(private).hexdigest().encode() not in dossier.read_bytes()
    with zipfile.ZipFile(dossier) as opened:
        names = {name.partition("/data/")[2]: name for name in opened.namelist()}
        assert opened.read(names["exhibits/001-original.pdf"]) == PDF
        listed = msgspec.json.decode(opened.read(names["exhibits/exhibits.json"]))
        catalogue = msgspec.json.decode(opened.read(names["catalogue.json"]))
    assert [each["number"] for each in listed] == [1, 2]
    assert listed[0]["withdrawn_at"]
    assert listed[0]["sha256"] == sha256(PDF).hexdigest()
    assert [view["reason"] for view in listed[0]["views"]] == ["没有盖章"]
    [compared] = listed[0]["comparisons_with_the_original"]
    assert (compared["outcome"], compared["way"], compared["remark"]) == ("differs", "camera", "原件没有签名")
    assert (compared["entered_by"], listed[1]["comparisons_with_the_original"]) == (room.host, [])
    assert {"kind": "caucus_exhibit", "count": 1, "duration": 0} in catalogue["withheld"]


async def test_a_file_that_was_chosen_in_a_private_talk_is_not_taken_once_that_is_over(people: People) -> None:
    room = people.room
    await room.caucus("cau_1", room.worker, room.host)
    assert (await bring(people.worker, place="cau_1")).json()["number"] is None
    await room.back("cau_1")
    late = await bring(people.worker, place="cau_1")
    assert (late.status_code, late.json()["code"]) == (409, "moved")
    assert not [topic for topic in await room.screen(room.agent) if topic.startswith("exhibit/")]
    unsaid = await people.mediator.post(
        "/api/exhibits", params=people.session, content=PDF, headers={"content-type": "application/octet-stream"}
    )
    assert (unsaid.status_code, unsaid.json()["code"]) == (400, "bad_request")
