"""What a host does with those in the same place: the word, wishes, mutes, screens, the spotlight, time, the lock."""

from __future__ import annotations

import asyncio
from typing import Any

from signaling.conduct import LINGERS
from signaling.errors import ErrorCode, SignalingError
from signaling.ids import ParticipantId
from signaling.messages import Json
from tests.support.room_ports import Browser, House, three

A = ParticipantId("a")


async def clerk(home: House) -> Browser:
    return await home.arrive("clerk", "host", "mediator")


async def apart(home: House, host: Browser, *members: str) -> str:
    caucus_id = (await host.do("open_caucus", participant_ids=list(members), in_seconds=0))["caucus_id"]
    home.clock.advance(0)
    await home.settle()
    return str(caucus_id)


async def microphone(browser: Browser, **data: Any) -> str:
    made = await browser.do("create_transport", direction="send")
    answer = await browser.do(
        "publish", transport_id=made["transport_id"], kind="audio", source="microphone", rtp_parameters={}, **data
    )
    return str(answer["publication_id"])


async def screen(browser: Browser) -> Json:
    made = await browser.do("create_transport", direction="send")
    return await browser.ask(
        "publish", transport_id=made["transport_id"], kind="video", source="screen", rtp_parameters={}
    )


def seen(home: House, viewer: str, subject: str) -> Any:
    return home.room.participants[ParticipantId(viewer)].known.participants[ParticipantId(subject)]


def stage(home: House, viewer: str) -> Any:
    return home.room.participants[ParticipantId(viewer)].known.stage


# ---- the queue -------------------------------------------------------------------------------------------------------


async def test_the_server_keeps_the_order_and_the_time_of_asking(home: House) -> None:
    host, a, r = await three(home)
    began = home.clock.now()
    await r.do("raise_hand", raised=True)
    home.clock.advance(30)
    await a.do("raise_hand", raised=True)
    await r.do("raise_hand", raised=True)
    assert [(seen(home, "host", each).hand_place, seen(home, "host", each).hand_since) for each in "ra"] == [
        (1, began),
        (2, began + 30),
    ]
    assert seen(home, "a", "a").hand_place == 2
    await host.do("move_hand", participant_id="a", place=1)
    assert (seen(home, "a", "a").hand_place, seen(home, "r", "r").hand_place) == (1, 2)
    await host.do("lower_hand", participant_id="a")
    assert (seen(home, "a", "a").hand_place, seen(home, "r", "r").hand_place) == (0, 1)
    assert await host.fail("move_hand", participant_id="a", place=1) == "conflict"
    assert await host.fail("move_hand", participant_id="r", place=0) == "bad_request"


async def test_who_comes_back_after_a_lost_connection_keeps_the_place_and_who_left_does_not(home: House) -> None:
    _, a, r = await three(home)
    await a.do("raise_hand", raised=True)
    await r.do("raise_hand", raised=True)
    await a.hang_up()
    await a.join(resuming=True)
    assert seen(home, "a", "a").hand_place == 1
    await a.hang_up(1000)
    await home.settle()
    assert seen(home, "r", "r").hand_place == 1


async def test_the_queue_of_a_caucus_is_its_own(home: House) -> None:
    host, a, r = await three(home)
    b = await home.arrive("b", side="applicant")
    await clerk(home)
    for each in (a, b, r):
        await each.do("raise_hand", raised=True)
    await apart(home, host, "a", "b", "host")
    assert [seen(home, "host", each).hand_place for each in "ab"] == [0, 0], "a hand does not go along"
    told = len(r.catch_up())
    await b.do("raise_hand", raised=True)
    await a.do("raise_hand", raised=True)
    await host.do("move_hand", participant_id="a", place=1)
    assert [seen(home, "b", each).hand_place for each in "ab"] == [1, 2]
    assert r.catch_up()[told:] == []
    assert (seen(home, "r", "r").hand_place, seen(home, "clerk", "a").hand_place) == (1, 0)
    assert (seen(home, "a", "r").hand_place, seen(home, "host", "r").hand_place) == (0, 0)
    told = len(a.catch_up())
    await r.do("raise_hand", raised=False)
    await r.do("want_break", wanted=True)
    assert a.catch_up()[told:] == []


async def test_across_the_wall_there_is_nobody_to_conduct(home: House) -> None:
    host, a, _ = await three(home)
    outside = await clerk(home)
    await apart(home, host, "a", "host")
    publication = await microphone(a)
    for name, data in (
        ("lower_hand", {}), ("move_hand", {"place": 1}), ("give_word", {}), ("spotlight", {}),
        ("allow_sharing", {"allowed": True}), ("ask_to_switch_on", {"source": "camera"}),
    ):  # fmt: skip
        assert await outside.fail(name, participant_id="a", **data) == "not_found"
        assert await host.fail(name, participant_id="r", **data) == "not_found"
    assert await outside.fail("mute_publication", publication_id=publication, muted=True) == "not_found"
    await outside.do("mute_all")
    assert not home.room.publications[publication].muted_by_host  # type: ignore[index]


# ---- the word, wishes, mutes -----------------------------------------------------------------------------------------


async def test_giving_the_word_takes_the_hand_down_shows_large_and_asks_for_the_microphone(home: House) -> None:
    host, a, _ = await three(home)
    publication = await microphone(a, paused=True)
    await a.do("raise_hand", raised=True)
    await host.do("give_word", participant_id="a")
    assert seen(home, "r", "a").hand_place == 0
    assert stage(home, "r").spotlight == "a"
    assert [ask.source for ask in seen(home, "a", "a").asks] == ["microphone"]
    assert seen(home, "r", "a").asks == [], "what is asked of one person is not for the other side"
    assert home.media.publications[publication] is True  # type: ignore[index]
    await a.do("set_publication_paused", publication_id=publication, paused=False)
    assert seen(home, "a", "a").asks == []
    await host.do("give_word", participant_id="a")
    assert seen(home, "a", "a").asks == [], "a microphone that is open is not asked for"


async def test_a_wish_can_be_declined_and_the_hosts_see_it(home: House) -> None:
    host, a, _ = await three(home)
    await clerk(home)
    assert await a.fail("answer_ask", source="camera", agreed=True) == "wrong_state"
    await host.do("ask_to_switch_on", participant_id="a", source="camera")
    await a.do("answer_ask", source="camera", agreed=False)
    for viewer in ("host", "clerk"):
        assert [(ask.source, ask.declined) for ask in seen(home, viewer, "a").asks] == [("camera", True)]
    await host.do("ask_to_switch_on", participant_id="a", source="camera")
    await a.do("answer_ask", source="camera", agreed=True)
    assert seen(home, "host", "a").asks == []


async def test_a_mute_holds_for_what_is_published_anew_and_after_a_new_start(home: House) -> None:
    host, a, _ = await three(home)
    publication = await microphone(a)
    await host.do("mute_publication", publication_id=publication, muted=True)
    again = await microphone(a)
    assert home.media.publications[again] is True  # type: ignore[index]
    await a.hang_up(1000)
    await a.join()
    third = await microphone(a)
    assert home.room.publications[third].muted_by_host  # type: ignore[index]
    await host.do("ask_to_switch_on", participant_id="a", source="microphone")
    assert (home.room.publications[third].muted_by_host, home.media.publications[third]) == (False, True)  # type: ignore[index]
    await a.do("set_publication_paused", publication_id=third, paused=False)
    assert home.media.publications[third] is False  # type: ignore[index]


async def test_all_are_muted_but_hosts(home: House) -> None:
    host, a, r = await three(home)
    tracks = [await microphone(each) for each in (host, a, r)]
    await host.do("mute_all")
    await host.do("mute_all")
    assert [home.media.publications[each] for each in tracks] == [False, True, True]  # type: ignore[index]
    late = await home.arrive("late")
    assert home.room.publications[await microphone(late)].muted_by_host is False  # type: ignore[index]


async def test_a_mute_of_the_joint_session_does_not_go_into_a_private_talk(home: House) -> None:
    host, a, _ = await three(home)
    await host.do("mute_publication", publication_id=await microphone(a), muted=True)
    await apart(home, host, "a", "host")
    assert home.media.publications[await microphone(a)] is False  # type: ignore[index]


# ---- screens ---------------------------------------------------------------------------------------------------------


async def test_a_screen_is_shared_only_by_leave_and_ends_when_that_is_taken_back(home: House) -> None:
    host, a, r = await three(home)
    assert (await screen(a))["data"]["code"] == "forbidden"
    assert home.media.publications == {}
    assert (await screen(host))["type"] == "ok"
    await host.do("allow_sharing", participant_id="a", allowed=True)
    assert (await screen(r))["data"]["code"] == "forbidden", "for one person only"
    publication = (await screen(a))["data"]["publication_id"]
    await host.do("allow_sharing", participant_id="a", allowed=False)
    assert publication not in home.media.publications
    assert (publication, "not_allowed") in home.policy.told("publication_closed")
    assert (await screen(a))["data"]["code"] == "forbidden"


async def test_leave_that_is_taken_back_while_the_worker_works_counts(home: House) -> None:
    host, a, _ = await three(home)
    await host.do("allow_sharing", participant_id="a", allowed=True)
    made = await a.do("create_transport", direction="send")
    home.media.hold["publish"] = asyncio.Event()
    number = a.tell("publish", transport_id=made["transport_id"], kind="video", source="screen", rtp_parameters={})
    await asyncio.wait_for(home.media.reached["publish"].wait(), 5)
    await host.do("allow_sharing", participant_id="a", allowed=False)
    home.media.hold.pop("publish").set()
    assert (await a.answer(number))["data"]["code"] == "forbidden"
    assert home.media.publications == {} and not home.room.publications


# ---- spotlight, countdown, break -------------------------------------------------------------------------------------


async def test_the_spotlight_is_of_one_place_and_ends_with_its_person(home: House) -> None:
    host, _, r = await three(home)
    await host.do("spotlight", participant_id="r")
    assert stage(home, "a").spotlight == "r"
    await apart(home, host, "a", "host")
    assert (stage(home, "a").spotlight, stage(home, "r").spotlight) == (None, "r")
    await r.hang_up(1000)
    await home.settle()
    await r.join()
    assert stage(home, "r").spotlight is None
    assert await host.fail("spotlight", participant_id="nobody") == "not_found"
    await host.do("spotlight", participant_id=None)


async def test_a_break_is_counted_down_for_everybody_and_goes_away_by_itself(home: House) -> None:
    host, a, _ = await three(home)
    await a.do("want_break", wanted=True)
    assert (seen(home, "host", "a").wants_break, seen(home, "r", "a").wants_break) == (True, False)
    await host.do("start_timer", kind="break", seconds=600)
    timer = stage(home, "a").timer
    assert (timer.kind, timer.ends_at - timer.started_at) == ("break", 600)
    assert not seen(home, "host", "a").wants_break
    assert home.policy.told("break_began") == [("host", 600)]
    home.clock.advance(600 + LINGERS - 1)
    assert stage(home, "a").timer is not None
    home.clock.advance(1)
    assert stage(home, "a").timer is None
    assert await host.fail("start_timer", kind="break", seconds=0) == "bad_request"
    await host.do("stop_timer")


async def test_a_countdown_in_a_caucus_is_of_the_caucus(home: House) -> None:
    host, _, r = await three(home)
    caucus_id = await apart(home, host, "a", "host")
    told = len(r.catch_up())
    await host.do("start_timer", kind="break", seconds=300)
    assert stage(home, "a").timer is not None and stage(home, "r").timer is None
    assert r.catch_up()[told:] == [] and home.policy.told("break_began") == []
    await host.do("close_caucus", caucus_id=caucus_id, in_seconds=0)
    home.clock.advance(0)
    await home.settle()
    assert stage(home, "a").timer is None


# ---- the lock --------------------------------------------------------------------------------------------------------


async def test_a_locked_room_takes_in_nobody_new_and_everybody_back_who_was_in(home: House) -> None:
    host, a, _ = await three(home)
    waits = await home.arrive("w", admitted=False)
    await host.do("lock_room", locked=True)
    await host.do("lock_room", locked=True)
    assert home.policy.told("lock_room") == [("host", True)]
    assert stage(home, "a").locked
    stranger = home.browser("new", admitted=False)
    assert (await stranger.join())["data"]["code"] == "room_locked"
    assert await stranger.closed() == 4403
    assert await host.fail("admit", participant_id="w") == "room_locked"
    for each in (a, waits):
        await each.hang_up()
        assert (await each.join(resuming=True))["data"]["resumed"]
    await a.hang_up(1000)
    assert (await a.join())["type"] == "ok", "they were let in once"
    assert (await (await clerk(home)).do("lock_room", locked=False)) == {}
    assert (await stranger.join())["type"] == "ok"


async def test_a_room_that_becomes_live_again_is_still_locked(home: House) -> None:
    home.policy.locked = True
    await home.host()
    stranger = home.browser("new", admitted=False)
    assert (await stranger.join())["data"]["code"] == "room_locked"


async def test_a_lock_that_the_product_refuses_does_not_hold(home: House) -> None:
    host, _, _ = await three(home)
    home.policy.refuse["lock_room"] = SignalingError(ErrorCode.WRONG_STATE, "the session has ended")
    assert await host.fail("lock_room", locked=True) == "wrong_state"
    assert not stage(home, "host").locked


# ---- two hosts -------------------------------------------------------------------------------------------------------


async def test_crossing_commands_of_two_hosts_are_each_done_or_refused_in_words(home: House) -> None:
    one, a, _ = await three(home)
    two = await clerk(home)
    await home.arrive("w", admitted=False)
    publication = await microphone(a)
    crossing: list[tuple[tuple[str, Json], tuple[str, Json], set[str]]] = [
        (("admit", {"participant_id": "w"}), ("admit", {"participant_id": "w"}), set()),
        (
            ("mute_publication", {"publication_id": publication, "muted": True}),
            ("ask_to_switch_on", {"participant_id": "a", "source": "microphone"}),
            set(),
        ),
        (("spotlight", {"participant_id": "a"}), ("spotlight", {"participant_id": "r"}), set()),
        (("give_word", {"participant_id": "a"}), ("lower_hand", {"participant_id": "a"}), set()),
        (("lock_room", {"locked": True}), ("lock_room", {"locked": False}), set()),
        (("start_timer", {"kind": "break", "seconds": 60}), ("stop_timer", {}), set()),
        (
            ("open_caucus", {"participant_ids": ["a"], "in_seconds": 3}),
            ("open_caucus", {"participant_ids": ["a", "clerk"], "in_seconds": 3}),
            {"conflict"},
        ),
        (("remove", {"participant_id": "r"}), ("remove", {"participant_id": "r"}), {"not_found"}),
    ]
    for first, second, refusals in crossing:
        numbers = [(one, one.tell(first[0], **first[1])), (two, two.tell(second[0], **second[1]))]
        answers = [await browser.answer(number) for browser, number in numbers]
        codes = {answer["data"]["code"] for answer in answers if answer["type"] == "error"}
        assert codes <= refusals, (first, second, codes)
        await home.settle()
        for viewer in ("a", "w"):
            known = [home.room.participants[ParticipantId(each)].known for each in ("host", "clerk")]
            assert known[0].participants[ParticipantId(viewer)] == known[1].participants[ParticipantId(viewer)]
            assert known[0].stage == known[1].stage and known[0].caucuses == known[1].caucuses


async def test_two_hosts_who_admit_at_the_same_moment_let_somebody_in_once(home: House) -> None:
    one, two = await home.host(), await clerk(home)
    waits = await home.arrive("w", admitted=False)
    home.policy.hold["admit"] = asyncio.Event()
    numbers = [(each, each.tell("admit", participant_id="w")) for each in (one, two)]
    await asyncio.wait_for(home.policy.reached["admit"].wait(), 5)
    home.policy.hold.pop("admit").set()
    assert {(await browser.answer(number))["type"] for browser, number in numbers} == {"ok"}
    await home.settle()
    assert [event["type"] for event in waits.catch_up()].count("snapshot") == 1


# ---- what is the matter with somebody's own devices ------------------------------------------------------------------


async def test_everybody_in_the_same_place_is_told_why_nothing_comes_from_somebody(home: House) -> None:
    host, a, r = await three(home)
    await a.do("tell_trouble", source="microphone", trouble="interrupted")
    await a.do("tell_trouble", source="camera", trouble="absent")
    told = len(r.catch_up())
    await a.do("tell_trouble", source="camera", trouble="absent")
    assert r.catch_up()[told:] == [], "what is said again is no news"
    for viewer in ("host", "a", "r"):
        assert troubles(home, viewer, "a") == {"camera": "absent", "microphone": "interrupted"}
    await a.do("tell_trouble", source="microphone", trouble=None)
    assert troubles(home, "r", "a") == {"camera": "absent"}
    assert [call for call in home.policy.calls if call[0] == "trouble_told"] == [
        ("trouble_told", "a", "microphone", "interrupted"),
        ("trouble_told", "a", "camera", "absent"),
        ("trouble_told", "a", "microphone", None),
    ]
    assert await a.fail("tell_trouble", source="camera", trouble="broken") == "bad_request"
    assert host is not None


async def test_a_trouble_in_a_private_talk_is_not_told_outside_it_nor_one_outside_within(home: House) -> None:
    host, a, r = await three(home)
    await apart(home, host, "a", "host")
    told = len(r.catch_up())
    await a.do("tell_trouble", source="camera", trouble="interrupted")
    assert r.catch_up()[told:] == []
    assert (troubles(home, "host", "a"), troubles(home, "r", "a")) == ({"camera": "interrupted"}, {})
    await r.do("tell_trouble", source="microphone", trouble="absent")
    assert (troubles(home, "a", "r"), troubles(home, "r", "r")) == ({}, {"microphone": "absent"})


async def test_a_trouble_is_that_of_the_page_and_ends_with_it(home: House) -> None:
    _, a, _ = await three(home)
    await a.do("tell_trouble", source="camera", trouble="unavailable")
    a.socket.hang_up()
    await home.settle()
    await a.join(resuming=True)
    assert troubles(home, "host", "a") == {"camera": "unavailable"}
    await a.join()
    assert troubles(home, "host", "a") == {}


def troubles(home: House, viewer: str, subject: str) -> dict[str, str]:
    return {each.source: each.trouble for each in seen(home, viewer, subject).troubles}
