"""What happens by the clock: everything for streams that live, nothing for those that are silent."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Any

import pytest
import structlog

from signaling.ids import PublicationId
from signaling.sfu import control, feedback, rtcp
from signaling.sfu.publication import FIRST_PATIENCE, KEY_FRAME_PATIENCE, LONGEST_PATIENCE, Publication
from signaling.sfu.rounds import REPORT_TICKS, SETTLED_AFTER, TICK, Rounds
from signaling.sfu.transport import Transport
from tests.support.sfu_packets import VP8_DELTA, VP8_KEY, rtp_packet
from tests.support.sfu_room import Browser, Room, camera_packet

LIMIT = 1_000_000


class Scene:
    """One publisher, one subscriber, and a clock that is set by hand (the forwarder's own runs on)."""

    def __init__(self, room: Room, *, dealt: bool = False) -> None:
        self.room = room
        self.notices: list[Any] = []
        self.ann: Browser = room.browser("ann", "send")
        self.bob: Browser = room.browser("bob", "receive")
        self.rounds = Rounds(room.forwarder, room.egress, self.notices.append, lambda: room.now, dealt=dealt)

    def camera(self) -> Publication:
        publication = self.room.camera(self.ann)
        self.rounds.enter(publication)
        return publication

    def microphone(self) -> Publication:
        publication = self.room.microphone(self.ann)
        self.rounds.enter(publication)
        return publication


async def test_the_trouble_of_one_publisher_keeps_the_reports_of_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    with Room() as room:
        scene = Scene(room)
        offered = scene.camera().offered
        carl = room.browser("carl", "send")
        other = Publication(PublicationId("other"), carl.transport, "video", "camera", offered)
        carl.transport.add(other)
        scene.rounds.enter(other)
        for browser in (scene.ann, carl):
            browser.send(camera_packet(1, VP8_KEY))
            browser.receive()
        tell = feedback.report

        def fail_for_ann(transport: Transport, *values: Any) -> None:
            if transport is scene.ann.transport:
                raise ZeroDivisionError
            tell(transport, *values)

        monkeypatch.setattr(feedback, "report", fail_for_ann)
        with structlog.testing.capture_logs() as lines:
            for turn in range(8):
                carl.send(camera_packet(2 + turn, VP8_DELTA))
                scene.ann.send(camera_packet(2 + turn, VP8_DELTA))
                room.now += 0.5
                scene.rounds.report(LIMIT)
        assert len(carl.receive()[1]) == scene.rounds.attempt.failures == 8
        assert [line["failures"] for line in lines] == [1, 2, 4, 8]


async def test_a_stream_is_awake_from_its_first_packet_until_it_brought_nothing() -> None:
    with Room() as room:
        scene = Scene(room)
        publication = scene.camera()
        assert room.forwarder.awake == []
        scene.ann.send(camera_packet(1, VP8_KEY))
        assert room.forwarder.awake == publication.streams
        room.now = 0.5
        scene.rounds.report(LIMIT)
        assert len(scene.ann.receive()[1]) == 1
        assert (room.forwarder.awake, publication.streams[0].bits_per_second > 0) == (publication.streams, True)
        room.now = 1.0
        scene.rounds.report(LIMIT)
        assert len(scene.ann.receive()[1]) == 1
        assert (room.forwarder.awake, publication.streams[0].bits_per_second) == ([], 0)
        room.now = 1.5
        scene.rounds.report(LIMIT)
        assert scene.ann.receive()[1] == []
        scene.ann.send(camera_packet(2, VP8_DELTA))
        assert room.forwarder.awake == publication.streams


async def test_at_the_ticks_of_half_a_second_each_publisher_gets_one_report_at_a_moment_of_its_own() -> None:
    with Room() as room:
        scene = Scene(room, dealt=True)
        offered = scene.camera().offered
        crowd = [room.browser(f"carl{number}", "send") for number in range(30)]
        for browser in crowd:
            other = Publication(
                PublicationId(browser.transport.transport_id), browser.transport, "video", "camera", offered
            )
            browser.transport.add(other)
            scene.rounds.enter(other)
        told: list[list[Browser]] = []
        for tick in range(3 * REPORT_TICKS):
            for browser in crowd:
                browser.send(camera_packet(1 + tick, VP8_DELTA))
            room.now += TICK
            scene.rounds.tick(LIMIT)
            told.append([each for each in crowd for report in each.receive()[1] if report[1] == rtcp.RECEIVER_REPORT])
        assert max(len(each) for each in told) == 2, "thirty in twenty-five ticks"
        for period in (told[:REPORT_TICKS], told[REPORT_TICKS : 2 * REPORT_TICKS], told[2 * REPORT_TICKS :]):
            assert Counter(each for tick in period for each in tick) == Counter(crowd)
        assert told[REPORT_TICKS : 2 * REPORT_TICKS] == told[2 * REPORT_TICKS :]
        assert room.forwarder.awake, "the rate of each is taken over the time since its own last turn"
        assert len({each.bits_per_second for each in room.forwarder.awake}) == 1


async def test_after_a_long_silence_the_first_rate_is_of_the_time_since() -> None:
    with Room() as room:
        scene = Scene(room, dealt=True)
        publication = scene.camera()
        for _ in range(600):
            room.now += scene.rounds.pause
            scene.rounds.tick(LIMIT)
        began = room.now
        for number in range(REPORT_TICKS):
            scene.ann.send(*(camera_packet(1 + 3 * number + each, VP8_DELTA) for each in range(3)))
            room.now += TICK
            scene.rounds.tick(LIMIT)
        (stream,) = publication.streams
        sent = stream.reception.octets + 16 * stream.reception.received
        assert room.forwarder.awake == [stream]
        assert 0.5 < stream.bits_per_second * (room.now - began) / (8 * sent) < 1.5


async def test_a_publisher_is_told_at_the_next_tick_what_somebody_wants() -> None:
    with Room() as room:
        scene = Scene(room, dealt=True)
        publication = scene.camera()
        while not scene.notices:
            room.now += scene.rounds.pause
            assert room.now < 2 * SETTLED_AFTER
            scene.rounds.tick(LIMIT)
        room.follow(scene.bob, publication)
        scene.rounds.touch(publication)
        room.now += scene.rounds.pause
        scene.rounds.tick(LIMIT)
        assert scene.notices == [control.PublicationDemand(publication.publication_id, each) for each in ([], [0])]


async def test_what_is_missing_is_asked_for() -> None:
    with Room() as room:
        scene = Scene(room)
        scene.camera()
        scene.ann.send(camera_packet(1, VP8_KEY), camera_packet(4, VP8_DELTA))
        scene.rounds.repair()
        scene.rounds.repair()
        assert scene.ann.receive()[1] == [rtcp.nack(2001, [2, 3])]


async def test_a_silent_publisher_is_asked_for_a_key_frame_ever_more_rarely() -> None:
    with Room() as room:
        scene = Scene(room)
        publication = scene.camera()
        room.follow(scene.bob, publication)
        asked = []
        for tenth in range(1, 1200):
            room.now = tenth / 10
            scene.rounds.repair()
            asked += [room.now] * len(scene.ann.receive()[1])
        gaps = [round(after - before, 1) for before, after in pairwise(asked)]
        assert asked[0] < 0.2
        doubled = [FIRST_PATIENCE * 2**times for times in range(7)]
        assert gaps[:7] == pytest.approx(doubled, abs=0.11)
        assert gaps[7:] == pytest.approx([LONGEST_PATIENCE] * len(gaps[7:]), abs=0.11) and gaps[7:]


async def test_who_sends_again_after_a_long_silence_is_asked_at_once() -> None:
    with Room() as room:
        scene = Scene(room)
        publication = scene.camera()
        room.follow(scene.bob, publication)
        for second in range(100):
            room.now = float(second)
            scene.rounds.repair()
        scene.ann.receive()
        room.now += KEY_FRAME_PATIENCE
        scene.ann.send(camera_packet(1, VP8_DELTA))
        scene.rounds.repair()
        assert scene.ann.receive()[1] == [rtcp.pli(2001)]


async def test_a_track_that_is_gone_is_not_looked_at() -> None:
    with Room() as room:
        scene = Scene(room)
        publication = scene.camera()
        room.follow(scene.bob, publication)
        scene.ann.send(camera_packet(1, VP8_DELTA), camera_packet(3, VP8_DELTA))
        scene.ann.receive()
        scene.rounds.leave(publication)
        room.now = 100.0
        scene.rounds.repair()
        scene.rounds.report(LIMIT)
        scene.rounds.tell_arrivals()
        scene.rounds.arrange()
        assert (scene.ann.receive()[1], scene.notices) == ([], [])


async def test_a_silent_publisher_is_told_when_nobody_watches_and_when_somebody_does_again() -> None:
    with Room() as room:
        scene = Scene(room)
        publication = scene.camera()
        for tenth in range(int(SETTLED_AFTER * 10)):
            room.now = tenth / 10
            scene.rounds.arrange()
        assert scene.notices == [control.PublicationDemand(publication.publication_id, [])]
        room.now = 60.0
        room.follow(scene.bob, publication)
        scene.rounds.touch(publication)
        scene.rounds.arrange()
        assert scene.notices[1:] == [control.PublicationDemand(publication.publication_id, [0])]


@pytest.mark.parametrize("level", [10, 127])
async def test_a_speaker_is_told_and_leaves_the_list_also_when_the_packets_stop(level: int) -> None:
    with Room() as room:
        scene = Scene(room)
        publication = scene.microphone()
        extension = publication.offered.extension_ids["urn:ietf:params:rtp-hdrext:ssrc-audio-level"]
        scene.ann.send(rtp_packet(111, 1, 960, 1001, b"sound", extensions={extension: bytes((level,))}))
        for tenth in range(40):
            room.now = tenth / 10
            scene.rounds.listen()
            if tenth % 5 == 4:
                scene.rounds.report(LIMIT)
        told = [notice.participant_ids for notice in scene.notices if isinstance(notice, control.Speakers)]
        assert told == ([["ann"], []] if level == 10 else [])


async def test_a_camera_that_stops_is_a_freeze_for_who_watches_and_none_for_who_looks_away() -> None:
    with Room() as room:
        scene = Scene(room)
        publication = scene.camera()
        watched, hidden = room.follow(scene.bob, publication), room.follow(scene.bob, publication)
        hidden.wish = None
        hidden.refresh()
        scene.ann.send(camera_packet(1, VP8_KEY))
        stream = publication.streams[0]
        stream.heard_at = 0.0
        for quarter in range(16):
            room.now = quarter / 4
            if quarter % 2 == 1:
                scene.rounds.report(LIMIT)
            scene.rounds.arrange()
        assert room.forwarder.awake == []
        assert (watched.freezes.count, watched.freezes.frozen, hidden.freezes.count) == (1, True, 0)
        scene.ann.send(camera_packet(2, VP8_DELTA))
        stream.heard_at = 4.0
        room.now = 4.1
        scene.rounds.arrange()
        assert (watched.freezes.count, watched.freezes.seconds, watched.freezes.frozen) == (1, 4.0, False)
