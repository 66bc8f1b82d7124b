"""Key frames are asked for when somebody needs one, and not more often than that."""

from __future__ import annotations

from signaling.sfu import rtcp
from signaling.sfu.publication import KEY_FRAME_INTERVAL, KEY_FRAME_PATIENCE
from tests.support.sfu_packets import VP8_DELTA, VP8_KEY
from tests.support.sfu_room import Room, camera_packet


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


async def test_a_request_that_got_lost_is_repeated_while_somebody_waits() -> None:
    with Room() as room:
        ann, bob = room.browser("ann", "send"), room.browser("bob", "receive")
        publication = room.camera(ann)
        room.follow(bob, publication)
        publication.streams[0].tick(KEY_FRAME_PATIENCE)
        assert len(ann.receive()[1]) == 2
        ann.send(camera_packet(1, VP8_KEY))
        publication.streams[0].tick(KEY_FRAME_PATIENCE * 3)
        assert ann.receive()[1] == []


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
