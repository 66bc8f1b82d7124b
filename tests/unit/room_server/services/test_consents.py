from __future__ import annotations

from typing import Any

import pytest

from room_server.bus import Published
from room_server.domain.consent import Language
from room_server.domain.errors import Conflict
from room_server.rules.notices import notices
from tests.support.product_room import Product

RECORDED = {"recording_dispute": True, "recording_replaces_minutes": True}


async def answer(product: Product, participant_id: str, notice_id: str, **answers: bool) -> None:
    """Change some answers of one notice; the others stay a yes."""
    notice = next(one for one in notices() if one.notice_id == notice_id)
    given = {item.item_id: answers.get(item.item_id, True) for item in notice.items}
    await product.services.consents.answer(participant_id, notice_id, notice.version, given)


async def refusal(product: Product, participant_id: str, notice_id: str, **answers: bool) -> str:
    before = await product.kinds()
    with pytest.raises(Conflict) as caught:
        await answer(product, participant_id, notice_id, **answers)
    assert await product.kinds() == before
    return caught.value.code


async def entries(product: Product, kind: str) -> list[dict[str, Any]]:
    async with product.ports.unit_of_work() as unit:
        return [dict(one.data) for one in await unit.log.read(product.session_id) if one.kind == kind]


async def test_the_recording_is_the_minutes_once_both_agreed_and_at_once_not_any_more(product: Product) -> None:
    worker, agent = await product.person("applicant"), await product.person("respondent")
    await product.consent(worker, **RECORDED)
    assert await entries(product, "minutes_replaced") == []
    await product.consent(agent, **RECORDED)
    assert await entries(product, "minutes_replaced") == [{"replaced": True}]
    await answer(product, agent, "recording_consent", recording_replaces_minutes=False)
    assert await entries(product, "minutes_replaced") == [{"replaced": True}, {"replaced": False}]
    shown = [each for each in product.events if isinstance(each, Published) and each.topic == "minutes"]
    assert shown[-1].value == {"replaced": False, "missing": [agent]}
    assert shown[-1].audience.roles == {"host"} and not shown[-1].audience.people


async def test_what_is_taken_back_is_on_the_record_as_such(product: Product) -> None:
    worker = await product.person("applicant")
    await product.consent(worker, **RECORDED)
    await answer(product, worker, "recording_consent", recording_dispute=False)
    (taken,) = await entries(product, "consent_withdrawn")
    assert taken["withdrawn"] == ["recording_dispute"]
    assert taken["version"] == next(one.version for one in notices() if one.notice_id == "recording_consent")


async def test_the_record_says_in_which_language_a_notice_was_read(product: Product) -> None:
    worker = await product.person("applicant")
    notice = next(one for one in notices() if one.notice_id == "esign_terms")
    for language in Language:
        await product.services.consents.answer(worker, "esign_terms", notice.version, {"esign": True}, language)
    given = await entries(product, "consent_given")
    assert [entry["language"] for entry in given] == ["zh-CN", "en"]
    assert {entry["version"] for entry in given} == {notice.version}, "what is agreed to is the Chinese text"


async def test_a_line_of_answers_is_for_the_person_and_the_mediator(product: Product) -> None:
    worker = await product.person("applicant")
    await product.consent(worker, **RECORDED)
    board = await product.services.consents.board(product.session_id)
    line = board[f"consents/{worker}"]
    assert line.value["recording_dispute"] is True and line.value["sensitive_medical"] is False
    assert line.audience.roles == {"host"} and line.audience.people == {worker} and line.audience.waiting
    assert board["minutes"].value["replaced"] is False


async def test_before_the_door_even_what_is_required_may_be_taken_back(product: Product) -> None:
    worker, host = await product.person("applicant"), await product.person("mediator")
    await product.consent(worker)
    await answer(product, worker, "online_mediation", online=False)
    assert not (await product.services.consents.of_participant(worker))[1]
    await product.consent(worker)
    await product.services.sessions.admit(product.session_id, host, worker)
    assert await refusal(product, worker, "online_mediation", online=False) == "consent_after_entry"
    assert await refusal(product, worker, "confidentiality_undertaking", no_recording=False) == "consent_after_entry"


async def test_whoever_has_signed_does_not_take_signing_back(product: Product) -> None:
    worker = await product.person("applicant")
    await product.consent(worker)
    proposal_id = await product.freeze()
    await answer(product, worker, "esign_terms", esign=False)
    await answer(product, worker, "esign_terms", esign=True)
    await product.sign(proposal_id, "applicant")
    assert await refusal(product, worker, "esign_terms", esign=False) == "consent_after_signature"


async def test_after_the_end_nothing_is_taken_back_here(product: Product) -> None:
    worker, host = await product.person("applicant"), await product.person("mediator")
    await product.consent(worker, recording_confirmation=True)
    await product.services.sessions.start(product.session_id, host)
    await product.services.sessions.end(product.session_id, host)
    assert await refusal(product, worker, "recording_consent", recording_confirmation=False) == "consent_after_end"


async def test_the_record_says_for_what_each_track_is_made(product: Product) -> None:
    worker, host = await product.person("applicant"), await product.person("mediator")
    await product.consent(worker, **RECORDED)
    recording = await product.services.recording.start(product.session_id, host)
    await product.services.recording.track_opened(
        product.session_id,
        recording,
        1,
        participant_id=worker,
        kind="audio",
        source="microphone",
        mime_type="audio/opus",
        path="x/1",
    )
    (started,), (track,) = await entries(product, "recording_started"), await entries(product, "track_started")
    assert started["replaces_minutes"] is False
    assert track["purposes"] == ["recording_dispute", "recording_replaces_minutes"]
