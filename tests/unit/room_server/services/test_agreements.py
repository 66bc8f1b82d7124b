from __future__ import annotations

import asyncio
import json
import struct
import zlib
from dataclasses import replace
from pathlib import Path

import pytest

from recorder.signatures import inspect
from room_server.bus import Published
from room_server.domain.agreement import InForce, Proposal
from room_server.domain.consent import Answer
from room_server.domain.errors import Conflict, DomainError, Forbidden, Gone, Invalid, NotFound, RateLimited
from room_server.domain.own_name import Drawn, OwnName, Typed
from room_server.domain.people import Authority
from room_server.services.signing_evidence import filed_evidence
from signaling.board import EVERYBODY
from tests.support.product_room import CONTENT, Product, handwriting

SIDES = ("applicant", "respondent", "mediator")


async def refused(product: Product, proposal_id: str, side: str, **changes: object) -> DomainError:
    """What a signature is refused with when one thing about it is wrong."""
    person = await product.person(side)
    act = {"digest": "", "intent": True, "own_name": Drawn(handwriting()), "code": "000000"}
    act["digest"] = (await product.services.agreements.stage(proposal_id)).digest
    with pytest.raises(DomainError) as caught:
        await product.services.agreements.sign(proposal_id, person, **{**act, **changes})  # type: ignore[arg-type]
    return caught.value


async def test_three_signatures_and_the_seal_put_the_agreement_in_force(product: Product) -> None:
    proposal_id = await product.freeze()
    for side in SIDES:
        await product.sign(proposal_id, side)
    host = await product.person("mediator")
    shown = await product.services.agreements.seal(proposal_id, host)
    stage = await product.services.agreements.stage(proposal_id)
    assert isinstance(stage, InForce)
    assert shown["state"] == "in_force"
    assert [window["id"] for window in shown["windows"]] == ["arb_review_apply", "jud_confirm_apply"]
    pdf = await product.services.agreements.pdf(proposal_id)
    reports = await asyncio.to_thread(inspect, pdf, product.ports.authority.root_certificate)
    named = [report.field for report in reports if report.field in {"party_a", "party_b", "mediator", "seal"}]
    assert named == ["party_a", "party_b", "mediator", "seal"]
    assert all(report.ok for report in reports), [report.detail for report in reports]


async def test_every_step_is_on_the_record_and_on_the_board(product: Product) -> None:
    proposal_id = await product.freeze()
    await product.sign(proposal_id, "applicant")
    assert (await product.kinds())[-3:] == ["draft_frozen", "code_sent", "signed"]
    boards = [event.value for event in product.events if isinstance(event, Published) and event.topic == "agreement"]
    assert [[bool(signer["signed_at"]) for signer in board["signers"]] for board in boards] == [
        [False, False, False],
        [True, False, False],
    ]


async def test_an_agent_is_called_so_on_the_paper_and_shown_apart_on_the_screen(product: Product) -> None:
    proposal_id = await product.freeze()
    await product.sign(proposal_id, "respondent")
    (board,) = [each.value for each in product.events if isinstance(each, Published) and each.topic == "agreement"][-1:]
    shown = {signer["field"]: (signer["name"], signer["agent"]) for signer in board["signers"]}
    assert shown["party_a"] == ("林小满", None)
    company, agent = shown["party_b"]
    assert "代理人" not in company and agent == "何平"
    pdf = await product.services.agreements.pdf(proposal_id)
    (signed,) = await asyncio.to_thread(inspect, pdf, product.ports.authority.root_certificate)
    assert signed.signer_name.startswith(company) and "（代理人 何平" in signed.signer_name


async def test_the_log_holds_no_code_no_link_and_no_identity_number(product: Product) -> None:
    person = await product.person("applicant")
    await product.identify("applicant")
    proposal_id = await product.freeze()
    await product.sign(proposal_id, "applicant")
    async with product.ports.unit_of_work() as unit:
        text = str([entry.data for entry in await unit.log.read(product.session_id)])
    for secret in (await product.code(person), product.secret("applicant"), "000000199001010001", "10000000001"):
        assert secret not in text


async def test_a_frozen_text_cannot_be_frozen_again(product: Product) -> None:
    await product.freeze()
    with pytest.raises(Conflict) as caught:
        await product.freeze()
    assert caught.value.code == "wrong_state"


async def test_only_the_host_freezes(product: Product) -> None:
    with pytest.raises(Forbidden):
        await product.services.agreements.freeze(product.session_id, await product.person("applicant"), CONTENT)


async def test_a_text_that_cannot_be_printed_is_not_frozen(product: Product) -> None:
    with pytest.raises(Invalid) as caught:
        await product.freeze({"type": "doc", "content": [{"type": "video"}]})
    assert caught.value.code == "text_unprintable"
    assert await product.services.agreements.current(product.session_id) is None


async def test_opening_the_text_again_voids_the_signatures(product: Product) -> None:
    proposal_id = await product.freeze()
    await product.sign(proposal_id, "applicant")
    host = await product.person("mediator")
    await product.services.agreements.unfreeze(product.session_id, host, "金额有误")
    with pytest.raises(NotFound):
        await product.services.agreements.stage(proposal_id)
    again = await product.services.agreements.stage(await product.freeze())
    assert again.signatures == ()
    assert again.number.endswith("协2")


async def test_everybody_is_told_who_opened_the_text_again_when_and_why_until_it_is_frozen_anew(
    product: Product,
) -> None:
    services, session = product.services, product.session_id
    host = await product.person("mediator")
    await product.sign(await product.freeze(), "applicant")
    product.clock.forward(seconds=60)
    await services.agreements.unfreeze(session, host, " 第三条\n的日期写错了 ")
    shown = (await services.agreements.board(session))["unfrozen"]
    at = f"{product.clock().isoformat(timespec='milliseconds').removesuffix('+00:00')}Z"
    reason = "第三条 的日期写错了"
    assert shown.value == {"by": host, "name": "周和", "at": at, "reason": reason, "void_signatures": 1}
    assert shown.audience == EVERYBODY
    told = [each for each in product.events if isinstance(each, Published)][-2:]
    assert [(each.topic, each.value, each.audience) for each in told] == [
        ("unfrozen", shown.value, EVERYBODY),
        ("agreement", None, EVERYBODY),
    ]
    async with product.ports.unit_of_work() as unit:
        entry = (await unit.log.read(session))[-1]
    assert (entry.kind, entry.actor, entry.data["reason"]) == ("draft_unfrozen", host, reason)
    await product.freeze()
    assert "unfrozen" not in await services.agreements.board(session)
    assert ("unfrozen", None) in [(e.topic, e.value) for e in product.events if isinstance(e, Published)]


@pytest.mark.parametrize(
    ("reason", "code"), [("", "reason_missing"), (" \n", "reason_missing"), ("长" * 201, "text_too_long")]
)
async def test_without_a_reason_the_text_stays_frozen(product: Product, reason: str, code: str) -> None:
    proposal_id, host = await product.freeze(), await product.person("mediator")
    with pytest.raises(Invalid) as caught:
        await product.services.agreements.unfreeze(product.session_id, host, reason)
    assert caught.value.code == code
    assert (await product.services.agreements.stage(proposal_id)).signatures == ()


async def test_another_digest_is_not_signed(product: Product) -> None:
    proposal_id = await product.freeze()
    assert (await refused(product, proposal_id, "applicant", digest="0" * 64)).code == "digest_mismatch"


async def test_without_the_stated_intent_nothing_is_signed(product: Product) -> None:
    assert (await refused(product, await product.freeze(), "applicant", intent=False)).code == "intent_missing"


def huge_picture() -> bytes:
    """The beginning of a PNG of 30,000 × 30,000 pixels: more than the library opens."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack("!I", len(data)) + kind + data + struct.pack("!I", zlib.crc32(kind + data))

    header = struct.pack("!IIBBBBB", 30_000, 30_000, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0"))


@pytest.mark.parametrize("picture", [b"", b"no picture", handwriting()[:100], huge_picture()])
async def test_a_signature_needs_ink(product: Product, picture: bytes) -> None:
    assert (
        await refused(product, await product.freeze(), "applicant", own_name=Drawn(picture))
    ).code == "handwriting_empty"


async def test_whoever_cannot_draw_types_their_name_and_everything_says_so(product: Product) -> None:
    proposal_id = await product.freeze()
    # The agent signs with their own name, not with the company's.
    receipts = [await product.sign(proposal_id, side, name) for side, name in OWN_NAMES.items()]
    assert [receipt.mode for receipt in receipts] == ["typed", "typed", "drawn"]
    board = await product.services.agreements.current(product.session_id)
    assert board is not None
    assert [signer["mode"] for signer in board["signers"]] == ["typed", "typed", "drawn"]
    async with product.ports.unit_of_work() as unit:
        signed = [entry.data for entry in await unit.log.read(product.session_id) if entry.kind == "signed"]
    assert [entry["mode"] for entry in signed] == ["typed", "typed", "drawn"]
    pdf = await product.services.agreements.pdf(proposal_id)
    reports = await asyncio.to_thread(inspect, pdf, product.ports.authority.root_certificate)
    assert [(report.ok, report.typed) for report in reports] == [(True, True), (True, True), (True, False)]
    assert [report.evidence_digest for report in reports] == [entry["evidence"] for entry in signed]


OWN_NAMES: dict[str, OwnName | None] = {"applicant": Typed(" 林　小满"), "respondent": Typed("何平"), "mediator": None}


async def test_what_is_filed_of_a_typed_name_is_what_was_typed_and_no_picture(product: Product) -> None:
    proposal_id = await product.freeze()
    for side, name in OWN_NAMES.items():
        await product.sign(proposal_id, side, name)
    async with product.ports.unit_of_work() as unit:
        entries = await unit.log.read(product.session_id)
    filed = {file.path: file for file in filed_evidence(product.ports.blobs, entries, proposal_id)}
    assert set(filed) == {f"signing/{field}.json" for field in ("party_a", "party_b", "mediator")} | {
        "signing/mediator.png"
    }
    facts = {path: json.loads(Path(str(file.source)).read_bytes()) for path, file in filed.items() if "json" in path}
    assert facts["signing/party_a.json"]["typed_name"] == " 林　小满"
    assert facts["signing/party_b.json"]["mode"] == "typed"
    assert "handwriting_sha256" not in facts["signing/party_b.json"]
    assert facts["signing/mediator.json"]["mode"] == "drawn" and "typed_name" not in facts["signing/mediator.json"]


async def test_a_signature_from_before_there_was_a_choice_is_filed_with_its_picture(product: Product) -> None:
    proposal_id = await product.freeze()
    await product.sign(proposal_id, "applicant")
    async with product.ports.unit_of_work() as unit:
        (entry,) = [entry for entry in await unit.log.read(product.session_id) if entry.kind == "signed"]
    older = replace(entry, data={name: value for name, value in entry.data.items() if name != "mode"})
    paths = [file.path for file in filed_evidence(product.ports.blobs, [older], proposal_id)]
    assert paths == ["signing/party_a.json", "signing/party_a.png"]


@pytest.mark.parametrize(
    ("side", "name", "refusal"),
    [
        ("applicant", "", "name_missing"),
        ("applicant", "何平", "name_differs"),
        ("applicant", "林小满\0", "text_invalid"),
        ("respondent", "重庆示例电子有限公司", "name_differs"),
    ],
)
async def test_another_name_is_refused_before_the_code_is_looked_at(
    product: Product, side: str, name: str, refusal: str
) -> None:
    proposal_id = await product.freeze()
    assert (await refused(product, proposal_id, side, own_name=Typed(name))).code == refusal
    assert "code_failed" not in await product.kinds()
    await product.sign(proposal_id, side, OWN_NAMES[side])


async def test_whoever_agreed_to_terms_that_knew_only_drawn_names_draws_theirs(product: Product) -> None:
    proposal_id, person = await product.freeze(), await product.person("applicant")
    older = Answer(person, "esign_terms", "2026.11.2", {"esign": True}, product.clock())
    async with product.ports.unit_of_work() as unit:
        await unit.consents.add(product.session_id, older)
    refusal = await refused(product, proposal_id, "applicant", own_name=OWN_NAMES["applicant"])
    assert refusal.code == "typing_not_agreed"
    await product.sign(proposal_id, "applicant")


async def test_signing_twice_is_refused(product: Product) -> None:
    proposal_id = await product.freeze()
    await product.sign(proposal_id, "applicant")
    assert (await refused(product, proposal_id, "applicant")).code == "already_signed"


async def test_a_wrong_code_counts_and_the_fifth_kills_the_code(product: Product) -> None:
    proposal_id, person = await product.freeze(), await product.person("applicant")
    await product.services.agreements.request_code(proposal_id, person)
    good = await product.code(person)
    wrong = "000000" if good != "000000" else "111111"
    left = [(await refused(product, proposal_id, "applicant", code=wrong)).detail["tries_left"] for _ in range(5)]
    assert left == [4, 3, 2, 1, 0]
    assert isinstance(await refused(product, proposal_id, "applicant", code=good), Gone)


async def test_a_code_lives_five_minutes(product: Product) -> None:
    proposal_id, person = await product.freeze(), await product.person("applicant")
    await product.services.agreements.request_code(proposal_id, person)
    product.clock.forward(minutes=5)
    assert (await refused(product, proposal_id, "applicant", code=await product.code(person))).code == "code_expired"


async def test_a_new_code_is_sent_once_a_minute(product: Product) -> None:
    proposal_id, person = await product.freeze(), await product.person("applicant")
    await product.services.agreements.request_code(proposal_id, person)
    product.clock.forward(seconds=59)
    with pytest.raises(RateLimited) as caught:
        await product.services.agreements.request_code(proposal_id, person)
    assert caught.value.detail["retry_after"] == 1
    product.clock.forward(seconds=1)
    await product.services.agreements.request_code(proposal_id, person)


async def test_somebody_elses_code_does_not_sign(product: Product) -> None:
    proposal_id = await product.freeze()
    agent = await product.person("respondent")
    await product.services.agreements.request_code(proposal_id, agent)
    error = await refused(product, proposal_id, "applicant", code=await product.code(agent))
    assert error.code == "code_expired"  # none was sent to the applicant


async def test_the_seal_waits_for_every_signature(product: Product) -> None:
    proposal_id = await product.freeze()
    await product.sign(proposal_id, "applicant")
    with pytest.raises(Conflict) as caught:
        await product.services.agreements.seal(proposal_id, await product.person("mediator"))
    assert caught.value.detail["fields"] == ["party_b", "mediator"]


async def test_an_agent_without_special_authorisation_blocks_the_freeze(product: Product) -> None:
    participant_id = await product.person("respondent")
    async with product.ports.unit_of_work() as unit:
        agent = await unit.participants.get(participant_id)
        await unit.participants.save(replace(agent, authority=Authority.GENERAL))
    with pytest.raises(Forbidden) as caught:
        await product.freeze()
    assert caught.value.code == "authority_missing"


async def test_people_who_sign_at_the_same_moment_all_end_up_in_one_paper(product: Product) -> None:
    proposal_id = await product.freeze()
    await asyncio.gather(*(product.sign(proposal_id, side) for side in SIDES))
    stage = await product.services.agreements.stage(proposal_id)
    assert not isinstance(stage, Proposal)
    pdf = await product.services.agreements.pdf(proposal_id)
    reports = await asyncio.to_thread(inspect, pdf, product.ports.authority.root_certificate)
    assert all(report.ok for report in reports), [report.detail for report in reports]
    assert {report.field for report in reports} == {"party_a", "party_b", "mediator"}


async def test_the_same_signature_sent_twice_at_once_is_taken_once(product: Product) -> None:
    proposal_id, person = await product.freeze(), await product.person("applicant")
    stage = await product.services.agreements.stage(proposal_id)
    await product.services.agreements.request_code(proposal_id, person)
    code = await product.code(person)
    act = {"digest": stage.digest, "intent": True, "own_name": Drawn(handwriting()), "code": code}
    sign = product.services.agreements.sign
    outcomes = await asyncio.gather(*(sign(proposal_id, person, **act) for _ in range(3)), return_exceptions=True)  # type: ignore[arg-type]
    assert sum(not isinstance(outcome, BaseException) for outcome in outcomes) == 1
    assert {outcome.code for outcome in outcomes if isinstance(outcome, DomainError)} == {"already_signed"}


async def test_whoever_said_no_to_signing_electronically_signs_on_paper_until_they_change_it(product: Product) -> None:
    person = await product.person("applicant")
    await product.consent(person, esign=False)
    proposal_id = await product.freeze()
    with pytest.raises(DomainError) as caught:
        await product.sign(proposal_id, "applicant")
    assert caught.value.code == "esign_refused"
    await product.consent(person, esign=True)
    await product.sign(proposal_id, "applicant")
