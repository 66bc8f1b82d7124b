"""What the product puts on the record of what happens in the live room."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from recorder.eventlog import Entry
from room_server.domain.call import CallKind
from room_server.live.policy import TRACKS_AT_ONCE
from tests.support.product_house import ProductHouse, seated_house


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[ProductHouse]:
    async with seated_house(tmp_path) as opened:
        yield opened


async def test_why_nobody_heard_somebody_is_on_the_record_but_not_when_they_talked_in_private(
    home: ProductHouse,
) -> None:
    host, worker = await home.visitor("host"), await home.visitor("a1")
    for browser in (host, worker):
        await browser.join()
    await host.do("admit", participant_id=home.ids["a1"])
    await worker.do("tell_trouble", source="microphone", trouble="interrupted")
    await host.do("open_caucus", participant_ids=[home.ids["a1"]], in_seconds=0)
    home.advance(0)
    await home.settle()
    await worker.do("tell_trouble", source="microphone", trouble=None)
    async with home.product.ports.unit_of_work() as unit:
        told = [entry for entry in await unit.log.read(home.product.session_id) if entry.kind == "device_trouble"]
    assert [(entry.actor, entry.data) for entry in told] == [
        (home.ids["a1"], {"source": "microphone", "trouble": "interrupted"})
    ]


async def test_a_device_that_does_not_rest_is_one_entry_with_its_last_state_before_its_person_leaves(
    home: ProductHouse,
) -> None:
    host, worker = await home.visitor("host"), await home.visitor("a1")
    for browser in (host, worker):
        await browser.join()
    await host.do("admit", participant_id=home.ids["a1"])
    for count in range(51):
        await worker.do("tell_trouble", source="camera", trouble=None if count % 2 else "interrupted")
    await worker.hang_up(1000)
    await home.settle()
    async with home.product.ports.unit_of_work() as unit:
        entries = [each for each in await unit.log.read(home.product.session_id) if each.actor == home.ids["a1"]]
    assert [(each.kind, each.data) for each in entries if each.kind in ("device_trouble", "left")] == [
        ("device_trouble", {"source": "camera", "trouble": "interrupted"}),
        ("device_trouble", {"source": "camera", "trouble": "interrupted", "changes": 50}),
        ("left", {"reason": "left"}),
    ]


async def test_the_record_does_not_end_in_a_state_that_a_killed_process_knew_better(home: ProductHouse) -> None:
    names = ("host", "a1", "r1")
    host, worker, company = browsers = [await home.visitor(name) for name in names]
    for browser in browsers:
        await browser.join()
    for name in ("a1", "r1"):
        await host.do("admit", participant_id=home.ids[name])
    cameras = {each: await each.publish((await each.open_transports())[0]) for each in (worker, company)}
    await company.do("set_publication_paused", publication_id=cameras[company], paused=True)
    home.advance(3)
    for browser, off in ((worker, False), (company, True)):
        for paused in (not off, off):
            await browser.do("set_publication_paused", publication_id=cameras[browser], paused=paused)
        await browser.do("tell_trouble", source="microphone", trouble="interrupted")
        await browser.do("tell_trouble", source="microphone")
    async with home.product.ports.unit_of_work() as unit:
        before = ends_of(await unit.log.read(home.product.session_id), home)
    await home.killed()
    for browser in browsers:
        await browser.join()
    await worker.publish((await worker.open_transports())[0])  # on; what is off makes no track
    await company.do("tell_trouble", source="camera", off=True)
    for browser in (worker, company):
        await browser.do("tell_trouble", source="microphone")
    await worker.do("tell_trouble", source="camera", off=True)  # it is seen all the same
    async with home.product.ports.unit_of_work() as unit:
        after = ends_of(await unit.log.read(home.product.session_id), home)
    said = {("a1", "camera"): True, ("r1", "camera"): False}
    assert before == {**said, ("a1", "microphone"): "interrupted", ("r1", "microphone"): "interrupted"}
    known = {("a1", "camera"): False, ("r1", "camera"): True}
    assert after == {**known, ("a1", "microphone"): None, ("r1", "microphone"): None}


def ends_of(log: list[Entry], home: ProductHouse) -> dict[tuple[str, str], bool | str | None]:
    """Whether each camera is paused, and what is the matter with each microphone, by the last word of the record."""
    names = {home.ids[name]: name for name in ("a1", "r1")}
    word = {"track_switched": "paused", "device_trouble": "trouble"}
    return {(names[each.actor], each.data["source"]): each.data[word[each.kind]] for each in log if each.kind in word}


async def test_a_page_that_makes_new_tracks_without_end_is_slowed_down_and_goes_on_with_the_last(
    home: ProductHouse,
) -> None:
    host, worker = await home.visitor("host"), await home.visitor("a1")
    for browser in (host, worker):
        await browser.join()
    await host.do("admit", participant_id=home.ids["a1"])
    send, _ = await worker.open_transports()
    for _ in range(TRACKS_AT_ONCE):
        last = await worker.publish(send)
    track = {"transport_id": send, "kind": "audio", "source": "microphone", "rtp_parameters": {}}
    assert await worker.fail("publish", **track) == "rate_limited"
    assert list(home.room.publications) == [last]
    host_track = (await host.open_transports())[0]
    await host.publish(host_track)  # nobody else is held up


async def test_of_a_room_that_closed_the_process_keeps_nothing(home: ProductHouse) -> None:
    host, worker = await home.visitor("host"), await home.visitor("a1")
    for browser in (host, worker):
        await browser.join()
    await host.do("admit", participant_id=home.ids["a1"])
    await worker.publish((await worker.open_transports())[0])
    await worker.do("tell_trouble", source="camera", trouble="interrupted")
    opened = await home.hub.open(home.room_id)
    await home.product.services.calls.call(home.product.session_id, home.ids["a1"], CallKind.TALK)
    assert any(topic.startswith("call") for topic in opened.board), "what happened reaches it while it is open"
    await host.do("close_room", reason="")
    await home.settle()
    home.advance(60)
    await home.settle()
    assert home.hub.room(home.room_id) is None and opened.closed
    for part in (home.hub, home.product_policy, home.director):
        kept = repr(vars(part))
        assert home.room_id not in kept and home.product.session_id not in kept
