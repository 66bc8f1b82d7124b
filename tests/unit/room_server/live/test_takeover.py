"""Somebody goes on on another device: the same person in the same place with the same rights, and one device only."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from room_server.domain.caucus import Caucus
from signaling.ids import ParticipantId
from signaling.messages import CloseCode
from tests.support.product_house import ProductHouse, seated_house
from tests.support.room_ports import Browser


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[ProductHouse]:
    async with seated_house(tmp_path) as opened:
        yield opened


class Table:
    """The mediator, the worker on a first device, and the company, let in."""

    def __init__(self, home: ProductHouse, host: Browser, worker: Browser, company: Browser) -> None:
        self.home = home
        self.host = host
        self.worker = worker
        self.company = company
        self.id = ParticipantId(home.ids["a1"])

    async def private_talk(self) -> str:
        """The mediator talks with the worker alone."""
        members = [self.id, self.home.ids["host"]]
        opened = await self.host.do("open_caucus", participant_ids=members, in_seconds=0)
        self.home.advance(0)
        await self.home.settle()
        return str(opened["caucus_id"])

    async def another_device(self) -> Browser:
        """Proves who they are on it; it is not in the room yet."""
        self.home.product.clock.forward(seconds=61)  # a code may be sent again; nothing in the room is due
        access = await self.home.product.identify("applicant", take_over=True)
        await self.home.settle()
        browser = Browser(self.home, access.token)
        self.home.browsers.append(browser)
        return browser

    async def in_the_books(self) -> list[Caucus]:
        return await self.home.product.services.caucuses.of_session(self.home.product.session_id)

    def seen_by_the_mediator(self) -> dict[str, Any]:
        """The last word on the worker."""
        told = [each["data"]["participant"] for each in self.host.events if each["type"] == "participant_changed"]
        return [each for each in told if each["participant_id"] == self.id][-1]


@pytest.fixture
async def table(home: ProductHouse) -> Table:
    browsers = []
    await home.product.identify("applicant")
    for name in ("host", "a1", "r1"):
        browser = await home.visitor(name)
        await browser.join()
        browsers.append(browser)
    for name in ("a1", "r1"):
        await browsers[0].do("admit", participant_id=home.ids[name])
    return Table(home, *browsers)


def mine(browser: Browser) -> dict[str, Any]:
    """Oneself in the snapshot of a browser."""
    assert browser.snapshot is not None
    me = browser.snapshot["me"]
    return next(each for each in browser.snapshot["participants"] if each["participant_id"] == me)


async def test_the_device_before_is_told_and_has_no_media_left(table: Table) -> None:
    send, _ = await table.worker.open_transports()
    await table.worker.publish(send)
    second = await table.another_device()
    assert (await table.worker.event("removed"))["reason"] == "continued_elsewhere"
    assert await table.worker.closed() == CloseCode.FORBIDDEN
    assert not table.home.room.publications and not table.home.media.transports
    assert (await table.worker.join(resuming=True))["data"]["code"] == "unauthenticated"
    table.host.catch_up()
    assert table.seen_by_the_mediator()["presence"] == "dropped"
    welcome = await second.join()
    assert (welcome["type"], welcome["data"]["resumed"]) == ("ok", False)
    assert [each for each in table.host.catch_up() if each["type"] == "participant_left"] == []
    assert table.seen_by_the_mediator()["presence"] == "present"


async def test_a_private_talk_goes_on_with_whoever_changes_the_device(table: Table) -> None:
    caucus_id = await table.private_talk()
    second = await table.another_device()
    assert [(each.caucus_id, each.state) for each in table.home.room.caucuses] == [(caucus_id, "open")]
    await second.join()
    assert mine(second)["caucus_id"] == caucus_id
    assert [(each.open, set(each.members)) for each in await table.in_the_books()] == [
        (True, {table.id, table.home.ids["host"]})
    ]
    assert "caucus_closed" not in await table.home.product.kinds()
    await table.host.do("close_caucus", caucus_id=caucus_id, in_seconds=0)


async def test_a_countdown_into_a_private_talk_goes_on(table: Table) -> None:
    members = [table.id, table.home.ids["host"]]
    await table.host.do("open_caucus", participant_ids=members, in_seconds=10)
    second = await table.another_device()
    await second.join()
    table.home.advance(10)
    await table.home.settle()
    assert [each.state for each in table.home.room.caucuses] == ["open"]


async def test_hand_wishes_and_the_rights_to_write_and_to_share_stay(table: Table) -> None:
    host, worker = table.host, table.worker
    await host.do("set_writer", document_id="agreement", participant_id=table.id, may_write=True)
    await host.do("allow_sharing", participant_id=table.id, allowed=True)
    await host.do("spotlight", participant_id=table.id)
    await table.company.do("raise_hand", raised=True)
    await worker.do("raise_hand", raised=True)
    await worker.do("want_break", wanted=True)
    second = await table.another_device()
    await second.join()
    assert second.snapshot is not None
    now = mine(second)
    assert (now["hand_place"], now["wants_break"], now["may_share"]) == (2, True, True)
    assert table.id in second.snapshot["documents"][0]["writers"]
    assert second.snapshot["stage"]["spotlight"] == table.id
    kept = await table.home.product.services.drafting.load(table.home.product.session_id, "agreement")
    assert table.id in kept.writers


async def test_whoever_waits_keeps_the_place_in_the_line(home: ProductHouse) -> None:
    await home.product.identify("applicant")
    for name in ("a1", "r1"):
        await (await home.visitor(name)).join()
    home.advance(61)
    access = await home.product.identify("applicant", take_over=True)
    await home.settle()
    second = Browser(home, access.token)
    home.browsers.append(second)
    await second.join()
    assert home.room.door.line() == (home.ids["a1"], home.ids["r1"])


async def test_whoever_does_not_come_on_the_other_device_is_gone_after_a_minute(table: Table) -> None:
    caucus_id = await table.private_talk()
    await table.another_device()
    table.home.advance(60)
    await table.home.settle()
    assert table.id not in table.home.room.participants
    assert [each.caucus_id for each in table.home.room.caucuses] == [caucus_id]
