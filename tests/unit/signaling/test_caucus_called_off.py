"""A private talk that does not take place: called off at the last moment, emptied, refused, in the way of another."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from signaling.errors import ErrorCode, SignalingError
from signaling.ids import ParticipantId
from tests.support.room_ports import WAIT, Browser, House, three


async def announce(host: Browser, *members: str) -> str:
    return str((await host.do("open_caucus", participant_ids=list(members), in_seconds=3))["caucus_id"])


async def until_it_is_being_kept(home: House) -> asyncio.Event:
    """The countdown is over and the product is keeping that it begins, until the event is set."""
    gate = home.policy.hold["open_caucus"] = asyncio.Event()
    home.clock.advance(3)
    async with asyncio.timeout(WAIT):
        await home.policy.reached["open_caucus"].wait()
    return gate


async def kept(home: House, gate: asyncio.Event) -> None:
    del home.policy.hold["open_caucus"]
    gate.set()
    await home.settle()


def states(browser: Browser) -> list[str]:
    return [each["data"]["caucus"]["state"] for each in browser.catch_up() if each["type"] == "caucus_changed"]


def reasons(browser: Browser) -> list[str]:
    return [each["data"]["reason"] for each in browser.catch_up() if each["type"] == "caucus_cancelled"]


def books(home: House) -> list[bool]:
    """Of each caucus that the product knows, whether it runs."""
    return [each.closed_at is None for each in home.policy.caucuses]


async def test_called_off_while_the_product_keeps_its_beginning_it_is_over_in_the_books_and_nobody_was_moved(
    home: House,
) -> None:
    host, a, r = await three(home)
    send, _ = await a.open_transports()
    publication = await a.publish(send)
    caucus_id = await announce(host, "a", "host")
    gate = await until_it_is_being_kept(home)
    await host.do("close_caucus", caucus_id=caucus_id)
    await kept(home, gate)
    assert books(home) == [False]
    assert home.policy.told("caucus_closed") == [(caucus_id,)], "the recording goes on"
    assert states(r) == states(a) == ["announced", "closed"]
    assert [each for each in a.catch_up() if each["type"] == "media_reset"] == []
    assert publication in home.room.publications
    assert home.room.caucuses.of(ParticipantId("a")) is None


async def test_the_last_party_is_sent_out_while_the_product_keeps_its_beginning(home: House) -> None:
    host, _, r = await three(home)
    await announce(host, "a", "host")
    gate = await until_it_is_being_kept(home)
    await host.do("remove", participant_id="a", reason="disturbs")
    await kept(home, gate)
    assert books(home) == [False]
    assert (states(r)[-1], home.room.caucuses.of(ParticipantId("host"))) == ("closed", None)


async def test_one_of_two_parties_is_sent_out_while_the_product_keeps_its_beginning(home: House) -> None:
    host, _, r = await three(home)
    await home.arrive("a2", side="applicant")
    await announce(host, "a", "a2")
    gate = await until_it_is_being_kept(home)
    await host.do("remove", participant_id="a", reason="disturbs")
    await kept(home, gate)
    [caucus] = home.room.caucuses
    assert (caucus.state, list(caucus.members), states(r)[-1]) == ("open", ["a2"], "open")


async def test_called_off_after_the_countdown_but_before_its_turn_it_never_began(home: House) -> None:
    host, _, r = await three(home)
    caucus_id = await announce(host, "a", "host")
    gate = asyncio.Event()
    home.room.background.run(gate.wait())
    home.clock.advance(3)
    await asyncio.sleep(0)
    await host.do("close_caucus", caucus_id=caucus_id)
    gate.set()
    await home.settle()
    assert (home.policy.told("open_caucus"), list(home.room.caucuses), reasons(r)) == ([], [], ["called_off"])


async def test_what_can_be_kept_neither_as_over_runs_and_a_host_ends_it(home: House) -> None:
    host, a, _ = await three(home)
    caucus_id = await announce(host, "a", "host")
    gate = await until_it_is_being_kept(home)
    home.policy.refuse["close_caucus"] = RuntimeError("no database")
    await host.do("close_caucus", caucus_id=caucus_id)
    await kept(home, gate)
    assert (books(home), states(a)[-1]) == ([True], "open")
    assert home.room.caucuses.place_of(ParticipantId("a")) == caucus_id
    home.policy.refuse.clear()
    await host.do("close_caucus", caucus_id=caucus_id, in_seconds=0)
    home.clock.advance(0)
    await home.settle()
    assert (books(home), states(a)[-1]) == ([False], "closed")


@pytest.mark.parametrize("committed", [False, True])
async def test_the_process_is_killed_right_after_it_was_called_off_too_late(home: House, committed: bool) -> None:
    """It had begun: then it ends when its people are back. It had not: then it never was."""
    host, a, r = await three(home)
    caucus_id = await announce(host, "a", "host")
    gate = await until_it_is_being_kept(home)
    host.tell("close_caucus", caucus_id=caucus_id)
    async with asyncio.timeout(WAIT):
        while not [each for each in home.room.caucuses if each.called_off]:
            await asyncio.sleep(0)
    old, ending = home.room, asyncio.Event()
    await home.policy.keep_conduct(old, old.keeping.state())
    if committed:
        home.policy.hold["close_caucus"] = ending
        home.policy.hold.pop("open_caucus")
        gate.set()
        async with asyncio.timeout(WAIT):
            await home.policy.reached["close_caucus"].wait()
    await home.killed()
    home.policy.hold.clear()
    for each in (host, a, r):
        await each.join()
    home.clock.advance(0)
    await home.settle()
    assert books(home) == [False] * committed
    assert [each.state for each in home.room.caucuses] == ["closed"] * committed
    gate.set()
    ending.set()
    await old.background.drain()


async def test_why_it_does_not_take_place_is_told_to_both_sides_and_to_the_mediator(home: House) -> None:
    host, a, r = await three(home)
    home.policy.refuse["open_caucus"] = SignalingError(ErrorCode.CONFLICT, "not now")
    await announce(host, "a")
    home.clock.advance(3)
    await home.settle()
    await announce(host, "a")
    await a.hang_up(1000)
    home.clock.advance(3)
    await home.settle()
    assert reasons(r) == reasons(host) == ["refused", "nobody"]


async def test_a_host_is_never_in_two(home: House) -> None:
    host, _, _ = await three(home)
    first = await announce(host, "r")
    home.clock.advance(3)
    await home.settle()
    second = await announce(host, "a", "host")
    assert await host.fail("enter_caucus", caucus_id=first) == "conflict"
    home.clock.advance(3)
    await home.settle()
    assert [each.caucus_id for each in home.room.caucuses if "host" in each.members] == [second]


async def test_a_host_who_is_on_the_way_into_another_keeps_the_new_one_from_beginning(home: House) -> None:
    host, a, r = await three(home)
    first = await announce(host, "r")
    home.clock.advance(3)
    await home.settle()
    gate = home.policy.hold["change_caucus"] = asyncio.Event()
    host.tell("enter_caucus", caucus_id=first)
    async with asyncio.timeout(WAIT):
        await home.policy.reached["change_caucus"].wait()
    again = home.room.participants[ParticipantId("host")]
    home.room.movement.announce(again, [ParticipantId("a"), ParticipantId("host")], 0)
    home.clock.advance(0)
    del home.policy.hold["change_caucus"]
    gate.set()
    await home.settle()
    assert home.room.caucuses.place_of(ParticipantId("host")) == first
    assert reasons(a) == reasons(r) == ["elsewhere"]
    running: list[Any] = [each for each in home.room.caucuses if each.state != "closed"]
    assert len(running) == 1
