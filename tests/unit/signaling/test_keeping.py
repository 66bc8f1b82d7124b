"""What a room goes on with after its process was killed: as long as anybody may come back, and where it still fits."""

from __future__ import annotations

from typing import Any

import msgspec

from signaling.conduct import LINGERS
from signaling.errors import ErrorCode, SignalingError
from signaling.ids import CaucusId, ParticipantId
from signaling.kept import NOTHING_KEPT, KeptConduct
from tests.support.room_ports import Browser, House, close_caucus, open_caucus, three


async def back(home: House, *browsers: Browser) -> list[Any]:
    """The process is killed, these people come back: what each of them sees then."""
    await home.killed()
    for browser in browsers:
        answer = await browser.join()
        assert answer["type"] == "ok", answer
    await home.settle()
    people = [home.room.participants[ParticipantId(each.snapshot["me"])] for each in browsers if each.snapshot]
    return [msgspec.to_builtins(home.room.snapshot(each)) for each in people]


def person(snapshot: Any, name: str) -> Any:
    return next(each for each in snapshot["participants"] if each["participant_id"] == name)


async def muted(browser: Browser, source: str = "microphone", kind: str = "audio") -> bool:
    """Whether the server drops what somebody sends from now on."""
    made = await browser.do("create_transport", direction="send")
    answer = await browser.do("publish", transport_id=made["transport_id"], kind=kind, source=source, rtp_parameters={})
    return browser.house.room.publications[answer["publication_id"]].muted_by_host


async def test_what_was_answered_is_there_although_the_process_was_killed_with_the_answer(home: House) -> None:
    host, a, r = await three(home)
    await a.do("raise_hand", raised=True)
    await r.do("raise_hand", raised=True)
    await host.do("move_hand", participant_id="r", place=1)
    await r.do("want_break", wanted=True)
    await host.do("spotlight", participant_id="a")
    await host.do("start_timer", kind="talk", seconds=300)
    await host.do("ask_to_switch_on", participant_id="a", source="camera")
    await host.do("allow_sharing", participant_id="a", allowed=True)
    await host.do("mute_all")
    began = home.clock.now()
    seen, _, mine = await back(home, host, a, r)
    assert [person(seen, each)["hand_place"] for each in "ra"] == [1, 2]
    assert person(seen, "r")["wants_break"] and person(mine, "r")["wants_break"]
    assert [ask["source"] for ask in person(seen, "a")["asks"]] == ["camera"]
    assert person(seen, "a")["may_share"] and not person(seen, "r")["may_share"]
    assert mine["stage"]["spotlight"] == "a"
    assert mine["stage"]["timer"] == {"kind": "talk", "started_at": began, "ends_at": began + 300}
    assert await muted(a) and await muted(r) and not await muted(a, "camera", "video")
    assert not await muted(a, "screen", "video"), "the leave to share holds"
    assert not await muted(host)


async def test_a_countdown_goes_away_when_it_would_have_gone(home: House) -> None:
    host, _, r = await three(home)
    await host.do("start_timer", kind="break", seconds=60)
    await back(home, r)
    home.clock.advance(60 + LINGERS - 1)
    assert home.room.participants[ParticipantId("r")].known.stage.timer is not None
    home.clock.advance(2)
    await home.settle()
    assert home.room.participants[ParticipantId("r")].known.stage.timer is None
    assert home.policy.conduct.timers == ()
    await host.join()
    await host.do("start_timer", kind="break", seconds=1)
    home.clock.advance(0)
    await home.killed()
    home.clock.advance(1 + LINGERS)
    answer = await host.join()
    assert answer["data"]["snapshot"]["stage"]["timer"] is None


async def test_who_does_not_come_back_loses_the_place_like_anybody_whose_connection_is_lost(home: House) -> None:
    host, a, r = await three(home)
    await a.do("raise_hand", raised=True)
    await r.do("raise_hand", raised=True)
    await a.do("want_break", wanted=True)
    await host.do("spotlight", participant_id="a")
    seen, _ = await back(home, host, r)
    assert person(seen, "r")["hand_place"] == 2, "the other may be back at any moment"
    home.clock.advance(home.room.settings.resume_seconds)
    await home.settle()
    assert home.room.participants[ParticipantId("r")].known.participants[ParticipantId("r")].hand_place == 1
    assert home.policy.conduct == KeptConduct(hands=home.policy.conduct.hands)
    await a.join()
    assert person(a.snapshot, "a")["hand_place"] == 0 and not person(a.snapshot, "a")["wants_break"]


async def test_nothing_that_was_said_in_another_place_holds(home: House) -> None:
    host, a, r = await three(home)
    await a.do("raise_hand", raised=True)
    await r.do("raise_hand", raised=True)
    await host.do("mute_all")
    await host.do("ask_to_switch_on", participant_id="r", source="camera")
    await host.do("spotlight", participant_id="a")
    before = home.policy.conduct
    await host.do("open_caucus", participant_ids=["a", "host"], in_seconds=0)
    home.clock.advance(0)
    await home.settle()
    await host.do("start_timer", kind="talk", seconds=60)
    (inside,) = home.policy.conduct.timers
    # Killed between the commit of the move and the next one: the conduct of before the move is all that was kept.
    home.policy.conduct = msgspec.structs.replace(before, timers=[inside])
    seen, mine = await back(home, a, r)
    assert (person(seen, "a")["hand_place"], seen["stage"]["spotlight"]) == (0, None)
    assert seen["stage"]["timer"] is not None and mine["stage"]["timer"] is None
    assert person(mine, "r")["hand_place"] == 1 and person(mine, "r")["asks"]
    assert not await muted(a) and await muted(r)
    home.policy.conduct = msgspec.structs.replace(before, timers=[msgspec.structs.replace(inside, place=CaucusId("x"))])
    assert [each["stage"]["timer"] for each in await back(home, a, r)] == [None, None]


async def test_what_was_said_in_a_private_talk_ends_with_it_though_its_people_were_not_back(home: House) -> None:
    host, a, r = await three(home)
    caucus = await open_caucus(home, host, "a", "host")
    await a.do("raise_hand", raised=True)
    await a.do("want_break", wanted=True)
    await host.do("ask_to_switch_on", participant_id="a", source="camera")
    await host.do("mute_all")
    await back(home, host, r)
    await close_caucus(home, host, caucus)
    await a.join()
    await home.settle()
    for viewer in (host, r, a):
        assert viewer.snapshot is not None
        known = home.room.participants[ParticipantId(viewer.snapshot["me"])].known.participants[ParticipantId("a")]
        assert (known.caucus_id, known.hand_place, known.wants_break, known.asks) == (None, 0, False, [])
    assert not await muted(a)


async def test_whoever_left_in_a_private_talk_is_not_muted_for_what_was_said_there(home: House) -> None:
    host, a, _ = await three(home)
    caucus = await open_caucus(home, host, "a", "host")
    await host.do("mute_all")
    await a.hang_up(1000)
    await close_caucus(home, host, caucus)
    await a.join()
    assert not await muted(a)


async def test_a_new_link_leads_out_of_a_private_talk_with_nothing_that_was_said_there(home: House) -> None:
    host, a, _ = await three(home)
    other = await home.arrive("a2")
    await open_caucus(home, host, "a", "a2", "host")
    await host.do("mute_all")
    await a.do("raise_hand", raised=True)
    await home.killed()
    for browser in (host, other):
        await browser.join()
    await home.room.remove(ParticipantId("a"), "link_reissued")
    await a.join()
    me = home.room.participants[ParticipantId("a")]
    assert home.room.caucuses.of(me.participant_id) is None
    assert me.known.participants[me.participant_id].hand_place == 0
    assert not await muted(a) and await muted(other)


async def test_who_sat_before_a_locked_door_sits_there_again_and_nobody_else(home: House) -> None:
    host = await home.host()
    waits = await home.arrive("w", admitted=False)
    late = home.browser("late", admitted=False)
    await host.do("lock_room", locked=True)
    await back(home, host, waits)
    assert (await late.join())["data"]["code"] == "room_locked"
    await home.killed()
    await host.join()
    home.clock.advance(home.room.settings.resume_seconds)
    await home.settle()
    assert (await waits.join())["data"]["code"] == "room_locked"


async def test_those_who_wait_are_told_how_many_came_before_and_nothing_of_whom(home: House) -> None:
    host = await home.host()
    first = await home.arrive("first", side="respondent", admitted=False)
    second = await home.arrive("second", side="applicant", admitted=False)
    third = await home.arrive("third", side="applicant", admitted=False)

    def ahead(*names: str) -> list[int]:
        return [home.room.participants[ParticipantId(each)].known.stage.ahead for each in names]

    assert ahead("first", "second", "third", "host") == [0, 1, 2, 0]
    assert {each["participant_id"] for each in second.snapshot["participants"]} == {"host", "second"}  # type: ignore[index]
    await second.hang_up()
    await second.join(resuming=True)
    assert ahead("first", "second", "third") == [0, 1, 2], "a lost connection costs no place"
    await home.killed()
    for browser in (third, host, second):
        await browser.join()
    await home.settle()
    assert ahead("second", "third") == [1, 2], "who came first may be back at any moment"
    home.clock.advance(home.room.settings.resume_seconds)
    await home.settle()
    assert ahead("second", "third") == [0, 1]
    await first.join()
    assert ahead("second", "third", "first") == [0, 1, 2], "whoever had left is the last"
    await host.do("admit", participant_id="third")
    assert ahead("second", "third", "first") == [0, 0, 1]
    assert [each["data"]["stage"]["ahead"] for each in first.catch_up() if each["type"] == "stage_changed"] == [1]
    await second.hang_up(1000)
    await home.settle()
    assert ahead("first") == [0]


async def test_a_failure_to_keep_is_made_good_with_the_next_change(home: House) -> None:
    _, a, r = await three(home)
    home.policy.refuse["keep_conduct"] = SignalingError(ErrorCode.INTERNAL, "the disk is full")
    await a.do("raise_hand", raised=True)
    assert home.policy.conduct is NOTHING_KEPT
    del home.policy.refuse["keep_conduct"]
    await r.do("want_break", wanted=True)
    assert [each.participant_id for each in home.policy.conduct.hands] == ["a"]


async def test_what_changes_nothing_is_not_kept_again(home: House) -> None:
    host, a, _ = await three(home)
    await a.do("raise_hand", raised=True)
    await host.do("spotlight", participant_id="a")
    kept = len(home.policy.told("keep_conduct"))
    for _ in range(3):
        await a.do("raise_hand", raised=True)
        await host.do("spotlight", participant_id="a")
        await muted(a)
    await home.settle()
    assert len(home.policy.told("keep_conduct")) == kept == 2


async def test_a_room_that_was_left_by_all_keeps_its_mutes_and_nothing_else(home: House) -> None:
    host, a, _ = await three(home)
    await host.do("mute_all")
    await a.do("raise_hand", raised=True)
    for browser in home.browsers:
        await browser.hang_up(1000)
    await home.settle()
    assert [each.participant_id for each in home.policy.conduct.mutes] == ["a", "r"]
    assert home.policy.conduct == KeptConduct(mutes=home.policy.conduct.mutes)
    home.clock.advance(301)
    await home.settle()
    assert home.hub.rooms == {}
    await a.join()
    assert await muted(a)
