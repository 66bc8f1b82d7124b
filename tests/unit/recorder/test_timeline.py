"""RTP clocks that drift, jump and wrap, against the wall clock."""

from __future__ import annotations

import random

import pytest

from recorder.rtp import SenderReport
from recorder.timeline import LeastOf, Timeline
from tests.support.capture_rtp import EPOCH

RATE = 90000


def test_without_reports_the_least_delayed_arrival_tells_the_time() -> None:
    timeline = Timeline(RATE)
    delays = random.Random(2)
    for number in range(300):
        timeline.place(number * 3000, EPOCH + number / 30 + delays.choice((0.02, 0.05, 0.3)))
    assert timeline.started_at == pytest.approx(EPOCH + 0.02, abs=0.001)
    assert timeline.ended_at == pytest.approx(EPOCH + 299 / 30 + 0.02, abs=0.001)


@pytest.mark.parametrize("drift", [0.0, 50e-6, -200e-6, 200e-6])
@pytest.mark.parametrize("clock_error", [0.0, 7200.0])
def test_an_hour_of_drift_stays_within_milliseconds_by_the_latest_report(drift: float, clock_error: float) -> None:
    timeline = Timeline(RATE)
    rng = random.Random(3)
    offset = 2**32 - 100 * RATE  # wraps after 100 seconds
    worst = 0.0
    for half_second in range(2 * 3600):
        t = half_second / 2
        timestamp = (offset + round(t * RATE * (1 + drift))) % 2**32
        ticks = timeline.place(timestamp, EPOCH + t + 0.03 + rng.random() * 0.02)
        if half_second % 10 == 0:
            arrived_at = EPOCH + t + rng.random() * 0.004
            timeline.sender_report(SenderReport(1, EPOCH + t + clock_error, timestamp), arrived_at)
        wall = timeline.wall(ticks)
        assert wall is not None
        if t > 20:
            worst = max(worst, abs(wall - (EPOCH + t)))
    assert worst < 0.005
    assert timeline.started_at == pytest.approx(EPOCH, abs=0.005)
    assert timeline.sender_clock_ahead == pytest.approx(clock_error, abs=0.005)


def test_a_report_that_contradicts_the_packets_is_refused() -> None:
    timeline = Timeline(RATE)
    timeline.place(0, EPOCH)
    timeline.sender_report(SenderReport(1, EPOCH, 2**31), EPOCH)
    assert timeline.refused_reports == 1
    assert timeline.wall(0) == EPOCH


def test_a_report_before_the_first_frame_is_used_with_it() -> None:
    timeline = Timeline(RATE)
    timeline.sender_report(SenderReport(1, EPOCH, 1000), EPOCH + 0.01)
    assert timeline.wall(0) is None
    timeline.place(1000 + RATE, EPOCH + 1.5)
    assert timeline.started_at == pytest.approx(EPOCH + 1.01)


def test_a_clock_that_jumps_goes_on_by_arrival() -> None:
    timeline = Timeline(RATE)
    timeline.place(5, EPOCH)
    timeline.place(5 + RATE, EPOCH + 1)
    assert timeline.place(3_000_000_000, EPOCH + 2) == 2 * RATE
    assert timeline.place(3_000_000_000 + RATE, EPOCH + 3) == 3 * RATE
    assert timeline.steps == 1


def test_another_source_goes_on_by_arrival_and_its_own_reports() -> None:
    timeline = Timeline(RATE)
    timeline.place(5, EPOCH)
    timeline.sender_report(SenderReport(1, EPOCH, 5), EPOCH)
    timeline.restart()
    timeline.sender_report(SenderReport(2, EPOCH + 2, 77), EPOCH + 2)
    ticks = timeline.place(77, EPOCH + 2)
    assert ticks == 2 * RATE
    assert timeline.wall(ticks) == pytest.approx(EPOCH + 2, abs=0.001)


def test_media_time_never_goes_back() -> None:
    timeline = Timeline(RATE)
    timeline.place(9000, EPOCH)
    assert timeline.place(18000, EPOCH + 0.1) == 9000
    assert timeline.place(12000, EPOCH + 0.1) == 9000


def test_the_least_of_two_windows_forgets_what_is_older() -> None:
    least = LeastOf(10)
    least.add(0, 1)
    least.add(5, 3)
    least.add(11, 4)
    assert least.value == 1
    least.add(22, 5)
    assert least.value == 4
    least.add(100, 9)
    assert least.value == 9
    least.add(50, 10)
    assert least.value == 10
