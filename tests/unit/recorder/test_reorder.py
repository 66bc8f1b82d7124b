"""Order, patience and loss."""

from __future__ import annotations

import random

from recorder.reorder import HOLD_SECONDS, ReorderBuffer
from recorder.rtp import RtpPacket


def packet(number: int) -> RtpPacket:
    return RtpPacket(number & 0xFFFF, number, 1, 96, marker=False, payload=b"x")


def push(buffer: ReorderBuffer, number: int, now: float = 0.0) -> list[tuple[int, int]]:
    return [(ordered.packet.timestamp, ordered.lost) for ordered in buffer.push(packet(number), 0.0, now)]


def test_packets_in_order_are_given_back_at_once() -> None:
    buffer = ReorderBuffer()
    assert [push(buffer, n) for n in (5, 6, 7)] == [[(5, 0)], [(6, 0)], [(7, 0)]]


def test_a_repair_in_time_leaves_no_hole() -> None:
    buffer = ReorderBuffer()
    push(buffer, 1)
    assert push(buffer, 3) == []
    assert push(buffer, 4, 0.1) == []
    assert push(buffer, 2, 0.2) == [(2, 0), (3, 0), (4, 0)]
    assert buffer.lost == 0


def test_a_hole_is_given_up_after_the_time_to_hold_and_a_later_repair_is_dropped() -> None:
    buffer = ReorderBuffer()
    push(buffer, 1)
    push(buffer, 4)
    assert buffer.expire(HOLD_SECONDS - 0.01) == []
    (ordered,) = buffer.expire(HOLD_SECONDS)
    assert (ordered.packet.timestamp, ordered.lost) == (4, 2)
    assert push(buffer, 2, 1.0) == []
    assert (buffer.lost, buffer.superfluous) == (2, 1)


def test_more_packets_than_may_wait_end_the_waiting() -> None:
    buffer = ReorderBuffer(hold_packets=3)
    push(buffer, 1)
    assert [push(buffer, n) for n in (3, 4, 5)] == [[], [], []]
    assert push(buffer, 6) == [(3, 1), (4, 0), (5, 0), (6, 0)]


def test_duplicates_are_dropped() -> None:
    buffer = ReorderBuffer()
    push(buffer, 1)
    push(buffer, 3)
    assert [push(buffer, n) for n in (3, 1)] == [[], []]
    assert buffer.superfluous == 2


def test_the_sequence_wraps_around_while_packets_are_shuffled() -> None:
    rng = random.Random(1)
    numbers = list(range(65000, 65000 + 2000))
    for start in range(1, len(numbers), 8):
        window = numbers[start : start + 8]
        rng.shuffle(window)
        numbers[start : start + 8] = window
    buffer = ReorderBuffer()
    out = [given for number in numbers for given in push(buffer, number)]
    assert out == [(number, 0) for number in range(65000, 67000)]


def test_a_single_packet_from_far_away_is_dropped_and_two_in_a_row_begin_a_new_numbering() -> None:
    buffer = ReorderBuffer()
    push(buffer, 1)
    assert push(buffer, 20_000) == []
    assert push(buffer, 2) == [(2, 0)]
    assert push(buffer, 30_000) == []
    assert push(buffer, 30_001) == [(30_001, 1)]
    assert push(buffer, 30_002) == [(30_002, 0)]
    assert buffer.strays == 2


def test_flush_gives_everything_that_is_held() -> None:
    buffer = ReorderBuffer()
    push(buffer, 1)
    push(buffer, 3)
    push(buffer, 6)
    assert [(ordered.packet.timestamp, ordered.lost) for ordered in buffer.flush()] == [(3, 1), (6, 2)]
    assert buffer.lost == 3
