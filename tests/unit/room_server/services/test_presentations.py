"""What everybody looks at, place by place."""

from __future__ import annotations

import pytest

from room_server.domain.errors import Conflict, Forbidden, NotFound
from tests.support.evidence_files import picture_pdf
from tests.support.exhibit_room import ExhibitRoom, exhibit_room
from tests.support.product_room import Product

TWO_PAGES = picture_pdf(["one", "two"])


@pytest.fixture
async def room(product: Product) -> ExhibitRoom:
    return await exhibit_room(product)


async def allow(room: ExhibitRoom, person: str, *, may_present: bool = True) -> None:
    presentations = room.product.services.presentations
    await presentations.set_presenter(room.product.session_id, room.host, person, may_present=may_present)


async def test_the_mediator_turns_everybodys_page(room: ExhibitRoom) -> None:
    presentations = room.product.services.presentations
    exhibit = await room.bring(room.worker, data=TWO_PAGES)
    await presentations.present(exhibit, room.host, 1)
    began = (await room.screen(room.agent))["presentation"]["since"]
    room.product.clock.forward(seconds=30)
    await presentations.present(exhibit, room.host, 2)
    for person in (room.host, room.worker, room.agent):
        shown = (await room.screen(person))["presentation"]
        assert (shown["exhibit_id"], shown["page"], shown["presenter_id"]) == (exhibit, 2, room.host)
        assert shown["since"] == began
    await presentations.put_away(room.product.session_id, room.host)
    assert "presentation" not in await room.screen(room.agent)
    kinds = [each for each in await room.product.kinds() if each.startswith("exhibit_")]
    assert kinds == ["exhibit_added", "exhibit_shown", "exhibit_page_shown", "exhibit_put_away"]


async def test_a_party_shows_their_own_sides_exhibits_when_the_mediator_lets_them(room: ExhibitRoom) -> None:
    presentations = room.product.services.presentations
    own, other = await room.bring(room.worker), await room.bring(room.agent)
    with pytest.raises(Forbidden) as refused:
        await presentations.present(own, room.worker, 1)
    assert refused.value.code == "presenting_not_allowed"
    with pytest.raises(Forbidden):
        await presentations.set_presenter(room.product.session_id, room.worker, room.worker, may_present=True)
    await allow(room, room.worker)
    assert f"presenter/{room.worker}" in await room.screen(room.worker)
    assert f"presenter/{room.worker}" not in await room.screen(room.agent)
    await presentations.present(own, room.worker, 1)
    for act in (presentations.present(other, room.worker, 1), presentations.present(own, room.agent, 1)):
        with pytest.raises(Forbidden):
            await act
    with pytest.raises(Forbidden):
        await presentations.put_away(room.product.session_id, room.agent)
    await allow(room, room.worker, may_present=False)
    screen = await room.screen(room.worker)
    assert "presentation" not in screen
    assert f"presenter/{room.worker}" not in screen


async def test_what_is_shown_in_the_joint_session_does_not_reach_a_private_talk(room: ExhibitRoom) -> None:
    presentations = room.product.services.presentations
    exhibit = await room.bring(room.agent)
    await allow(room, room.agent)
    await room.caucus("cau_1", room.worker, room.host)
    await presentations.present(exhibit, room.agent, 1)
    assert "presentation" in await room.screen(room.agent)
    for inside in (room.worker, room.host):
        assert not any(topic.startswith("presentation") for topic in await room.screen(inside))
    await room.back("cau_1")
    assert "presentation" in await room.screen(room.worker)


async def test_what_is_shown_in_a_private_talk_stays_there_and_ends_with_it(room: ExhibitRoom) -> None:
    presentations = room.product.services.presentations
    exhibit = await room.bring(room.worker, data=TWO_PAGES)
    await room.caucus("cau_1", room.worker, room.host)
    before = await room.product.kinds()
    await presentations.present(exhibit, room.host, 2)
    for inside in (room.worker, room.host):
        assert (await room.screen(inside))["presentation/cau_1"]["page"] == 2
    assert not any(topic.startswith("presentation") for topic in await room.screen(room.agent))
    assert await room.product.kinds() == before
    await room.back("cau_1")
    for person in (room.worker, room.host, room.agent):
        assert not any(topic.startswith("presentation") for topic in await room.screen(person))


async def test_a_mediator_who_comes_in_sees_what_is_shown_there_and_not_once_they_left(room: ExhibitRoom) -> None:
    services, session = room.product.services, room.product.session_id
    await room.caucus("cau_1", room.worker)
    exhibit = await room.bring(room.worker)
    await allow(room, room.worker)
    await services.presentations.present(exhibit, room.worker, 1)
    assert f"exhibit/{exhibit}" not in await room.screen(room.host)
    with pytest.raises(NotFound):
        await services.exhibits.page(exhibit, room.host, 1)
    await services.caucuses.host_moved(session, "cau_1", room.host, entered=True)
    assert "presentation/cau_1" in await room.screen(room.host)
    assert await services.exhibits.page(exhibit, room.host, 1)
    await services.caucuses.host_moved(session, "cau_1", room.host, entered=False)
    assert "presentation/cau_1" not in await room.screen(room.host)
    assert "presentation/cau_1" in await room.screen(room.worker)


async def test_whoever_was_sent_out_of_a_talk_does_not_find_on_their_return_what_is_shown_there(
    room: ExhibitRoom,
) -> None:
    services, session = room.product.services, room.product.session_id
    await room.caucus("cau_1", room.worker, room.host)
    exhibit = await room.bring(room.worker)
    await services.presentations.present(exhibit, room.host, 1)
    assert "presentation/cau_1" in await room.screen(room.worker)
    await services.sessions.remove(session, room.host, room.worker, "")
    await services.presentations.shut_out(session, room.worker)
    assert "presentation/cau_1" not in await room.screen(room.worker)
    assert "presentation/cau_1" in await room.screen(room.host)


async def test_what_is_private_is_shown_neither_to_everybody_nor_in_the_other_sides_talk(room: ExhibitRoom) -> None:
    presentations = room.product.services.presentations
    await room.caucus("cau_1", room.worker, room.host)
    exhibit = await room.bring(room.worker)
    await room.back("cau_1")
    with pytest.raises(Conflict) as refused:
        await presentations.present(exhibit, room.host, 1)
    assert refused.value.code == "exhibit_private"
    with pytest.raises(NotFound):
        await presentations.present(exhibit, room.agent, 1)
    await room.caucus("cau_2", room.agent, room.host)
    with pytest.raises(Conflict):
        await presentations.present(exhibit, room.host, 1)
    await room.back("cau_2")
    await room.caucus("cau_3", room.worker, room.host)
    await presentations.present(exhibit, room.host, 1)
    assert "presentation/cau_3" in await room.screen(room.worker)


async def test_two_places_show_different_things_at_the_same_time(room: ExhibitRoom) -> None:
    presentations = room.product.services.presentations
    one, two = await room.bring(room.worker), await room.bring(room.agent)
    await allow(room, room.agent)
    await room.caucus("cau_1", room.worker, room.host)
    await presentations.present(one, room.host, 1)
    await presentations.present(two, room.agent, 1)
    assert (await room.screen(room.worker))["presentation/cau_1"]["exhibit_id"] == one
    assert (await room.screen(room.agent))["presentation"]["exhibit_id"] == two


async def test_a_page_that_is_not_there_is_not_shown_and_nothing_is_not_put_away(room: ExhibitRoom) -> None:
    presentations = room.product.services.presentations
    exhibit = await room.bring(room.worker)
    for page in (0, 2):
        with pytest.raises(NotFound):
            await presentations.present(exhibit, room.host, page)
    with pytest.raises(NotFound):
        await presentations.put_away(room.product.session_id, room.host)


async def test_who_was_sent_out_shows_nothing_any_more_and_may_not_when_they_come_back(room: ExhibitRoom) -> None:
    services, session = room.product.services, room.product.session_id
    own = await room.bring(room.worker)
    await allow(room, room.worker)
    await services.presentations.present(own, room.worker, 1)
    await services.sessions.remove(session, room.host, room.worker, "")
    async with room.product.ports.unit_of_work() as unit:
        assert await unit.presentations.presenters(session) == set()
    assert "presentation" not in await room.board(), "whatever becomes of the process now"
    await services.presentations.shut_out(session, room.worker)
    assert "presentation" not in await room.screen(room.agent)
    assert (await room.product.kinds())[-2:] == ["removed", "exhibit_put_away"]
    await services.access.reissue_link(session, room.host, room.worker)
    await services.sessions.admit(session, room.host, room.worker)
    with pytest.raises(Forbidden) as refused:
        await services.presentations.present(own, room.worker, 1)
    assert refused.value.code == "presenting_not_allowed"
