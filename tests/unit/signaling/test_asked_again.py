"""A page asks for media on a socket that breaks, and again on the next one: both requests are at the worker at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from signaling.ids import ParticipantId, TransportId
from tests.support.room_ports import WAIT, Browser, House


@asynccontextmanager
async def under_way(home: House, page: Browser, name: str, **data: Any) -> AsyncIterator[None]:
    """A request waits at the worker while its socket breaks and the page resumes on another. The worker answers it at
    the end."""
    gate = home.media.hold[name] = asyncio.Event()
    home.media.reached[name].clear()
    page.tell(name, **data)
    page.socket.hang_up()
    try:
        async with asyncio.timeout(WAIT):
            await home.media.reached[name].wait()
        del home.media.hold[name]
        serving = page.serving
        assert serving is not None and (await page.join(resuming=True))["data"]["resumed"]
        yield
    finally:
        gate.set()
    async with asyncio.timeout(WAIT):
        await serving
    await home.settle()


async def test_of_two_requests_for_a_transport_the_later_one_counts(home: House) -> None:
    page = await home.arrive("a")
    async with under_way(home, page, "create_transport", direction="send"):
        made = await page.do("create_transport", direction="send")
    created = list(home.media.rooms)
    home.hub.transport_state(TransportId(made["transport_id"]), "connected", "")
    for transport_id in created:  # what the worker says of one that no browser uses
        if transport_id != made["transport_id"]:
            home.hub.transport_state(transport_id, "failed", "nobody came")
    assert (len(created), home.room.participants[ParticipantId("a")].quality) == (2, "good")
    assert list(home.media.transports) == list(home.room.switchboard.transports) == [made["transport_id"]]


async def test_the_earlier_request_is_given_up_also_when_the_worker_is_done_with_it_first(home: House) -> None:
    page = await home.arrive("a")
    later = asyncio.Event()
    try:
        async with under_way(home, page, "create_transport", direction="receive"):
            home.media.hold["create_transport"] = later
            home.media.reached["create_transport"].clear()
            number = page.tell("create_transport", direction="receive")
            async with asyncio.timeout(WAIT):
                await home.media.reached["create_transport"].wait()
        assert home.room.switchboard.transports == {}
    finally:
        later.set()
    made = (await page.answer(number))["data"]["transport_id"]
    assert list(home.media.transports) == list(home.room.switchboard.transports) == [made]


async def test_requests_for_the_two_directions_do_not_touch_one_another(home: House) -> None:
    page = await home.arrive("a")
    async with under_way(home, page, "create_transport", direction="send"):
        await page.do("create_transport", direction="receive")
    assert sorted(each.direction for each in home.room.switchboard.transports.values()) == ["receive", "send"]


async def test_of_two_requests_to_send_a_camera_the_later_one_counts(home: House) -> None:
    host, page = await home.host(), await home.arrive("a")
    send, _ = await page.open_transports()
    track = {"transport_id": send, "kind": "video", "source": "camera", "rtp_parameters": {"encodings": []}}
    async with under_way(home, page, "publish", **track):
        made = await page.publish(send)
    assert list(home.media.publications) == list(home.room.publications) == [made]
    host.catch_up()
    assert list(home.room.participants[ParticipantId("host")].known.publications) == [made]


async def test_of_two_requests_to_receive_a_track_the_later_one_counts(home: House) -> None:
    host, page = await home.host(), await home.arrive("a")
    track = await host.publish((await host.open_transports())[0])
    await page.open_transports()
    async with under_way(home, page, "subscribe", publication_id=track, rtp_capabilities={}):
        made = await page.do("subscribe", publication_id=track, rtp_capabilities={})
    assert list(home.media.subscriptions) == list(home.room.switchboard.subscriptions) == [made["subscription_id"]]


@pytest.mark.parametrize("direction", ["send", "receive"])
async def test_a_later_request_that_the_worker_refuses_leaves_nothing_unknown_behind(
    home: House, direction: str
) -> None:
    page = await home.arrive("a")
    async with under_way(home, page, "create_transport", direction=direction):
        home.media.refuse["create_transport"] = 1
        assert await page.fail("create_transport", direction=direction) == "overloaded"
    assert home.media.transports.keys() == home.room.switchboard.transports.keys()
    await page.do("create_transport", direction=direction)
    assert len(home.media.transports) == len(home.room.switchboard.transports) == 1
