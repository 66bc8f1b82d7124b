"""Mutes and asks that the media worker refuses, or that meet somebody who is being moved; what is told of devices."""

from __future__ import annotations

import asyncio
from typing import Any

from signaling.ids import ParticipantId
from tests.support.room_ports import Browser, House, three

A = ParticipantId("a")


async def microphone(browser: Browser) -> str:
    made = await browser.do("create_transport", direction="send")
    return await browser.publish(made["transport_id"], "microphone", "audio")


def seen(home: House, viewer: str, subject: str) -> Any:
    return home.room.participants[ParticipantId(viewer)].known.participants[ParticipantId(subject)]


async def test_what_the_worker_refuses_changes_nothing(home: House) -> None:
    host, a, r = await three(home)
    await a.do("raise_hand", raised=True)
    publication = await microphone(a)
    home.media.refuse["set_publication_paused"] = 1
    assert await host.fail("mute_publication", publication_id=publication, muted=True) == "overloaded"
    assert not home.room.silence.holds(A, "microphone")
    await host.do("mute_publication", publication_id=publication, muted=True)
    home.media.refuse["set_publication_paused"] = 1
    assert await host.fail("give_word", participant_id="a") == "overloaded"
    assert home.room.silence.holds(A, "microphone")
    assert (seen(home, "r", "a").hand_place, home.room.participants[A].known.stage.spotlight) == (1, None)
    await host.do("give_word", participant_id="a")
    assert (seen(home, "r", "a").hand_place, home.room.participants[A].known.stage.spotlight) == (0, "a")
    assert r.catch_up()[-1]["type"] == "stage_changed"


async def test_a_mute_of_all_that_fails_half_way_shows_what_it_did(home: House) -> None:
    host, a, r = await three(home)
    for each in (a, r):
        await microphone(each)
    home.media.refuse["set_publication_paused"] = 1
    assert await host.fail("mute_all") == "overloaded"
    assert home.room.silence.kept() == ()
    await host.do("mute_all")
    assert {each.participant_id for each in home.room.silence.kept()} == {"a", "r"}


async def test_whoever_is_moved_while_a_host_asks_is_asked_nothing_in_the_new_place(home: House) -> None:
    host, a, _ = await three(home)
    publication = await microphone(a)
    await host.do("mute_publication", publication_id=publication, muted=True)
    gate = home.media.hold["set_publication_paused"] = asyncio.Event()
    home.media.reached["set_publication_paused"].clear()
    asking = host.tell("ask_to_switch_on", participant_id="a", source="microphone")
    async with asyncio.timeout(5):
        await home.media.reached["set_publication_paused"].wait()
    by = home.room.participants[ParticipantId("host")]
    home.room.movement.announce(by, [A], 0)
    home.clock.advance(0)
    await home.settle()
    del home.media.hold["set_publication_paused"]
    gate.set()
    assert (await host.answer(asking))["type"] == "error"
    assert home.room.participants[A].asks == {}
    assert home.room.silence.kept() == ()


async def test_how_a_device_is_the_product_hears_once_of_each_page_and_after_each_move(home: House) -> None:
    host, a, _ = await three(home)

    async def told_twice() -> list[Any]:
        before = len(home.policy.calls)
        for _ in range(2):
            await a.do("tell_trouble", source="camera", off=True)
        return [each for each in home.policy.calls[before:] if each[0] == "trouble_told"]

    once = [("trouble_told", "a", "camera", "off")]
    assert await told_twice() == once
    a.socket.hang_up()
    await home.settle()
    await a.join(resuming=True)
    assert await told_twice() == [], "whoever resumes is the same page"
    await a.join()
    assert await told_twice() == once
    await host.do("open_caucus", participant_ids=["a"], in_seconds=0)
    home.clock.advance(0)
    await home.settle()
    assert await told_twice() == once
