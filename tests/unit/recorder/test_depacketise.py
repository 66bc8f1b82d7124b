"""Frames out of payloads, whole or not at all."""

from __future__ import annotations

import pytest

from recorder.depacketise import (
    Depacketiser,
    H264Depacketiser,
    MediaFrame,
    OpusDepacketiser,
    Vp8Depacketiser,
    opus_duration,
    split_aggregate,
    vp8_payload,
)
from recorder.reorder import Ordered
from recorder.rtp import RtpPacket
from tests.support.capture_rtp import Sent, h264_packets, opus_packets, vp8_packets


def feed(depacketiser: Depacketiser, packets: list[Sent], lost: frozenset[int] = frozenset()) -> list[MediaFrame]:
    frames: list[MediaFrame] = []
    missing = 0
    for index, sent in enumerate(packets):
        if index in lost:
            missing += 1
            continue
        packet = RtpPacket(sent.sequence, sent.timestamp, 1, sent.payload_type, sent.marker, sent.payload)
        frame = depacketiser.push(Ordered(packet, sent.at, missing))
        missing = 0
        if frame is not None:
            frames.append(frame)
    return frames


@pytest.mark.parametrize(
    ("data", "ticks"),
    [
        (b"\xfc\xff", 960),
        (b"\x78", 960),
        (b"\x08", 960),
        (b"\x18", 2880),
        (b"\x19", 5760),
        (b"\xfb\x06", 5760),
        (b"\xfb", 0),
    ],
)
def test_an_opus_packet_says_how_long_it_plays(data: bytes, ticks: int) -> None:
    assert opus_duration(data) == ticks


def test_each_opus_packet_is_a_frame_and_an_empty_one_is_none() -> None:
    packets = opus_packets(1)
    frames = feed(OpusDepacketiser(), [*packets, Sent(1, 0, 0, 111, marker=False, payload=b"")])
    assert [frame.data for frame in frames] == [packet.payload for packet in packets]


def test_vp8_frames_come_out_as_they_went_in() -> None:
    packets = vp8_packets(2)
    sent: dict[int, bytes] = {}
    for packet in packets:
        sent[packet.timestamp] = sent.get(packet.timestamp, b"") + packet.payload[4:]
    frames = feed(Vp8Depacketiser(), packets)
    assert [frame.data for frame in frames] == list(sent.values())
    assert frames[0].size == (320, 180)
    assert [frame.key for frame in frames].count(True) == 1


def test_after_a_hole_vp8_waits_for_the_next_key_frame() -> None:
    packets = vp8_packets(4)
    damaged = next(i for i, packet in enumerate(packets) if packet.at >= 0.5 and not packet.marker)
    depacketiser = Vp8Depacketiser()
    frames = feed(depacketiser, packets, frozenset({damaged}))
    assert [frame.arrived_at for frame in frames if 0.5 <= frame.arrived_at < 2] == []
    assert frames[15].key
    assert len(frames) == 15 + 60
    assert depacketiser.broken == 45


def test_a_vp8_track_that_begins_in_the_middle_waits_for_a_key_frame() -> None:
    frames = feed(Vp8Depacketiser(), [packet for packet in vp8_packets(4) if packet.at > 1])
    assert frames[0].key
    assert frames[0].arrived_at == pytest.approx(2, abs=0.01)


@pytest.mark.parametrize(
    ("payload", "begins", "rest"),
    [
        (b"\x10data", True, b"data"),
        (b"\x00data", False, b"data"),
        (b"\x11data", False, b"data"),
        (b"\x90\x80\x05data", True, b"data"),
        (b"\x90\x80\x85\x05data", True, b"data"),
        (b"\x90\xf0\x85\x05\x01\x20data", True, b"data"),
        (b"\x90\x10\x20data", True, b"data"),
    ],
)
def test_vp8_descriptors_of_every_length(payload: bytes, begins: bool, rest: bytes) -> None:
    assert vp8_payload(payload) == (begins, rest)


@pytest.mark.parametrize("payload", [b"\x90", b"\x90\x80", b"\x90\x80\x85\x05", b"\x10"])
def test_vp8_packets_without_data_are_refused(payload: bytes) -> None:
    with pytest.raises(ValueError, match="VP8"):
        vp8_payload(payload)


def test_h264_access_units_come_out_in_annex_b_with_their_parameter_sets() -> None:
    frames = feed(H264Depacketiser(), h264_packets(4))
    assert len(frames) == 120
    assert [index for index, frame in enumerate(frames) if frame.key] == [0, 60]
    for frame in frames:
        if frame.key:
            assert frame.data[4] & 0x1F == 7


def test_h264_gets_the_parameter_sets_of_before_where_a_key_frame_has_none() -> None:
    packets = h264_packets(4)
    without = [packet for packet in packets if packet.at < 1 or packet.payload[0] & 0x1F != 24]
    frames = feed(H264Depacketiser(), without)
    assert len(frames) == 120
    assert frames[60].key
    assert frames[60].data[4] & 0x1F == 7


def test_after_a_hole_h264_waits_for_the_next_key_frame() -> None:
    packets = h264_packets(4)
    damaged = next(i for i, packet in enumerate(packets) if packet.at >= 1 and not packet.marker)
    depacketiser = H264Depacketiser()
    frames = feed(depacketiser, packets, frozenset({damaged}))
    times = [frame.arrived_at for frame in frames]
    assert not [at for at in times if 1 <= at < 1.99]
    assert len(frames) == 90
    assert depacketiser.broken == 30


@pytest.mark.parametrize("payload", [b"\x78\x00", b"\x78\x00\x05abc", b"\x78\x00\x00"])
def test_truncated_aggregates_are_refused(payload: bytes) -> None:
    with pytest.raises(ValueError, match="truncated"):
        split_aggregate(payload)
