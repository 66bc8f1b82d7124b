"""RTP headers, sender reports, wrapping numbers."""

from __future__ import annotations

import pytest

from recorder.rtp import Unwrapper, parse_packet, parse_sender_report
from tests.support.capture_rtp import EPOCH, Sent, sender_report


def test_extension_contributing_sources_and_padding_are_not_payload() -> None:
    wire = Sent(0, 7, 8, 96, marker=True, payload=b"media", extension=b"\x10\xff\x00\x00").wire()
    assert parse_packet(wire).payload == b"media"
    padded = bytes([wire[0] | 0x20]) + wire[1:] + b"\0\0\x03"
    packet = parse_packet(padded)
    assert (packet.payload, packet.marker, packet.payload_type, packet.sequence) == (b"media", True, 96, 7)
    plain = Sent(0, 7, 8, 96, marker=False, payload=b"media").wire()
    with_source = bytes([plain[0] | 1]) + plain[1:12] + b"\0\0\0\x09" + plain[12:]
    assert parse_packet(with_source).payload == b"media"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x80" * 11,
        b"\x40" + bytes(20),  # version 1
        b"\x90" + bytes(11),  # extension missing
        b"\x90" + bytes(13) + b"\xff\xff",  # extension too long
        b"\xa0" + bytes(11) + b"\xff",  # padding too long
        b"\xa0" + bytes(12),  # padding of nothing
        b"\x8f" + bytes(20),  # contributing sources missing
    ],
)
def test_packets_that_end_early_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"RTP|padding|packet"):
        parse_packet(data)


def test_a_sender_report_tells_the_time_to_the_microsecond() -> None:
    report = parse_sender_report(sender_report(EPOCH + 0.123456, 2**32 + 5))
    assert report.sent_at == pytest.approx(EPOCH + 0.123456, abs=1e-6)
    assert report.timestamp == 5


@pytest.mark.parametrize("data", [b"", b"\x80\xc9" + bytes(26), b"\x00\xc8" + bytes(26), b"\x80\xc8" + bytes(26)])
def test_what_is_no_sender_report_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="report"):
        parse_sender_report(data)


def test_numbers_go_on_across_the_wrap_in_both_directions() -> None:
    unwrapper = Unwrapper(16)
    assert [unwrapper.unwrap(n) for n in (65534, 65535, 0, 1, 65535, 2)] == [65534, 65535, 65536, 65537, 65535, 65538]
