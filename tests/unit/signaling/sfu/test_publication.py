"""Key frames are asked for when somebody needs one, and not more often than that."""

from __future__ import annotations

from itertools import pairwise

import pytest

from signaling.sfu import rtcp
from signaling.sfu.publication import FIRST_PATIENCE, KEY_FRAME_INTERVAL, KEY_FRAME_PATIENCE, Publication
from tests.support.sfu_packets import VP8_DELTA, VP8_KEY
from tests.support.sfu_room import Browser, Room, camera_packet


async def test_requests_are_throttled_and_a_kept_one_is_sent_later() -> None:
    with Room() as room:
        ann, bob = room.browser("ann", "send"), room.browser("bob", "receive")
        publication = room.camera(ann)
        subscription = room.follow(bob, publication)
        ann.send(camera_packet(1, VP8_KEY))
        for _ in range(5):
            bob.send_report(rtcp.pli(subscription.promised.ssrc))
        assert ann.receive()[1] == [rtcp.pli(2001)]
        publication.streams[0].tick(KEY_FRAME_INTERVAL)
        assert ann.receive()[1] == [rtcp.pli(2001)]
        publication.streams[0].tick(KEY_FRAME_INTERVAL * 9)
        assert ann.receive()[1] == []
        assert subscription.key_frames_asked == 5


def asked_at(room: Room, ann: Browser, publication: Publication, until: float) -> list[float]:
    """When the publisher is asked, who sends a picture all the while, but no key frame."""
    times, sequence = [], 1
    for turn in range(round(room.now * 50), round(until * 50)):
        room.now = turn / 50
        sequence += 1
        ann.send(camera_packet(sequence, VP8_DELTA))
        publication.streams[0].tick(room.now)
        times += [room.now] * len(ann.receive()[1])
    return times


async def test_a_request_that_got_lost_is_repeated_soon_and_then_less_often_while_somebody_waits() -> None:
    with Room() as room:
        ann, bob = room.browser("ann", "send"), room.browser("bob", "receive")
        publication = room.camera(ann)
        room.follow(bob, publication)
        times = asked_at(room, ann, publication, 5.0)
        gaps = [after - before for before, after in pairwise(times)]
        expected = [FIRST_PATIENCE, 2 * FIRST_PATIENCE, 4 * FIRST_PATIENCE, KEY_FRAME_PATIENCE, KEY_FRAME_PATIENCE]
        assert times[0] == 0 and gaps[:5] == pytest.approx(expected, abs=0.021)
        assert len(times) <= 2 + 5.0 / KEY_FRAME_PATIENCE + 1
        ann.send(camera_packet(1000, VP8_KEY))
        publication.streams[0].tick(room.now + KEY_FRAME_PATIENCE * 3)
        assert ann.receive()[1] == []


async def test_the_next_who_waits_does_not_pay_for_the_one_before() -> None:
    with Room() as room:
        ann, bob = room.browser("ann", "send"), room.browser("bob", "receive")
        publication = room.camera(ann)
        subscription = room.follow(bob, publication)
        asked_at(room, ann, publication, 4.0)
        subscription.set_paused(True)
        assert asked_at(room, ann, publication, 8.0) == []
        subscription.set_paused(False)
        times = asked_at(room, ann, publication, 9.0)
        assert times[:2] == pytest.approx([8.0, 8.0 + FIRST_PATIENCE], abs=0.021)


async def test_a_publisher_far_away_has_time_for_an_answer() -> None:
    with Room() as room:
        ann, bob = room.browser("ann", "send"), room.browser("bob", "receive")
        publication = room.camera(ann)
        ann.transport.told_trip(0.3, 0.0)
        room.follow(bob, publication)
        assert asked_at(room, ann, publication, 1.5)[:2] == pytest.approx([0.0, 0.6], abs=0.021)
        ann.transport.told_trip(20.0, room.now)
        before = room.now
        assert asked_at(room, ann, publication, 4.0)[0] <= before + KEY_FRAME_PATIENCE


async def test_a_paused_camera_is_asked_when_it_comes_back() -> None:
    with Room() as room:
        ann, bob = room.browser("ann", "send"), room.browser("bob", "receive")
        publication = room.camera(ann)
        publication.set_paused(True, 0.0)
        room.follow(bob, publication)
        ann.send(camera_packet(1, VP8_KEY))
        assert (ann.receive()[1], bob.receive()[0]) == ([], [])
        room.now = 5.0
        publication.set_paused(False, room.now)
        assert ann.receive()[1] == [rtcp.pli(2001)]
        ann.send(camera_packet(2, VP8_DELTA), camera_packet(3, VP8_KEY))
        assert len(bob.receive()[0]) == 1
