"""What happens while the room waits for the product: what it had looked at before is looked at again."""

from __future__ import annotations

import asyncio

import pytest

from signaling.errors import ErrorCode, SignalingError
from signaling.ids import ParticipantId
from tests.support.room_ports import House, three

A = ParticipantId("a")


@pytest.mark.parametrize("taken", [True, False])
async def test_who_is_on_the_way_back_when_their_minute_is_over_has_not_left(home: House, taken: bool) -> None:
    host, party = await home.host(), await home.arrive("a")
    await party.do("raise_hand", raised=True)
    await party.hang_up()
    gate = home.policy.hold["joined"] = asyncio.Event()
    home.policy.reached["joined"].clear()
    coming = asyncio.create_task(party.join(resuming=True))
    async with asyncio.timeout(5):
        await home.policy.reached["joined"].wait()
    home.clock.advance(60)
    await home.settle()
    if not taken:
        home.policy.refuse["joined"] = SignalingError(ErrorCode.OVERLOADED, "not now")
    gate.set()
    assert ((await coming)["type"] == "ok") == taken
    assert home.policy.told("left") == [] and home.room.conduct.hand_of(A)[0] == 1
    home.clock.advance(60)
    await home.settle()
    assert home.policy.told("left") == ([] if taken else [("a", "lost")])
    assert [each["type"] for each in host.catch_up()].count("participant_left") == (0 if taken else 1)


async def test_the_hello_that_came_last_wins_also_when_the_product_is_done_with_an_earlier_one_later(
    home: House,
) -> None:
    await home.host()
    given_up = await home.arrive("a")
    await given_up.hang_up()
    newer = home.browser("a", "party", "applicant", admitted=True)
    gate = home.policy.hold["joined"] = asyncio.Event()
    home.policy.reached["joined"].clear()
    given_up.connect()
    given_up.tell("hello", token=given_up.token, resume=given_up.resume, last_seq=given_up.seq)
    async with asyncio.timeout(5):
        await home.policy.reached["joined"].wait()
    del home.policy.hold["joined"]
    assert (await newer.join())["type"] == "ok"
    gate.set()
    await home.settle()
    assert given_up.socket.closed == (4409, "another connection took over")
    assert newer.socket.closed is None
    await newer.do("raise_hand", raised=True)


async def test_of_two_sockets_of_one_page_the_later_attempt_stays_whichever_hello_comes_in_first(home: House) -> None:
    await home.host()
    newer = await home.arrive("a")
    given_up = home.browser("a", "party", "applicant", admitted=True)
    newer.connect()
    said = {"token": newer.token, "resume": newer.resume, "last_seq": newer.seq, "page": "p"}
    assert (await newer.ask("hello", **said, attempt=3))["type"] == "ok"
    given_up.connect()
    given_up.tell("hello", **said, attempt=2)
    assert await given_up.socket.hear() is None
    assert given_up.socket.closed == (4409, "another connection took over")
    assert newer.socket.closed is None
    await newer.do("raise_hand", raised=True)
    given_up.connect()
    assert (await given_up.ask("hello", token=newer.token, page="q", attempt=1))["type"] == "ok"
    await home.settle()
    assert newer.socket.closed == (4409, "another connection took over"), "another page takes over as ever"


async def test_media_of_the_device_before_end_whatever_else_the_room_is_about(home: House) -> None:
    host, a = await home.host(), await home.arrive("a")
    await home.arrive("r", side="respondent")
    await a.open_transports()
    gate = home.policy.hold["open_caucus"] = asyncio.Event()
    await host.do("open_caucus", participant_ids=["r"], in_seconds=0)
    home.clock.advance(0)
    async with asyncio.timeout(5):
        await home.policy.reached["open_caucus"].wait()
    await home.room.door.hand_over(A, "continued_elsewhere")
    assert home.media.transports == {}
    gate.set()


async def test_leave_that_is_taken_back_while_the_product_takes_the_screen_counts(home: House) -> None:
    host, a, _ = await three(home)
    await host.do("allow_sharing", participant_id="a", allowed=True)
    gate = home.policy.hold["publication_opened"] = asyncio.Event()
    made = await a.do("create_transport", direction="send")
    number = a.tell("publish", transport_id=made["transport_id"], kind="video", source="screen", rtp_parameters={})
    await asyncio.wait_for(home.policy.reached["publication_opened"].wait(), 5)
    await host.do("allow_sharing", participant_id="a", allowed=False)
    gate.set()
    assert (await a.answer(number))["data"]["code"] == "forbidden", "its page must not say that others see it"
    assert home.media.publications == {} and not home.room.publications


async def test_a_track_that_ended_while_the_policy_took_it_is_not_answered_as_if_it_was_there(home: House) -> None:
    host, a = await home.host(), await home.arrive("a")
    send, _ = await a.open_transports()
    gate = home.policy.hold["publication_opened"] = asyncio.Event()
    number = a.tell("publish", transport_id=send, kind="video", source="camera", rtp_parameters={})
    async with asyncio.timeout(5):
        await home.policy.reached["publication_opened"].wait()
    await host.do("open_caucus", participant_ids=["a"], in_seconds=0)
    home.clock.advance(0)
    await home.settle()
    gate.set()
    assert (await a.answer(number))["data"]["code"] == "wrong_state"
    assert not home.room.publications


async def test_what_breaks_a_takeover_off_does_not_keep_the_media_of_the_device_before(home: House) -> None:
    await home.host()
    a = await home.arrive("a")
    await a.open_transports()
    closing, recording = asyncio.Event(), asyncio.Event()
    home.media.hold["close_transport"], home.policy.hold["connection_lost"] = closing, recording
    taking = asyncio.create_task(home.room.door.hand_over(A, "continued_elsewhere"))
    try:
        async with asyncio.timeout(5):
            await home.media.reached["close_transport"].wait()
            await home.policy.reached["connection_lost"].wait()
        recording.set()
        await asyncio.sleep(0)
        await asyncio.sleep(0)  # it waits for the media by now
        taking.cancel()
        await asyncio.gather(taking, return_exceptions=True)
    finally:
        closing.set()
        recording.set()
    await home.settle()
    assert taking.cancelled() and home.media.transports == {}


async def test_what_breaks_a_removal_off_does_not_keep_the_media_of_who_was_removed(home: House) -> None:
    await home.host()
    a = await home.arrive("a")
    await a.open_transports()
    closing = home.media.hold["close_transport"] = asyncio.Event()
    removing = asyncio.create_task(home.room.remove(A, "removed"))
    try:
        async with asyncio.timeout(5):
            await home.media.reached["close_transport"].wait()
        removing.cancel()
        await asyncio.gather(removing, return_exceptions=True)
    finally:
        closing.set()
    await home.settle()
    assert removing.cancelled() and home.media.transports == {}
    assert home.policy.told("left") == [("a", "removed")], "and the record says that they are out"


async def test_who_leaves_and_is_back_while_the_product_lets_them_in_is_inside(home: House) -> None:
    host, a = await home.host(), await home.arrive("a", admitted=False)
    gate = home.policy.hold["admit"] = asyncio.Event()
    number = host.tell("admit", participant_id="a")
    try:
        async with asyncio.timeout(5):
            await home.policy.reached["admit"].wait()
        await a.hang_up(1000)
        assert (await a.join())["type"] == "ok" and not home.room.participants[A].admitted
    finally:
        gate.set()
    assert (await host.answer(number))["type"] == "ok"
    assert home.room.participants[A].presence == "present"
    assert (await a.event("snapshot"))["snapshot"]["participants"]


async def test_who_is_turned_away_while_the_product_lets_them_in_waits_when_they_come_by_another_link(
    home: House,
) -> None:
    host, a = await home.host(), await home.arrive("a", admitted=False)
    gate = home.policy.hold["admit"] = asyncio.Event()
    number = host.tell("admit", participant_id="a")
    try:
        async with asyncio.timeout(5):
            await home.policy.reached["admit"].wait()
        await home.room.remove(A, "link_reissued")
        assert (await a.join())["type"] == "ok"
    finally:
        gate.set()
    await host.answer(number)
    assert home.room.participants[A].presence == "waiting"


async def test_of_who_had_no_connection_a_takeover_says_not_once_more_that_it_was_lost(home: House) -> None:
    await home.host()
    a = await home.arrive("a")
    await a.hang_up()
    home.clock.advance(50)
    await home.room.door.hand_over(A, "continued_elsewhere")
    assert home.policy.told("connection_lost") == [("a",)]
    home.clock.advance(50)
    await home.settle()
    assert A in home.room.participants, "the other device has its while to come"
    home.clock.advance(10)
    await home.settle()
    assert A not in home.room.participants
