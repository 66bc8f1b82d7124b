"""Exhibits: numbered, kept as they came, known to whom they were shown, with the other side's views beside them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from hashlib import sha256

import pytest

from room_server.domain.challenge import Aspect, View
from room_server.domain.commitment import commitment
from room_server.domain.errors import Conflict, DomainError, Forbidden, Invalid, Malformed, NotFound, RateLimited
from room_server.domain.exhibit import MOST_OF_A_SIDE
from room_server.domain.people import Side
from room_server.services.exhibits import Brought
from tests.support.evidence_files import bomb_png, encrypted_pdf, picture, picture_pdf
from tests.support.exhibit_room import PICTURE, ExhibitRoom, exhibit_room, stream
from tests.support.product_room import Product, with_parts

NONE = View(Aspect.AUTHENTICITY, objects=False)
OBJECTION = View(Aspect.RELEVANCE, objects=True, reason="与本案无关")


@pytest.fixture
async def room(product: Product) -> ExhibitRoom:
    return await exhibit_room(product)


async def test_exhibits_are_numbered_and_the_original_is_kept_as_it_came(room: ExhibitRoom) -> None:
    pages = picture_pdf(["one", "two"])
    first = await room.bring(room.worker, data=pages, name="C:\\secret\\工资表.pdf")
    second = await room.bring(room.agent, "停业通知")
    screen = await room.screen(room.agent)
    assert [screen[f"exhibit/{each}"]["number"] for each in (first, second)] == [1, 2]
    shown = screen[f"exhibit/{first}"]
    assert (shown["title"], shown["side"], shown["name"], shown["kind"]) == ("工资表", "applicant", "工资表.pdf", "pdf")
    assert len(shown["pages"]) == 2
    assert shown["sha256"] == sha256(pages).hexdigest()
    original = room.product.ports.blobs.get(f"exhibits/{room.product.session_id}/{first}/original")
    assert original == pages
    added = await room.entries("exhibit_added")
    assert [(each["number"], each["pages"]) for each in added] == [(1, 2), (2, 1)]
    assert added[0]["sha256"] == sha256(pages).hexdigest()


async def test_everybody_who_was_let_in_reads_its_pages_and_nobody_else(room: ExhibitRoom) -> None:
    exhibit = await room.bring(room.worker)
    services = room.product.services
    for person in (room.host, room.worker, room.agent):
        assert (await services.exhibits.page(exhibit, person, 1)).startswith(b"\xff\xd8\xff")
    for page in (0, 2, -1):
        with pytest.raises(NotFound):
            await services.exhibits.page(exhibit, room.agent, page)
    await services.sessions.remove(room.product.session_id, room.host, room.agent, "disturbs")
    with pytest.raises(NotFound):
        await services.exhibits.page(exhibit, room.agent, 1)


async def test_who_waits_brings_nothing_and_knows_of_nothing(product: Product) -> None:
    host, worker, agent = [await product.person(side) for side in ("mediator", "applicant", "respondent")]
    await product.let_in(worker)
    room = ExhibitRoom(product, host, worker, agent)
    exhibit = await room.bring(worker)
    with pytest.raises(Forbidden):
        await room.bring(agent)
    with pytest.raises(NotFound):
        await product.services.exhibits.page(exhibit, agent, 1)
    assert await room.screen(agent) == {}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "exhibit_empty"),
        (b"MZ" + bytes(100), "exhibit_kind"),
        (encrypted_pdf(), "exhibit_encrypted"),
        (PICTURE[:900], "exhibit_damaged"),
        (bomb_png(), "exhibit_pixels"),
    ],
)
async def test_a_file_that_is_not_taken_leaves_nothing(room: ExhibitRoom, data: bytes, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        await room.bring(room.worker, data=data, name="looks-good.pdf")
    assert refused.value.code == code
    assert await room.board() == {}
    assert not (room.product.folder / "blobs" / "exhibits").exists()
    assert list(room.product.ports.scratch.iterdir()) == []


@pytest.mark.parametrize("meanwhile", ["the session ends", "its owner is sent out"])
async def test_a_file_that_comes_too_late_leaves_nothing(room: ExhibitRoom, meanwhile: str) -> None:
    sessions, session_id = room.product.services.sessions, room.product.session_id

    async def content() -> AsyncIterator[bytes]:
        yield PICTURE
        if meanwhile == "the session ends":
            await sessions.end(session_id, room.host)
        else:
            await sessions.remove(session_id, room.host, room.worker, "disturbs")

    with pytest.raises((Conflict, Forbidden)):
        await room.product.services.exhibits.add(session_id, room.worker, Brought("x", "a.jpg", content()))
    assert await room.board() == {}
    left = [path for path in (room.product.folder / "blobs" / "exhibits").rglob("*") if path.is_file()]
    assert left == [], "what belongs to no exhibit is kept by nobody"
    assert list(room.product.ports.scratch.iterdir()) == []


async def test_a_file_is_refused_as_soon_as_it_is_too_large(room: ExhibitRoom) -> None:
    services = with_parts(room.product, exhibit_bytes=1000)
    with pytest.raises(Malformed) as refused:
        await services.exhibits.add(room.product.session_id, room.worker, Brought("x", "x", stream(PICTURE, 100)))
    assert refused.value.code == "exhibit_too_large"
    assert list(room.product.ports.scratch.iterdir()) == []


@pytest.mark.parametrize("title", ["", "  \n ", "x" * 61, "a\u202eb"])
async def test_a_title_is_one_readable_line(room: ExhibitRoom, title: str) -> None:
    with pytest.raises(Invalid):
        await room.bring(room.worker, title)


async def test_a_side_cannot_fill_the_disk(room: ExhibitRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST_OF_A_SIDE == 100
    monkeypatch.setattr("room_server.services.exhibits.MOST_OF_A_SIDE", 1)
    await room.bring(room.worker)
    with pytest.raises(Conflict) as refused:
        await room.bring(room.worker)
    assert refused.value.code == "exhibit_many"
    await room.bring(room.agent)


async def test_one_person_sends_one_file_at_a_time(room: ExhibitRoom) -> None:
    async def content() -> AsyncIterator[bytes]:
        with pytest.raises(RateLimited):
            await room.bring(room.worker)
        await room.bring(room.agent)
        yield PICTURE

    brought = Brought("x", "x.jpg", content())
    await room.product.services.exhibits.add(room.product.session_id, room.worker, brought)
    assert len(await room.entries("exhibit_added")) == 2
    await room.bring(room.worker)


# ---- private talks -------------------------------------------------------------------------------------------------


async def test_what_is_brought_in_a_private_talk_is_known_there_alone_until_its_owner_shows_it(
    room: ExhibitRoom,
) -> None:
    services = room.product.services
    await room.caucus("cau_1", room.worker, room.host)
    exhibit = await room.bring(room.worker, "底线")
    topic = f"exhibit/{exhibit}"
    for inside in (room.worker, room.host):
        assert (await room.screen(inside))[topic]["private"] is True
        assert await services.exhibits.page(exhibit, inside, 1)
    assert await room.screen(room.agent) == {}
    with pytest.raises(NotFound):
        await services.exhibits.page(exhibit, room.agent, 1)
    with pytest.raises(Conflict):
        await services.exhibits.disclose(exhibit, room.worker)
    await room.back("cau_1")
    assert topic not in await room.screen(room.agent)
    for stranger, error in ((room.host, Forbidden), (room.agent, NotFound)):
        with pytest.raises(error):
            await services.exhibits.disclose(exhibit, stranger)
    await services.exhibits.disclose(exhibit, room.worker)
    shown = (await room.screen(room.agent))[topic]
    assert (shown["number"], shown["private"]) == (1, False)
    assert await services.exhibits.page(exhibit, room.agent, 1)


async def test_a_number_tells_nothing_of_what_was_brought_in_private(room: ExhibitRoom) -> None:
    await room.caucus("cau_1", room.worker)
    private = await room.bring(room.worker)
    in_public = await room.bring(room.agent)
    await room.back("cau_1")
    assert (await room.screen(room.agent))[f"exhibit/{in_public}"]["number"] == 1
    await room.product.services.exhibits.disclose(private, room.worker)
    assert (await room.screen(room.agent))[f"exhibit/{private}"]["number"] == 2


async def test_the_log_commits_to_what_was_private_without_telling_it(room: ExhibitRoom) -> None:
    await room.caucus("cau_1", room.worker)
    exhibit = await room.bring(room.worker, "底线一万八")
    [entry] = await room.entries("material_committed")
    assert set(entry) == {"class", "commitment"}
    assert await room.entries("exhibit_added") == []
    everything = json.dumps(entry, ensure_ascii=False)
    digest = sha256(PICTURE).hexdigest()
    assert "底线" not in everything
    assert digest not in everything
    await room.back("cau_1")
    await room.product.services.exhibits.disclose(exhibit, room.worker)
    [opened] = await room.entries("exhibit_added")
    assert opened["commitment"] == entry["commitment"] == commitment(opened["salt"], bytes.fromhex(digest))


async def test_a_file_whose_sending_crosses_the_wall_stays_behind_it(room: ExhibitRoom) -> None:
    """Begun in a private talk and ended outside it, or the other way round."""

    async def turning(before: str, after: str) -> str:
        async def content() -> AsyncIterator[bytes]:
            yield PICTURE
            await (room.back("cau_1") if before == "inside" else room.caucus("cau_2", room.worker))

        brought = Brought(f"{before} then {after}", "a.jpg", content())
        return (await room.product.services.exhibits.add(room.product.session_id, room.worker, brought)).exhibit_id

    await room.caucus("cau_1", room.worker)
    await turning("inside", "outside")
    await turning("outside", "inside")
    assert len(await room.screen(room.worker)) == 2
    assert await room.screen(room.agent) == {}


async def test_what_was_withdrawn_before_anybody_saw_it_is_gone_from_every_screen(room: ExhibitRoom) -> None:
    await room.caucus("cau_1", room.worker, room.host)
    exhibit = await room.bring(room.worker)
    await room.product.services.exhibits.withdraw(exhibit, room.worker)
    assert await room.screen(room.host) == {}
    assert await room.entries("exhibit_withdrawn") == []


# ---- taking back ---------------------------------------------------------------------------------------------------


async def test_what_was_withdrawn_stays_on_the_record_and_leaves_the_other_side(room: ExhibitRoom) -> None:
    services = room.product.services
    exhibit = await room.bring(room.worker)
    with pytest.raises(Forbidden):
        await services.exhibits.withdraw(exhibit, room.agent)
    await services.presentations.present(exhibit, room.host, 1)
    await services.exhibits.withdraw(exhibit, room.worker)
    screen = await room.screen(room.agent)
    assert screen[f"exhibit/{exhibit}"]["withdrawn"] is True
    assert "presentation" not in screen
    with pytest.raises(NotFound):
        await services.exhibits.page(exhibit, room.agent, 1)
    for allowed in (room.worker, room.host):
        assert await services.exhibits.page(exhibit, allowed, 1)
    assert [each["number"] for each in await room.entries("exhibit_withdrawn")] == [1]
    with pytest.raises(Conflict):
        await services.presentations.present(exhibit, room.host, 1)


# ---- views ---------------------------------------------------------------------------------------------------------


async def test_a_view_is_added_and_never_overwritten_and_the_newest_counts(room: ExhibitRoom) -> None:
    exhibits = room.product.services.exhibits
    exhibit = await room.bring(room.worker)
    await exhibits.challenge(exhibit, room.agent, Side.RESPONDENT, [NONE, OBJECTION])
    room.product.clock.forward(minutes=1)
    await exhibits.challenge(exhibit, room.agent, Side.RESPONDENT, [View(Aspect.RELEVANCE, objects=False)])
    for person in (room.host, room.worker, room.agent):
        views = {view["aspect"]: view for view in (await room.screen(person))[f"exhibit/{exhibit}"]["views"]}
        assert (views["relevance"]["objects"], views["relevance"]["times"]) == (False, 2)
        assert views["authenticity"]["times"] == 1
    logged = await room.entries("exhibit_challenged")
    assert [(each["aspect"], each["objects"], each["reason"]) for each in logged] == [
        ("authenticity", False, ""),
        ("relevance", True, "与本案无关"),
        ("relevance", False, ""),
    ]


async def test_the_mediator_enters_what_a_side_said_aloud(room: ExhibitRoom) -> None:
    exhibit = await room.bring(room.worker)
    await room.product.services.exhibits.challenge(exhibit, room.host, Side.RESPONDENT, [OBJECTION])
    [view] = (await room.screen(room.worker))[f"exhibit/{exhibit}"]["views"]
    assert (view["side"], view["by"], view["reason"]) == ("respondent", room.host, "与本案无关")


async def test_whose_view_counts_and_what_a_view_needs(room: ExhibitRoom) -> None:
    exhibit = await room.bring(room.worker)
    refused: list[tuple[str, Side, list[View], type[DomainError], str]] = [
        (room.worker, Side.APPLICANT, [NONE], Forbidden, "forbidden"),
        (room.worker, Side.RESPONDENT, [NONE], Forbidden, "forbidden"),
        (room.host, Side.MEDIATOR, [NONE], Forbidden, "forbidden"),
        (room.agent, Side.RESPONDENT, [], Invalid, "answer_missing"),
        (room.agent, Side.RESPONDENT, [NONE, NONE], Invalid, "answer_missing"),
        (room.agent, Side.RESPONDENT, [View(Aspect.LEGALITY, objects=True)], Invalid, "reason_missing"),
        (room.agent, Side.RESPONDENT, [View(Aspect.LEGALITY, objects=True, reason=" ")], Invalid, "reason_missing"),
        (room.agent, Side.RESPONDENT, [View(Aspect.LEGALITY, True, "x" * 501)], Invalid, "reason_missing"),
    ]
    for by, side, views, error, code in refused:
        with pytest.raises(error) as caught:
            await room.product.services.exhibits.challenge(exhibit, by, side, views)
        assert caught.value.code == code
    assert await room.entries("exhibit_challenged") == []


async def test_nothing_that_everybody_sees_is_done_from_a_private_talk(room: ExhibitRoom) -> None:
    exhibits = room.product.services.exhibits
    theirs, own = await room.bring(room.worker), await room.bring(room.agent)
    await room.caucus("cau_1", room.agent, room.host)
    for act in (
        exhibits.challenge(theirs, room.agent, Side.RESPONDENT, [NONE]),
        exhibits.challenge(theirs, room.host, Side.RESPONDENT, [NONE]),
        exhibits.withdraw(own, room.agent),
    ):
        with pytest.raises(Conflict) as refused:
            await act
        assert refused.value.code == "only_joint"


async def test_a_session_that_has_ended_takes_nothing_more(room: ExhibitRoom) -> None:
    exhibit = await room.bring(room.worker)
    await room.product.services.sessions.end(room.product.session_id, room.host)
    for act in (
        room.bring(room.worker),
        room.product.services.exhibits.withdraw(exhibit, room.worker),
        room.product.services.exhibits.challenge(exhibit, room.agent, Side.RESPONDENT, [NONE]),
        room.product.services.presentations.present(exhibit, room.host, 1),
    ):
        with pytest.raises(Conflict):
            await act


async def test_another_picture_of_the_same_name_is_another_exhibit(room: ExhibitRoom) -> None:
    first, second = await room.bring(room.worker), await room.bring(room.worker, data=picture(mark="b"))
    pages = [await room.product.services.exhibits.page(each, room.agent, 1) for each in (first, second)]
    assert pages[0] != pages[1]
