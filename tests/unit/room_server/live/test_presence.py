"""Who is there, for a mediator's list: nothing of it tells what happens in a private talk."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from room_server.live.presence import Presence
from tests.support.product_house import ProductHouse, seated_house


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[ProductHouse]:
    async with seated_house(tmp_path) as opened:
        yield opened


async def test_waiting_inside_gone_and_nothing_of_who_talks_in_private(home: ProductHouse) -> None:
    presence, ids = Presence(home.hub.room), home.ids
    assert presence.of(home.room_id) == {}
    host, worker, agent = [await home.visitor(name) for name in ("host", "a1", "r1")]
    for browser in (host, worker, agent):
        await browser.join()
    assert presence.of(home.room_id) == {ids["host"]: "inside", ids["a1"]: "waiting", ids["r1"]: "waiting"}
    for name in ("a1", "r1"):
        await host.do("admit", participant_id=ids[name])
    await host.do("open_caucus", participant_ids=[ids["a1"]], in_seconds=0)
    home.advance(0)
    await home.settle()
    for browser in (worker, agent):
        await browser.hang_up()
    await home.settle()
    assert presence.of(home.room_id) == {ids["host"]: "inside", ids["a1"]: "inside"}
