"""What arrived of a stream, with losses, repetitions and wraps."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from signaling.sfu.reception import ATTEMPTS, REPEAT_AFTER, WINDOW, Reception


@given(start=st.integers(0, 0xFFFF), lost=st.sets(st.integers(1, 98)), seed=st.integers())
def test_each_packet_counts_once_in_whatever_order_it_comes(start: int, lost: set[int], seed: int) -> None:
    chooser = random.Random(seed)
    numbers = [each for each in range(100) if each not in lost]
    late = sorted(chooser.sample(numbers[1:-1], len(numbers) // 3))
    order = [each for each in numbers if each not in late] + late + numbers
    reception = Reception(1, 90000)
    accepted = [reception.accept((start + each) & 0xFFFF, 0, 0.0) for each in order]
    new = [each for each in accepted if each >= 0]
    assert sorted(new) == [reception.base + each for each in numbers]
    assert sorted(reception.missing) == [reception.base + each for each in sorted(lost)]
    assert reception.report(0.0).lost == len(lost)


def test_a_missing_packet_is_asked_for_at_intervals_and_not_for_ever() -> None:
    reception = Reception(1, 90000)
    reception.accept(65534, 0, 0.0)
    reception.accept(1, 0, 0.0)
    assert reception.wanted(0.0) == [65535, 0]
    assert reception.wanted(REPEAT_AFTER / 2) == []
    asked = sum(bool(reception.wanted(REPEAT_AFTER * (turn + 1))) for turn in range(ATTEMPTS * 2))
    assert asked == ATTEMPTS - 1


def test_an_old_loss_is_given_up_and_stays_a_loss() -> None:
    reception = Reception(1, 90000)
    reception.accept(0, 0, 0.0)
    for sequence in range(2, 1200):
        reception.accept(sequence, 0, 0.0)
    assert reception.wanted(1.0) == []
    assert reception.accept(1, 0, 1.0) == -1
    assert reception.report(1.0).lost == 1


def test_what_is_missing_is_bounded_without_anybody_asking() -> None:
    reception = Reception(1, 48000)
    for sequence in range(0, 60000, 2):
        reception.accept(sequence, 0, 0.0)
    assert len(reception.missing) <= 1001


def test_a_jump_is_not_a_loss_to_ask_for() -> None:
    reception = Reception(1, 90000)
    reception.accept(10, 0, 0.0)
    reception.accept(5000, 0, 0.0)
    assert reception.wanted(1.0) == []


def test_the_report_tells_loss_since_the_last_one_and_the_delay() -> None:
    reception = Reception(1, 48000)
    for sequence in range(0, 100, 2):
        reception.accept(sequence, sequence * 480, sequence * 0.01)
    reception.sender_report(0x0001_0002_0003_0004, 10.0)
    block = reception.report(10.5)
    assert (block.fraction_lost, block.lost) == (126, 49)
    assert (block.last_report, block.delay) == (0x0002_0003, 32768)
    assert block.jitter == 0
    assert reception.report(11.0).fraction_lost == 0


def test_a_relic_from_far_behind_is_no_news_although_nobody_asked_for_it() -> None:
    reception = Reception(1, 48000)
    reception.accept(0, 0, 0.0)
    reception.accept(2, 0, 0.0)
    for sequence in range(3, WINDOW + 3):
        reception.accept(sequence, 0, 0.0)
    assert reception.accept(1, 0, 0.0) == -1


def test_losses_are_what_had_to_be_asked_for_and_are_taken_once() -> None:
    reception = Reception(1, 90000)
    for sequence in (0, 1, 3, 2, 4):  # 2 came late by itself
        reception.accept(sequence, 0, 0.0)
    assert reception.take_losses() == (0, 5)
    reception.accept(7, 0, 0.0)
    assert reception.wanted(0.0) == [5, 6]
    reception.accept(5, 0, 0.1)  # repaired, but lost all the same
    assert reception.take_losses() == (2, 3)
    assert reception.take_losses() == (0, 0)
