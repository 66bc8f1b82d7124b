"""RTP in place: layout, header extensions, RTX and key frames, against aiortc's own parser."""

from __future__ import annotations

import pytest
from aiortc.rtp import RtpPacket, unpack_header_extensions
from hypothesis import given
from hypothesis import strategies as st

from signaling.sfu import rtp
from tests.support.sfu_packets import VP8_DELTA, VP8_KEY, rtp_packet

EXTENSIONS = st.dictionaries(st.integers(1, 14), st.binary(min_size=1, max_size=16), max_size=5)


@given(
    payload=st.binary(max_size=60),
    extensions=EXTENSIONS,
    padding=st.integers(0, 255),
    csrcs=st.lists(st.integers(0, 2**32 - 1), max_size=15),
    before=st.binary(max_size=5),
)
def test_the_layout_agrees_with_aiortc(
    payload: bytes, extensions: dict[int, bytes], padding: int, csrcs: list[int], before: bytes
) -> None:
    packet = rtp_packet(96, 1, 2, 3, payload, extensions=extensions, padding=padding, csrcs=tuple(csrcs))
    where = rtp.layout(before + packet, len(before), len(packet))
    parsed = RtpPacket.parse(packet)
    assert packet[where.payload : where.end] == parsed.payload == payload
    found = rtp.extensions(packet, where.extension, where.payload) if where.extension else {}
    assert found == extensions


@given(st.binary(min_size=12, max_size=80))
def test_no_bytes_make_it_look_outside_the_packet(packet: bytes) -> None:
    try:
        where = rtp.layout(packet, 0, len(packet))
    except ValueError:
        return
    assert 12 <= where.payload <= where.end <= len(packet)
    if where.extension:
        rtp.extensions(packet, where.extension, where.payload)
        rtp.ExtensionCarrier({each: each for each in range(1, 15)}, 1).carry(packet, where.extension, where.payload)
    if where.payload < where.end:
        rtp.vp8_key_frame(packet, where.payload, where.end)
        rtp.h264_key_frame(packet, where.payload, where.end)


@given(extensions=EXTENSIONS, targets=st.dictionaries(st.integers(1, 14), st.integers(1, 14)))
def test_carried_extensions_change_their_ids_and_never_grow(
    extensions: dict[int, bytes], targets: dict[int, int]
) -> None:
    packet = rtp_packet(96, 1, 2, 3, b"x", extensions=extensions)
    where = rtp.layout(packet, 0, len(packet))
    carried = rtp.ExtensionCarrier(targets).carry(packet, where.extension or 12, where.payload)
    assert len(carried) <= where.payload - 12
    expected = [(targets[key], value) for key, value in extensions.items() if key in targets]
    profile, _ = rtp.EXTENSION.unpack_from(carried) if carried else (0, 0)
    assert (unpack_header_extensions(profile, carried[4:]) if carried else []) == expected


@given(sequence=st.integers(0, 0xFFFF), payload=st.binary(min_size=1, max_size=50), extensions=EXTENSIONS)
def test_a_retransmission_becomes_the_packet_that_it_repeats(
    sequence: int, payload: bytes, extensions: dict[int, bytes]
) -> None:
    repair = rtp_packet(97, 9, 777, 2002, sequence.to_bytes(2, "big") + payload, marker=True, extensions=extensions)
    slot = bytearray(repair)
    where = rtp.layout(slot, 0, len(slot))
    base = rtp.restore_retransmission(slot, 0, where.payload, 96, 2001)
    assert bytes(slot[base:]) == rtp_packet(96, sequence, 777, 2001, payload, marker=True, extensions=extensions)


def test_a_packet_that_announces_more_than_it_holds_is_refused() -> None:
    for packet in (b"\x81" + bytes(11), b"\x90" + bytes(11), b"\x90" + bytes(13) + b"\x00\x01", b"\x40" + bytes(11)):
        with pytest.raises(ValueError, match=r"RTP|extension|announces"):
            rtp.layout(packet, 0, len(packet))
    with pytest.raises(ValueError, match="padding"):
        rtp.layout(b"\xa0" + bytes(11) + b"\x09", 0, 13)


def test_loudness_is_the_mean_energy_and_is_taken_once() -> None:
    carrier = rtp.ExtensionCarrier({1: 10}, level_id=1)
    for level in (0x80 | 20, 127):
        packet = rtp_packet(111, 1, 1, 1, b"", extensions={1: bytes((level,))})
        carrier.carry(packet, 16, 20)
    assert carrier.take_loudness() == pytest.approx(127 - 20 - 3.01, abs=0.01)
    assert carrier.take_loudness() is None


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (VP8_KEY, True),
        (VP8_DELTA, False),
        (b"\x10\x00", True),
        (b"\x10\x01", False),
        (b"\x00\x00", False),  # not the start of a partition
        (b"\x11\x00", False),  # second partition
        (b"\x90\xe0\x81\x02\x03\x04\x00", True),  # long picture id, TL0PICIDX, TID
        (b"\x90\xe0\x81\x02\x03\x04\x01", False),
        (b"\x90", False),
        (b"\x90\x80", False),
    ],
)
def test_vp8_key_frames_are_recognised(payload: bytes, expected: bool) -> None:
    assert rtp.vp8_key_frame(b"?" + payload, 1, 1 + len(payload)) is expected


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (b"\x65", True),
        (b"\x67", True),
        (b"\x41", False),
        (b"\x78\x00\x02\x67\x00\x00\x01\x68", True),
        (b"\x78\x00\x02\x41\x00\x00\x01\x68", False),
        (b"\x7c\x85", True),
        (b"\x7c\x05", False),  # a later fragment of the same picture
        (b"\x7c\x81", False),
        (b"\x7c", False),
    ],
)
def test_h264_key_frames_are_recognised(payload: bytes, expected: bool) -> None:
    assert rtp.h264_key_frame(payload, 0, len(payload)) is expected


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (b"\x8c\x05\x82", True),  # short picture id, begins and ends a frame
        (b"\x88\x85\x01\x82", True),  # long picture id
        (b"\x08\x82", True),  # no picture id
        (b"\xc8\x05\x82", False),  # predicted
        (b"\x84\x05\x82", False),  # a later packet of the frame
        (b"\xa8\x85\x01\x00\x07\x82", True),  # layers: the lowest
        (b"\xa8\x05\x02\x07\x82", False),  # layers: the next spatial one
        (b"\xa8\x05\x31\x07\x82", True),  # a temporal layer's and a switching bit do not count
        (b"\xa8\x85", False),
        (b"\xa8", False),
    ],
)
def test_vp9_key_frames_are_recognised(payload: bytes, expected: bool) -> None:
    assert rtp.vp9_key_frame(b"?" + payload, 1, 1 + len(payload)) is expected


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (b"\x18\x0a\x0b", True),
        (b"\x58\x0a", True),  # its last element goes on in the next packet
        (b"\x10\x32", False),
        (b"\x98\x32", False),  # goes on with an element of before: begins nothing
    ],
)
def test_av1_key_frames_are_recognised(payload: bytes, expected: bool) -> None:
    assert rtp.av1_key_frame(payload, 0, len(payload)) is expected


def test_only_the_routers_codecs_have_a_key_frame_test() -> None:
    assert rtp.key_frame_test("audio/opus") is None
    assert rtp.key_frame_test("video/VP8") is rtp.vp8_key_frame
    with pytest.raises(ValueError, match="unknown codec"):
        rtp.key_frame_test("video/H265")
