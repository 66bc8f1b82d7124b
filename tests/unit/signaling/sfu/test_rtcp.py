"""RTCP packets, checked against aiortc's classes in both directions."""

from __future__ import annotations

import pytest
from aiortc import rtp as theirs
from hypothesis import given
from hypothesis import strategies as st

from signaling.sfu import rtcp

WORD = st.integers(0, 2**32 - 1)
BLOCKS = st.lists(
    st.builds(rtcp.ReportBlock, WORD, st.integers(0, 255), st.integers(-(2**23), 2**23 - 1), WORD, WORD, WORD, WORD),
    max_size=31,
)


@given(WORD, st.lists(st.integers(0, 0xFFFF), min_size=1, max_size=40, unique=True))
def test_a_nack_names_exactly_the_lost_packets(ssrc: int, sequences: list[int]) -> None:
    sequences.sort()
    packet = rtcp.nack(ssrc, sequences)
    (parsed,) = theirs.RtcpPacket.parse(packet)
    assert isinstance(parsed, theirs.RtcpRtpfbPacket)
    assert (parsed.media_ssrc, [each & 0xFFFF for each in parsed.lost]) == (ssrc, sequences)
    assert rtcp.parse(packet) == [rtcp.Nack(ssrc, tuple(sequences))]


def test_a_nack_goes_across_the_wrap() -> None:
    assert rtcp.parse(rtcp.nack(5, [65535, 0, 3])) == [rtcp.Nack(5, (65535, 0, 3))]
    assert len(rtcp.nack(5, [65535, 0, 3])) == 16


@given(BLOCKS)
def test_receiver_reports_survive_the_way_through_aiortc(blocks: list[rtcp.ReportBlock]) -> None:
    packet = rtcp.receiver_report(blocks)
    (parsed,) = theirs.RtcpPacket.parse(packet)
    assert bytes(parsed) == packet
    assert rtcp.parse(packet) == [rtcp.ReceiverReport(rtcp.OWN_SSRC, tuple(blocks))]


@given(WORD, st.integers(0, 2**64 - 1), WORD, WORD, WORD)
def test_sender_reports_survive_the_way_through_aiortc(
    ssrc: int, ntp: int, time: int, packets: int, octets: int
) -> None:
    packet = rtcp.sender_report(ssrc, ntp, time, packets, octets)
    (parsed,) = theirs.RtcpPacket.parse(packet)
    assert bytes(parsed) == packet
    assert rtcp.parse(packet) == [rtcp.SenderReport(ssrc, ntp, time, packets, octets, (), packet)]


@given(st.integers(1, 2**40), st.lists(WORD, max_size=5))
def test_the_bitrate_limit_is_at_most_what_was_meant(limit: int, ssrcs: list[int]) -> None:
    (parsed,) = theirs.RtcpPacket.parse(rtcp.bitrate_limit(limit, ssrcs))
    assert isinstance(parsed, theirs.RtcpPsfbPacket)
    told, named = theirs.unpack_remb_fci(parsed.fci)
    assert named == ssrcs
    assert limit * 0.99999 - 1 <= told <= limit


def test_canonical_names_are_readable() -> None:
    (parsed,) = theirs.RtcpPacket.parse(rtcp.source_description(7, "ann-device"))
    assert isinstance(parsed, theirs.RtcpSdesPacket)
    assert (parsed.chunks[0].ssrc, parsed.chunks[0].items) == (7, [(1, b"ann-device")])


def test_both_kinds_of_key_frame_request_are_understood() -> None:
    fir = theirs.RtcpPsfbPacket(fmt=4, ssrc=1, media_ssrc=0, fci=b"\0\0\0\x09\x01\0\0\0")
    assert rtcp.parse(rtcp.pli(8) + bytes(fir)) == [rtcp.KeyFrameRequest(8), rtcp.KeyFrameRequest(9)]


@given(st.binary(max_size=120))
def test_no_bytes_raise_anything_but_a_value_error(compound: bytes) -> None:
    try:
        rtcp.parse(compound)
    except ValueError as error:
        assert str(error)


def test_a_cut_packet_is_refused() -> None:
    whole = rtcp.sender_report(1, 2, 3, 4, 5)
    for length in range(1, len(whole)):
        with pytest.raises(ValueError, match="RTCP"):
            rtcp.parse(whole[:length])
    with pytest.raises(ValueError, match="shorter"):
        rtcp.parse(b"\x81\xc9\x00\x01\x00\x00\x00\x01")


@given(WORD, st.lists(st.integers(0, 0xFFFF), min_size=1, max_size=40, unique=True), st.integers(1, 10))
def test_padding_behind_a_nack_asks_for_nothing(ssrc: int, sequences: list[int], words: int) -> None:
    whole = rtcp.nack(ssrc, sorted(sequences))
    padded = bytes((whole[0] | 0x20,)) + whole[1:2] + (len(whole) // 4 - 1 + words).to_bytes(2, "big") + whole[4:]
    padded += bytes(4 * words - 1) + bytes((4 * words,))
    assert rtcp.parse(padded) == rtcp.parse(whole)


def test_more_padding_than_bytes_is_refused() -> None:
    with pytest.raises(ValueError, match="padding"):
        rtcp.parse(b"\xa1\xce\x00\x02" + bytes(7) + b"\x09")


def test_an_extended_report_that_is_cut_off_is_malformed() -> None:
    report = rtcp.packet(rtcp.EXTENDED_REPORT, 0, bytes(4) + bytes.fromhex("05000009") + bytes(12))
    with pytest.raises(ValueError, match="cut off"):
        rtcp.parse(report)


def test_a_reference_time_is_a_block_of_an_extended_report() -> None:
    assert rtcp.reference_time(0x0102030405060708) == bytes.fromhex("80cf0004 00000001 04000002 0102030405060708")


SEQUENCES = st.lists(st.integers(0, 0xFFFF), min_size=1, max_size=9, unique=True).map(sorted)
PACKETS = st.one_of(
    st.builds(rtcp.nack, WORD, SEQUENCES),
    st.builds(rtcp.pli, WORD),
    st.builds(rtcp.receiver_report, BLOCKS),
    st.builds(rtcp.sender_report, WORD, st.integers(0, 2**64 - 1), WORD, WORD, WORD),
    st.builds(rtcp.source_description, WORD, st.text(max_size=40)),
    st.builds(rtcp.bitrate_limit, st.integers(1, 2**40), st.lists(WORD, max_size=5)),
)


@given(st.lists(PACKETS, max_size=6))
def test_a_compound_says_what_its_packets_say_one_by_one(packets: list[bytes]) -> None:
    assert rtcp.parse(b"".join(packets)) == [message for packet in packets for message in rtcp.parse(packet)]
    assert len(theirs.RtcpPacket.parse(b"".join(packets))) == len(packets)
