from __future__ import annotations

from typing import Any

import pytest

from room_server.domain.errors import Conflict, Forbidden, Invalid
from room_server.domain.rollcall import Item, company
from signaling.board import EVERYBODY
from tests.support.product_room import Product


async def line(product: Product, side: str) -> dict[str, Any]:
    person = await product.person(side)
    return dict((await product.services.roll_call.board(product.session_id))[f"roll/{person}"].value)


async def common(product: Product) -> dict[str, Any]:
    piece = (await product.services.roll_call.board(product.session_id))["roll"]
    assert piece.audience == EVERYBODY
    return dict(piece.value)


def test_whoever_is_not_alone_says_who_is_there() -> None:
    assert company(alone=False, who=" 我爱人  ") == {"alone": False, "who": "我爱人"}
    for alone, who in ((False, " "), (True, "老王")):
        with pytest.raises(Invalid):
            company(alone=alone, who=who)
    with pytest.raises(Invalid):
        company(alone=False, who="人" * 201)


async def test_a_line_of_the_roll_call_is_for_its_person_and_the_mediator(product: Product) -> None:
    await product.identify("applicant")
    board = await product.services.roll_call.board(product.session_id)
    applicant, respondent = await product.person("applicant"), await product.person("respondent")
    assert set(board) == {"roll", f"roll/{applicant}", f"roll/{respondent}"}
    audience = board[f"roll/{applicant}"].audience
    assert (audience.people, audience.roles, audience.waiting) == ({applicant}, {"host"}, True)
    assert (await line(product, "applicant"))["company"]["alone"] is True
    assert await line(product, "respondent") == dict.fromkeys(("identity", "authority", "company", "recusal"))


async def test_a_document_that_fits_settles_the_identity_and_one_that_does_not_opens_it(product: Product) -> None:
    host, person = await product.person("mediator"), await product.person("applicant")
    check = product.services.roll_call.check_document
    for matches in (True, False):
        await check(product.session_id, host, person, "id_card", matches=matches)
        found = (await product.services.sessions.get(product.session_id)).person(person)
        assert (found.identity_checked_at is not None) is matches
        seen = (await line(product, "applicant"))["identity"]
        assert (seen["method"], seen["kind"], seen["matches"], seen["by"]) == ("document", "id_card", matches, host)
    with pytest.raises(Invalid):
        await check(product.session_id, host, person, "library_card", matches=True)
    with pytest.raises(Forbidden):
        await check(product.session_id, person, person, "id_card", matches=True)


async def test_no_document_is_looked_at_while_it_would_be_recorded(product: Product) -> None:
    host, person = await product.person("mediator"), await product.person("applicant")
    await product.consent(person, recording_dispute=True)
    await product.services.recording.start(product.session_id, host)
    check = product.services.roll_call.check_document
    with pytest.raises(Conflict) as caught:
        await check(product.session_id, host, person, "id_card", matches=True)
    assert caught.value.code == "document_recorded"
    recording = product.services.recording
    await recording.paused(product.session_id, host, product.clock(), "看证件")
    await check(product.session_id, host, person, "id_card", matches=True)
    await recording.continued(product.session_id, host, product.clock())
    with pytest.raises(Conflict):
        await check(product.session_id, host, person, "id_card", matches=True)
    await product.let_in(person)
    await product.services.caucuses.open(product.session_id, "ca_1", [person, host])
    await check(product.session_id, host, person, "id_card", matches=True)


async def test_the_question_of_recusal_is_asked_with_its_version_and_answered_by_each(product: Product) -> None:
    roll, host, person = product.services.roll_call, await product.person("mediator"), await product.person("applicant")
    with pytest.raises(Conflict):
        await roll.answer_recusal(person, objection=False, reason="")
    await roll.ask_recusal(product.session_id, host, "我和被申请人的法务是校友")
    asked = (await common(product))["recusal_asked"]
    assert asked["disclosure"] == "我和被申请人的法务是校友"
    assert "周和" in asked["text_zh"]
    with pytest.raises(Invalid):
        await roll.answer_recusal(person, objection=True, reason=" ")
    await roll.answer_recusal(person, objection=True, reason="怕不公正")
    await roll.answer_recusal(person, objection=False, reason="怕不公正")
    answer = (await line(product, "applicant"))["recusal"]
    assert (answer["objection"], answer["reason"], answer["version"]) == (False, "", asked["version"])
    assert (await product.kinds()).count("recusal_answered") == 2


async def test_what_was_read_out_is_kept_with_its_version_and_time(product: Product) -> None:
    roll, host = product.services.roll_call, await product.person("mediator")
    texts = {text.item: text for text in await roll.texts(product.session_id)}
    for item in (Item.DISCIPLINE, Item.SHAM_WARNING):
        await roll.read_out(product.session_id, host, item)
        told = (await common(product))[str(item)]
        assert (told["version"], told["by"], told["at"]) == (texts[item].version, host, product.clock.now.timestamp())
    with pytest.raises(Conflict):
        await roll.read_out(product.session_id, host, Item.COMPANY)


async def test_authority_is_shown_to_everybody_as_it_is_on_file(product: Product) -> None:
    host, agent = await product.person("mediator"), await product.person("respondent")
    await product.services.roll_call.check_authority(product.session_id, host, agent)
    assert (await line(product, "respondent"))["authority"]["authority"] == "special"
    shown = (await common(product))["authorities"][agent]
    assert (shown["authority"], shown["for"]) == ("special", "重庆示例电子有限公司")
    assert "authority_checked" in await product.kinds()
