"""Private talks on the record: that they were, of whom, how long; and who may have one."""

from __future__ import annotations

import pytest

from room_server.domain.errors import Conflict, DomainError, Forbidden, NotFound
from tests.support.product_room import Product


async def admitted(product: Product) -> tuple[str, str, str]:
    host, worker, agent = [await product.person(side) for side in ("mediator", "applicant", "respondent")]
    for person in (worker, agent):
        await product.let_in(person)
    return host, worker, agent


async def kinds(product: Product) -> list[tuple[str, dict[str, object]]]:
    async with product.ports.unit_of_work() as unit:
        entries = await unit.log.read(product.session_id)
    return [(each.kind, dict(each.data)) for each in entries if each.kind.startswith("caucus")]


async def test_begin_end_and_seconds_are_on_the_record_and_nothing_else(product: Product) -> None:
    host, worker, _ = await admitted(product)
    await product.services.caucuses.open(product.session_id, "cau_1", [worker])
    await product.services.caucuses.host_moved(product.session_id, "cau_1", host, entered=True)
    product.clock.forward(minutes=5)
    await product.services.caucuses.host_moved(product.session_id, "cau_1", host, entered=False)
    await product.services.caucuses.close(product.session_id, "cau_1")
    [caucus] = await product.services.caucuses.of_session(product.session_id)
    assert (caucus.side, caucus.members, caucus.open) == ("applicant", (worker,), False)
    assert await kinds(product) == [
        ("caucus_opened", {"caucus": "cau_1", "side": "applicant", "members": [worker]}),
        ("caucus_entered", {"caucus": "cau_1", "side": "applicant"}),
        ("caucus_left", {"caucus": "cau_1", "side": "applicant"}),
        ("caucus_closed", {"caucus": "cau_1", "side": "applicant", "seconds": 300.0}),
    ]


async def test_who_may_not_have_one(product: Product) -> None:
    host, worker, agent = await admitted(product)
    refusals: list[tuple[list[str], type[DomainError]]] = [
        ([worker, agent], Forbidden),
        ([host], Forbidden),
        (["somebody else"], NotFound),
    ]
    for members, error in refusals:
        with pytest.raises(error):
            await product.services.caucuses.open(product.session_id, "cau_1", members)
    assert await kinds(product) == []


async def test_somebody_who_waits_or_was_sent_out_has_none(product: Product) -> None:
    host, worker, agent = [await product.person(side) for side in ("mediator", "applicant", "respondent")]
    with pytest.raises(Forbidden):
        await product.services.caucuses.open(product.session_id, "cau_1", [worker])
    await product.let_in(agent)
    await product.services.sessions.remove(product.session_id, host, agent, "disturbs")
    with pytest.raises(Forbidden):
        await product.services.caucuses.open(product.session_id, "cau_1", [agent])


async def test_nobody_is_in_two(product: Product) -> None:
    host, worker, agent = await admitted(product)
    await product.services.caucuses.open(product.session_id, "cau_1", [worker, host])
    for members in ([worker], [agent, host]):
        with pytest.raises(Conflict):
            await product.services.caucuses.open(product.session_id, "cau_2", members)
    await product.services.caucuses.open(product.session_id, "cau_3", [agent])


async def test_no_caucus_outlives_the_session(product: Product) -> None:
    host, worker, agent = await admitted(product)
    await product.services.sessions.start(product.session_id, host)
    await product.services.caucuses.open(product.session_id, "cau_1", [worker])
    await product.services.caucuses.open(product.session_id, "cau_2", [agent])
    await product.services.sessions.end(product.session_id, host)
    assert not any(each.open for each in await product.services.caucuses.of_session(product.session_id))
    assert [kind for kind, _ in await kinds(product)][2:] == ["caucus_closed", "caucus_closed"]


async def test_one_that_is_over_stays_so_and_one_that_never_began_is_not_known(product: Product) -> None:
    _, worker, _ = await admitted(product)
    await product.services.caucuses.open(product.session_id, "cau_1", [worker])
    for _ in range(2):
        await product.services.caucuses.close(product.session_id, "cau_1")
        product.clock.forward(minutes=1)
    assert [kind for kind, _ in await kinds(product)] == ["caucus_opened", "caucus_closed"]
    with pytest.raises(NotFound):
        await product.services.caucuses.close(product.session_id, "cau_2")
