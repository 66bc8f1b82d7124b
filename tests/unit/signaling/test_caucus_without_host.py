"""The host goes while a countdown into a private talk runs: nobody is sent apart, and every screen is told why."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from signaling.ids import ParticipantId
from signaling.messages import CloseCode
from tests.support.room_ports import WAIT, Browser, House, three

LEFT = 1000


async def announce(host: Browser, *members: str) -> str:
    return str((await host.do("open_caucus", participant_ids=list(members), in_seconds=3))["caucus_id"])


async def pass_by(home: House, seconds: float) -> None:
    home.clock.advance(seconds)
    await home.settle()


def told(browser: Browser) -> list[str]:
    """What somebody was told of private talks: their states, and why one does not take place."""
    words: list[str] = []
    for event in browser.catch_up():
        if event["type"] == "caucus_changed":
            state = event["data"]["caucus"]["state"]
            words += [state] * (words[-1:] != [state])  # open, and then sealed
        elif event["type"] == "caucus_cancelled":
            words.append(event["data"]["reason"])
    return words


def places(home: House) -> dict[str, Any]:
    return {str(each): home.room.caucuses.place_of(each) for each in home.room.participants}


@pytest.mark.parametrize("along", [True, False])
async def test_the_only_host_leaves_and_it_is_called_off_at_once(home: House, along: bool) -> None:
    host, a, r = await three(home)
    await announce(host, "a", *["host"] * along)
    await host.hang_up(LEFT)
    await home.settle()
    assert told(a) == told(r) == ["announced", "no_host"]
    assert (await a.event("participant_left"))["reason"] == "left"
    await pass_by(home, 3)
    assert home.policy.told("open_caucus") == [] and home.policy.conduct.moves == ()
    assert places(home) == {"a": None, "r": None}


@pytest.mark.parametrize("along", [True, False])
async def test_the_only_host_is_cut_off_and_not_back_at_its_end(home: House, along: bool) -> None:
    host, a, r = await three(home)
    await announce(host, "a", *["host"] * along)
    await host.hang_up()
    await pass_by(home, 2.9)
    assert told(a) == ["announced"], "they may be back before it is over"
    await pass_by(home, 0.1)
    assert told(a) == told(r) == ["announced", "no_host"]
    assert home.policy.told("open_caucus") == [] and set(places(home).values()) == {None}
    await host.join(resuming=True)
    await home.settle()
    assert told(host) == ["announced", "no_host"]
    caucus = await announce(host, "a", *["host"] * along)
    await pass_by(home, 3)
    assert places(home)["a"] == caucus, "it can be announced again"


async def test_a_host_who_is_back_in_time_goes_along(home: House) -> None:
    host, a, _ = await three(home)
    caucus = await announce(host, "a", "host")
    await host.hang_up()
    await pass_by(home, 2)
    await host.join(resuming=True)
    await pass_by(home, 1)
    assert told(a) == ["announced", "open"] and places(home) == {"a": caucus, "host": caucus, "r": None}


async def test_it_needs_the_host_who_was_to_go_along_whoever_else_is_there(home: House) -> None:
    host, a, _ = await three(home)
    clerk = await home.arrive("clerk", "host", "mediator")
    await announce(host, "a", "host")
    await host.hang_up()
    await pass_by(home, 3)
    assert told(a) == told(clerk) == ["announced", "no_host"]


async def test_any_host_will_do_when_none_was_to_go_along(home: House) -> None:
    host, a, _ = await three(home)
    await home.arrive("clerk", "host", "mediator")
    caucus = await announce(host, "a")
    await host.hang_up(LEFT)
    await pass_by(home, 3)
    assert told(a) == ["announced", "open"] and places(home)["a"] == caucus


async def test_a_host_who_is_sent_out_goes_nowhere_with_anybody(home: House) -> None:
    host, a, _ = await three(home)
    clerk = await home.arrive("clerk", "host", "mediator")
    await announce(clerk, "a", "clerk")
    await host.do("remove", participant_id="clerk", reason="")
    await home.settle()
    assert told(a) == told(host) == ["announced", "no_host"]
    assert await clerk.closed() == CloseCode.FORBIDDEN
    await pass_by(home, 3)
    assert set(places(home).values()) == {None}


async def test_the_only_host_leaves_while_the_product_keeps_its_beginning(home: House) -> None:
    host, a, r = await three(home)
    await announce(host, "a", "host")
    gate = home.policy.hold["open_caucus"] = asyncio.Event()
    try:
        home.clock.advance(3)
        async with asyncio.timeout(WAIT):
            await home.policy.reached["open_caucus"].wait()
        del home.policy.hold["open_caucus"]
        await host.hang_up(LEFT)
    finally:
        gate.set()
    await home.settle()
    assert told(a) == told(r) == ["announced", "closed"], "the books have it: it is over before anybody was moved"
    assert set(places(home).values()) == {None}
    assert [each.closed_at is None for each in home.policy.caucuses] == [False]


async def test_after_a_restart_it_waits_for_a_host_also_when_all_whom_it_moves_are_back(home: House) -> None:
    host, a, r = await three(home)
    caucus = await announce(host, "a")
    await pass_by(home, 1)
    await home.killed()
    await a.join()
    await r.join()
    await pass_by(home, 30)
    assert home.policy.told("open_caucus") == []
    assert [each.changes_at for each in home.room.participants[ParticipantId("r")].known.caucuses.values()] == [None]
    await host.join()
    await pass_by(home, 3)
    assert places(home) == {"a": caucus, "r": None, "host": None}


async def test_the_way_out_needs_no_host(home: House) -> None:
    host, a, r = await three(home)
    caucus = await announce(host, "a", "host")
    await pass_by(home, 3)
    await host.do("close_caucus", caucus_id=caucus, in_seconds=3)
    await host.hang_up(LEFT)
    await pass_by(home, 3)
    assert told(a)[-1] == told(r)[-1] == "closed" and places(home) == {"a": None, "r": None}
