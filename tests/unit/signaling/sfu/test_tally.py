"""Sums for monitoring: they go up with what happens, and never down when somebody leaves."""

from __future__ import annotations

from typing import Any

from signaling.sfu import feedback, rtcp
from signaling.sfu.tally import Tally, layers
from signaling.sfu.watch import Watch
from tests.support.sfu_packets import VP8_DELTA, VP8_KEY, rtp_packet, simulcast_parameters, vp8_payload
from tests.support.sfu_room import Room, camera_packet


async def test_what_is_asked_for_and_repaired_on_both_ways_stays_counted_when_everybody_has_left() -> None:
    with Room() as room:
        room.now = 100.0
        ann, bob = room.browser("ann", "send"), room.browser("bob", "receive")
        publication = room.camera(ann)
        subscription = room.follow(bob, publication)
        ann.send(camera_packet(1, VP8_KEY), camera_packet(2, VP8_DELTA), camera_packet(5, VP8_DELTA))
        feedback.ask_for_missing(publication.streams[0], room.now)
        ann.send(camera_packet(3, VP8_DELTA))
        bob.send_report(rtcp.nack(subscription.promised.ssrc, [subscription.first + subscription.offset + 1]))
        room.now += 1.0
        bob.send_report(rtcp.pli(subscription.promised.ssrc))
        for quarter in range(8):
            subscription.look_for_freeze(room.now + quarter / 4)
        tally = Tally(room.counters)
        tally.count([publication], [subscription])
        expected: dict[str, Any] = {
            "packets_asked": 2, "packets_repaired": 1, "deliveries_asked": 1, "packets_retransmitted": 1,
            "key_frames_asked": 2, "key_frames_wanted": 1, "freezes": 1, "frozen_milliseconds": 1750,
        }  # fmt: skip
        assert {name: getattr(room.counters, name) for name in expected} == expected
        publication.streams[0].rebind(77)
        tally.count([publication], [subscription])
        assert room.counters.packets_asked == 2, "another SSRC takes nothing back"
        tally.end_publication(publication)
        tally.end_subscription(subscription)
        tally.count([], [])
        assert {name: getattr(room.counters, name) for name in expected} == expected


async def test_losses_of_both_ways_are_added_up_and_late_packets_take_nothing_back() -> None:
    with Room() as room:
        room.now = 100.0
        ann, bob = room.browser("ann", "send"), room.browser("bob", "receive")
        publication = room.camera(ann)
        subscription = room.follow(bob, publication)
        watch = Watch(room.counters, lambda notice: None)
        for each in (ann, bob):
            watch.enter(each.transport)
        ann.send(camera_packet(1, VP8_KEY), *(camera_packet(each, VP8_DELTA) for each in (2, 3, 4, 7, 8, 9, 10)))
        block = rtcp.ReportBlock(subscription.promised.ssrc, 128, 5, 0, 0, 0, 0)
        bob.send_report(rtcp.receiver_report([block]))
        watch.look(room.now, room.forwarder.awake)
        assert (room.counters.packets_lost, room.counters.deliveries_lost) == (2, 3), (
            "half of ten, two of which never left"
        )
        ann.send(camera_packet(5, VP8_DELTA))
        room.now += 1.0
        watch.look(room.now, room.forwarder.awake)
        assert room.counters.packets_lost == 2
        ann.send(camera_packet(12, VP8_DELTA))
        room.now += 1.0
        watch.look(room.now, room.forwarder.awake)
        assert room.counters.packets_lost == 2, "one came after all, one more did not"
        ann.send(camera_packet(14, VP8_DELTA))
        watch.drop(publication)
        assert room.counters.packets_lost == 3, "also what was lost just before the end"


async def test_pictures_are_told_by_the_layer_that_is_followed() -> None:
    with Room() as room:
        ann = room.browser("ann", "send")
        camera = room.camera(ann, simulcast_parameters())
        bob, carl = room.browser("bob", "receive"), room.browser("carl", "receive")
        subscriptions = [room.follow(bob, camera), room.follow(carl, camera)]
        subscriptions[1].aim(None)
        ann.send(rtp_packet(96, 1, 1, 3003, vp8_payload(1, 1, key=True)))
        alone = room.camera(room.browser("dora", "send"))
        room.browsers[-1].send(camera_packet(1, VP8_KEY))
        subscriptions.append(room.follow(bob, alone))
        room.browsers[-1].send(camera_packet(2, VP8_KEY))
        subscriptions.append(room.follow(bob, room.microphone(room.browser("emil", "send"))))
        assert layers(subscriptions) == {"2": 1, "none": 1, "only": 1}
