"""Which layer somebody gets, and how it goes on where another stopped."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signaling.sfu import rtcp, rtp, vp8
from signaling.sfu.arrangement import UNWATCHED_FOR, arrange, news
from signaling.sfu.layers import Offsets, Position, assumed, choose, join, wish
from signaling.sfu.publication import ALIVE_FOR, KEY_FRAME_INTERVAL, Publication
from tests.support.sfu_packets import rtp_packet, simulcast_parameters, vp8_payload
from tests.support.sfu_room import Browser, Room

SIZES = [(160, 90), (320, 180), (640, 360)]
RATE = 90_000


@pytest.mark.parametrize(
    ("tile", "layer"),
    [((0, 0), None), ((100, 60), 0), ((240, 400), 0), ((400, 135), 0), ((300, 170), 1), ((480, 270), 1),
     ((481, 271), 2), ((4000, 3000), 2)],
)  # fmt: skip
def test_the_smallest_layer_that_need_not_be_enlarged_by_half(tile: tuple[int, int], layer: int | None) -> None:
    assert wish(*tile, SIZES) == layer
    assert wish(*tile, [None, None, None]) == layer, "sizes that are not known yet are assumed"


@given(st.integers(0, 3), st.lists(st.booleans(), min_size=4, max_size=4))
def test_a_living_layer_is_chosen_and_none_above_the_wish_while_one_below_lives(wished: int, alive: list[bool]) -> None:
    layer = choose(wished, alive)
    assert alive[layer] or not any(alive)
    if any(alive[: wished + 1]):
        assert layer <= wished and not any(alive[layer + 1 : wished + 1])


@given(st.integers(1, 4), st.integers(1, 4000), st.integers(1, 4000), st.integers(0, 2000), st.integers(0, 2000))
def test_a_larger_tile_never_gets_a_smaller_layer(count: int, width: int, height: int, more: int, taller: int) -> None:
    sizes = [assumed(index, count) for index in range(count)]
    small, large = wish(width, height, sizes), wish(width + more, height + taller, sizes)
    assert small is not None and large is not None
    assert 0 <= small <= large < count


def test_sender_reports_tell_the_step_and_arrival_does_without_them() -> None:
    left = Position(1000, 50.0, 7, 3, (100.0, 1000))
    entered = Position(900_000, 50.5, 90, 80, (100.0, 900_000 - RATE // 10))
    assert (900_000 + join(left, Offsets(), entered, RATE).timestamp) & 0xFFFFFFFF == 1000 + RATE // 10
    bare = entered._replace(report=None)
    joined = join(left, Offsets(5, 6, 7), bare, RATE)
    assert (900_000 + joined.timestamp) & 0xFFFFFFFF == 1005 + RATE // 2
    assert (90 + joined.picture) % vp8.PICTURE_SPAN == 7 + 6 + 1 and (80 + joined.tl0) % 256 == 3 + 7 + 1


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1), st.floats(0, 5), st.none() | st.floats(-1e6, 1e6))
def test_time_never_goes_back_at_a_switch(left: int, entered: int, elapsed: float, skew: float | None) -> None:
    reports = [None, None] if skew is None else [(1e9, left), (1e9 + skew, entered)]
    offsets = join(
        Position(left, 1.0, 0, 0, reports[0]), Offsets(), Position(entered, 1 + elapsed, 0, 0, reports[1]), RATE
    )
    step = (entered + offsets.timestamp - left) & 0xFFFFFFFF
    assert 0 < step <= (elapsed + 2) * RATE + 1


class Camera:
    """A publisher of three layers, each with numbers of its own."""

    def __init__(self, room: Room, browser: Browser, chooser: random.Random) -> None:
        self.room, self.browser = room, browser
        self.publication: Publication = room.camera(browser, simulcast_parameters())
        self.sequences = [chooser.randrange(65536) for _ in range(3)]
        self.stamps = [chooser.randrange(2**32) for _ in range(3)]
        self.pictures = [chooser.randrange(0x8000) for _ in range(3)]
        self.tl0 = [chooser.randrange(256) for _ in range(3)]

    def frame(self, layer: int, key: bool) -> list[bytes]:
        """Three packets of one picture."""
        self.stamps[layer] += 3000
        self.pictures[layer] += 1
        self.tl0[layer] += 1
        packets = []
        for part in range(3):
            self.sequences[layer] += 1
            payload = vp8_payload(
                self.pictures[layer] & 0x7FFF, self.tl0[layer] & 255, key=key, start=part == 0, size=SIZES[layer]
            )
            packets.append(
                rtp_packet(
                    96, self.sequences[layer], self.stamps[layer], 3001 + layer, payload + bytes((layer,)),
                    marker=part == 2,
                )
            )  # fmt: skip
        return packets


@settings(max_examples=40, deadline=None)
@given(st.integers())
def test_a_subscriber_sees_one_stream_whatever_layers_it_is_made_of(seed: int) -> None:
    chooser = random.Random(seed)
    with Room() as room:
        camera = Camera(room, room.browser("ann", "send"), chooser)
        bob = room.browser("bob", "receive")
        subscription = room.follow(bob, camera.publication)
        got: list[bytes] = []
        lost = 0
        for _ in range(120):
            room.now += 0.033
            layer = chooser.randrange(3)
            packets = camera.frame(layer, key=chooser.random() < 0.2)
            if chooser.random() < 0.1:
                lost += 1
                del packets[chooser.randrange(3)]
            camera.browser.send(*packets)
            if chooser.random() < 0.2:
                subscription.aim(chooser.choice([0, 1, 2, 2, None]))
            got += bob.receive()[0]
        numbers = [rtp.HEADER.unpack_from(packet)[2] for packet in got]
        for before, after in pairwise(got):
            _, marker, sequence, stamp, _ = rtp.HEADER.unpack_from(after)
            _, _, earlier, older, _ = rtp.HEADER.unpack_from(before)
            assert 0 < (sequence - earlier) & 0xFFFF < 0x8000
            assert (stamp - older) & 0xFFFFFFFF < 0x80000000
            ids, last = (vp8.read_descriptor(each, 12, len(each)) for each in (after, before))
            step = (ids.picture - last.picture) & 0x7FFF
            if before[-1] != after[-1]:
                assert rtp.vp8_key_frame(after, 12, len(after)), "another layer begins with a key frame"
                assert (step, (ids.tl0 - last.tl0) & 255) == (1, 1)
            assert marker & 0x7F == 101
        if numbers:
            assert ((numbers[-1] - numbers[0]) & 0xFFFF) + 1 <= len(numbers) + lost
        assert room.counters.faults == room.counters.srtp_failed == 0


def asked(browser: Browser) -> list[int]:
    """The SSRCs of which a publisher was asked for key frames since the last call."""
    messages = [message for raw in browser.receive()[1] for message in rtcp.parse(raw)]
    return [message.media_ssrc for message in messages if isinstance(message, rtcp.KeyFrameRequest)]


async def test_a_change_of_layers_asks_for_a_key_frame_of_that_layer_at_once() -> None:
    with Room() as room:
        camera = Camera(room, room.browser("ann", "send"), random.Random(5))
        subscription = room.follow(room.browser("bob", "receive"), camera.publication)
        assert asked(camera.browser) == [3003], "who begins to watch asks too"
        camera.browser.send(*camera.frame(2, key=True))
        for layer in (0, 1, 2):
            room.now += KEY_FRAME_INTERVAL
            camera.browser.send(*(packet for each in range(3) for packet in camera.frame(each, key=False)))
            subscription.aim(layer)
            assert asked(camera.browser) == [3001 + layer]
            camera.browser.send(*camera.frame(layer, key=True))
            assert subscription.layer == layer


async def test_a_tile_that_grows_asks_for_a_key_frame_of_the_layer_that_it_gets_at_once() -> None:
    with Room() as room:
        camera = Camera(room, room.browser("ann", "send"), random.Random(6))
        subscription = room.follow(room.browser("bob", "receive"), camera.publication)
        subscription.wish = 0
        arrange(camera.publication, room.now)
        camera.browser.send(*(packet for each in range(3) for packet in camera.frame(each, key=True)))
        assert subscription.layer == 0
        asked(camera.browser)
        room.now += KEY_FRAME_INTERVAL
        subscription.wish = 1
        arrange(camera.publication, room.now)
        assert asked(camera.browser) == [3002]


async def test_what_left_before_a_switch_is_repaired_as_it_left() -> None:
    with Room() as room:
        camera = Camera(room, room.browser("ann", "send"), random.Random(1))
        bob = room.browser("bob", "receive")
        subscription = room.follow(bob, camera.publication)
        subscription.aim(0)
        camera.browser.send(*camera.frame(0, key=True))
        subscription.aim(2)
        camera.browser.send(*camera.frame(2, key=True), *camera.frame(2, key=False))
        sent = bob.receive()[0]
        assert [packet[-1] for packet in sent] == [0] * 3 + [2] * 6
        sequences = [rtp.HEADER.unpack_from(packet)[2] for packet in sent]
        bob.send_report(rtcp.nack(subscription.promised.ssrc, [sequences[1], sequences[7]]))
        repairs = bob.receive()[0]
        assert [packet[:1] + packet[4:8] + packet[14:] for packet in repairs] == [
            packet[:1] + packet[4:8] + packet[12:] for packet in (sent[1], sent[7])
        ]


async def test_a_layer_that_dies_is_left_for_one_that_lives() -> None:
    with Room() as room:
        camera = Camera(room, room.browser("ann", "send"), random.Random(2))
        bob = room.browser("bob", "receive")
        subscription = room.follow(bob, camera.publication)
        room.forwarder._now = room.now
        camera.browser.send(*camera.frame(2, key=True))
        now = camera.publication.streams[2].heard_at
        arrange(camera.publication, now)
        assert subscription.layer == 2
        arrange(camera.publication, now + ALIVE_FOR + 0.1)
        assert subscription.target is camera.publication.streams[2], "nothing better lives"
        camera.browser.send(*camera.frame(0, key=False))
        camera.publication.streams[2].heard_at -= ALIVE_FOR
        arrange(camera.publication, camera.publication.streams[0].heard_at)
        assert subscription.target is camera.publication.streams[0]
        camera.browser.send(*camera.frame(0, key=True))
        assert subscription.layer == 0
        assert news(subscription) == (0, "") and news(subscription) is None


async def test_a_publisher_is_told_which_layers_anybody_wants() -> None:
    with Room() as room:
        camera = Camera(room, room.browser("ann", "send"), random.Random(3))
        demand = camera.publication.demand
        assert demand.look(camera.publication, 0.0) is None, "somebody may come in the next moment"
        assert demand.look(camera.publication, UNWATCHED_FOR + 0.1) == ()
        subscription = room.follow(room.browser("bob", "receive"), camera.publication)
        assert demand.look(camera.publication, 3.0) == (0, 2)
        subscription.wish = 1
        assert demand.look(camera.publication, 3.1) == (0, 1, 2)
        assert demand.look(camera.publication, 3.0 + UNWATCHED_FOR + 0.2) == (0, 1)
        subscription.wish = None
        assert demand.look(camera.publication, 9.0) == ()


async def test_the_recorder_gets_one_stream_of_the_best_living_layer() -> None:
    with Room() as room:
        camera = Camera(room, room.browser("ann", "send"), random.Random(4))
        sink = Copies()
        camera.publication.capture(sink, 0.0)
        camera.browser.send(*camera.frame(2, key=True), *camera.frame(1, key=True), *camera.frame(2, key=False))
        now = camera.publication.streams[1].heard_at
        camera.publication.streams[2].heard_at = now - ALIVE_FOR
        arrange(camera.publication, now)
        camera.browser.send(*camera.frame(1, key=False), *camera.frame(1, key=True), *camera.frame(2, key=True))
        heads = [rtp.HEADER.unpack_from(packet) for packet in sink.packets]
        assert [packet[-1] for packet in sink.packets] == [2] * 6 + [1] * 3
        assert len({head[4] for head in heads}) == 1
        assert [(head[2] - heads[0][2]) & 0xFFFF for head in heads] == list(range(9))
        assert all((b[3] - a[3]) & 0xFFFFFFFF < 2 * RATE for a, b in pairwise(heads))
        camera.publication.capture(None, 0.0)
        camera.browser.send(*camera.frame(1, key=True))
        assert len(sink.packets) == 9


async def test_the_recorder_gets_one_stream_although_a_layer_goes_on_under_another_ssrc() -> None:
    with Room() as room:
        camera = Camera(room, room.browser("ann", "send"), random.Random(4))
        sink = Copies()
        camera.publication.capture(sink, 0.0)
        camera.browser.send(*camera.frame(2, key=True))
        room.now += 0.5
        named = {4: b"1", 10: b"r2"}  # MID and RID, under the recorded ids
        camera.sequences[2], camera.stamps[2] = 77, 88
        payloads = [packet[12:] for key in (True, False) for packet in camera.frame(2, key=key)]
        camera.browser.send(
            *(rtp_packet(96, each, 500, 4004, payload, extensions=named) for each, payload in enumerate(payloads))
        )
        heads = [rtp.HEADER.unpack_from(packet) for packet in sink.packets]
        assert [(head[2] - heads[0][2]) & 0xFFFF for head in heads] == list(range(9))
        assert (heads[3][3] - heads[2][3]) & 0xFFFFFFFF == RATE // 2
        assert len({head[4] for head in heads}) == 1


class Copies:
    def __init__(self) -> None:
        self.packets: list[bytes] = []

    def rtp(self, packet: rtp.Buffer, arrived_at: float) -> None:
        self.packets.append(bytes(packet))

    def sender_report(self, report: bytes, arrived_at: float) -> None:
        raise AssertionError("no report was sent")
