"""A room that opens or closes just when something else happens."""

from __future__ import annotations

import asyncio

from signaling.cluster import LocalCluster
from signaling.errors import ErrorCode, SignalingError
from signaling.hub import IDLE_SECONDS, Hub, News
from signaling.ids import ParticipantId
from signaling.pool import MediaPool
from signaling.room import Room
from tests.support.room_ports import MEETING, ROOM, House, house

A = ParticipantId("a")


async def test_what_is_told_while_a_room_opens_is_in_the_first_snapshot_in_its_order(home: House) -> None:
    gate = home.policy.hold["load_document"] = asyncio.Event()
    a = home.browser("a")
    coming = asyncio.create_task(a.join())
    async with asyncio.timeout(5):
        await home.policy.reached["load_document"].wait()

    async def failing(room: Room) -> None:
        raise RuntimeError("no news")

    def piece(value: int) -> News:
        async def tell(room: Room) -> None:
            room.set_board("session", value)

        return tell

    for news in (piece(1), failing, piece(2)):
        await home.hub.tell(MEETING, news)
    del home.policy.hold["load_document"]
    gate.set()
    await coming
    assert a.snapshot is not None and a.snapshot["board"]["session"] == 2
    await home.hub.tell(MEETING, piece(3))
    assert (await a.event("board_changed"))["value"] == 3


async def test_who_is_shut_out_while_a_room_opens_does_not_come_in(home: House) -> None:
    gate = home.policy.hold["load_document"] = asyncio.Event()
    a = home.browser("a")
    coming = asyncio.create_task(a.join())
    async with asyncio.timeout(5):
        await home.policy.reached["load_document"].wait()
    home.policy.grants.clear()
    await home.hub.tell(MEETING, lambda room: room.remove(A, "removed"))
    del home.policy.hold["load_document"]
    gate.set()
    assert (await coming)["type"] == "error"


async def test_news_of_a_room_that_could_not_be_opened_are_forgotten_with_it(home: House) -> None:
    home.policy.refuse["load_document"] = SignalingError(ErrorCode.NOT_FOUND, "none")
    a = home.browser("a")
    assert (await a.join())["type"] == "error"
    home.policy.refuse.clear()
    assert (await a.join())["type"] == "ok"


async def test_a_room_does_not_close_under_somebody_who_is_on_the_way_in(home: House) -> None:
    host = await home.host()
    await host.hang_up(1000)
    gate = home.policy.hold["joined"] = asyncio.Event()
    home.policy.reached["joined"].clear()
    a = home.browser("a")
    coming = asyncio.create_task(a.join())
    async with asyncio.timeout(5):
        await home.policy.reached["joined"].wait()
    home.clock.advance(IDLE_SECONDS)
    await home.settle()
    del home.policy.hold["joined"]
    gate.set()
    assert (await coming)["type"] == "ok"
    await a.hang_up(1000)
    home.clock.advance(IDLE_SECONDS)
    await home.settle()
    assert home.hub.room(ROOM) is None


async def test_who_meets_the_closing_of_an_idle_room_is_told_to_come_again(home: House) -> None:
    a = home.browser("a")
    gate = home.policy.hold["authenticate"] = asyncio.Event()
    coming = asyncio.create_task(a.join())
    async with asyncio.timeout(5):
        await home.policy.reached["authenticate"].wait()
    again = home.policy.hold["authenticate"] = asyncio.Event()
    home.policy.reached["authenticate"].clear()
    gate.set()  # the room is opened, and the token is read once more
    async with asyncio.timeout(5):
        await home.policy.reached["authenticate"].wait()
    home.clock.advance(IDLE_SECONDS)
    await home.settle()
    del home.policy.hold["authenticate"]
    again.set()
    answer = await coming
    assert (answer["data"]["code"], await a.closed()) == ("overloaded", 1013)
    assert (await a.join())["type"] == "ok"


async def test_a_room_that_could_not_be_opened_is_not_held_by_this_node() -> None:
    async with house() as home:
        cluster = LocalCluster()
        home.hub = Hub(home.policy, MediaPool(home.workers), cluster=cluster, clock=home.clock)
        home.policy.refuse["load_document"] = SignalingError(ErrorCode.OVERLOADED, "not now")
        assert (await home.browser("a").join())["type"] == "error"
        assert cluster.held == set()
        home.policy.refuse.clear()
        assert (await home.browser("a").join())["type"] == "ok"
        assert cluster.held == {ROOM}
