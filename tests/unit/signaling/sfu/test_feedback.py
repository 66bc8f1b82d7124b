"""What reports are made of, and what they cost."""

from __future__ import annotations

from signaling.ids import PublicationId
from signaling.sfu import feedback, ortc, rtcp
from signaling.sfu.feedback import SHORTEST_RELAY
from signaling.sfu.publication import Publication
from signaling.sfu.transport import MAXIMUM_TRACKS
from signaling.sfu.waydown import MOST_REPAIRS_OF_SOUND, REPAIRS_OF_SOUND
from tests.support.sfu_packets import VP8_KEY, audio_parameters, rtp_packet, simulcast_parameters
from tests.support.sfu_room import Room, camera_packet


async def test_a_publisher_of_many_streams_without_transport_wide_numbers_is_told_what_fits() -> None:
    with Room() as room:
        ann = room.browser("ann", "send")
        for track in range(MAXIMUM_TRACKS):
            parameters = simulcast_parameters(10_000 + 10 * track, str(track))
            parameters["encodings"].append({"ssrc": 10_003 + 10 * track, "rid": "r3"})
            parameters["headerExtensions"] = []
            offered = ortc.read_publication("video", parameters)
            publication = Publication(PublicationId(str(track)), ann.transport, "video", "camera", offered)
            ann.transport.add(publication)
            ann.send(*(rtp_packet(96, 1, 1, 10_000 + 10 * track + each, VP8_KEY) for each in range(4)))
        ann.receive()
        feedback.report(ann.transport, 1.0, 1_000_000, room.egress)
        room.egress.flush()
        _, [compound] = ann.receive()
        report = rtcp.parse(compound)[0]
        assert isinstance(report, rtcp.ReceiverReport)
        assert len(report.blocks) == feedback.BLOCKS_PER_REPORT
        assert room.counters.srtp_failed == 0


async def test_a_flood_of_clocks_is_not_passed_on() -> None:
    with Room() as room:
        room.now = 100.0
        ann, bob = room.browser("ann", "send"), room.browser("bob", "receive")
        room.follow(bob, room.camera(ann))
        ann.send(camera_packet(1, VP8_KEY))
        for _ in range(10):
            ann.send_report(10 * rtcp.sender_report(2001, 1 << 40, 1, 1, 1))
        assert len(bob.receive()[1]) == 1
        room.now += 2 * SHORTEST_RELAY
        ann.send_report(rtcp.sender_report(2001, 2 << 40, 2, 2, 2))
        assert len(bob.receive()[1]) == 1


async def test_repairs_of_sound_are_bounded_where_nothing_else_is_sent() -> None:
    with Room() as room:
        room.now = 100.0
        ann, bob = room.browser("ann", "send"), room.browser("bob", "receive")
        offered = ortc.read_publication("audio", audio_parameters())
        microphone = Publication(PublicationId("voice"), ann.transport, "audio", "microphone", offered)
        ann.transport.add(microphone)
        subscription = room.follow(bob, microphone)
        ann.send(*(rtp_packet(111, each, 960 * each, 1001, bytes(40)) for each in range(100)))
        first = subscription.first + subscription.offset
        bob.receive()
        nack = rtcp.nack(subscription.promised.ssrc, [(first + each) & 0xFFFF for each in range(100)])
        for _ in range(20):
            bob.send_report(10 * nack)
        assert room.counters.packets_retransmitted == MOST_REPAIRS_OF_SOUND
        room.now += 0.25
        bob.send_report(nack)
        assert room.counters.packets_retransmitted == MOST_REPAIRS_OF_SOUND + REPAIRS_OF_SOUND / 4


async def test_reports_about_sound_alone_leave_nothing_behind() -> None:
    with Room() as room:
        ann, bob = room.browser("ann", "send"), room.browser("bob", "receive")
        offered = ortc.read_publication("audio", audio_parameters())
        microphone = Publication(PublicationId("voice"), ann.transport, "audio", "microphone", offered)
        ann.transport.add(microphone)
        subscription = room.follow(bob, microphone)
        assert bob.transport.way_down is not None
        estimate = bob.transport.way_down.estimate
        for turn in range(300):
            room.now = turn / 10
            ann.send(rtp_packet(111, turn, 960 * turn, 1001, bytes(40)))
            subscription.reported = 7, room.now
            block = rtcp.ReportBlock(subscription.promised.ssrc, 20, 1, turn, 0, 7, 0)
            bob.send_report(rtcp.receiver_report([block]))
        assert len(estimate.losses._told) < 45, "4 seconds of them"
        assert len(estimate.trips._recent) < 45, "4 seconds of them"


async def test_a_picture_that_is_given_up_asks_its_publisher_for_nothing() -> None:
    with Room() as room:
        room.now = 100.0
        ann, bob = room.browser("ann", "send"), room.browser("bob", "receive")
        subscription = room.follow(bob, room.camera(ann))
        ann.send(camera_packet(1, VP8_KEY))
        ann.receive()
        subscription.aim(None)
        room.now += 1.0
        bob.send_report(rtcp.pli(subscription.promised.ssrc))
        assert ann.receive()[1] == []
        subscription.aim(0)
        assert [rtcp.parse(each) for each in ann.receive()[1]] == [[rtcp.KeyFrameRequest(2001)]]
