"""A web process is killed in the middle of a session: whoever comes back sees what they saw; the database knows it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from room_server.domain.call import CallKind
from room_server.rules.rollcall import Item
from room_server.services.exhibits import Brought
from signaling.ids import ParticipantId
from tests.support.exhibit_room import PICTURE, stream
from tests.support.product_house import ProductHouse, seated_house
from tests.support.product_room import Product
from tests.support.room_ports import Browser

INSIDE = ("a1", "r1", "a2")
SECRET = "底线是26000"
NOBODY_ELSE = ("host", "clerk", *INSIDE, "r2")


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[ProductHouse]:
    async with seated_house(tmp_path) as opened:
        yield opened


async def everybody(home: ProductHouse) -> dict[str, Browser]:
    """All but one are let in; that one waits."""
    browsers = {name: await home.visitor(name) for name in NOBODY_ELSE}
    for browser in browsers.values():
        assert (await browser.join())["type"] == "ok"
    for name in INSIDE:
        await browsers["host"].do("admit", participant_id=home.ids[name])
    return browsers


def screens(home: ProductHouse, browsers: dict[str, Browser]) -> dict[str, Any]:
    """All that each screen shows but media and the quality of connections, part by part."""
    shown = {}
    for name in browsers:
        person = home.room.participants[ParticipantId(home.ids[name])]
        known = msgspec.to_builtins(home.room.snapshot(person))
        for volatile in ("seq", "media_epoch", "server_time", "publications"):
            del known[volatile]
        board, people = known.pop("board"), known.pop("participants")
        parts = {**known, **board, **{each["participant_id"]: each for each in people}}
        shown |= {(name, part): value for part, value in parts.items()}
    return shown


def changes(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    both = {part: (before.get(part), after.get(part)) for part in before.keys() | after.keys()}
    return {part: (one, other) for part, (one, other) in both.items() if one != other}


async def killed_and_back(home: ProductHouse, browsers: dict[str, Browser]) -> dict[str, Any]:
    await home.killed()
    for browser in browsers.values():
        assert (await browser.join())["type"] == "ok"
    await home.settle()
    return screens(home, browsers)


async def much_happens(home: ProductHouse, browsers: dict[str, Browser]) -> None:
    """Something of everything that a room shows, pending where it can be."""
    host, ids, product = browsers["host"], home.ids, home.product
    services, session = product.services, product.session_id
    await browsers["r1"].do("raise_hand", raised=True)
    await browsers["a2"].do("raise_hand", raised=True)
    await host.do("move_hand", participant_id=ids["a2"], place=1)
    await browsers["r1"].do("want_break", wanted=True)
    await host.do("spotlight", participant_id=ids["a1"])
    await host.do("ask_to_switch_on", participant_id=ids["a1"], source="camera")
    await host.do("ask_to_switch_on", participant_id=ids["r1"], source="microphone")
    await browsers["r1"].do("answer_ask", source="microphone", agreed=False)
    await host.do("allow_sharing", participant_id=ids["r1"], allowed=True)
    await host.do("start_timer", kind="talk", seconds=300)
    await host.do("set_writer", document_id="agreement", participant_id=ids["a1"], may_write=True)
    await services.calls.call(session, ids["a1"], CallKind.TALK)
    await services.calls.call(session, ids["r2"], CallKind.ALARM)
    await services.chat.say(session, ids["a1"], "here", "大家好")
    await services.arrival.greet(session, ids["host"], "respondent", "请稍候")
    await services.roll_call.read_out(session, ids["host"], Item.DISCIPLINE)
    exhibit = await services.exhibits.add(session, ids["a1"], Brought("工资表", "a.jpg", stream(PICTURE)))
    await services.presentations.present(exhibit.exhibit_id, ids["host"], 1)
    await browsers["a1"].do("write_caption", text="我听不见，写给大家看", place="")
    await host.do("write_caption", text="工资欠了三个月", place="", participant_id=ids["r1"])
    await host.do("lock_room", locked=True)


async def test_every_screen_shows_what_it_showed(home: ProductHouse) -> None:
    browsers = await everybody(home)
    await much_happens(home, browsers)
    await home.settle()
    before = screens(home, browsers)
    assert {part.partition("/")[0] for name, part in before if name == "host"} >= {
        "call",
        "captions",
        "chat",
        "exhibit",
        "presentation",
        "greeting",
    }
    assert changes(before, await killed_and_back(home, browsers)) == {}


async def test_the_same_in_a_private_talk(home: ProductHouse) -> None:
    browsers = await everybody(home)
    await browsers["a2"].do("raise_hand", raised=True)
    members = [home.ids[each] for each in ("a1", "a2", "host")]
    caucus = (await browsers["host"].do("open_caucus", participant_ids=members, in_seconds=0))["caucus_id"]
    home.advance(0.1)
    await home.settle()
    await browsers["a1"].do("raise_hand", raised=True)
    await browsers["a1"].do("write_caption", text=SECRET, place=caucus)
    await browsers["r1"].do("write_caption", text="还要多久", place="")
    await browsers["r1"].do("raise_hand", raised=True)
    await browsers["host"].do("start_timer", kind="talk", seconds=60)
    await browsers["host"].do("spotlight", participant_id=home.ids["a2"])
    await browsers["clerk"].do("spotlight", participant_id=home.ids["r1"])
    await home.settle()
    before = screens(home, browsers)
    assert before["a1", "stage"]["spotlight"] == home.ids["a2"] != before["r1", "stage"]["spotlight"]
    after = await killed_and_back(home, browsers)
    assert changes(before, after) == {}
    inside = {name for (name, part), value in after.items() if part == "captions" and SECRET in str(value)}
    assert inside == {"a1", "a2", "host"}
    await browsers["host"].do("close_caucus", caucus_id=caucus, in_seconds=0)
    home.advance(0.1)
    await home.settle()
    assert SECRET not in str(await kept(home.product)), "it is kept no longer than the talk runs"


async def test_a_countdown_into_a_private_talk_begins_anew_with_all_its_seconds(home: ProductHouse) -> None:
    browsers = await everybody(home)
    members = [home.ids[each] for each in ("a1", "a2", "host")]
    caucus = (await browsers["host"].do("open_caucus", participant_ids=members, in_seconds=3))["caucus_id"]
    home.advance(2)
    after = await killed_and_back(home, browsers)
    for name in INSIDE:
        [shown] = after[name, "caucuses"]
        assert (shown["state"], shown["changes_at"]) == ("announced", home.clock.now() + 3)
    assert "caucus_opened" not in await home.product.kinds()
    home.advance(3)
    await home.settle()
    assert (await home.product.kinds()).count("caucus_opened") == 1
    places = {name: home.room.caucuses.place_of(ParticipantId(home.ids[name])) for name in browsers}
    assert {name for name, place in places.items() if place == caucus} == {"a1", "a2", "host"}


async def kept(product: Product) -> Any:
    return (await product.services.conduct.get(product.session_id)).live


async def test_nothing_of_it_is_on_the_record_and_nothing_is_left_after_the_session(home: ProductHouse) -> None:
    browsers = await everybody(home)
    entries = await home.product.kinds()
    await browsers["a1"].do("raise_hand", raised=True)
    await browsers["host"].do("mute_all")
    await browsers["a1"].do("write_caption", text=SECRET, place="")
    assert await home.product.kinds() == entries
    assert SECRET in str(await kept(home.product))
    assert (await kept(home.product))["hands"] and (await kept(home.product))["mutes"]
    await browsers["host"].do("close_room")
    await home.settle()
    assert await kept(home.product) == {}


async def test_what_is_kept_in_words_of_another_version_does_not_keep_the_room_shut(home: ProductHouse) -> None:
    await home.product.services.conduct.keep_live(home.product.session_id, {"hands": "three", "more": 1})
    browsers = await everybody(home)
    await browsers["a1"].do("raise_hand", raised=True)
    assert len((await kept(home.product))["hands"]) == 1


async def test_who_was_sent_out_may_write_no_more_whatever_process_holds_the_room(home: ProductHouse) -> None:
    browsers = await everybody(home)
    for name in ("a1", "r1"):
        await browsers["host"].do("set_writer", document_id="agreement", participant_id=home.ids[name], may_write=True)
    await browsers["host"].do("remove", participant_id=home.ids["a1"], reason="")
    loaded = await home.product.services.drafting.load(home.product.session_id, "agreement")
    assert home.ids["a1"] not in loaded.writers and home.ids["r1"] in loaded.writers
