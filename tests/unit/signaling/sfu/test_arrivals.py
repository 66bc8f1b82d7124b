"""Transport-wide feedback, read back by a reader of the test's own."""

from __future__ import annotations

import struct

from hypothesis import given
from hypothesis import strategies as st

from signaling.sfu import arrivals, rtp
from signaling.sfu.arrivals import DELTA, LONGEST, Arrivals
from tests.support.sfu_packets import rtp_packet


def read(report: bytes) -> dict[int, float]:
    """Arrival time (seconds) by 16-bit sequence number (draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1)."""
    assert (report[0], report[1]) == (0x80 | 15, 205)
    assert len(report) == 4 * (struct.unpack_from("!H", report, 2)[0] + 1) <= 1400
    base, count = struct.unpack_from("!HH", report, 12)
    clock = int.from_bytes(report[16:19], "big", signed=True) * 0.064
    position, symbols = 20, []
    while len(symbols) < count:
        (chunk,) = struct.unpack_from("!H", report, position)
        position += 2
        if not chunk & 0x8000:
            symbols += [chunk >> 13] * (chunk & 0x1FFF)
        elif chunk & 0x4000:
            symbols += [chunk >> shift & 3 for shift in range(12, -2, -2)]
        else:
            symbols += [chunk >> shift & 1 for shift in range(13, -1, -1)]
    found = {}
    for index, symbol in enumerate(symbols[:count]):
        if symbol == 1:
            clock += report[position] * DELTA
            position += 1
        elif symbol == 2:
            clock += struct.unpack_from("!h", report, position)[0] * DELTA
            position += 2
        if symbol:
            found[(base + index) & 0xFFFF] = clock
    assert len(report) - position < 4 and not any(report[position:])
    return found


@given(
    st.integers(0, 0xFFFF),
    st.lists(st.tuples(st.integers(1, 30), st.floats(0, 0.5), st.booleans()), min_size=1, max_size=300),
)
def test_what_arrived_is_what_is_reported(start: int, steps: list[tuple[int, float, bool]]) -> None:
    seen, known, number, at = Arrivals(), {}, start, 1000.0
    for skip, wait, report in steps:
        seen.note(number & 0xFFFF, at)
        known[number & 0xFFFF] = at
        if report:
            compare(seen, known)
        number, at = number + skip, at + wait
    compare(seen, known)


def compare(seen: Arrivals, known: dict[int, float]) -> None:
    told: dict[int, float] = {}
    for report in seen.reports(7):
        told |= read(report)
    assert told.keys() == known.keys()
    assert all(abs(told[number] - at) <= DELTA for number, at in known.items())
    known.clear()


def test_packets_out_of_order_are_told_with_their_own_times() -> None:
    seen = Arrivals()
    for number, at in ((10, 5.0), (12, 5.01), (11, 5.02), (14, 5.03)):
        seen.note(number, at)
    seen.note(12, 9.9)
    [report] = seen.reports(7)
    told = read(report)
    assert {number: round(at, 3) for number, at in told.items()} == {10: 5.0, 12: 5.01, 11: 5.02, 14: 5.03}
    assert seen.reports(7) == []


def test_a_late_packet_that_was_reported_lost_is_not_told_again() -> None:
    seen = Arrivals()
    seen.note(10, 5.0)
    seen.note(12, 5.0)
    seen.reports(7)
    seen.note(11, 5.1)
    assert seen.reports(7) == []


def test_losses_between_two_reports_are_in_the_second() -> None:
    seen = Arrivals()
    seen.note(10, 5.0)
    seen.reports(7)
    seen.note(13, 5.1)
    [report] = seen.reports(7)
    assert struct.unpack_from("!HH", report, 12) == (11, 3)


def test_reports_are_counted_and_long_ones_divided() -> None:
    seen = Arrivals()
    for number in range(2 * LONGEST + 10):
        seen.note(number, 5.0 + number * 0.001)
    reports = seen.reports(7)
    assert [report[19] for report in reports] == [0, 1, 2]
    assert sum(len(read(report)) for report in reports) == 2 * LONGEST + 10


def test_a_flood_and_jumps_are_bounded() -> None:
    seen = Arrivals()
    for number in range(50_000):
        seen.note(number * 31 & 0xFFFF, 5.0)
    assert sum(len(read(report)) for report in seen.reports(7)) <= arrivals.REMEMBERED


@given(st.binary(min_size=12, max_size=80), st.integers(1, 14))
def test_anything_is_searched_for_the_number_without_an_error(packet: bytes, identifier: int) -> None:
    assert -1 <= rtp.transport_sequence(packet, 0, len(packet), identifier) <= 0xFFFF


def test_the_number_is_found_behind_other_extensions_and_padding() -> None:
    packet = rtp_packet(96, 1, 1, 1, b"x", extensions={1: b"a", 4: b"abc", 5: b"\x12\x34"}, csrcs=(9,))
    assert rtp.transport_sequence(packet, 0, len(packet), 5) == 0x1234
    assert rtp.transport_sequence(packet, 0, len(packet), 6) == -1
    assert rtp.transport_sequence(rtp_packet(96, 1, 1, 1, b"x"), 0, 13, 5) == -1
