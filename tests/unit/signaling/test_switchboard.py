"""Transports, tracks and subscriptions: whose they are, and what becomes of them."""

from __future__ import annotations

import asyncio

from signaling.errors import ErrorCode, SignalingError
from signaling.ids import ParticipantId, PublicationId, RoomId, SubscriptionId, TransportId
from signaling.room import RoomSettings
from tests.support.room_ports import ROOM, House, house

A = ParticipantId("a")


async def test_a_track_is_published_seen_and_received(home: House) -> None:
    a, b = await home.arrive("a"), await home.arrive("b")
    send, _ = await a.open_transports()
    await b.open_transports()
    await a.do("connect_transport", transport_id=send, dtls_parameters={"role": "client"})
    assert await a.do("restart_ice", transport_id=send) == {"ice_parameters": {"usernameFragment": "x"}}
    publication = await a.publish(send)
    assert (await b.event("publication_changed"))["publication"]["publication_id"] == publication
    answer = await b.do("subscribe", publication_id=publication, rtp_capabilities={})
    subscription = answer["subscription_id"]
    assert home.media.subscriptions == {subscription: True}
    await b.do("resume_subscription", subscription_id=subscription)
    assert home.media.subscriptions == {subscription: False}
    await b.do("pause_subscription", subscription_id=subscription)
    await b.do("unsubscribe", subscription_id=subscription)
    assert home.media.subscriptions == {}
    await a.do("unpublish", publication_id=publication)
    assert (await b.event("publication_closed"))["publication_id"] == publication
    assert home.policy.told("publication_closed") == [(publication, "unpublished")]


async def test_nobody_touches_what_is_somebody_elses(home: House) -> None:
    a, b = await home.arrive("a"), await home.arrive("b")
    send, _ = await a.open_transports()
    await b.open_transports()
    publication = await a.publish(send)
    subscription = (await b.do("subscribe", publication_id=publication, rtp_capabilities={}))["subscription_id"]
    rtp = {"kind": "video", "source": "camera", "rtp_parameters": {}}
    assert await b.fail("connect_transport", transport_id=send, dtls_parameters={}) == "not_found"
    assert await b.fail("restart_ice", transport_id=send) == "not_found"
    assert await b.fail("publish", transport_id=send, **rtp) == "not_found"
    assert await b.fail("unpublish", publication_id=publication) == "forbidden"
    assert await b.fail("set_publication_paused", publication_id=publication, paused=True) == "forbidden"
    assert await a.fail("unsubscribe", subscription_id=subscription) == "not_found"
    assert await a.fail("resume_subscription", subscription_id=subscription) == "not_found"
    assert await a.fail("unpublish", publication_id="pub_none") == "not_found"


async def test_a_transport_has_one_direction_and_a_source_its_kind(home: House) -> None:
    a = await home.arrive("a")
    send, receive = await a.open_transports()
    assert await a.fail("publish", transport_id=receive, kind="video", source="camera", rtp_parameters={}) == (
        "bad_request"
    )
    assert await a.fail("publish", transport_id=send, kind="video", source="microphone", rtp_parameters={}) == (
        "bad_request"
    )
    publication = await a.publish(send)
    assert await a.fail("subscribe", publication_id=publication, rtp_capabilities={}) == "bad_request"


async def test_a_room_has_so_many_publishers_and_hosts_are_not_counted() -> None:
    async with house(RoomSettings(maximum_publishers=2)) as home:
        for name in ("a", "b"):
            browser = await home.arrive(name)
            await browser.publish((await browser.open_transports())[0])
        third, host = await home.arrive("c"), await home.host()
        send, _ = await third.open_transports()
        rtp = {"transport_id": send, "kind": "video", "source": "camera", "rtp_parameters": {}}
        refusal = (await third.ask("publish", **rtp))["data"]
        assert (refusal["code"], refusal["retryable"]) == ("room_full", False)
        assert refusal["detail"] == {"reason": "publishers", "maximum": 2}
        await host.publish((await host.open_transports())[0])
        first = home.browsers[0]
        sent_on = next(p.transport_id for p in home.room.publications.values() if p.participant_id == "a")
        second_track = await first.publish(sent_on, "microphone", "audio")
        await first.do("unpublish", publication_id=second_track)
        assert await third.fail("publish", **rtp) == "room_full"
        for publication in [p for p in home.room.publications.values() if p.participant_id == "a"]:
            await first.do("unpublish", publication_id=publication.publication_id)
        await third.publish(send)


async def test_two_who_begin_at_once_do_not_both_take_the_last_place() -> None:
    async with house(RoomSettings(maximum_publishers=1)) as home:
        a, b = await home.arrive("a"), await home.arrive("b")
        (send_a, _), (send_b, _) = await a.open_transports(), await b.open_transports()
        home.media.hold["publish"] = asyncio.Event()
        first = a.tell("publish", transport_id=send_a, kind="video", source="camera", rtp_parameters={})
        async with asyncio.timeout(5):
            await home.media.reached["publish"].wait()
        rtp = {"kind": "video", "source": "camera", "rtp_parameters": {}}
        assert await b.fail("publish", transport_id=send_b, **rtp) == "room_full"
        home.media.hold["publish"].set()
        assert (await a.answer(first))["type"] == "ok"


async def test_receiving_needs_a_transport_to_receive(home: House) -> None:
    a, b = await home.arrive("a"), await home.arrive("b")
    send, _ = await a.open_transports()
    publication = await a.publish(send)
    assert await b.fail("subscribe", publication_id=publication, rtp_capabilities={}) == "wrong_state"


async def test_what_the_policy_forbids_to_receive_does_not_exist_for_that_person(home: House) -> None:
    home.policy.unheard.add((ParticipantId("b"), A))
    a, b = await home.arrive("a"), await home.arrive("b")
    send, _ = await a.open_transports()
    await b.open_transports()
    publication = await a.publish(send)
    assert await b.fail("subscribe", publication_id=publication, rtp_capabilities={}) == "not_found"
    assert await b.fail("unpublish", publication_id=publication) == "not_found"
    assert home.media.subscriptions == {}


async def test_asking_again_replaces_what_was_there(home: House) -> None:
    a, b = await home.arrive("a"), await home.arrive("b")
    first, _ = await a.open_transports()
    await b.open_transports()
    one = await a.publish(first)
    two = await a.publish(first)
    assert home.policy.told("publication_closed") == [(one, "replaced")]
    await b.do("subscribe", publication_id=two, rtp_capabilities={})
    await b.do("subscribe", publication_id=two, rtp_capabilities={})
    assert len(home.media.subscriptions) == 1
    await a.do("create_transport", direction="send")
    assert first not in home.media.transports
    assert home.policy.told("publication_closed")[1:] == [(two, "transport_closed")]
    assert not home.room.switchboard.subscriptions


async def test_a_track_is_silent_while_its_owner_or_the_host_wants_it(home: House) -> None:
    host, a = await home.host(), await home.arrive("a")
    send, _ = await a.open_transports()
    publication = await a.publish(send, "microphone", "audio")
    await host.do("mute_publication", publication_id=publication, muted=True)
    changed = await a.event("publication_changed")
    while not changed["publication"]["muted_by_host"]:
        changed = await a.event("publication_changed")
    await a.do("set_publication_paused", publication_id=publication, paused=True)
    await a.do("set_publication_paused", publication_id=publication, paused=False)
    assert home.media.publications[publication] is True  # type: ignore[index]
    await host.do("mute_publication", publication_id=publication, muted=False)
    assert home.media.publications[publication] is True, "nobody is switched on from afar"  # type: ignore[index]
    await a.do("set_publication_paused", publication_id=publication, paused=False)
    assert home.media.publications[publication] is False  # type: ignore[index]
    assert [silent for _, silent in home.policy.told("publication_changed")] == [True, True, True, True, False]
    assert await host.fail("mute_publication", publication_id="pub_none", muted=True) == "not_found"


async def test_a_track_published_paused_starts_silent(home: House) -> None:
    a = await home.arrive("a")
    send, _ = await a.open_transports()
    answer = await a.do("publish", transport_id=send, kind="audio", source="microphone", rtp_parameters={}, paused=True)
    assert home.media.publications[answer["publication_id"]] is True


async def test_a_track_that_the_policy_refuses_is_closed_again(home: House) -> None:
    a = await home.arrive("a")
    send, _ = await a.open_transports()
    home.policy.refuse["publication_opened"] = SignalingError(ErrorCode.RECORDING_UNAVAILABLE, "no recorder")
    assert await a.fail("publish", transport_id=send, kind="video", source="camera", rtp_parameters={}) == (
        "recording_unavailable"
    )
    assert home.media.publications == {} and not home.room.publications


async def test_nobody_knows_of_a_track_before_the_policy_has_taken_it(home: House) -> None:
    host, a = await home.host(), await home.arrive("a")
    send, _ = await a.open_transports()
    await host.open_transports()
    gate = home.policy.hold["publication_opened"] = asyncio.Event()
    number = a.tell("publish", transport_id=send, kind="video", source="camera", rtp_parameters={})
    async with asyncio.timeout(5):
        await home.policy.reached["publication_opened"].wait()
    [publication] = home.room.publications
    await host.do("raise_hand", raised=True)
    assert await host.fail("subscribe", publication_id=publication, rtp_capabilities={}) == "not_found"
    assert await host.fail("mute_publication", publication_id=publication, muted=True) == "not_found"
    assert [each for each in host.catch_up() if each["type"] == "publication_changed"] == []
    assert (await home.arrive("clerk", "host", "mediator")).snapshot["publications"] == []  # type: ignore[index]
    del home.policy.hold["publication_opened"]
    gate.set()
    assert (await a.answer(number))["type"] == "ok"
    assert (await host.event("publication_changed"))["publication"]["publication_id"] == publication


async def test_a_change_that_the_worker_refuses_takes_no_later_one_back(home: House) -> None:
    host, a = await home.host(), await home.arrive("a")
    send, _ = await a.open_transports()
    publication = await a.publish(send, "microphone", "audio")
    gate = home.media.hold["set_publication_paused"] = asyncio.Event()
    home.media.refuse["set_publication_paused"] = 1
    pausing = a.tell("set_publication_paused", publication_id=publication, paused=True)
    async with asyncio.timeout(5):
        await home.media.reached["set_publication_paused"].wait()
    muting = host.tell("mute_publication", publication_id=publication, muted=True)
    del home.media.hold["set_publication_paused"]
    gate.set()
    assert (await a.answer(pausing))["type"] == "error"
    assert (await host.answer(muting))["type"] == "ok"
    [track] = home.room.publications.values()
    assert (track.paused, track.muted_by_host, home.media.publications[track.publication_id]) == (False, True, True)


async def test_who_is_removed_while_the_worker_answers_gets_nothing(home: House) -> None:
    host, a = await home.host(), await home.arrive("a")
    home.media.hold["create_transport"] = asyncio.Event()
    a.tell("create_transport", direction="send")
    await asyncio.wait_for(home.media.reached["create_transport"].wait(), 5)
    await host.do("remove", participant_id="a")
    home.media.hold.pop("create_transport").set()
    await a.closed()
    assert home.media.transports == {} and home.room.switchboard.transports == {}


async def test_a_worker_that_is_not_there_is_overloaded_and_retryable(home: House) -> None:
    home.media.ready = False
    a = await home.arrive("a")
    answer = await a.ask("create_transport", direction="send")
    assert (answer["data"]["code"], answer["data"]["retryable"]) == ("overloaded", True)
    assert a.snapshot is not None and a.snapshot["media_epoch"] == 0


async def test_a_lost_worker_ends_every_track_and_a_new_one_starts_an_epoch(home: House) -> None:
    a, b = await home.arrive("a"), await home.arrive("b")
    waits = await home.arrive("w", admitted=False)
    send, _ = await a.open_transports()
    publication = await a.publish(send)
    home.media.ready = False
    home.media.forget()
    home.hub.media_lost(home.media)
    assert (await b.event("publication_closed"))["publication_id"] == publication
    assert await a.fail("publish", transport_id=send, kind="video", source="camera", rtp_parameters={}) == "overloaded"
    home.media.ready = True
    home.hub.media_ready(home.media)
    for browser in (a, b, waits):
        reset = await browser.event("media_reset")
        assert reset == {"epoch": 2, "router_capabilities": {"codecs": []}}
    await home.settle()
    names = [call[0] for call in home.policy.calls]
    assert names.index("media_lost") < names.index("publication_closed") < names.index("media_back")
    assert home.policy.told("publication_closed") == [(publication, "media_lost")]
    assert await a.fail("publish", transport_id=send, kind="video", source="camera", rtp_parameters={}) == "not_found"
    send, _ = await a.open_transports()
    await a.publish(send)


async def test_transport_news_reach_the_owner_and_become_quality_for_the_others(home: House) -> None:
    a, b = await home.arrive("a"), await home.arrive("b")
    send, _ = await a.open_transports()
    publication = await a.publish(send)
    for state, quality in (("disconnected", "poor"), ("connected", "good"), ("failed", "lost")):
        home.hub.transport_state(send, state, "ice")  # type: ignore[arg-type]
        assert (await a.event("transport_changed"))["state"] == state
        changed = await b.event("participant_changed")
        assert (changed["participant"]["participant_id"], changed["participant"]["quality"]) == ("a", quality)
    home.hub.transport_state(send, "closed", "")  # type: ignore[arg-type]
    await b.event("publication_closed")
    await home.settle()
    assert home.policy.told("publication_closed") == [(publication, "transport_closed")]
    assert send not in home.media.transports  # closed at the worker too, or it would stay there for ever
    home.hub.transport_state("tr_unknown", "failed", "")  # type: ignore[arg-type]


async def test_who_speaks_is_told_to_those_who_know_them_and_not_kept(home: House) -> None:
    a, b = await home.arrive("a"), await home.arrive("b")
    waits = await home.arrive("w", admitted=False)
    home.policy.unseen.add((ParticipantId("b"), A))
    await home.room.reconsider()
    before = home.room.participants[A].log.seq
    home.hub.speakers(ROOM, [A, ParticipantId("b")])
    assert (await a.event("active_speakers"))["participant_ids"] == ["a", "b"]
    assert (await b.event("active_speakers"))["participant_ids"] == ["b"]
    assert home.room.participants[A].log.seq == before
    assert "active_speakers" not in {event["type"] for event in waits.catch_up()}


async def test_who_is_removed_while_an_old_transport_closes_gets_no_new_one(home: House) -> None:
    host, a = await home.host(), await home.arrive("a")
    await a.open_transports()
    home.media.hold["close_transport"] = asyncio.Event()
    a.tell("create_transport", direction="send")
    await asyncio.wait_for(home.media.reached["close_transport"].wait(), 5)
    host.tell("remove", participant_id="a")
    await asyncio.wait_for(home.policy.reached["remove"].wait(), 5)
    home.media.hold.pop("close_transport").set()
    await a.closed()
    await home.settle()
    assert home.media.transports == {} and home.room.switchboard.transports == {}


async def test_the_size_of_a_tile_reaches_the_worker_and_the_layer_its_viewer(home: House) -> None:
    a, b = await home.arrive("a"), await home.arrive("b")
    send, _ = await a.open_transports()
    await b.open_transports()
    publication = await a.publish(send)
    subscription = (await b.do("subscribe", publication_id=publication, rtp_capabilities={}))["subscription_id"]
    await b.do("set_subscription_size", subscription_id=subscription, width=320, height=180)
    assert home.media.sizes == {subscription: (320, 180)}
    for size in ({"width": -1, "height": 1}, {"width": 1, "height": 16385}):
        assert await b.fail("set_subscription_size", subscription_id=subscription, **size) == "bad_request"
    assert await a.fail("set_subscription_size", subscription_id=subscription, width=1, height=1) == "not_found"
    home.hub.subscription_layer(subscription, None, 3, "bandwidth")
    home.hub.publication_demand(PublicationId(publication), [0, 1])
    home.hub.subscription_layer(SubscriptionId("sub_of_nobody"), 0, 1, "")
    told = {"subscription_id": subscription, "layer": None, "layers": 3, "reason": "bandwidth"}
    assert await b.event("subscription_changed") == told
    assert await a.event("publication_layers") == {"publication_id": publication, "active": [0, 1]}
    assert not [e for e in a.catch_up() if e["type"] == "subscription_changed"]
    assert not [e for e in b.catch_up() if e["type"] == "publication_layers"]


def quality_of(home: House, name: str) -> str:
    return home.room.participants[ParticipantId(name)].quality


async def test_a_measured_quality_is_shown_to_the_person_and_to_others(home: House) -> None:
    a, b = await home.arrive("a"), await home.arrive("b")
    await a.open_transports()
    home.hub.quality(ROOM, A, "poor")
    for browser in (a, b):
        changed = await browser.event("participant_changed")
        while changed["participant"]["participant_id"] != "a" or changed["participant"]["quality"] != "poor":
            changed = await browser.event("participant_changed")
    home.hub.quality(ROOM, A, "good")
    assert quality_of(home, "a") == "good"
    home.hub.quality(ROOM, ParticipantId("nobody"), "poor")
    home.hub.quality(RoomId("no_room"), A, "poor")


async def test_the_worse_of_measured_quality_and_state_is_shown(home: House) -> None:
    a = await home.arrive("a")
    send, _ = await a.open_transports()
    home.hub.quality(ROOM, A, "poor")
    home.hub.transport_state(TransportId(send), "failed", "silent")
    assert quality_of(home, "a") == "lost"
    home.hub.transport_state(TransportId(send), "connected", "")
    assert quality_of(home, "a") == "poor"
    home.hub.quality(ROOM, A, "lost")
    home.hub.transport_state(TransportId(send), "disconnected", "silent")
    assert quality_of(home, "a") == "lost"


async def test_quality_begins_anew_with_new_transports(home: House) -> None:
    a = await home.arrive("a")
    send, receive = await a.open_transports()
    home.hub.quality(ROOM, A, "lost")
    home.hub.transport_state(TransportId(send), "closed", "")
    assert quality_of(home, "a") == "lost"
    home.hub.transport_state(TransportId(receive), "closed", "")
    assert quality_of(home, "a") == "good"
    home.hub.quality(ROOM, A, "lost")  # told before the worker heard of it
    assert quality_of(home, "a") == "good"


async def test_what_ends_with_an_old_transport_is_told_although_nothing_follows(home: House) -> None:
    a, b = await home.arrive("a"), await home.arrive("b")
    send, _ = await a.open_transports()
    publication = await a.publish(send)
    await b.event("publication_changed")
    await a.do("create_transport", direction="send")
    assert (await b.event("publication_closed"))["publication_id"] == publication
