"""The size of an H264 picture, as an encoder that is not ours writes it."""

from __future__ import annotations

import functools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.sfu import h264
from tests.support.capture_rtp import h264_packets


@functools.cache
def first_packet(width: int, height: int) -> bytes:
    """The parameter sets of an x264 stream of this size, in one packet."""
    return h264_packets(1 / 30, width=width, height=height)[0].payload


@pytest.mark.parametrize("size", [(160, 90), (320, 180), (640, 360), (1280, 720), (1920, 1080), (642, 362), (16, 16)])
def test_the_size_is_what_the_encoder_was_told(size: tuple[int, int]) -> None:
    packet = first_packet(*size)
    assert h264.picture_size(packet, 0, len(packet)) == size
    shifted = bytes(20) + packet + bytes(4)
    assert h264.picture_size(shifted, 20, 20 + len(packet)) == size


def test_a_picture_and_other_units_tell_no_size() -> None:
    pictures = [each.payload for each in h264_packets(0.2, width=160, height=90)[1:]]
    assert pictures
    assert [h264.picture_size(each, 0, len(each)) for each in pictures if each[0] & 0x1F not in h264.MAY_TELL] == [
        None
    ] * len(pictures)


@given(st.binary(min_size=1, max_size=80), st.integers(0, 79))
def test_garbage_tells_nothing_that_is_not_a_size(garbage: bytes, cut: int) -> None:
    whole = first_packet(640, 360)
    for payload in (garbage, whole[: 1 + cut], bytes((h264.PARAMETERS,)) + garbage):
        found = h264.picture_size(payload, 0, len(payload))
        assert found is None or all(0 < side <= h264.LARGEST for side in found)
