"""A track ends while the media worker switches it: nothing of the switch is told where its person is by then."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from signaling.ids import ParticipantId
from tests.support.room_ports import WAIT, Browser, House, close_caucus, open_caucus, three

A = ParticipantId("a")


@asynccontextmanager
async def switching(home: House, page: Browser, track: str, *, paused: bool) -> AsyncIterator[None]:
    """The worker has been asked, and answers at the end."""
    gate = home.media.hold["set_publication_paused"] = asyncio.Event()
    home.media.reached["set_publication_paused"].clear()
    page.tell("set_publication_paused", publication_id=track, paused=paused)
    try:
        async with asyncio.timeout(WAIT):
            await home.media.reached["set_publication_paused"].wait()
        del home.media.hold["set_publication_paused"]
        yield
    finally:
        gate.set()
    await home.settle()


async def test_what_was_switched_in_a_private_talk_is_not_told_when_its_person_is_back(home: House) -> None:
    host, a, _ = await three(home)
    caucus_id = await open_caucus(home, host, "a")
    track = await a.publish((await a.open_transports())[0], "microphone", "audio")
    async with switching(home, a, track, paused=True):
        await close_caucus(home, host, caucus_id)
    assert home.room.caucuses.of(A) is None and home.policy.told("publication_changed") == []


async def test_a_track_of_another_place_answers_no_wish_of_this_one(home: House) -> None:
    host, a, _ = await three(home)
    caucus_id = await open_caucus(home, host, "a")
    track = await a.publish((await a.open_transports())[0], "microphone", "audio")
    await a.do("set_publication_paused", publication_id=track, paused=True)
    async with switching(home, a, track, paused=False):
        await close_caucus(home, host, caucus_id)
        await host.do("ask_to_switch_on", participant_id="a", source="microphone")
    assert list(home.room.participants[A].asks) == ["microphone"], "nothing of theirs is heard here yet"


async def test_a_mute_holds_for_a_track_that_takes_the_place_of_the_one_that_is_muted(home: House) -> None:
    host, a, _ = await three(home)
    send, _ = await a.open_transports()
    track = await a.publish(send, "microphone", "audio")
    gate = home.media.hold["set_publication_paused"] = asyncio.Event()
    number = host.tell("mute_publication", publication_id=track, muted=True)
    try:
        async with asyncio.timeout(WAIT):
            await home.media.reached["set_publication_paused"].wait()
        del home.media.hold["set_publication_paused"]
        again = await a.publish(send, "microphone", "audio")
        home.media.refuse["set_publication_paused"] = 1  # the worker knows the first track no more
    finally:
        gate.set()
    assert (await host.answer(number))["type"] == "ok"
    assert home.room.silence.holds(A, "microphone")
    assert home.room.publications[again].muted_by_host  # type: ignore[index]
