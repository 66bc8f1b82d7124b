"""A private talk: how it begins and ends, and that nothing of it reaches anybody outside."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from signaling.errors import ErrorCode, SignalingError
from signaling.ids import CaucusId, DocumentId, ParticipantId
from signaling.kept import KeptMember
from signaling.policy import LoadedCaucus
from tests.support.room_ports import ROOM, House, close_caucus, house, media_room, open_caucus, three


def place_of(home: House, transport_id: str) -> str:
    return {str(key): str(room) for key, room in home.media.rooms.items()}[transport_id]


async def test_everybody_is_told_first_and_the_members_are_moved_after_the_countdown(home: House) -> None:
    host, a, r = await three(home)
    caucus_id = (await host.do("open_caucus", participant_ids=["a", "host"], in_seconds=3))["caucus_id"]
    told = (await r.event("caucus_changed"))["caucus"]
    assert told == {
        "caucus_id": caucus_id, "side": "applicant", "state": "announced", "with_host": True,
        "changes_at": home.clock.now() + 3, "opened_at": None, "closed_at": None, "sealed": False,
    }  # fmt: skip
    home.clock.advance(2.9)
    await home.settle()
    assert home.policy.told("open_caucus") == []
    home.clock.advance(0.1)
    await home.settle()
    assert home.policy.told("open_caucus") == [(caucus_id, ["a", "host"])]
    opened = (await r.event("caucus_changed"))["caucus"]
    assert (opened["state"], opened["opened_at"]) == ("open", home.clock.now())
    seen = {e["data"]["participant"]["participant_id"]: e["data"]["participant"] for e in r.catch_up()
            if e["type"] == "participant_changed"}  # fmt: skip
    assert (seen["a"]["presence"], seen["a"]["caucus_id"]) == ("away", caucus_id)
    assert (await a.event("media_reset"))["epoch"] == 2


async def test_the_old_media_has_ended_before_anything_begins_in_the_new_place(home: House) -> None:
    host, a, r = await three(home)
    send, _ = await a.open_transports()
    publication = await a.publish(send)
    _, receive = await r.open_transports()
    assert receive
    await r.do("subscribe", publication_id=publication, rtp_capabilities={})
    home.media.hold["close_transport"] = asyncio.Event()
    await host.do("open_caucus", participant_ids=["a"], in_seconds=0)
    home.clock.advance(0)
    await asyncio.wait_for(home.media.reached["close_transport"].wait(), 5)
    assert (await r.event("publication_closed"))["publication_id"] == publication
    assert await a.fail("create_transport", direction="send") == "overloaded"
    home.media.hold.pop("close_transport").set()
    await home.settle()
    assert home.policy.told("publication_closed") == [(publication, "moved")]
    inside = await a.do("create_transport", direction="send")
    assert "#" in place_of(home, inside["transport_id"])


async def test_a_poor_connection_inside_shows_inside_only_and_ends_with_the_talk(home: House) -> None:
    host, a, r = await three(home)
    second = await home.arrive("a2", side="applicant")
    caucus_id = await open_caucus(home, host, "a", "a2")
    inside = media_room(home, CaucusId(caucus_id))
    await a.open_transports()
    before = len(r.catch_up()), len(host.catch_up())
    home.hub.quality(inside, ParticipantId("a"), "lost")
    await home.settle()
    assert second.catch_up()[-1]["data"]["participant"]["quality"] == "lost"
    assert (len(r.catch_up()), len(host.catch_up())) == before
    home.hub.quality(ROOM, ParticipantId("a"), "poor")  # told late, of before the move
    assert home.room.participants[ParticipantId("a")].quality == "lost"
    await close_caucus(home, host, caucus_id)
    home.hub.quality(inside, ParticipantId("a"), "lost")
    seen = [e["data"]["participant"] for e in r.catch_up() if e["type"] == "participant_changed"]
    assert {each["quality"] for each in seen if each["participant_id"] == "a"} == {"good"}


async def test_nobody_outside_learns_what_happens_inside(home: House) -> None:
    host, a, r = await three(home)
    second = await home.arrive("a2", side="applicant")
    await open_caucus(home, host, "a", "a2")
    await home.settle()
    before = len(r.catch_up()), len(host.catch_up())
    send, _ = await a.open_transports()
    publication = await a.publish(send)
    await second.open_transports()
    await second.do("subscribe", publication_id=publication, rtp_capabilities={})
    await a.do("raise_hand", raised=True)
    caucus = next(iter(home.room.caucuses))
    home.hub.speakers(media_room(home, caucus.caucus_id), [ParticipantId("a")])
    await second.hang_up()
    await a.hang_up(1000)
    home.clock.advance(61)
    await home.settle()
    assert (len(r.catch_up()), len(host.catch_up())) == before
    assert await r.fail("subscribe", publication_id=publication, rtp_capabilities={}) == "not_found"
    fresh = await home.arrive("r2", side="respondent")
    assert fresh.snapshot is not None
    shown = {p["participant_id"]: p for p in fresh.snapshot["participants"]}
    assert {shown[name]["presence"] for name in ("a", "a2")} == {"away"}


async def test_those_inside_hear_each_other_and_still_see_who_is_outside(home: House) -> None:
    host, a, r = await three(home)
    await open_caucus(home, host, "a", "host")
    send, _ = await host.open_transports()
    publication = await host.publish(send, "microphone", "audio")
    await a.open_transports()
    await a.do("subscribe", publication_id=publication, rtp_capabilities={})
    await r.do("raise_hand", raised=True)
    await home.settle()
    outside = home.room.participants[ParticipantId("host")].known.participants[ParticipantId("r")]
    assert (outside.presence, outside.caucus_id) == ("present", None)
    assert not outside.hand_raised, "the queue of the joint session is for those who are in it"


async def test_no_wish_goes_through_the_wall_in_either_direction(home: House) -> None:
    host, a, _ = await three(home)

    def wished() -> tuple[bool, bool, int]:
        seen = home.room.participants[ParticipantId("host")].known.participants[ParticipantId("a")]
        return seen.wants_break, seen.hand_raised, len(seen.asks)

    async def wish() -> None:
        await a.do("want_break", wanted=True)
        await a.do("raise_hand", raised=True)
        await host.do("ask_to_switch_on", participant_id="a", source="camera")
        assert wished() == (True, True, 1)

    await wish()
    caucus_id = await open_caucus(home, host, "a", "host")
    assert wished() == (False, False, 0)
    await wish()
    await close_caucus(home, host, caucus_id)
    assert wished() == (False, False, 0)


async def test_everybody_is_back_when_it_closes_and_the_time_stays(home: House) -> None:
    host, a, r = await three(home)
    caucus_id = await open_caucus(home, host, "a", "host")
    opened = home.clock.now()
    home.clock.advance(600)
    await close_caucus(home, host, caucus_id)
    assert home.policy.told("close_caucus") == [(caucus_id,)]
    fresh = await home.arrive("r2", side="respondent")
    assert fresh.snapshot is not None
    [caucus] = fresh.snapshot["caucuses"]
    assert (caucus["state"], caucus["opened_at"], caucus["closed_at"]) == ("closed", opened, opened + 603)
    assert {p["presence"] for p in fresh.snapshot["participants"]} == {"present"}
    created = await a.do("create_transport", direction="send")
    assert place_of(home, created["transport_id"]) == home.room.room_id
    assert await host.fail("close_caucus", caucus_id=caucus_id) == "wrong_state"
    assert r.socket.closed is None


@pytest.mark.parametrize(
    ("members", "code"),
    [
        (["a", "r"], "bad_request"),
        (["host"], "bad_request"),
        (["nobody"], "not_found"),
        (["waits"], "forbidden"),
        (["a", "clerk"], "forbidden"),
        ([], "bad_request"),
    ],
)
async def test_a_caucus_is_with_present_parties_of_one_side(home: House, members: list[str], code: str) -> None:
    host, _, _ = await three(home)
    await home.arrive("waits", admitted=False)
    await home.arrive("clerk", "host", "mediator")
    assert await host.fail("open_caucus", participant_ids=members) == code
    assert list(home.room.caucuses) == []


@pytest.mark.parametrize("seconds", [-1, 10.5, float("1e9")])
async def test_a_countdown_is_short(home: House, seconds: float) -> None:
    host, _, _ = await three(home)
    assert await host.fail("open_caucus", participant_ids=["a"], in_seconds=seconds) == "bad_request"


async def test_a_party_cannot_be_in_two(home: House) -> None:
    host, _, _ = await three(home)
    await home.arrive("a2", side="applicant")
    await host.do("open_caucus", participant_ids=["a"], in_seconds=3)
    assert await host.fail("open_caucus", participant_ids=["a", "a2"], in_seconds=0) == "conflict"
    home.clock.advance(3)
    await home.settle()
    assert await host.fail("open_caucus", participant_ids=["a"], in_seconds=0) == "conflict"


async def test_an_announced_caucus_can_be_called_off(home: House) -> None:
    host, _, r = await three(home)
    caucus_id = (await host.do("open_caucus", participant_ids=["a"], in_seconds=3))["caucus_id"]
    await host.do("close_caucus", caucus_id=caucus_id)
    assert (await r.event("caucus_cancelled")) == {"caucus_id": caucus_id, "reason": "called_off"}
    home.clock.advance(5)
    await home.settle()
    assert home.policy.told("open_caucus") == []


async def test_a_policy_that_refuses_leaves_everybody_where_they_are(home: House) -> None:
    host, a, r = await three(home)
    send, _ = await a.open_transports()
    publication = await a.publish(send)
    home.policy.refuse["open_caucus"] = SignalingError(ErrorCode.CONFLICT, "not now")
    caucus_id = await open_caucus(home, host, "a")
    assert (await r.event("caucus_cancelled")) == {"caucus_id": caucus_id, "reason": "refused"}
    assert publication in home.room.publications
    home.policy.refuse.clear()
    caucus_id = await open_caucus(home, host, "a")
    home.policy.refuse["close_caucus"] = RuntimeError("no database")
    await close_caucus(home, host, caucus_id)
    assert home.room.caucuses.get(CaucusId(caucus_id)).state == "open"


async def test_only_a_host_moves_people(home: House) -> None:
    host, a, _ = await three(home)
    caucus_id = await open_caucus(home, host, "a")
    commands: list[tuple[str, dict[str, Any]]] = [
        ("open_caucus", {"participant_ids": ["r"]}),
        ("close_caucus", {"caucus_id": caucus_id}),
        ("enter_caucus", {"caucus_id": caucus_id}),
        ("leave_caucus", {}),
    ]
    for name, data in commands:
        assert await a.fail(name, **data) == "forbidden"


async def test_a_host_goes_in_and_out(home: House) -> None:
    host, _, r = await three(home)
    caucus_id = await open_caucus(home, host, "a")
    await host.do("enter_caucus", caucus_id=caucus_id)
    assert home.policy.told("change_caucus") == [(caucus_id, "host", True)]
    assert await host.fail("enter_caucus", caucus_id=caucus_id) == "conflict"
    await home.settle()
    last = [e["data"]["participant"] for e in r.catch_up() if e["type"] == "participant_changed"][-1]
    assert (last["participant_id"], last["presence"]) == ("host", "away")
    await host.do("leave_caucus")
    assert await host.fail("leave_caucus") == "wrong_state"
    assert home.room.caucuses.of(ParticipantId("a")) is not None


async def test_who_loses_the_connection_comes_back_into_the_caucus(home: House) -> None:
    host, a, _ = await three(home)
    caucus_id = await open_caucus(home, host, "a")
    await a.hang_up()
    home.clock.advance(61)
    await home.settle()
    again = await home.arrive("a", side="applicant")
    assert again.snapshot is not None
    me = next(p for p in again.snapshot["participants"] if p["participant_id"] == "a")
    assert (me["presence"], me["caucus_id"]) == ("present", caucus_id)


async def test_a_caucus_without_a_party_ends(home: House) -> None:
    host, _, r = await three(home)
    await open_caucus(home, host, "a", "host")
    assert (await r.event("caucus_changed"))["caucus"]["state"] == "announced"
    await host.do("remove", participant_id="a", reason="disturbs")
    await home.settle()
    states = [e["data"]["caucus"]["state"] for e in r.catch_up() if e["type"] == "caucus_changed"]
    assert states[-1] == "closed"
    assert home.room.caucuses.of(ParticipantId("host")) is None


async def test_a_caucus_outlives_the_process_that_opened_it() -> None:
    async with house() as home:
        member = KeptMember(ParticipantId("a"), "名字 a", "party", "applicant")
        home.policy.caucuses = [LoadedCaucus(CaucusId("cau_1"), "applicant", [member], 1000.0)]
        r = await home.arrive("r", side="respondent")
        assert r.snapshot is not None
        seen = {p["participant_id"]: p["presence"] for p in r.snapshot["participants"]}
        assert seen == {"r": "present", "a": "away"}
        a = await home.arrive("a")
        created = await a.do("create_transport", direction="send")
        assert place_of(home, created["transport_id"]).endswith("#cau_1")
        assert [e["type"] for e in r.catch_up()] == []


async def test_no_edit_and_no_caret_leaves_a_caucus(home: House) -> None:
    host, _, r = await three(home)
    await host.do("set_writer", document_id="agreement", participant_id="a", may_write=True)
    await open_caucus(home, host, "a")
    document = home.room.document(DocumentId("agreement"))
    assert document.view().writers == []
    changed = [e["data"]["document"] for e in r.catch_up() if e["type"] == "document_changed"][-1]
    assert changed["writers"] == []


async def test_a_caucus_is_called_sealed_once_the_worker_has_ended_everything_of_before(home: House) -> None:
    host, a, _ = await three(home)
    transports = await a.open_transports()
    home.media.hold["close_transport"] = asyncio.Event()
    await host.do("open_caucus", participant_ids=["a", "host"], in_seconds=0)
    home.clock.advance(0)
    async with asyncio.timeout(5):
        await home.media.reached["close_transport"].wait()
    [caucus] = home.room.caucuses
    assert (caucus.running, caucus.view().sealed, set(transports) <= set(home.media.transports)) == (True, False, True)
    home.media.hold["close_transport"].set()
    await home.settle()
    assert (caucus.view().sealed, home.media.transports) == (True, {})
    assert host.catch_up()[-1]["data"]["caucus"]["sealed"] is True


async def test_what_the_worker_could_not_end_keeps_a_caucus_from_being_called_sealed(home: House) -> None:
    host, a, _ = await three(home)
    _, receive = await a.open_transports()
    del home.media.transports[{str(key): key for key in home.media.transports}[receive]]  # closing it fails now
    caucus_id = await open_caucus(home, host, "a")
    [caucus] = home.room.caucuses
    assert (caucus.running, caucus.view().sealed) == (True, False)
    await host.do("enter_caucus", caucus_id=caucus_id)
    assert caucus.view().sealed is False, "a later move that succeeds does not make the first one good"


async def test_a_caucus_of_before_a_restart_is_sealed_and_one_that_is_over_is_not() -> None:
    async with house() as home:
        member = KeptMember(ParticipantId("a"), "a", "party", "applicant")
        home.policy.caucuses = [
            LoadedCaucus(CaucusId("c1"), "applicant", [member], 1.0, 2.0),
            LoadedCaucus(CaucusId("c2"), "applicant", [member], 3.0),
        ]
        host = await home.host()
        assert [each["sealed"] for each in (host.snapshot or {})["caucuses"]] == [False, True]
