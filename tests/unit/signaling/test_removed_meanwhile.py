"""Somebody is sent out who is not here, or while the room waits for the product: nothing of theirs is left behind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from signaling.ids import ParticipantId
from tests.support.room_ports import DOCUMENT, WAIT, House, open_caucus, three

A = ParticipantId("a")


@asynccontextmanager
async def waiting_for(home: House, name: str) -> AsyncIterator[None]:
    """The product has been asked, and answers at the end."""
    gate = home.policy.hold[name]
    try:
        async with asyncio.timeout(WAIT):
            await home.policy.reached[name].wait()
        del home.policy.hold[name]
        yield
    finally:
        gate.set()
    await home.settle()


def writers(home: House) -> list[ParticipantId]:
    return home.room.documents[DOCUMENT].view().writers


async def test_whoever_is_sent_out_while_they_are_away_writes_no_more(home: House) -> None:
    host, a, _ = await three(home)
    await host.do("set_writer", document_id=DOCUMENT, participant_id="a", may_write=True)
    await a.hang_up(1000)
    await home.settle()
    assert writers(home) == ["a"], "whoever only left may write when they are back"
    await home.room.remove(A, "link_replaced")
    assert writers(home) == []
    assert (await host.event("document_changed"))["document"]["writers"] == ["a"]
    assert (await host.event("document_changed"))["document"]["writers"] == []


async def test_whoever_is_sent_out_before_they_are_back_after_a_restart_finds_nothing_of_theirs(home: House) -> None:
    host, a, _ = await three(home)
    await host.do("allow_sharing", participant_id="a", allowed=True)
    await a.do("raise_hand", raised=True)
    await a.do("want_break", wanted=True)
    await host.do("ask_to_switch_on", participant_id="a", source="camera")
    await home.killed()
    await host.join()
    await home.room.remove(A, "link_replaced")
    await home.settle()
    assert (home.policy.conduct.wishes, home.policy.conduct.hands) == ((), ())
    assert (await a.join())["type"] == "ok", "by another link"
    person = home.room.participants[A]
    assert (person.may_share, person.wants_break, person.asks, home.room.conduct.hand_of(A)[0]) == (False, False, {}, 0)


async def test_whoever_is_turned_away_before_they_are_back_after_a_restart_waits_no_more(home: House) -> None:
    host = await home.host()
    first, second = [await home.arrive(each, admitted=False) for each in ("a", "a2")]
    await host.do("lock_room", locked=True)
    await home.killed()
    await host.join()
    await second.join()
    assert home.room.door.ahead(ParticipantId("a2")) == 1
    await home.room.remove(A, "removed")
    assert home.room.door.ahead(ParticipantId("a2")) == 0
    answer = await first.join()
    assert (answer["type"], answer["data"].get("code")) == ("error", "room_locked"), "as everybody who is new"


async def test_the_right_to_write_that_comes_to_somebody_who_is_out_is_none(home: House) -> None:
    host, _, _ = await three(home)
    home.policy.hold["set_writer"] = asyncio.Event()
    host.tell("set_writer", document_id=DOCUMENT, participant_id="a", may_write=True)
    async with waiting_for(home, "set_writer"):
        await home.room.remove(A, "removed")
    assert writers(home) == []


async def test_whoever_goes_on_on_another_device_gets_the_right_to_write_that_was_on_its_way(home: House) -> None:
    host, _, _ = await three(home)
    home.policy.hold["set_writer"] = asyncio.Event()
    host.tell("set_writer", document_id=DOCUMENT, participant_id="a", may_write=True)
    async with waiting_for(home, "set_writer"):
        await home.room.door.hand_over(A, "continued_elsewhere")
    assert writers(home) == ["a"]


async def test_a_host_who_is_sent_out_on_the_way_into_a_private_talk_is_not_in_it(home: House) -> None:
    host, a, r = await three(home)
    clerk = await home.arrive("clerk", "host", "mediator")
    caucus_id = await open_caucus(home, host, "a")
    home.policy.hold["change_caucus"] = asyncio.Event()
    clerk.tell("enter_caucus", caucus_id=caucus_id)
    async with waiting_for(home, "change_caucus"):
        await home.room.remove(ParticipantId("clerk"), "removed")
    [caucus] = home.room.caucuses
    assert list(caucus.members) == ["a"] and not caucus.with_host
    assert [[str(one.participant_id) for one in each.members] for each in home.policy.caucuses] == [["a"]]
    for browser in (host, a, r):
        browser.catch_up()
        known = home.room.participants[ParticipantId(browser.token.removeprefix("token-"))].known
        assert "clerk" not in known.participants
    assert (await home.arrive("clerk", "host", "mediator")).snapshot is not None
    assert home.room.caucuses.place_of(ParticipantId("clerk")) is None
