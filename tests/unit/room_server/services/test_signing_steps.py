"""How far people are with signing: for hosts alone, without a word of what they write, and on no record."""

from __future__ import annotations

from typing import Any

import pytest

from room_server.bus import Published
from room_server.domain.errors import Forbidden, NotFound
from room_server.domain.signing_steps import Hand, SigningSteps
from room_server.services.everything import build_services
from room_server.services.signing_steps import TOPIC
from signaling.board import HOSTS
from tests.support.product_room import Product

WRITING = SigningSteps(read=True, intent=True, handwriting=Hand.WRITING)


def told(product: Product) -> list[Published]:
    return [each for each in product.events if isinstance(each, Published) and each.topic == TOPIC]


async def shown(product: Product, side: str) -> dict[str, Any]:
    board = await product.services.signing_steps.board(product.session_id)
    steps: dict[str, Any] = board[TOPIC].value["people"][await product.person(side)]
    return steps


async def test_a_step_is_told_to_hosts_once_and_stands_for_whoever_comes_later(product: Product) -> None:
    proposal_id, worker = await product.freeze(), await product.person("applicant")
    before = await product.kinds()
    for _ in range(2):
        await product.services.signing_steps.tell(proposal_id, worker, WRITING)
    [event] = told(product)
    assert event.audience == HOSTS
    assert event.value["proposal_id"] == proposal_id
    expected = {"read": True, "intent": True, "handwriting": "writing", "code_sent": False}
    assert event.value["people"][worker] == expected == await shown(product, "applicant")
    assert (await shown(product, "respondent"))["read"] is False
    assert await product.kinds() == before, "it is no evidence: the signature is"


async def test_a_code_is_the_servers_own_word(product: Product) -> None:
    proposal_id, worker = await product.freeze(), await product.person("applicant")
    await product.services.signing_steps.code_sent(proposal_id, worker)
    await product.services.signing_steps.tell(proposal_id, worker, SigningSteps(read=True))
    assert await shown(product, "applicant") == {"read": True, "intent": False, "handwriting": "", "code_sent": True}


async def test_only_who_signs_this_text_now_tells_anything(product: Product) -> None:
    proposal_id, worker, host = (
        await product.freeze(),
        await product.person("applicant"),
        await product.person("mediator"),
    )
    tell = product.services.signing_steps.tell
    with pytest.raises(Forbidden):
        await tell(proposal_id, "nobody", WRITING)
    await product.sign(proposal_id, "applicant")
    await tell(proposal_id, worker, WRITING)
    assert told(product) == [], "what is signed is not on its way any more"
    await product.services.agreements.unfreeze(product.session_id, host, "改一个数")
    with pytest.raises(NotFound):
        await tell(proposal_id, worker, WRITING)
    assert await product.services.signing_steps.board(product.session_id) == {}
    assert told(product) == []


async def test_in_a_private_talk_nobody_outside_learns_how_far_somebody_is(product: Product) -> None:
    proposal_id, worker, host = (
        await product.freeze(),
        await product.person("applicant"),
        await product.person("mediator"),
    )
    await product.services.sessions.start(product.session_id, host)
    await product.let_in(worker)
    await product.services.caucuses.open(product.session_id, "cau", [worker, host])
    await product.services.signing_steps.tell(proposal_id, worker, WRITING)
    await product.services.signing_steps.code_sent(proposal_id, worker)
    assert told(product) == []
    assert (await shown(product, "applicant"))["read"] is False


async def test_a_new_text_begins_anew(product: Product) -> None:
    proposal_id, worker, host = (
        await product.freeze(),
        await product.person("applicant"),
        await product.person("mediator"),
    )
    await product.services.signing_steps.tell(proposal_id, worker, WRITING)
    await product.services.agreements.unfreeze(product.session_id, host, "改一个数")
    again = await product.freeze()
    assert again != proposal_id
    assert (await shown(product, "applicant"))["read"] is False


async def test_after_a_restart_the_codes_are_known_and_the_rest_is_told_again(product: Product) -> None:
    proposal_id, worker, host = (
        await product.freeze(),
        await product.person("applicant"),
        await product.person("mediator"),
    )
    company = await product.person("respondent")
    await product.services.agreements.request_code(proposal_id, worker)
    await product.services.sessions.start(product.session_id, host)
    await product.let_in(company)
    await product.services.caucuses.open(product.session_id, "cau", [company, host])
    await product.services.agreements.request_code(proposal_id, company)
    product.services = build_services(product.ports)
    assert (await shown(product, "applicant"))["code_sent"] is True
    assert (await shown(product, "respondent"))["code_sent"] is False, "it was asked for in a private talk"
    await product.services.signing_steps.tell(proposal_id, worker, WRITING)
    assert await shown(product, "applicant") == {
        "read": True, "intent": True, "handwriting": "writing", "code_sent": True,
    }  # fmt: skip
