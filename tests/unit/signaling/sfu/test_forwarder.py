"""The hot path over a real socket: numbers without gaps or repetitions, whatever the publisher sends."""

from __future__ import annotations

import copy
import random
import socket
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signaling.sfu import feedback, rtcp, rtp, udp
from signaling.sfu.transport import MAXIMUM_BINDINGS, MAXIMUM_REPORTERS
from signaling.sfu.udp import MESSAGES, SEGMENTS
from tests.support.capture_rtp import h264_packets
from tests.support.sfu_packets import RECORDED, VP8_DELTA, VP8_KEY, rtp_packet
from tests.support.sfu_room import Room, camera_packet


def sequence_of(packet: bytes) -> int:
    return int(rtp.HEADER.unpack_from(packet)[2])


def contents(packets: list[bytes]) -> list[bytes]:
    return [packet[12:] for packet in packets]


async def test_numbers_go_on_across_the_wrap_of_the_publisher() -> None:
    with Room() as room:
        ann, bob = room.browser("ann", "send"), room.browser("bob", "receive")
        room.follow(bob, room.camera(ann))
        ann.send(*(camera_packet(each & 0xFFFF, VP8_KEY + bytes((each & 0xFF,))) for each in range(65500, 65600)))
        packets, _ = bob.receive()
        start = sequence_of(packets[0])
        assert [sequence_of(each) for each in packets] == [start + each for each in range(100)]


async def test_numbers_go_on_across_the_wrap_of_the_subscriber() -> None:
    with Room() as room:
        ann, bob = room.browser("ann", "send"), room.browser("bob", "receive")
        subscription = room.follow(bob, room.camera(ann))
        subscription.next_sequence = 65534
        ann.send(*(camera_packet(each, VP8_KEY) for each in range(5)))
        assert [sequence_of(each) for each in bob.receive()[0]] == [65534, 65535, 0, 1, 2]
        bob.send_report(rtcp.nack(subscription.promised.ssrc, [65535, 1]))
        repairs, _ = bob.receive()
        assert [int.from_bytes(each[12:14], "big") for each in repairs] == [65535, 1]


async def test_sound_that_was_lost_is_sent_again_as_it_was_and_asked_for_upstream() -> None:
    with Room() as room:
        ann, bob = room.browser("ann", "send"), room.browser("bob", "receive")
        publication = room.microphone(ann)
        subscription = room.follow(bob, publication)
        ann.send(*(rtp_packet(111, each, 960 * each, 1001, b"sound" + bytes((each,))) for each in (1, 2, 4)))
        _, lost, _ = (bob.socket.recv(2048) for _ in range(3))
        bob.send_report(rtcp.nack(subscription.promised.ssrc, [subscription.first + subscription.offset + 1]))
        assert bob.socket.recv(2048) == lost
        ann.receive()
        feedback.ask_for_missing(publication.streams[0], room.now)
        assert ann.receive()[1] == [rtcp.nack(1001, [3])]


@settings(max_examples=40, deadline=None)
@given(st.integers())
def test_no_number_is_used_twice_and_none_is_left_out_but_for_losses(seed: int) -> None:
    chooser = random.Random(seed)
    with Room() as room:
        ann, bob = room.browser("ann", "send"), room.browser("bob", "receive")
        publication = room.camera(ann)
        subscription = room.follow(bob, publication)
        used: dict[int, bytes] = {}
        late: list[bytes] = []
        sequence, lost = chooser.randrange(65536), 0
        for turn in range(150):
            sequence += 1
            kind = chooser.choice(["media"] * 8 + ["padding", "loss", "late", "pause", "block"])
            body = (VP8_KEY if chooser.random() < 0.3 else VP8_DELTA) + turn.to_bytes(2, "big")
            if kind == "media":
                ann.send(camera_packet(sequence & 0xFFFF, body), *late)
                late = []
            elif kind == "padding":
                ann.send(camera_packet(sequence & 0xFFFF, b"", padding=100))
            elif kind == "late":
                late.append(camera_packet(sequence & 0xFFFF, body))
            elif kind == "pause":
                sequence -= 1
                subscription.set_paused(not subscription.paused)
            elif kind == "block":
                sequence -= 1
                publication.set_paused(not publication.paused, room.now)
            for packet in bob.receive()[0]:
                assert sequence_of(packet) not in used
                used[sequence_of(packet)] = packet
            lost += kind in ("loss", "late")
        if used:
            span = max(used) - min(used) + 1
            assert span <= len(used) + lost
        assert room.counters.faults == room.counters.srtp_failed == 0


async def test_a_late_packet_does_not_pass_a_gate_that_opened_after_it() -> None:
    with Room() as room:
        ann, bob, carl = room.browser("ann", "send"), room.browser("bob", "receive"), room.browser("carl", "receive")
        publication = room.camera(ann)
        room.follow(bob, publication)
        ann.send(camera_packet(1, VP8_KEY))
        room.follow(carl, publication)
        ann.send(camera_packet(3, VP8_KEY + b"3"), camera_packet(2, VP8_DELTA + b"2"))
        assert contents(bob.receive()[0]) == [VP8_KEY, VP8_KEY + b"3", VP8_DELTA + b"2"]
        assert contents(carl.receive()[0]) == [VP8_KEY + b"3"]


async def test_late_padding_fills_its_place() -> None:
    with Room() as room:
        ann, bob = room.browser("ann", "send"), room.browser("bob", "receive")
        room.follow(bob, room.camera(ann))
        ann.send(camera_packet(1, VP8_KEY), camera_packet(3, VP8_DELTA), camera_packet(2, b"", padding=50))
        packets, _ = bob.receive()
        start = sequence_of(packets[0])
        assert [sequence_of(each) - start for each in packets] == [0, 2, 1]
        assert contents(packets)[2] == b""


async def test_without_repair_stream_the_same_packet_is_sent_again() -> None:
    with Room() as room:
        ann, bob = room.browser("ann", "send"), room.browser("bob", "receive")
        subscription = room.follow(bob, room.camera(ann), {"codecs": [{"mimeType": "video/VP8"}]})
        ann.send(camera_packet(1, VP8_KEY))
        datagram = bob.socket.recv(2048)
        bob.send_report(rtcp.nack(subscription.promised.ssrc, [subscription.first + subscription.offset]))
        assert bob.socket.recv(2048) == datagram


async def test_what_left_before_the_gate_opened_again_is_not_sent_again() -> None:
    with Room() as room:
        ann, bob = room.browser("ann", "send"), room.browser("bob", "receive")
        subscription = room.follow(bob, room.camera(ann))
        ann.send(camera_packet(1, VP8_KEY), camera_packet(2, VP8_DELTA))
        before = [sequence_of(each) for each in bob.receive()[0]]
        subscription.set_paused(True)
        subscription.set_paused(False)
        ann.send(camera_packet(3, VP8_KEY))
        assert [sequence_of(each) for each in bob.receive()[0]] == [before[-1] + 1]
        bob.send_report(rtcp.nack(subscription.promised.ssrc, before))
        assert bob.receive() == ([], [])
        assert (subscription.asked_again, subscription.repaired) == (2, 0)


async def test_more_watchers_than_slots_all_get_the_packet() -> None:
    with Room() as room:
        ann, bob = room.browser("ann", "send"), room.browser("bob", "receive")
        publication = room.camera(ann)
        for _ in range(MESSAGES + 10):
            room.follow(bob, publication)
        room.port.groups = False
        ann.send(camera_packet(1, VP8_KEY))
        assert room.counters.packets_forwarded + room.counters.send_dropped == MESSAGES + 10


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 3), min_size=1, max_size=3 * SEGMENTS), st.booleans())
def test_packets_of_any_sizes_arrive_whole_and_in_order(sizes: list[int], grouped: bool) -> None:
    with Room() as room:
        ann, bob, carl = room.browser("ann", "send"), room.browser("bob", "receive"), room.browser("carl", "receive")
        publication = room.camera(ann)
        room.port.groups = grouped
        room.follow(bob, publication)
        room.follow(carl, publication)
        payloads = [VP8_KEY + bytes((each,)) * (100 * size) for each, size in enumerate(sizes)]
        ann.send(*(camera_packet(each, payload) for each, payload in enumerate(payloads)))
        assert contents(bob.receive()[0]) == payloads
        assert contents(carl.receive()[0]) == payloads
        assert room.counters.packets_forwarded == 2 * len(payloads)


@pytest.mark.parametrize(
    ("packet", "counter"),
    [
        (camera_packet(5, VP8_DELTA)[:12], "rtp_padding"),
        (b"\xa0" + camera_packet(5, b"\xff")[1:], "rtp_malformed"),
        (b"\x80\x61" + camera_packet(5, VP8_DELTA)[2:], "rtp_malformed"),  # the payload type of RTX
        (camera_packet(5, VP8_DELTA)[:8] + b"\x00\x00\x00\x09" + b"unknown", "rtp_unknown_stream"),
    ],
)
async def test_a_packet_that_cannot_be_forwarded_is_counted(packet: bytes, counter: str) -> None:
    with Room() as room:
        ann, bob = room.browser("ann", "send"), room.browser("bob", "receive")
        room.follow(bob, room.camera(ann))
        ann.send(camera_packet(1, VP8_KEY))
        before = room.counters.as_json()
        ann.send(packet)
        changed = {name for name, count in room.counters.as_json().items() if count != before[name]}
        assert changed == {"datagrams_received", "packets_received", counter}


async def test_streams_that_belong_to_nobody_leave_nothing_behind() -> None:
    with Room() as room:
        ann = room.browser("ann", "send")
        room.camera(ann)
        packet = rtp_packet(96, 1, 3000, 77, b"\x00")
        ann.send(packet)
        assert room.counters.rtp_unknown_stream == 1
        assert ann.transport.inbound is not None
        # libsrtp would call it a replay if it still knew the stream.
        ann.transport.inbound.open_packet(ann.sealed[-1])


async def test_only_so_many_sources_report_on_one_transport() -> None:
    with Room() as room:
        bob = room.browser("bob", "receive")
        for ssrc in range(MAXIMUM_REPORTERS + 5):
            bob.send_report(rtcp.pli(1).replace(b"\0\0\0\1", (ssrc + 1000).to_bytes(4, "big"), 1))
        assert len(bob.transport.reporters) == MAXIMUM_REPORTERS
        assert room.counters.srtp_rejected == 5


async def test_a_packet_with_a_broken_layout_leaves_no_gap_that_nobody_can_close() -> None:
    with Room() as room:
        ann, bob = room.browser("ann", "send"), room.browser("bob", "receive")
        room.follow(bob, room.camera(ann))
        more_padding_than_bytes = b"\xa0" + camera_packet(2, b"\xff")[1:]
        ann.send(camera_packet(1, VP8_KEY), more_padding_than_bytes, camera_packet(3, VP8_DELTA))
        first, second = [sequence_of(each) for each in bob.receive()[0]]
        assert second == first + 1


async def test_a_new_ssrc_of_a_track_goes_on_in_time_and_number() -> None:
    with Room() as room:
        ann, bob = room.browser("ann", "send"), room.browser("bob", "receive")
        room.follow(bob, room.camera(ann))
        ann.send(camera_packet(1, VP8_KEY), camera_packet(2, VP8_DELTA))
        room.now += 0.5
        named = {4: b"1"}  # MID, under Chromium's id in the recorded parameters
        ann.send(
            rtp_packet(96, 7000, 0xFFFFFF00, 4004, VP8_KEY, extensions=named),
            rtp_packet(96, 7001, 0xFFFFFF00 + 3000, 4004, VP8_DELTA),
        )
        heads = [rtp.HEADER.unpack_from(each) for each in bob.receive()[0]]
        assert [(head[2] - heads[0][2]) & 0xFFFF for head in heads] == [0, 1, 2, 3]
        assert [(head[3] - heads[0][3]) & 0xFFFFFFFF for head in heads] == [0, 3000, 48_000, 51_000]
        assert len({head[4] for head in heads}) == 1


async def test_only_so_many_ssrcs_are_believed_for_the_name_of_a_track() -> None:
    with Room() as room:
        ann = room.browser("ann", "send")
        room.camera(ann)
        for ssrc in range(MAXIMUM_BINDINGS + 3):
            ann.send(rtp_packet(96, 1, 1, 10_000 + ssrc, VP8_KEY, extensions={4: b"1"}))
        assert room.counters.rtp_unknown_stream == 3
        assert len(ann.transport.streams) == 1


async def test_a_key_frame_whose_first_packet_comes_last_can_be_repaired_whole() -> None:
    with Room() as room:
        ann, bob = room.browser("ann", "send"), room.browser("bob", "receive")
        subscription = room.follow(bob, room.camera(ann))
        inside = [b"\x80\x80\x01" + bytes((each,)) for each in range(3)]  # no start of a partition
        ann.send(camera_packet(1, VP8_DELTA), *(camera_packet(3 + each, inside[each]) for each in range(3)))
        assert bob.receive()[0] == []
        ann.send(camera_packet(2, VP8_KEY), camera_packet(6, VP8_DELTA))
        packets, _ = bob.receive()
        assert contents(packets) == [VP8_KEY, VP8_DELTA]
        first = sequence_of(packets[0])
        assert sequence_of(packets[1]) == first + 4
        assert subscription.newly_asked([first + each for each in (1, 2, 3, 4)]) == 1, "the others never left before"
        bob.send_report(rtcp.nack(subscription.promised.ssrc, [first + each for each in (1, 2, 3)]))
        assert [packet[14:] for packet in bob.receive()[0]] == inside


async def test_what_its_publisher_brings_late_was_not_lost_on_the_way_down() -> None:
    with Room() as room:
        ann, bob = room.browser("ann", "send"), room.browser("bob", "receive")
        subscription = room.follow(bob, room.camera(ann))
        ann.send(camera_packet(1, VP8_KEY), *(camera_packet(each, VP8_DELTA) for each in (2, 4, 5)))
        first = sequence_of(bob.receive()[0][0])
        ann.send(camera_packet(3, VP8_DELTA))  # Bob has asked for it already
        assert subscription.newly_asked([first + 2]) == 0
        assert subscription.newly_asked([first + 3]) == 1
        bob.send_report(rtcp.nack(subscription.promised.ssrc, [first + 2]))
        assert len(bob.receive()[0]) == 2, "it is sent again all the same"


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 0xFFFF),
    st.lists(st.sampled_from([1, 1, 1, 2, 3, 100, 401, 5000, 0x7FFF]), min_size=1, max_size=40),
    st.integers(0, 0xFFFF),
)
def test_numbers_and_times_go_on_over_any_wraps_of_both_sides(start: int, steps: list[int], outgoing: int) -> None:
    with Room() as room:
        ann, bob = room.browser("ann", "send"), room.browser("bob", "receive")
        subscription = room.follow(bob, room.camera(ann))
        subscription.next_sequence = outgoing
        number = start
        sent = []
        for step in steps:
            sent.append(number)
            ann.send(camera_packet(number & 0xFFFF, VP8_KEY + number.to_bytes(4, "big")))
            number += step
        heads = [rtp.HEADER.unpack_from(packet) for packet in bob.receive()[0]]  # every one of them decrypts
        assert [(head[2] - outgoing) & 0xFFFF for head in heads] == [(each - start) & 0xFFFF for each in sent]
        assert all(head[3] == 3000 * (each & 0xFFFF) & 0xFFFFFFFF for head, each in zip(heads, sent, strict=True))
        assert room.counters.faults == room.counters.srtp_rejected == room.counters.srtp_failed == 0


def test_each_layer_of_an_h264_camera_tells_its_size() -> None:
    parameters = copy.deepcopy(RECORDED["h264"])
    parameters["encodings"] = [{"ssrc": 4001 + layer, "rid": f"r{layer}", "dtx": False} for layer in range(2)]
    with Room() as room:
        ann = room.browser("ann", "send")
        camera = room.camera(ann, parameters)
        for layer, (width, height) in enumerate([(320, 180), (640, 360)]):
            for each in h264_packets(1 / 30, width=width, height=height):
                number, kind = each.sequence, camera.offered.payload_type
                packet = rtp_packet(kind, number, each.timestamp, 4001 + layer, each.payload, marker=each.marker)
                ann.send(packet)
        assert [stream.size for stream in camera.streams] == [(320, 180), (640, 360)]


class Kernel:
    """The kernel, with a note of how many messages each call sent."""

    def __init__(self, kernel: Any) -> None:
        self._kernel = kernel
        self.sent: list[int] = []

    def sendmmsg(self, *arguments: Any) -> int:
        self.sent.append(int(self._kernel.sendmmsg(*arguments)))
        return self.sent[-1]

    def recvmmsg(self, *arguments: Any) -> int:
        return int(self._kernel.recvmmsg(*arguments))


async def test_answers_of_a_silent_batch_leave_with_one_call(monkeypatch: pytest.MonkeyPatch) -> None:
    with Room() as room:
        people = [room.browser(f"p{index}", "send") for index in range(8)]
        kernel = Kernel(udp.libc)
        monkeypatch.setattr(udp, "libc", kernel)
        asked = [(each, each.ask()) for each in people for _ in range(2)]
        room.forwarder.on_readable()
        for each, transaction in asked:
            each.answered(transaction)
        assert kernel.sent == [16]
        assert (room.counters.packets_forwarded, room.counters.send_dropped, room.counters.faults) == (0, 0, 0)


async def test_while_media_flow_an_answer_waits_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with Room() as room:
        ann, bob = room.browser("ann", "send"), room.browser("bob", "receive")
        room.follow(bob, room.camera(ann))
        ann.send(camera_packet(1, VP8_KEY))
        assert len(bob.receive()[0]) == 1
        kernel = Kernel(udp.libc)
        monkeypatch.setattr(udp, "libc", kernel)
        bob.check()
        assert kernel.sent == []
        ann.send(camera_packet(2, VP8_KEY))
        assert len(bob.receive()[0]) == 1


async def test_each_answer_goes_to_where_it_was_asked_when_a_browser_moves_in_the_same_batch() -> None:
    with Room() as room:
        ann = room.browser("ann", "receive")
        here, there = ann.socket, socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        there.setblocking(False)
        there.connect(("127.0.0.1", room.port.port))
        first = ann.ask()
        ann.socket = there
        second, third = ann.ask(), ann.ask()
        room.forwarder.on_readable()
        ann.answered(second)
        ann.answered(third)
        ann.socket = here
        ann.answered(first)
        assert ann.transport.selected is not None
        assert ann.transport.selected.address == there.getsockname()
        there.close()
