"""What whoever waits at the door sees of private talks: nothing."""

from __future__ import annotations

import asyncio

from signaling.ids import CaucusId, ParticipantId
from signaling.messages import RecordingView
from tests.support.room_ports import WAIT, House, media_room, open_caucus, three


async def test_whoever_waits_at_the_door_cannot_tell_that_a_private_talk_runs(home: House) -> None:
    host, _, _ = await three(home)
    waiting = [await home.arrive(side[0] + "3", side=side, admitted=False) for side in ("applicant", "respondent")]
    outsider = waiting[0].snapshot
    assert outsider is not None
    assert {each["participant_id"]: each["presence"] for each in outsider["participants"]} == {
        "host": "present", "a3": "waiting",
    }  # fmt: skip
    before = [len(each.catch_up()) for each in waiting]
    caucus_id = await open_caucus(home, host, "a", "host")
    await host.do("leave_caucus")
    await host.do("enter_caucus", caucus_id=caucus_id)
    home.hub.quality(media_room(home, CaucusId(caucus_id)), ParticipantId("host"), "lost")
    await host.hang_up()  # in the talk
    home.clock.advance(61)
    await home.settle()
    assert [len(each.catch_up()) for each in waiting] == before
    late = (await home.arrive("a4", side="applicant", admitted=False)).snapshot
    assert late is not None
    mediator = next(each for each in late["participants"] if each["participant_id"] == "host")
    assert (mediator["presence"], mediator["caucus_id"]) == ("present", None)
    assert late["caucuses"] == []


async def test_a_host_who_was_cut_off_before_a_private_talk_stays_so_to_those_at_the_door(home: House) -> None:
    host, *_ = await three(home)
    waiting = await home.arrive("a3", side="applicant", admitted=False)

    def seen() -> list[tuple[str, str]]:
        told = [each["data"]["participant"] for each in waiting.catch_up() if each["type"] == "participant_changed"]
        return [(each["participant_id"], each["presence"]) for each in told]

    caucus_id = (await host.do("open_caucus", participant_ids=["a", "host"], in_seconds=3))["caucus_id"]
    gate = home.policy.hold["open_caucus"] = asyncio.Event()
    home.clock.advance(3)
    async with asyncio.timeout(WAIT):
        await home.policy.reached["open_caucus"].wait()
    await host.hang_up()
    gate.set()
    await home.settle()
    assert home.room.caucuses.get(CaucusId(caucus_id)).running
    assert seen() == [("host", "dropped")]
    late = (await home.arrive("r3", side="respondent", admitted=False)).snapshot
    assert late is not None
    assert {each["participant_id"]: each["presence"] for each in late["participants"]} == {
        "host": "dropped", "r3": "waiting",
    }  # fmt: skip
    back = await home.arrive("host", role="host", side="mediator")
    await home.settle()
    assert seen()[1:] == [("host", "present")], "they are back, as they would be without a talk"
    await back.hang_up()
    await home.settle()
    assert len(seen()) == 2, "and lost in it like anybody"


async def test_the_door_is_told_that_a_recording_is_paused_and_not_why(home: House) -> None:
    await three(home)
    waiting = await home.arrive("a3", side="applicant", admitted=False)
    inside = await home.arrive("a2", side="applicant")
    for reason in ("caucus", "给孩子打个电话"):
        home.room.set_recording(RecordingView("paused", 1000.0, None, reason))
        await home.settle()
        assert (await inside.event("recording_changed"))["recording"]["reason"] == reason
    told = [each["data"]["recording"] for each in waiting.catch_up() if each["type"] == "recording_changed"]
    assert [(each["state"], each["reason"]) for each in told] == [("paused", None)]
