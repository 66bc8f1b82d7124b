"""Coming, waiting, being let in, going, being sent out; recording, board, hands."""

from __future__ import annotations

import asyncio
import base64
import hmac

import pytest

from signaling.errors import ErrorCode, SignalingError
from signaling.hub import IDLE_SECONDS
from signaling.ids import ParticipantId
from signaling.messages import CloseCode, RecordingView
from signaling.room import RoomSettings
from signaling.turn import TurnServers
from tests.support.room_ports import ROOM, Browser, House, house

A = ParticipantId("a")


def people(browser: Browser) -> set[str]:
    assert browser.snapshot is not None
    return {person["participant_id"] for person in browser.snapshot["participants"]}


async def test_those_who_wait_know_their_own_side_and_the_hosts_only(home: House) -> None:
    await home.host()
    await home.arrive("inside")
    await home.arrive("w1", side="applicant", admitted=False)
    await home.arrive("w2", side="respondent", admitted=False)
    w3 = await home.arrive("w3", side="applicant", admitted=False)
    assert people(w3) == {"host", "w1", "w3"}
    assert w3.snapshot is not None
    assert w3.snapshot["board"] == {} and w3.snapshot["documents"] == [] and w3.snapshot["publications"] == []


async def test_the_present_know_the_present_and_hosts_know_everybody(home: House) -> None:
    await home.arrive("inside")
    await home.arrive("waits", admitted=False)
    assert people(await home.arrive("second")) == {"inside", "second"}
    assert people(await home.host()) == {"inside", "waits", "second", "host"}


async def test_somebody_who_waits_hears_nothing_of_the_room_but_the_recording(home: House) -> None:
    host = await home.host()
    waits = await home.arrive("waits", admitted=False)
    inside = await home.arrive("inside")
    send, _ = await inside.open_transports()
    await inside.publish(send)
    await inside.do("raise_hand", raised=True)
    home.room.set_board("agreement", {"number": 1})
    await host.do("start_recording")
    event = await waits.event("recording_changed")
    assert event["recording"]["state"] == "on"
    assert {e["type"] for e in waits.catch_up()} == {"recording_changed"}


async def test_who_is_let_in_gets_a_snapshot_and_the_others_are_told(home: House) -> None:
    host = await home.host()
    inside = await home.arrive("inside")
    waits = await home.arrive("waits", admitted=False)
    await host.do("admit", participant_id="waits")
    snapshot = (await waits.event("snapshot"))["snapshot"]
    assert {p["participant_id"] for p in snapshot["participants"]} == {"host", "inside", "waits"}
    assert snapshot["seq"] == waits.events[-1]["seq"]
    assert (await inside.event("participant_changed"))["participant"]["presence"] == "present"
    await host.do("admit", participant_id="waits")  # another host was quicker: it is so, and nobody is told twice
    assert [each["type"] for each in waits.catch_up()].count("snapshot") == 1
    assert await host.fail("admit", participant_id="nobody") == "not_found"


@pytest.mark.parametrize("command", ["remove", "pause_recording", "stop_recording"])
async def test_a_reason_is_one_short_line_that_can_be_shown(home: House, command: str) -> None:
    host = await home.host()
    await home.arrive("a")
    about = {"participant_id": "a"} if command == "remove" else {}
    for reason in ("长" * 101, "before\x00after", "\x1b[31mred", "付\u202e0081元"):
        assert await host.fail(command, reason=reason, **about) == "bad_request"
    assert ParticipantId("a") in home.room.participants
    await host.do(command, reason=" 吵得听不见，\n先停一下 👨‍👩‍👧 ", **about)
    (call,) = [each for each in home.policy.calls if each[0] == command]
    assert call[-1] == "吵得听不见， 先停一下 👨‍👩‍👧"


async def test_a_refused_admission_changes_nothing(home: House) -> None:
    host = await home.host()
    waits = await home.arrive("waits", admitted=False)
    home.policy.refuse["admit"] = SignalingError(ErrorCode.CONFLICT, "identity not checked")
    assert await host.fail("admit", participant_id="waits") == "conflict"
    assert await waits.fail("raise_hand", raised=True) == "lobby_denied"


async def test_who_is_sent_out_is_dead_at_once(home: House) -> None:
    host = await home.host()
    party = await home.arrive("a")
    send, _ = await party.open_transports()
    publication = await party.publish(send)
    await host.do("remove", participant_id="a", reason="disturbs")
    assert (await party.event("removed"))["reason"] == "disturbs"
    assert await party.closed() == CloseCode.FORBIDDEN
    assert (await host.event("participant_left")) == {"participant_id": "a", "reason": "removed"}
    assert home.media.transports == {} and not home.room.publications
    assert home.policy.told("publication_closed") == [(publication, "removed")]
    assert home.policy.told("left") == [("a", "removed")]
    assert (await party.join(resuming=True))["data"]["code"] == "unauthenticated"


async def test_a_token_read_before_the_removal_does_not_get_in_after_it(home: House) -> None:
    host = await home.host()
    await home.arrive("a")
    again = home.browser("a")
    home.policy.reached["joined"].clear()
    home.policy.hold["joined"] = asyncio.Event()
    again.connect()
    again.tell("hello", token=again.token)
    await asyncio.wait_for(home.policy.reached["joined"].wait(), 5)
    await host.do("remove", participant_id="a")
    home.policy.hold.pop("joined").set()
    answer = await again.next()
    assert answer is not None and answer["data"]["code"] == "forbidden"
    assert await again.closed() == CloseCode.FORBIDDEN
    assert A not in home.room.participants


async def test_a_room_that_is_locked_while_somebody_is_on_the_way_in_does_not_take_them_in(home: House) -> None:
    host = await home.host()
    late = home.browser("late", admitted=False)
    home.policy.reached["joined"].clear()
    home.policy.hold["joined"] = asyncio.Event()
    late.connect()
    late.tell("hello", token=late.token)
    await asyncio.wait_for(home.policy.reached["joined"].wait(), 5)
    await host.do("lock_room", locked=True)
    home.policy.hold.pop("joined").set()
    answer = await late.next()
    assert answer is not None and answer["data"]["code"] == "room_locked"
    assert ParticipantId("late") not in home.room.participants


async def test_somebody_sent_out_comes_back_only_with_a_token_that_holds_now(home: House) -> None:
    host = await home.host()
    party = await home.arrive("a")
    await host.do("remove", participant_id="a")
    await party.closed()
    assert (await home.browser("a").join())["type"] == "ok"


async def test_a_host_does_not_remove_themselves(home: House) -> None:
    host = await home.host()
    assert await host.fail("remove", participant_id="host") == "forbidden"


async def test_who_loses_the_connection_is_shown_as_dropped_and_leaves_after_a_minute(home: House) -> None:
    host = await home.host()
    party = await home.arrive("a")
    await party.hang_up()
    await host.event("participant_changed")
    assert home.room.participants[A].presence == "dropped"
    home.clock.advance(59)
    await home.settle()
    assert home.policy.told("left") == []
    home.clock.advance(2)
    await home.settle()
    assert home.policy.told("left") == [("a", "lost")]
    assert (await host.event("participant_left"))["reason"] == "lost"


async def test_who_closes_on_purpose_has_left(home: House) -> None:
    host = await home.host()
    party = await home.arrive("a")
    await party.hang_up(1000)
    assert (await host.event("participant_left"))["reason"] == "left"
    assert home.policy.told("left") == [("a", "left")]


async def test_who_closes_on_purpose_while_something_is_on_its_way_to_them_has_left(home: House) -> None:
    host = await home.host()
    party = await home.arrive("a")
    party.socket.closed = 1000, ""  # from here on nothing can be sent; the server has not read why
    await home.arrive("b")
    party.socket.hang_up(1000)
    assert (await host.event("participant_left"))["reason"] == "left"
    assert home.policy.told("left") == [("a", "left")]


async def test_a_resume_replays_what_was_missed_and_keeps_the_media(home: House) -> None:
    host = await home.host()
    party = await home.arrive("a")
    send, _ = await party.open_transports()
    publication = await party.publish(send)
    party.catch_up()
    await party.hang_up()
    await host.do("start_recording")
    answer = await party.join(resuming=True)
    assert answer["data"]["resumed"] and answer["data"]["snapshot"] is None
    assert (await party.event("recording_changed"))["recording"]["state"] == "on"
    assert publication in home.room.publications
    await party.do("unpublish", publication_id=publication)
    assert home.policy.told("joined")[-1] == ("a", 1)
    home.clock.advance(100)
    await home.settle()
    assert home.policy.told("left") == []


@pytest.mark.parametrize("handle", ["wrong", "", None])
async def test_without_the_right_handle_everything_starts_anew(home: House, handle: str | None) -> None:
    await home.host()
    party = await home.arrive("a")
    send, _ = await party.open_transports()
    publication = await party.publish(send)
    await party.hang_up()
    party.resume = handle
    answer = await party.join(resuming=True)
    assert not answer["data"]["resumed"] and answer["data"]["snapshot"]["publications"] == []
    await home.settle()
    assert home.policy.told("publication_closed") == [(publication, "replaced")]
    assert home.media.transports == {}


async def test_a_resume_after_too_many_events_gets_a_snapshot(home: House) -> None:
    party = await home.arrive("a")
    await party.hang_up()
    for number in range(300):
        home.room.set_board("count", number)
    answer = await party.join(resuming=True)
    assert not answer["data"]["resumed"]
    assert answer["data"]["snapshot"]["board"]["count"] == 299


async def test_the_room_is_full_for_guests_and_open_for_hosts() -> None:
    async with house(RoomSettings(maximum_people=2)) as home:
        await home.arrive("a")
        await home.arrive("b")
        third = home.browser("c")
        assert (await third.join())["data"]["code"] == "room_full"
        assert await third.closed() == CloseCode.FORBIDDEN
        await home.host()
        assert (await home.browser("a").join())["type"] == "ok"


async def test_a_room_takes_twelve_who_send_and_fifty_who_listen_and_not_one_more() -> None:
    rtp = {"kind": "video", "source": "camera", "rtp_parameters": {}}
    async with house(RoomSettings()) as home:
        people = [await home.arrive(f"p{number}") for number in range(62)]
        assert (await home.browser("late").join())["data"]["code"] == "room_full"
        sending = [(await each.open_transports())[0] for each in people]
        tracks = [await each.publish(send) for each, send in zip(people[:12], sending, strict=False)]
        assert await people[12].fail("publish", transport_id=sending[12], **rtp) == "room_full"
        for number, listener in enumerate(people[12:]):
            await listener.do("subscribe", publication_id=tracks[number % 12], rtp_capabilities={})
        assert len(home.media.subscriptions) == 50


async def test_a_node_at_its_limit_opens_no_new_room() -> None:
    async with house() as home:
        home.media.cpu_share = 0.8
        refusal = await home.browser("a").join()
        assert (refusal["data"]["code"], refusal["data"]["retryable"]) == ("overloaded", True)
        assert refusal["data"]["detail"] == {"reason": "node_full"}
        assert await home.browsers[-1].closed() == 1013
        home.media.cpu_share = 0.79
        await home.arrive("a")


async def test_a_node_at_its_limit_takes_everybody_into_a_room_that_runs() -> None:
    async with house() as home:
        a = await home.arrive("a")
        home.media.cpu_share = 1.0
        b = await home.arrive("b")
        send, _ = await a.open_transports()
        await b.open_transports()
        publication = await a.publish(send)
        await b.do("subscribe", publication_id=publication, rtp_capabilities={})
        await a.hang_up()
        assert (await a.join(resuming=True))["data"]["resumed"]


async def test_a_node_at_its_limit_opens_a_room_again_whose_session_has_begun() -> None:
    async with house() as home:
        home.media.cpu_share = 1.0
        home.policy.begun = True
        await home.arrive("a")


async def test_closing_the_room_sends_everybody_home(home: House) -> None:
    host = await home.host()
    party = await home.arrive("a")
    await host.do("close_room")
    assert (await party.event("room_closed"))["reason"] == "ended"
    assert await party.closed() == CloseCode.ROOM_CLOSED
    assert await host.closed() == CloseCode.ROOM_CLOSED
    await home.settle()
    assert sorted(home.policy.told("left")) == [("a", "closed"), ("host", "closed")]
    assert home.hub.room(ROOM) is None


async def test_a_room_that_stays_empty_is_closed_and_opened_again_by_the_next(home: House) -> None:
    party = await home.arrive("a")
    await party.hang_up(1000)
    home.clock.advance(IDLE_SECONDS - 1)
    await home.settle()
    assert home.hub.room(ROOM) is not None
    home.clock.advance(2)
    await home.settle()
    assert home.hub.room(ROOM) is None
    await home.arrive("a")
    assert len(home.policy.told("open_room")) == 2


async def test_sockets_that_come_together_open_the_room_once(home: House) -> None:
    home.policy.hold["open_room"] = asyncio.Event()
    browsers = [home.browser(name) for name in "abc"]
    joins = [asyncio.create_task(browser.join()) for browser in browsers]
    await asyncio.wait_for(home.policy.reached["open_room"].wait(), 5)
    home.policy.hold["open_room"].set()
    assert {answer["type"] for answer in await asyncio.gather(*joins)} == {"ok"}
    assert len(home.policy.told("open_room")) == 1


async def test_the_policy_can_hide_people_from_each_other_at_any_time(home: House) -> None:
    a = await home.arrive("a")
    b = await home.arrive("b")
    send, _ = await b.open_transports()
    publication = await b.publish(send)
    _, receive = await a.open_transports()
    assert receive
    await a.do("subscribe", publication_id=publication, rtp_capabilities={})
    home.policy.unseen.add((A, ParticipantId("b")))
    await home.room.reconsider()
    assert (await a.event("publication_closed"))["publication_id"] == publication
    assert (await a.event("participant_left")) == {"participant_id": "b", "reason": "hidden"}
    assert home.media.subscriptions == {}
    assert await a.fail("subscribe", publication_id=publication, rtp_capabilities={}) == "not_found"


async def test_the_board_is_compared_by_value_and_none_removes_a_topic(home: House) -> None:
    party = await home.arrive("a")
    value = {"signed": 1}
    home.room.set_board("agreement", value)
    value["signed"] = 2
    home.room.set_board("agreement", value)
    home.room.set_board("agreement", {"signed": 2})
    home.room.set_board("agreement", None)
    heard = [(await party.event("board_changed"))["value"] for _ in range(3)]
    assert heard == [{"signed": 1}, {"signed": 2}, None]


async def test_a_failed_recording_is_shown_to_everybody(home: House) -> None:
    party = await home.arrive("a")
    home.room.set_recording(RecordingView(state="failed", reason="disk_full", lost_seconds=2.5))
    assert (await party.event("recording_changed"))["recording"]["reason"] == "disk_full"


async def test_a_recording_that_cannot_start_is_refused_with_the_code_of_the_policy(home: House) -> None:
    host = await home.host()
    home.policy.refuse["start_recording"] = SignalingError(ErrorCode.RECORDING_UNAVAILABLE, "no recorder")
    answer = await host.ask("start_recording")
    assert answer["data"]["code"] == "recording_unavailable" and answer["data"]["retryable"]


async def test_a_report_that_fails_does_not_stop_the_room(home: House) -> None:
    host = await home.host()
    party = await home.arrive("a")
    home.policy.refuse["connection_lost"] = RuntimeError("database is away")
    await party.hang_up()
    assert (await host.event("participant_changed"))["participant"]["presence"] in {"present", "dropped"}
    await host.do("ping")


async def test_a_link_that_is_revoked_while_the_room_opens_lets_nobody_in(home: House) -> None:
    home.policy.hold["open_room"] = asyncio.Event()
    a = home.browser("a")
    joining = asyncio.create_task(a.join())
    await asyncio.wait_for(home.policy.reached["open_room"].wait(), 5)
    home.policy.grants.clear()  # there is no room yet that could be told
    home.policy.hold.pop("open_room").set()
    answer = await joining
    assert (answer["type"], answer["data"]["code"]) == ("error", "unauthenticated")
    assert home.room.participants == {}


async def test_everybody_gets_credentials_of_their_own_for_the_relay() -> None:
    turn = TurnServers(["turn:relay.example:3478"], "secret", 3600)
    async with house(RoomSettings(ice_servers=({"urls": ["stun:s.example"]},), turn=turn)) as home:
        browsers = [home.browser(name) for name in ("a", "b")]
        (stun, first), (_, second) = [(await browser.join())["data"]["ice_servers"] for browser in browsers]
        assert stun == {"urls": ["stun:s.example"]}
        assert first["username"] != second["username"]
        expiry, name = first["username"].split(":")
        assert int(expiry) == int(home.clock.now()) + 3600
        assert name not in ("a", "b") and len(name) == 16
        expected = hmac.new(b"secret", first["username"].encode(), "sha1").digest()
        assert base64.b64decode(first["credential"]) == expected
