"""An accepted offer goes into the draft by one press: once, into the text of all, with no word of it on the record."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from room_server.domain.errors import Conflict, Forbidden
from room_server.domain.offer import Verdict
from room_server.domain.people import Side
from room_server.live.drafting import Drafts
from room_server.services.offers import WantedOffer
from signaling.ids import DocumentId, ParticipantId
from tests.integration.room_server.test_http_api import sign_in
from tests.support.product_house import ProductHouse, seated_house
from tests.support.room_ports import Browser

AGREEMENT = DocumentId("agreement")


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[ProductHouse]:
    async with seated_house(tmp_path) as opened:
        yield opened


async def everybody(home: ProductHouse) -> dict[str, Browser]:
    browsers = {name: await home.visitor(name) for name in ("host", "a1", "r1")}
    for browser in browsers.values():
        assert (await browser.join())["type"] == "ok"
    for name in ("a1", "r1"):
        if not home.room.participants[ParticipantId(home.ids[name])].admitted:
            await browsers["host"].do("admit", participant_id=home.ids[name])
    return browsers


async def offered(home: ProductHouse, *, accepted: bool = True) -> str:
    """Two instalments, on a condition."""
    day = home.product.clock().date() + timedelta(days=10)
    parts = [(day, "8000"), (day + timedelta(days=30), "10000")]
    offers = home.product.services.offers
    wanted = WantedOffer(Side.RESPONDENT, "18000", parts, "开具离职证明", 24)
    made = await offers.make(home.product.session_id, home.ids["a1"], wanted)
    if accepted:
        await offers.answer(made.offer_id, home.ids["r1"], Verdict.ACCEPT)
    return made.offer_id


def text(home: ProductHouse) -> str:
    return json.dumps(home.room.document(AGREEMENT).content(), ensure_ascii=False)


def drafts(home: ProductHouse) -> Drafts:
    return Drafts(home.product.services, home.hub.room)


async def test_its_terms_are_in_the_text_and_the_mediator_alone_is_told_where_they_come_from(
    home: ProductHouse,
) -> None:
    await everybody(home)
    made, entries = await offered(home), await home.product.kinds()
    await drafts(home).put_offer(made, home.ids["host"])
    for words in (
        "人民币18,000.00元（大写：壹万捌仟元整）",
        "分2期付清：第1期于",
        "捌仟元整",
        "双方同时约定：开具离职证明。",
    ):
        assert words in text(home)
    assert await home.product.kinds() == entries, "an edit like any other: the record has nothing of an offer"
    known = {name: home.room.participants[ParticipantId(home.ids[name])].known.board for name in ("host", "a1", "r1")}
    assert [f"drafted/{made}" in known[name] for name in ("host", "a1", "r1")] == [True, False, False]
    before = text(home)
    await home.killed()
    await everybody(home)
    assert text(home) == before
    assert f"drafted/{made}" in home.room.participants[ParticipantId(home.ids["host"])].known.board


async def test_a_second_press_writes_nothing_and_says_so(home: ProductHouse) -> None:
    await everybody(home)
    made = await offered(home)
    await drafts(home).put_offer(made, home.ids["host"])
    before = text(home)
    with pytest.raises(Conflict) as refused:
        await drafts(home).put_offer(made, home.ids["host"])
    assert refused.value.code == "offer_in_draft" and text(home) == before


async def test_what_is_not_agreed_or_not_the_mediators_press_stays_out(home: ProductHouse) -> None:
    await everybody(home)
    before = text(home)
    open_still = await offered(home, accepted=False)
    with pytest.raises(Conflict):
        await drafts(home).put_offer(open_still, home.ids["host"])
    home.product.clock.forward(seconds=1)
    made = await offered(home)
    for name in ("a1", "r1"):
        with pytest.raises(Forbidden):
            await drafts(home).put_offer(made, home.ids[name])
    assert text(home) == before


async def test_a_frozen_text_takes_nothing_in_and_neither_does_one_that_the_mediator_may_not_write(
    home: ProductHouse,
) -> None:
    browsers = await everybody(home)
    made = await offered(home)
    host = {"document_id": "agreement", "participant_id": home.ids["host"]}
    await browsers["host"].do("set_writer", **host, may_write=False)
    with pytest.raises(Forbidden) as closed:
        await drafts(home).put_offer(made, home.ids["host"])
    assert closed.value.code == "document_read_only"
    await browsers["host"].do("set_writer", **host, may_write=True)
    await browsers["host"].do("freeze_document", document_id="agreement")
    with pytest.raises(Conflict) as frozen:
        await drafts(home).put_offer(made, home.ids["host"])
    assert frozen.value.code == "document_frozen" and "18,000.00" not in text(home)
    await browsers["host"].do("unfreeze_document", document_id="agreement", reason="改金额")
    await drafts(home).put_offer(made, home.ids["host"])
    assert "18,000.00" in text(home)


async def test_the_press_comes_over_http_and_is_refused_while_nobody_is_in_the_room(home: ProductHouse) -> None:
    product = replace(home.product, room=home.hub.room)
    await everybody(home)
    made = await offered(home)
    async with product.browser() as mediator, home.product.browser() as elsewhere:
        assert (await mediator.post(f"/api/offers/{made}/draft")).status_code == 401
        await sign_in(elsewhere, product, "zhouhe")
        assert (await elsewhere.post(f"/api/offers/{made}/draft")).status_code == 409
        await sign_in(mediator, product, "zhouhe")
        assert (await mediator.post(f"/api/offers/{made}/draft")).status_code == 204
        again = await mediator.post(f"/api/offers/{made}/draft")
        assert (again.status_code, again.json()["code"]) == (409, "offer_in_draft")
    assert "18,000.00" in text(home)
