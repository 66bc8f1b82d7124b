"""Offers: known to whom they were told, answered by whom they were made to, and no word of them on the record."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from room_server.domain.errors import Conflict, DomainError, Forbidden, Gone, NotFound
from room_server.domain.offer import Verdict
from room_server.domain.people import Authority, Side
from room_server.services.offers import WantedOffer
from tests.support.exhibit_room import ExhibitRoom, exhibit_room
from tests.support.product_room import Product


@pytest.fixture
async def room(product: Product) -> ExhibitRoom:
    return await exhibit_room(product)


async def offer(room: ExhibitRoom, by: str, amount: str = "18000", answers: str | None = None, hours: int = 24) -> str:
    """One payment in thirty days; the offer's id."""
    due = room.product.clock().date() + timedelta(days=30)
    wanted = WantedOffer(Side.RESPONDENT, amount, [(due, amount)], "开具离职证明", hours, answers)
    return (await room.product.services.offers.make(room.product.session_id, by, wanted)).offer_id


async def state(room: ExhibitRoom, person: str, offer_id: str) -> str | None:
    shown = (await room.screen(person)).get(f"offer/{offer_id}")
    return None if shown is None else str(shown["state"])


async def test_an_offer_of_the_joint_session_is_on_both_sides_screens_with_capitals(room: ExhibitRoom) -> None:
    made = await offer(room, room.worker)
    for person in (room.worker, room.agent, room.host):
        shown = (await room.screen(person))[f"offer/{made}"]
        assert (shown["amount"], shown["capitals"], shown["state"]) == ("18000.00", "壹万捌仟元整", "open")
        assert shown["text"] is None


async def test_the_other_side_accepts_and_only_then_is_there_a_text_for_the_draft(room: ExhibitRoom) -> None:
    offers = room.product.services.offers
    made = await offer(room, room.worker)
    for stranger in (room.worker, room.host):
        with pytest.raises(Forbidden):
            await offers.answer(made, stranger, Verdict.ACCEPT)
    await offers.answer(made, room.agent, Verdict.ACCEPT)
    shown = (await room.screen(room.worker))[f"offer/{made}"]
    assert shown["state"] == "accepted"
    assert shown["text"].startswith("乙方向甲方支付人民币18,000.00元（大写：壹万捌仟元整）")
    for late in (offers.answer(made, room.agent, Verdict.DECLINE), offers.withdraw(made, room.worker)):
        with pytest.raises(Conflict):
            await late


async def test_a_proposal_of_the_mediator_needs_both_sides(room: ExhibitRoom) -> None:
    offers = room.product.services.offers
    made = await offer(room, room.host)
    await offers.answer(made, room.worker, Verdict.ACCEPT)
    assert await state(room, room.agent, made) == "open"
    with pytest.raises(Conflict):
        await offers.answer(made, room.worker, Verdict.DECLINE)
    await offers.answer(made, room.agent, Verdict.ACCEPT)
    assert await state(room, room.host, made) == "accepted"


async def test_a_counter_offer_declines_the_one_that_it_answers(room: ExhibitRoom) -> None:
    first = await offer(room, room.worker, "20000")
    second = await offer(room, room.agent, "15000", answers=first)
    screen = await room.screen(room.worker)
    assert screen[f"offer/{first}"]["state"] == "declined"
    assert screen[f"offer/{first}"]["answers"] == [{"side": "respondent", "verdict": "counter"}]
    assert (screen[f"offer/{second}"]["state"], screen[f"offer/{second}"]["in_answer_to"]) == ("open", first)


async def test_a_newer_offer_of_a_side_takes_the_place_of_its_older_one(room: ExhibitRoom) -> None:
    offers = room.product.services.offers
    first = await offer(room, room.worker, "20000")
    room.product.clock.forward(minutes=1)
    second = await offer(room, room.worker, "18000")
    assert await state(room, room.agent, first) == "replaced"
    with pytest.raises(Conflict) as refused:
        await offers.answer(first, room.agent, Verdict.ACCEPT)
    assert refused.value.code == "offer_replaced"
    await offers.withdraw(second, room.worker)  # which is not to offer the first one again
    assert await state(room, room.agent, first) == "replaced"


async def test_an_offer_that_has_expired_cannot_be_accepted(room: ExhibitRoom) -> None:
    offers = room.product.services.offers
    made = await offer(room, room.worker, hours=1)
    room.product.clock.forward(hours=1)
    for act in (offers.answer(made, room.agent, Verdict.ACCEPT), offer(room, room.agent, "1", answers=made)):
        with pytest.raises(Gone) as refused:
            await act
        assert refused.value.code == "offer_expired"
    assert len(await room.screen(room.agent)) == 1


async def test_an_offer_of_a_private_talk_that_has_expired_is_not_told_any_more(room: ExhibitRoom) -> None:
    await room.caucus("cau_1", room.worker)
    made = await offer(room, room.worker, hours=1)
    await room.back("cau_1")
    room.product.clock.forward(hours=1)
    with pytest.raises(Gone) as refused:
        await room.product.services.offers.share(made, room.worker)
    assert refused.value.code == "offer_expired"
    assert await room.screen(room.agent) == {}


async def test_what_is_offered_in_a_private_talk_stays_there_until_its_owner_tells_it(room: ExhibitRoom) -> None:
    offers = room.product.services.offers
    await room.caucus("cau_1", room.worker, room.host)
    made = await offer(room, room.worker, "15000")
    for inside in (room.worker, room.host):
        assert await state(room, inside, made) == "private"
    assert await room.screen(room.agent) == {}
    for act in (offers.answer(made, room.agent, Verdict.ACCEPT), offers.share(made, room.agent)):
        with pytest.raises(NotFound):
            await act
    with pytest.raises(Forbidden):
        await offers.share(made, room.host)
    await room.back("cau_1")
    assert await state(room, room.agent, made) is None
    await offers.share(made, room.worker)
    assert await state(room, room.agent, made) == "open"
    await offers.answer(made, room.agent, Verdict.ACCEPT)


async def test_the_other_side_learns_neither_when_it_was_made_nor_from_its_term(room: ExhibitRoom) -> None:
    await room.caucus("cau_1", room.worker)
    made = await offer(room, room.worker, "15000", hours=24)
    await room.back("cau_1")
    room.product.clock.forward(minutes=50)
    known = await offer(room, room.worker, "16000", hours=24)
    room.product.clock.forward(minutes=7)
    await room.product.services.offers.share(made, room.worker)
    now = room.product.clock().timestamp()
    screen = await room.screen(room.agent)
    shown = screen[f"offer/{made}"]
    assert (shown["told_at"], shown["expires_at"], shown["state"]) == (now, now + 24 * 3600, "open")
    assert "made_at" not in shown
    assert screen[f"offer/{known}"]["state"] == "replaced", "the newest is what they were told last"
    room.product.clock.forward(hours=24)
    with pytest.raises(Gone):
        await room.product.services.offers.answer(made, room.agent, Verdict.ACCEPT)


async def test_a_private_offer_does_not_take_the_place_of_one_that_everybody_knows(room: ExhibitRoom) -> None:
    known = await offer(room, room.worker, "20000")
    await room.caucus("cau_1", room.worker)
    room.product.clock.forward(minutes=1)
    hidden = await offer(room, room.worker, "12000")
    assert await state(room, room.agent, known) == "open"
    await room.product.services.offers.withdraw(hidden, room.worker)
    assert await state(room, room.worker, hidden) is None


async def test_nobody_answers_from_a_private_talk(room: ExhibitRoom) -> None:
    offers = room.product.services.offers
    made = await offer(room, room.worker)
    await room.caucus("cau_1", room.agent, room.host)
    acts = (
        offers.answer(made, room.agent, Verdict.ACCEPT),
        offer(room, room.agent, "1", answers=made),
    )
    for act in acts:
        with pytest.raises(Conflict) as refused:
            await act
        assert refused.value.code == "only_joint"


async def test_an_agent_without_special_authority_neither_offers_nor_accepts(room: ExhibitRoom) -> None:
    made = await offer(room, room.worker)
    async with room.product.ports.unit_of_work() as unit:
        agent = await unit.participants.get(room.agent)
        await unit.participants.save(replace(agent, authority=Authority.GENERAL))
    acts = (offer(room, room.agent), room.product.services.offers.answer(made, room.agent, Verdict.ACCEPT))
    for act in acts:
        with pytest.raises(DomainError) as refused:
            await act
        assert refused.value.code == "offer_authority"


async def test_the_record_holds_a_commitment_for_each_step_and_no_word_of_it(room: ExhibitRoom) -> None:
    product, offers = room.product, room.product.services.offers
    made = await offer(room, room.worker, "18765.43")
    await offers.answer(made, room.agent, Verdict.ACCEPT)
    entries = await room.entries("material_committed")
    assert [each["class"] for each in entries] == ["OFFER", "OFFER"]
    assert {frozenset(each) for each in entries} == {frozenset({"class", "commitment"})}
    await product.services.sessions.end(product.session_id, room.host, "OTHER")
    filing = await product.services.filing.file_session(product.session_id)
    dossier = product.ports.blobs.path(filing.key).read_bytes()
    for word in ("18765.43", "18,765.43", "壹万捌仟柒佰", "开具离职证明", made):
        assert word.encode() not in dossier
    assert b'{"count":1,"duration":0,"kind":"offer"}' in dossier.replace(b"0.0", b"0")
    with pytest.raises(Conflict):
        await offer(room, room.worker)
