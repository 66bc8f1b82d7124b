"""The VP8 payload descriptor: read, shifted, never over its end."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from signaling.sfu import vp8
from tests.support.sfu_packets import vp8_payload


@given(st.binary(max_size=40))
def test_arbitrary_bytes_are_read_without_an_error(payload: bytes) -> None:
    if payload:
        where = vp8.read_descriptor(payload, 0, len(payload))
        assert max(where.picture_at + where.wide, where.tl0_at) < len(payload)
        vp8.shift(bytearray(payload), 0, where, 5, 7)
        vp8.picture_size(payload, 0, len(payload))


@given(st.integers(0, 0x7FFF), st.booleans(), st.integers(0, 255), st.integers(), st.integers())
def test_ids_are_shifted_modulo_their_span(picture: int, wide: bool, tl0: int, more: int, further: int) -> None:
    picture = picture if wide else picture & 0x7F
    packet = bytearray(b"before" + vp8_payload(picture, tl0, wide=wide, key=False))
    where = vp8.read_descriptor(packet, 6, len(packet))
    assert (where.picture, where.tl0, where.wide) == (picture, tl0, wide)
    vp8.shift(packet, 0, where, more, further)
    after = vp8.read_descriptor(packet, 6, len(packet))
    assert after.picture == (picture + more) % (vp8.PICTURE_SPAN if wide else 128)
    assert after.tl0 == (tl0 + further) % 256
    assert packet[:6] == b"before" and packet[after.tl0_at + 1 :] == vp8_payload(0, 0, wide=wide, key=False)[4 + wide :]


def test_a_packet_without_ids_is_left_alone() -> None:
    packet = bytearray(b"\x10\x00\x00\x00")
    where = vp8.read_descriptor(packet, 0, len(packet))
    assert where == vp8.ABSENT
    vp8.shift(packet, 0, where, 9, 9)
    assert packet == b"\x10\x00\x00\x00"


def test_the_size_is_in_the_key_frame_only() -> None:
    key = vp8_payload(1, 1, key=True, size=(320, 180))
    assert vp8.picture_size(key, 0, len(key)) == (320, 180)
    assert all(vp8.picture_size(key, 0, cut) is None for cut in range(1, len(key) - 1))
    delta = vp8_payload(1, 1, key=False)
    assert vp8.picture_size(delta, 0, len(delta)) is None
