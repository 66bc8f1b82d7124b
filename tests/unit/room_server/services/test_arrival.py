from __future__ import annotations

import pytest

from room_server.bus import AccessEnded, ContinuedElsewhere, Published
from room_server.domain.errors import Conflict, DomainError, Forbidden, Gone, Invalid, Locked, RateLimited
from room_server.services.access import PartyAccess
from room_server.services.identity import MOST_CODES
from tests.support.product_room import ALONE, Product
from tests.unit.room_server.services.test_access import refusal


async def enter(product: Product, code: str, last4: str = "0001", device: str | None = None) -> PartyAccess:
    return await product.services.access.identify(
        product.secret("applicant"), last4=last4, code=code, company=ALONE, device=device
    )


async def data_of(product: Product, kind: str) -> dict[str, object]:
    """What the last entry of a kind says."""
    async with product.ports.unit_of_work() as unit:
        return dict(next(e.data for e in reversed(await unit.log.read(product.session_id)) if e.kind == kind))


# ---- identity ------------------------------------------------------------------------------------------------------


async def test_no_code_is_sent_to_a_phone_before_the_number_fits(product: Product) -> None:
    before = len(await product.outbox.sent())
    with pytest.raises(Forbidden):
        await product.services.access.send_code(product.secret("applicant"), "9999")
    assert len(await product.outbox.sent()) == before


async def test_number_and_code_together_open_the_door(product: Product) -> None:
    code = await product.entry_code("applicant")
    with pytest.raises(Forbidden) as caught:
        await enter(product, "000000" if code != "000000" else "000001")
    assert (caught.value.code, caught.value.detail) == ("entry_code_wrong", {"tries_left": 4})
    with pytest.raises(Forbidden) as caught:
        await enter(product, code, last4="9999")
    assert caught.value.code == "identity_mismatch"
    device = (await enter(product, code)).device
    assert (await data_of(product, "identity_checked"))["method"] == "number_and_code"
    with pytest.raises(Gone):
        await enter(product, code, device=device)


async def test_five_wrong_codes_use_a_code_up_and_each_is_on_the_record(product: Product) -> None:
    code = await product.entry_code("applicant")
    wrong = "000000" if code != "000000" else "000001"
    for _ in range(5):
        with pytest.raises(Forbidden):
            await enter(product, wrong)
    with pytest.raises(Gone):
        await enter(product, code)
    assert (await product.kinds()).count("entry_code_failed") == 5


async def test_codes_come_a_minute_apart_and_not_without_end(product: Product) -> None:
    await product.entry_code("applicant")
    with pytest.raises(RateLimited) as caught:
        await product.entry_code("applicant")
    assert caught.value.detail["retry_after"] == 60
    for _ in range(MOST_CODES - 1):
        product.clock.forward(seconds=61)
        await product.entry_code("applicant")
    product.clock.forward(seconds=61)
    with pytest.raises(Locked) as locked:
        await product.entry_code("applicant")
    assert locked.value.code == "codes_used_up"


async def test_a_code_dies_after_five_minutes(product: Product) -> None:
    code = await product.entry_code("applicant")
    product.clock.forward(minutes=5)
    with pytest.raises(Gone):
        await enter(product, code)


async def test_without_the_phone_one_comes_in_but_the_identity_stays_open(product: Product) -> None:
    access, secret = product.services.access, product.secret("applicant")
    with pytest.raises(Forbidden):
        await access.ask_document(secret, last4="9999", company=ALONE)
    entered = await access.ask_document(secret, last4="0001", company=ALONE)
    assert (await access.read_token(entered.token)).display_name == "林小满"
    found = await product.services.sessions.get(product.session_id)
    assert found.person(entered.participant_id).identity_checked_at is None
    line = (await product.services.roll_call.board(product.session_id))[f"roll/{entered.participant_id}"]
    assert line.value["identity"]["method"] == "document_asked"


# ---- another device ------------------------------------------------------------------------------------------------


async def test_another_device_takes_over_and_the_first_is_out_at_once(product: Product) -> None:
    first = await product.identify("applicant")
    product.clock.forward(seconds=61)
    with pytest.raises(Conflict):
        await product.identify("applicant")
    product.clock.forward(seconds=61)
    second = await product.identify("applicant", take_over=True)
    assert await refusal(product, first.token) == "continued_elsewhere"
    assert (await product.services.access.read_token(second.token)).participant_id == first.participant_id
    assert ContinuedElsewhere(product.session_id, first.participant_id) in product.events
    assert not any(isinstance(each, AccessEnded) for each in product.events)
    with pytest.raises(Conflict) as caught:
        await product.services.access.refresh(product.secret("applicant"), first.device)
    assert caught.value.code == "continued_elsewhere"
    assert "link_taken_over" in await product.kinds()


async def test_nobody_takes_a_link_over_by_promising_to_show_a_document(product: Product) -> None:
    await product.identify("applicant")
    with pytest.raises(Conflict):
        await product.services.access.ask_document(product.secret("applicant"), last4="0001", company=ALONE)


async def test_the_same_device_proves_itself_again_without_a_take_over(product: Product) -> None:
    first = await product.identify("applicant")
    product.clock.forward(seconds=61)
    again = await product.identify("applicant", first.device)
    assert again.device is None
    assert (await product.services.access.read_token(first.token)).participant_id == first.participant_id


# ---- waiting -------------------------------------------------------------------------------------------------------


async def test_a_line_for_one_side_reaches_that_side_while_it_waits_and_no_other(product: Product) -> None:
    host, applicant = await product.person("mediator"), await product.person("applicant")
    await product.services.arrival.greet(product.session_id, host, "applicant", "  马上请您  进来 ")
    piece = (await product.services.arrival.board(product.session_id))["greeting/applicant"]
    assert piece.value["text"] == "马上请您 进来"
    assert piece.audience.people == {applicant}
    assert piece.audience.roles == {"host"}
    assert piece.audience.waiting
    await product.services.arrival.greet(product.session_id, host, "applicant", "")
    assert await product.services.arrival.board(product.session_id) == {}


async def test_a_line_is_short_and_the_mediators(product: Product) -> None:
    host, applicant = await product.person("mediator"), await product.person("applicant")
    for text in ("长" * 121, "马上\x00请您"):
        with pytest.raises(Invalid):
            await product.services.arrival.greet(product.session_id, host, "", text)
    with pytest.raises(Forbidden):
        await product.services.arrival.greet(product.session_id, applicant, "", "我说")
    with pytest.raises(Conflict):
        await product.services.arrival.greet(product.session_id, host, "nobody", "谁")


async def test_whoever_is_not_let_in_reads_why_before_the_door_closes_and_may_come_again(product: Product) -> None:
    access, host = await product.identify("applicant"), await product.person("mediator")
    person, deny = access.participant_id, product.services.arrival.deny
    product.events.clear()
    with pytest.raises(Invalid):
        await deny(product.session_id, host, person, " ", final=False)
    await deny(product.session_id, host, person, "证件没带", final=False)
    told, ended, gone = product.events
    assert isinstance(told, Published)
    assert (told.topic, told.value) == (f"denial/{person}", {"reason": "证件没带", "final": False})
    assert (told.audience.roles, told.audience.people) == (frozenset(), {person})
    assert ended == AccessEnded(product.session_id, person, "denied")
    assert isinstance(gone, Published)
    assert gone.value is None
    assert (await product.services.access.read_token(access.token)).participant_id == person
    assert await data_of(product, "denied") == {"participant": person, "reason": "证件没带", "final": False}


async def test_a_final_no_shuts_the_link_too(product: Product) -> None:
    access, host = await product.identify("applicant"), await product.person("mediator")
    await product.services.arrival.deny(product.session_id, host, access.participant_id, "不是本案的人", final=True)
    assert await refusal(product, access.token) == "removed"
    with pytest.raises(Gone):
        await product.services.access.open_link(product.secret("applicant"))


async def test_nobody_who_is_in_the_room_is_turned_away_at_the_door(product: Product) -> None:
    access, host = await product.identify("applicant"), await product.person("mediator")
    await product.let_in(access.participant_id)
    for person in (access.participant_id, host):
        with pytest.raises(DomainError):
            await product.services.arrival.deny(product.session_id, host, person, "太晚", final=False)
