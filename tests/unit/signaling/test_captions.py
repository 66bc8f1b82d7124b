"""What is said, written for those in the same place: nobody outside reads it, and nothing of it stays."""

from __future__ import annotations

from typing import Any

import msgspec

from signaling.captions import LONGEST, MOST, SHOWN, STALE, WINDOW
from signaling.ids import ParticipantId
from tests.support.room_ports import Browser, House, three

SECRET = "最低两万六"


async def apart(home: House, host: Browser, *members: str) -> str:
    caucus_id = (await host.do("open_caucus", participant_ids=list(members), in_seconds=0))["caucus_id"]
    home.clock.advance(0)
    await home.settle()
    return str(caucus_id)


def read(home: House, name: str) -> list[str]:
    """The captions on somebody's screen."""
    lines: list[dict[str, Any]] = home.room.participants[ParticipantId(name)].known.board.get("captions", [])
    return [line["text"] for line in lines]


def told(home: House, name: str) -> str:
    """Everything that somebody was told of the room."""
    return msgspec.json.encode(home.room.snapshot(home.room.participants[ParticipantId(name)])).decode()


async def test_a_line_is_on_every_screen_of_the_place_with_who_said_it(home: House) -> None:
    _, a, _ = await three(home)
    await a.do("write_caption", text="  我听不见，\n 写给大家看 ", place="")
    (line,) = home.room.participants[ParticipantId("r")].known.board["captions"]
    assert line == {
        "participant_id": "a",
        "name": home.room.participants[ParticipantId("a")].display_name,
        "side": "applicant",
        "writer": "",
        "text": "我听不见， 写给大家看",
        "at": home.clock.now(),
    }
    assert read(home, "host") == read(home, "a") == ["我听不见， 写给大家看"]


async def test_a_host_writes_for_whoever_speaks_and_it_says_so(home: House) -> None:
    host, a, _ = await three(home)
    await host.do("write_caption", text="请说", place="", participant_id="host")
    await host.do("write_caption", text="工资欠了三个月", place="", participant_id="a")
    own, other = home.room.participants[ParticipantId("r")].known.board["captions"]
    assert own["writer"] == "" and other["participant_id"] == "a"
    assert other["writer"] == home.room.participants[ParticipantId("host")].display_name
    assert await a.fail("write_caption", text="我赔", place="", participant_id="r") == "forbidden"
    assert await host.fail("write_caption", text="谁", place="", participant_id="nobody") == "not_found"


async def test_nothing_of_a_caucus_reaches_anybody_outside_nor_stays_when_it_is_over(home: House) -> None:
    host, a, r = await three(home)
    await a.do("write_caption", text="大家好", place="")
    caucus = await apart(home, host, "a", "host")
    assert read(home, "a") == [], "of the joint session nothing is read inside"
    await a.do("write_caption", text=SECRET, place=caucus)
    await host.do("write_caption", text=f"{SECRET}，对吗", place=caucus, participant_id="a")
    await r.do("write_caption", text="还要多久", place="")
    assert read(home, "host") == [SECRET, f"{SECRET}，对吗"]
    assert read(home, "r") == ["大家好", "还要多久"] and SECRET not in told(home, "r")
    assert await host.fail("write_caption", text="对方", place=caucus, participant_id="r") == "not_found"
    await host.do("leave_caucus")
    await home.settle()
    assert read(home, "host") == ["大家好", "还要多久"] and SECRET not in told(home, "host")
    await host.do("enter_caucus", caucus_id=caucus)
    await home.settle()
    assert read(home, "host") == [SECRET, f"{SECRET}，对吗"], "who comes in later reads the last lines"
    await host.do("close_caucus", caucus_id=caucus, in_seconds=0)
    home.clock.advance(0)
    await home.settle()
    for name in ("a", "host", "r"):
        assert read(home, name) == ["大家好", "还要多久"] and SECRET not in told(home, name)


async def test_what_was_typed_in_one_place_is_refused_in_another(home: House) -> None:
    host, a, _ = await three(home)
    caucus = await apart(home, host, "a", "host")
    assert await a.fail("write_caption", text="大家好", place="") == "conflict"
    await host.do("close_caucus", caucus_id=caucus, in_seconds=0)
    home.clock.advance(0)
    await home.settle()
    assert await a.fail("write_caption", text=SECRET, place=caucus) == "conflict"
    assert read(home, "r") == []


async def test_who_comes_later_reads_the_last_lines_and_who_waits_reads_none(home: House) -> None:
    host = await home.host()
    for number in range(SHOWN + 2):
        await host.do("write_caption", text=f"第{number}句", place="")
        home.clock.advance(1)
    await home.arrive("late", side="applicant")
    assert read(home, "late") == [f"第{number}句" for number in range(2, SHOWN + 2)]
    await home.arrive("waits", admitted=False)
    assert read(home, "waits") == [] and "第7句" not in told(home, "waits")


async def test_a_line_is_short_and_has_words(home: House) -> None:
    _, a, _ = await three(home)
    for text in ("", " \n ", "字" * (LONGEST + 1), "a\x00b", "\u202eabc"):
        assert await a.fail("write_caption", text=text, place="") == "bad_request"
    assert read(home, "r") == []
    await a.do("write_caption", text="字" * LONGEST, place="")


async def test_nobody_floods_the_screens(home: House) -> None:
    _, a, r = await three(home)
    for number in range(MOST):
        await a.do("write_caption", text=str(number), place="")
    assert await a.fail("write_caption", text="more", place="") == "rate_limited"
    await r.do("write_caption", text="轮到我", place="")
    home.clock.advance(WINDOW)
    await a.do("write_caption", text="again", place="")
    assert read(home, "host")[-2:] == ["轮到我", "again"]


async def test_the_product_keeps_it_for_the_next_process_and_is_told_nothing_of_it(home: House) -> None:
    _, a, _ = await three(home)
    before = list(home.policy.calls)
    await a.do("write_caption", text=SECRET, place="")
    await home.settle()
    assert home.policy.calls == [*before, ("keep_conduct",)]
    assert [line.text for line in home.policy.conduct.captions] == [SECRET]


async def back(home: House, *browsers: Browser) -> None:
    await home.killed()
    for browser in browsers:
        assert (await browser.join())["type"] == "ok"
    await home.settle()


async def test_the_last_lines_of_each_place_are_there_again_after_the_process_was_killed(home: House) -> None:
    host, a, r = await three(home)
    for number in range(SHOWN + 1):
        await r.do("write_caption", text=f"第{number}句", place="")
    caucus = await apart(home, host, "a", "host")
    await host.do("write_caption", text=SECRET, place=caucus, participant_id="a")
    before = {name: told(home, name) for name in ("host", "a", "r")}
    await back(home, r, a, host)
    joint = [f"第{number}句" for number in range(1, SHOWN + 1)]
    assert (read(home, "host"), read(home, "a"), read(home, "r")) == ([SECRET], [SECRET], joint)
    assert SECRET in before["a"] and SECRET not in told(home, "r") and SECRET not in str(r.events)
    await host.do("leave_caucus")
    await home.settle()
    assert read(home, "host") == joint and SECRET not in told(home, "host")
    await host.do("close_caucus", caucus_id=caucus, in_seconds=0)
    home.clock.advance(0)
    await home.settle()
    assert SECRET not in str(home.policy.conduct), "what was said in a private talk is kept no longer than it runs"
    await back(home, r, a, host)
    assert read(home, "a") == joint


async def test_lines_of_a_talk_that_is_over_are_not_brought_back_nor_kept(home: House) -> None:
    host, a, r = await three(home)
    caucus = await apart(home, host, "a")
    await a.do("write_caption", text=SECRET, place=caucus)
    last = home.policy.conduct
    await host.do("close_caucus", caucus_id=caucus, in_seconds=0)
    home.clock.advance(0)
    await home.settle()
    home.policy.conduct = last  # killed between the end of the talk and the next commit
    await back(home, a, host, r)
    assert read(home, "a") == read(home, "r") == [] and SECRET not in told(home, "a")
    assert SECRET not in str(home.policy.conduct)


async def test_lines_end_when_nobody_is_left_and_old_ones_do_not_come_back(home: House) -> None:
    host, a, _ = await three(home)
    await a.do("write_caption", text=SECRET, place="")
    kept = home.policy.conduct
    for browser in home.browsers:
        await browser.hang_up(1000)
    await home.settle()
    assert SECRET not in str(home.policy.conduct)
    home.policy.conduct = kept
    await home.killed()
    home.clock.advance(STALE)
    await host.join()
    await home.settle()
    assert read(home, "host") == [] and SECRET not in str(home.policy.conduct)


async def test_a_host_who_comes_into_a_private_talk_reads_what_is_written_from_then_on(home: House) -> None:
    host, a, _ = await three(home)
    caucus_id = await apart(home, host, "a")
    await a.do("write_caption", text="among ourselves", place=caucus_id)
    await host.do("enter_caucus", caucus_id=caucus_id)
    await a.do("write_caption", text="with the mediator", place=caucus_id)
    assert read(home, "a") == ["among ourselves", "with the mediator"]
    assert read(home, "host") == ["with the mediator"]
    await home.killed()
    await back(home, host, a)
    assert (read(home, "a"), read(home, "host")) == (["among ourselves", "with the mediator"], ["with the mediator"])
