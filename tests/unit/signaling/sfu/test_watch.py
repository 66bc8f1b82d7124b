"""Once a second: bytes and rates by differences, and the word for everybody's connection."""

from __future__ import annotations

from typing import Any

from signaling.sfu import rtcp
from signaling.sfu.control import PersonQuality
from signaling.sfu.watch import LINGER, TICKS, Watch
from tests.support.sfu_packets import VP8_DELTA, VP8_KEY
from tests.support.sfu_room import Room, camera_packet


class Scene:
    """Ann's camera, which Bob watches; seconds pass as the test says."""

    def __init__(self, room: Room, *, dealt: bool = False) -> None:
        self.room = room
        self.ticks = TICKS if dealt else 1
        self.notices: list[Any] = []
        self.ann, self.bob = room.browser("ann", "send"), room.browser("bob", "receive")
        self.watch = Watch(room.counters, self.notices.append, dealt=dealt)
        for each in (self.ann, self.bob):
            each.transport._secured = True
            self.watch.enter(each.transport)
        self.publication = room.camera(self.ann)
        self.subscription = room.follow(self.bob, self.publication)
        self.sequence = 0

    def second(self, packets: int = 40, lose: int = 0) -> None:
        """One second of the camera; every ``lose``-th packet does not arrive (0: all do)."""
        for _ in range(packets):
            self.sequence += 1
            if not lose or self.sequence % lose:
                self.ann.send(camera_packet(self.sequence, VP8_KEY if self.sequence == 1 else VP8_DELTA))
        self.pass_second()

    def pass_second(self) -> None:
        for _ in range(self.ticks):
            self.room.now += 1.0 / self.ticks
            for each in (self.ann, self.bob):
                each.transport.heard_at = self.room.now
            self.watch.look(self.room.now, self.room.forwarder.awake)

    def words(self) -> list[tuple[str, str]]:
        assert all(isinstance(each, PersonQuality) and each.room_id == "room" for each in self.notices)
        return [(each.participant_id, each.quality) for each in self.notices]


async def test_rates_and_bytes_are_differences() -> None:
    with Room() as room:
        scene = Scene(room)
        scene.second(0)
        scene.second(50)
        packet = len(camera_packet(1, VP8_DELTA)) + 16
        assert room.counters.bytes_received == room.counters.bytes_forwarded == 50 * packet
        assert scene.subscription.bits_per_second == 50 * packet * 8
        room.forwarder.awake.clear()
        scene.pass_second()
        assert scene.subscription.bits_per_second == 0
        assert room.counters.bytes_forwarded == 50 * packet


async def test_dealt_out_over_ticks_the_figures_are_the_same() -> None:
    with Room() as room:
        scene = Scene(room, dealt=True)
        for _ in range(4):
            scene.second(50)
        packet = len(camera_packet(1, VP8_DELTA)) + 16
        assert abs(scene.subscription.bits_per_second - 50 * packet * 8) < 8
        room.forwarder.awake.clear()
        for _ in range(2):
            scene.pass_second()
        assert scene.subscription.bits_per_second == 0
        assert room.counters.bytes_received == room.counters.bytes_forwarded == 200 * packet


async def test_what_ends_between_two_looks_is_counted_too() -> None:
    with Room() as room:
        scene = Scene(room)
        scene.ann.send(camera_packet(1, VP8_KEY))
        scene.watch.forget(scene.subscription)
        scene.watch.drop(scene.publication)
        packet = len(camera_packet(1, VP8_KEY)) + 16
        assert (room.counters.bytes_received, room.counters.bytes_forwarded) == (packet, packet)


async def test_losses_on_the_way_up_are_the_publishers() -> None:
    with Room() as room:
        scene = Scene(room)
        for _ in range(3):
            scene.second()
        assert scene.words() == []
        for _ in range(5):
            scene.second(lose=5)
        assert scene.words() == [("ann", "poor")]
        for _ in range(12):
            scene.second()
        assert scene.words() == [("ann", "poor"), ("ann", "good")]


async def test_losses_that_a_receiver_reports_are_the_receivers() -> None:
    with Room() as room:
        scene = Scene(room)
        for _ in range(5):
            scene.second()
            newest = scene.subscription.stream.last_number + scene.subscription.offset
            block = rtcp.ReportBlock(scene.subscription.promised.ssrc, 60, 9, newest, 900, 0, 0)
            scene.bob.send_report(rtcp.receiver_report([block]))
        assert scene.words() == [("bob", "poor")]
        assert (scene.subscription.lost, scene.subscription.jitter) == (9, 0.01)


async def test_a_picture_that_was_given_up_is_a_poor_connection() -> None:
    with Room() as room:
        scene = Scene(room)
        scene.second()
        scene.subscription.aim(None)
        for _ in range(5):
            scene.second()
        assert scene.words() == [("bob", "poor")]


async def test_silence_is_lost_also_after_the_last_packet_and_then_nobody_is_looked_at() -> None:
    with Room() as room:
        scene = Scene(room)
        scene.second()
        room.forwarder.awake.clear()
        for _ in range(12):
            room.now += 1.0
            scene.bob.transport.heard_at = room.now
            scene.watch.look(room.now, [])
        assert scene.words() == [("ann", "lost")]
        assert {each["participant_id"] for each in scene.watch.statistics()} == {"ann", "bob"}
        for _ in range(int(LINGER)):
            scene.pass_second()
        assert scene.words() == [("ann", "lost"), ("ann", "good")]
        assert scene.watch.statistics() == []


async def test_who_has_no_transport_left_begins_anew() -> None:
    with Room() as room:
        scene = Scene(room)
        for _ in range(5):
            scene.second(lose=5)
        scene.watch.leave(scene.ann.transport)
        scene.watch.enter(scene.ann.transport)
        scene.pass_second()
        (ann,) = [each for each in scene.watch.statistics() if each["participant_id"] == "ann"]
        assert ann["quality"] == "good"


async def test_a_publishers_round_trip_is_known_from_the_echo_of_our_time() -> None:
    with Room() as room:
        ann = room.browser("ann", "send")
        room.camera(ann)
        reference = int(100.0 * 65536)
        room.now = 100.35
        ann.send_report(echo(1, reference, int(0.1 * 65536)))
        assert ann.transport.round_trip is not None and abs(ann.transport.round_trip - 0.25) < 0.001
        ann.send_report(echo(7, reference, 0))  # of somebody else
        ann.send_report(echo(1, reference + 500 * 65536, 0))  # of a time to come
        assert abs(ann.transport.round_trip - 0.25) < 0.001


def echo(ssrc: int, reference: int, delay: int) -> bytes:
    """An extended report with another block before the one that counts (RFC 3611 §4.5)."""
    blocks = bytes.fromhex("2a000001 00000000") + bytes.fromhex("05000003")
    blocks += ssrc.to_bytes(4, "big") + reference.to_bytes(4, "big") + delay.to_bytes(4, "big")
    return rtcp.packet(rtcp.EXTENDED_REPORT, 0, bytes(4) + blocks)
