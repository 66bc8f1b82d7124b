"""What a mediator's list says of each session: the legal limit, who has come, what the agreement lacks."""

from __future__ import annotations

from datetime import timedelta

from room_server.domain.arrival import Arrival
from room_server.domain.people import Side
from room_server.services.overview import Overview
from tests.support.product_room import Product

HERE: dict[str, str] = {}


async def line(product: Product, live: dict[str, str] = HERE) -> Overview:
    host = await product.person("mediator")
    async with product.ports.unit_of_work() as unit:
        staff_id = (await unit.participants.get(host)).staff_id
    assert staff_id is not None
    [found] = await product.services.overview.of_staff(staff_id, lambda room_id: live)
    return found


async def test_the_limit_is_fifteen_days_after_the_application_was_received_and_is_counted_in_beijing(
    product: Product,
) -> None:
    received = (await line(product)).details.case.received_on
    last = received + timedelta(days=15)
    for hour, left in ((15, 1), (16, 0)):  # 23:00 and 24:00 in Beijing on the day before the last
        product.clock.now = product.clock.now.replace(
            year=last.year, month=last.month, day=last.day, hour=hour
        ) - timedelta(days=1)
        limit = (await line(product)).limit
        assert limit is not None
        assert (limit.safe_last_day, limit.days_left, limit.clock.source) == (last, left, ("LDZ:14",))
    product.clock.now += timedelta(days=3)
    limit = (await line(product)).limit
    assert limit is not None and limit.days_left == -3


async def test_each_party_comes_from_a_link_that_nobody_opened_to_a_place_in_the_room(product: Product) -> None:
    worker = await product.person("applicant")

    async def arrived(live: dict[str, str] = HERE) -> Arrival:
        return dict((await line(product, live)).arrivals)[Side.APPLICANT]

    assert await arrived() is Arrival.UNOPENED
    await product.services.access.open_link(product.secret("applicant"), None)
    assert await arrived() is Arrival.OPENED
    await product.identify("applicant")
    assert await arrived() is Arrival.IDENTIFIED
    assert await arrived({worker: "waiting"}) is Arrival.WAITING
    assert await arrived({worker: "inside"}) is Arrival.INSIDE
    await product.services.access.revoke_link(product.session_id, await product.person("mediator"), worker)
    assert await arrived() is Arrival.NO_LINK


async def test_only_the_parties_are_waited_for_and_nobody_once_it_is_over(product: Product) -> None:
    host = await product.person("mediator")
    found = await line(product)
    assert [side for side, _ in found.arrivals] == [Side.APPLICANT, Side.RESPONDENT]
    await product.services.sessions.start(product.session_id, host)
    await product.services.sessions.end(product.session_id, host)
    found = await line(product)
    assert (found.arrivals, found.limit) == ((), None)


async def test_an_agreement_says_what_it_lacks_and_in_force_no_limit_is_left(product: Product) -> None:
    assert (await line(product)).agreement is None
    proposal_id = await product.freeze()
    await product.sign(proposal_id, "applicant")
    agreement = (await line(product)).agreement
    assert agreement is not None and agreement["seal"]["sealed_at"] is None
    assert [bool(one["signed_at"]) for one in agreement["signers"]] == [True, False, False]
    for side in ("respondent", "mediator"):
        await product.sign(proposal_id, side)
    assert (await line(product)).limit is not None, "without the seal it is not in force"
    await product.services.agreements.seal(proposal_id, await product.person("mediator"))
    found = await line(product)
    assert found.limit is None and found.agreement is not None and found.agreement["state"] == "in_force"


async def test_nobody_sees_the_day_of_another(product: Product) -> None:
    member, _ = await product.services.staff.create("lin", "林调解员", "mediator")
    assert await product.services.overview.of_staff(member.staff_id, lambda room_id: HERE) == []


async def test_whoever_refuses_to_sign_electronically_is_named_until_they_have_signed(product: Product) -> None:
    worker, agent = await product.person("applicant"), await product.person("respondent")
    await product.consent(worker, esign=False)
    await product.consent(agent)
    await product.freeze()
    assert (await line(product)).on_paper == (worker,)
    await product.consent(worker)
    assert (await line(product)).on_paper == ()
