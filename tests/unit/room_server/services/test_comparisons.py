"""Originals: who says whether a copy was compared, what that needs, who sees it, and that nothing is overwritten."""

from __future__ import annotations

import pytest

from room_server.domain.comparison import Finding, Outcome, Way
from room_server.domain.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from tests.support.exhibit_room import ExhibitRoom, exhibit_room
from tests.support.product_room import Product

AGREES = Finding(Outcome.AGREES, Way.CAMERA)
DIFFERS = Finding(Outcome.DIFFERS, Way.OFFICE, " 第二页少了一行 ")
NOT_COMPARED = Finding(Outcome.NOT_COMPARED, Way.UNAVAILABLE, "原件在公司档案室")


@pytest.fixture
async def room(product: Product) -> ExhibitRoom:
    return await exhibit_room(product)


async def test_an_entry_is_added_and_never_overwritten_and_everybody_sees_all_of_them(room: ExhibitRoom) -> None:
    record = room.product.services.comparisons.record
    exhibit = await room.bring(room.worker)
    for finding in (NOT_COMPARED, DIFFERS, AGREES):
        await record(exhibit, room.host, finding)
        room.product.clock.forward(minutes=1)
    for person in (room.host, room.worker, room.agent):
        entries = (await room.screen(person))[f"exhibit/{exhibit}"]["comparisons"]
        assert [(each["outcome"], each["way"], each["remark"], each["by"]) for each in entries] == [
            ("not_compared", "unavailable", "原件在公司档案室", room.host),
            ("differs", "office", "第二页少了一行", room.host),
            ("agrees", "camera", "", room.host),
        ]
        assert {each["name"] for each in entries} == {"周和"}
        assert [each["at"] for each in entries] == sorted({each["at"] for each in entries})
    logged = await room.entries("exhibit_compared")
    assert [(each["number"], each["outcome"], each["remark"]) for each in logged] == [
        (1, "not_compared", "原件在公司档案室"),
        (1, "differs", "第二页少了一行"),
        (1, "agrees", ""),
    ]


@pytest.mark.parametrize(
    ("finding", "code"),
    [
        (Finding(Outcome.AGREES, Way.UNAVAILABLE), "way_missing"),
        (Finding(Outcome.DIFFERS, Way.UNAVAILABLE, "x"), "way_missing"),
        (Finding(Outcome.NOT_COMPARED, Way.CAMERA, "x"), "way_missing"),
        (Finding(Outcome.NOT_COMPARED, Way.UNAVAILABLE, " "), "remark_missing"),
        (Finding(Outcome.DIFFERS, Way.OFFICE), "remark_missing"),
        (Finding(Outcome.AGREES, Way.CAMERA, "x" * 501), "remark_missing"),
    ],
)
async def test_what_an_entry_needs(room: ExhibitRoom, finding: Finding, code: str) -> None:
    exhibit = await room.bring(room.worker)
    with pytest.raises(Invalid) as refused:
        await room.product.services.comparisons.record(exhibit, room.host, finding)
    assert refused.value.code == code
    assert await room.entries("exhibit_compared") == []


async def test_no_party_compares_not_even_their_own(room: ExhibitRoom) -> None:
    exhibit = await room.bring(room.worker)
    for party in (room.worker, room.agent):
        with pytest.raises(Forbidden):
            await room.product.services.comparisons.record(exhibit, party, AGREES)


async def test_nothing_is_said_of_what_only_a_private_talk_knows(room: ExhibitRoom) -> None:
    record = room.product.services.comparisons.record
    shown = await room.bring(room.worker)
    await room.caucus("cau_1", room.worker, room.host)
    known = await room.bring(room.worker, "底线")
    refusals: list[tuple[str, type[DomainError], str]] = [
        (known, Conflict, "exhibit_private"),
        (shown, Conflict, "only_joint"),
        ("ex_unknown", NotFound, "not_found"),
    ]
    for exhibit, error, code in refusals:
        with pytest.raises(error) as refused:
            await record(exhibit, room.host, AGREES)
        assert refused.value.code == code
    assert await room.entries("exhibit_compared") == []


async def test_what_was_withdrawn_or_is_over_takes_no_entry(room: ExhibitRoom) -> None:
    services = room.product.services
    withdrawn, kept = await room.bring(room.worker), await room.bring(room.worker)
    await services.exhibits.withdraw(withdrawn, room.worker)
    with pytest.raises(Conflict) as refused:
        await services.comparisons.record(withdrawn, room.host, AGREES)
    assert refused.value.code == "exhibit_withdrawn"
    await services.sessions.end(room.product.session_id, room.host)
    with pytest.raises(Conflict):
        await services.comparisons.record(kept, room.host, AGREES)
