"""A countdown into a private talk or out of it, and the process is killed: it begins anew when everybody is back."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from signaling.errors import ErrorCode, SignalingError
from signaling.ids import ParticipantId
from tests.support.room_ports import Browser, House


async def four(home: House) -> tuple[Browser, Browser, Browser, Browser]:
    host, a = await home.host(), await home.arrive("a", side="applicant")
    return host, a, await home.arrive("a2", side="applicant"), await home.arrive("r", side="respondent")


def places(home: House) -> dict[str, str | None]:
    return {str(each): home.room.caucuses.place_of(each) for each in home.room.participants}


def shown(home: House, name: str) -> list[Any]:
    """The private talks on somebody's screen: state, and seconds until it changes."""
    talks = home.room.participants[ParticipantId(name)].known.caucuses.values()
    now = home.clock.now()
    return [(each.state, None if each.changes_at is None else each.changes_at - now) for each in talks]


async def pass_by(home: House, seconds: float) -> None:
    home.clock.advance(seconds)
    await home.settle()


async def announced(home: House, host: Browser, *members: str, after: float = 2.0) -> str:
    """A countdown of 3 s, and the process is killed ``after`` so many of them."""
    caucus = (await host.do("open_caucus", participant_ids=list(members), in_seconds=3))["caucus_id"]
    home.clock.advance(after)
    await home.settle()
    await home.killed()
    return str(caucus)


async def test_it_begins_anew_with_all_its_seconds_when_the_last_of_its_people_is_back(home: House) -> None:
    host, a, a2, r = await four(home)
    caucus = await announced(home, host, "a", "a2", "host")
    for browser in (r, host, a):
        await browser.join()
    await pass_by(home, 30)
    for name in ("r", "host", "a"):
        assert shown(home, name) == [("announced", None)], "every screen is told that it waits"
    assert set(places(home).values()) == {None} and home.policy.told("open_caucus") == []
    await a2.join()
    await home.settle()
    for name in ("r", "host", "a", "a2"):
        assert shown(home, name) == [("announced", 3.0)]
    await pass_by(home, 2.9)
    assert home.policy.told("open_caucus") == []
    await pass_by(home, 0.1)
    assert home.policy.told("open_caucus") == [(caucus, ["a", "a2", "host"])]
    assert places(home) == {"r": None, "host": caucus, "a": caucus, "a2": caucus}
    assert home.policy.conduct.moves == ()


async def test_it_can_be_killed_again_while_it_waits(home: House) -> None:
    host, a, a2, r = await four(home)
    caucus = await announced(home, host, "a", "a2")
    await host.join()
    await r.join()
    await home.settle()
    await home.killed()
    for browser in (host, a, r):
        await browser.join()
    await home.settle()
    assert shown(home, "r") == [("announced", None)]
    await a2.join()
    await pass_by(home, 3)
    assert places(home) == {"host": None, "a": caucus, "a2": caucus, "r": None}


async def test_it_waits_as_long_as_anybody_may_come_back_and_goes_on_with_who_is_there(home: House) -> None:
    host, a, _, r = await four(home)
    caucus = await announced(home, host, "a", "a2")
    for browser in (host, a, r):
        await browser.join()
    await pass_by(home, home.room.settings.resume_seconds - 1)
    assert shown(home, "r") == [("announced", None)]
    await pass_by(home, 1)
    assert shown(home, "r") == [("announced", 3.0)]
    await pass_by(home, 3)
    assert home.policy.told("open_caucus") == [(caucus, ["a"])]


async def test_without_its_people_or_without_a_host_it_is_called_off_and_every_screen_is_told(home: House) -> None:
    host, a, _, r = await four(home)
    await announced(home, host, "a")
    await host.join()
    await r.join()
    await pass_by(home, home.room.settings.resume_seconds)
    await pass_by(home, 3)
    assert (await r.event("caucus_cancelled")) and shown(home, "host") == []
    await a.join()
    await announced(home, host, "a")
    await a.join()
    await r.join()
    await home.killed()
    await r.join()
    await pass_by(home, home.room.settings.resume_seconds)
    assert (await r.event("caucus_cancelled")) and home.policy.conduct.moves == ()
    assert home.policy.told("open_caucus") == []


async def test_a_host_calls_it_off_while_it_waits(home: House) -> None:
    host, a, a2, r = await four(home)
    caucus = await announced(home, host, "a", "a2")
    for browser in (host, a, r):
        await browser.join()
    await host.do("close_caucus", caucus_id=caucus, in_seconds=3)
    assert (await r.event("caucus_cancelled"))["caucus_id"] == caucus
    assert home.policy.conduct.moves == ()
    await a2.join()
    await pass_by(home, 70)
    assert set(places(home).values()) == {None} and home.policy.told("open_caucus") == []


async def test_whoever_is_sent_out_meanwhile_is_not_waited_for(home: House) -> None:
    host, a, a2, r = await four(home)
    caucus = await announced(home, host, "a", "a2")
    for browser in (host, a, r):
        await browser.join()
    await home.room.remove(ParticipantId("a2"), "removed")
    assert shown(home, "r") == [("announced", 3.0)]
    await pass_by(home, 3)
    assert home.policy.told("open_caucus") == [(caucus, ["a"])]
    assert (await a2.join())["type"] == "ok" and places(home)["a2"] is None


async def test_the_way_out_begins_anew_too(home: House) -> None:
    host, a, a2, r = await four(home)
    caucus = (await host.do("open_caucus", participant_ids=["a", "a2"], in_seconds=0))["caucus_id"]
    await pass_by(home, 0)
    await host.do("close_caucus", caucus_id=caucus, in_seconds=3)
    await pass_by(home, 1)
    await home.killed()
    for browser in (host, a, r):
        await browser.join()
    await pass_by(home, 10)
    assert shown(home, "a") == [("closing", None)] and places(home)["a"] == caucus
    await a2.join()
    await home.settle()
    assert shown(home, "r") == [("closing", 3.0)]
    await pass_by(home, 3)
    assert home.policy.told("close_caucus") == [(caucus,)] and set(places(home).values()) == {None}
    assert home.policy.conduct.moves == ()


@pytest.mark.parametrize("returns", [True, False])
async def test_a_talk_that_ended_while_its_host_was_waited_for_stays_as_it_ended(home: House, returns: bool) -> None:
    host, a, _, r = await four(home)
    await host.do("open_caucus", participant_ids=["a", "host"], in_seconds=0)
    await pass_by(home, 0)
    (talk,) = home.room.caucuses
    await host.do("close_caucus", caucus_id=talk.caucus_id, in_seconds=3)
    await home.killed()
    for browser in (a, r):
        await browser.join()
    await home.room.remove(ParticipantId("a"), "removed")
    await home.settle()
    assert shown(home, "r") == [("closed", None)]
    if returns:
        await host.join()
    await pass_by(home, home.room.settings.resume_seconds)
    assert shown(home, "r") == [("closed", None)]


async def test_a_refusal_of_the_product_calls_the_second_countdown_off_as_the_first(home: House) -> None:
    host, a, _, r = await four(home)
    await announced(home, host, "a")
    for browser in (host, a, r):
        await browser.join()
    home.policy.refuse["open_caucus"] = SignalingError(ErrorCode.INTERNAL, "the disk is full")
    await pass_by(home, 3)
    assert await r.event("caucus_cancelled")
    assert set(places(home).values()) == {None}


async def test_killed_between_the_commit_of_a_move_and_the_next_one_nothing_is_moved_twice(home: House) -> None:
    host, a, a2, r = await four(home)
    caucus = (await host.do("open_caucus", participant_ids=["a"], in_seconds=3))["caucus_id"]
    counting = home.policy.conduct
    await pass_by(home, 3)
    home.policy.conduct = counting
    await home.killed()
    for browser in (host, a, a2, r):
        await browser.join()
    await pass_by(home, 70)
    assert places(home)["a"] == caucus and home.policy.told("open_caucus") == [(caucus, ["a"])]
    # One of them was taken into another talk meanwhile: the old countdown has no say any more.
    (move,) = counting.moves
    home.policy.conduct = msgspec.structs.replace(
        counting,
        moves=[msgspec.structs.replace(move, caucus_id="cau_old")],  # type: ignore[arg-type]
    )
    await home.killed()
    for browser in (host, a, a2, r):
        await browser.join()
    await pass_by(home, 70)
    assert places(home)["a"] == caucus and len(home.policy.told("open_caucus")) == 1
    assert home.policy.conduct.moves == (), "what does not fit is not kept any longer"
