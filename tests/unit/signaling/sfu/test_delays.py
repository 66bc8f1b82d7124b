"""What a way carries, as the waiting of soundings tells."""

from __future__ import annotations

import pytest

from signaling.sfu.delays import SHORTEST, Delays

RATE, SENT = 400_000, 1_500_000
"""Bits per second: what the way carries, and what is sent there."""


def told(queue: float, seconds: float, *, every: float = 0.05) -> Delays:
    """A queue of so many seconds fills and then drops; a sounding leaves every 50 ms and gets through."""
    delays = Delays(0.4)
    delays.note(99.0, 98.99, 0.01)
    waits = 0.0
    for step in range(round(seconds / every)):
        sent_at = 100.0 + step * every
        delays.note(sent_at + 0.01 + waits, sent_at, 0.01 + waits, int(SENT / 8 * step * every))
        waits = min(queue, waits + every * (SENT / RATE - 1))
    return delays


def test_while_the_queue_fills_what_comes_through_is_what_the_way_carries() -> None:
    delays = told(queue=10.0, seconds=0.7)
    assert delays.carried(101.0) == pytest.approx(RATE, rel=0.01)
    assert delays.carried_filling(101.0) == pytest.approx(RATE, rel=0.01)


def test_what_is_lost_once_it_is_full_is_no_part_of_what_came_through_before() -> None:
    delays = told(queue=1.0, seconds=0.75)
    carried = delays.carried(101.5)
    assert carried is not None and carried > 1.3 * RATE, "what was lost counts as if it had come through"
    assert delays.carried_filling(101.5) == pytest.approx(RATE, rel=0.05)


def test_a_queue_that_was_full_from_the_beginning_tells_nothing_of_its_filling() -> None:
    delays = told(queue=0.05, seconds=0.7)
    assert delays.carried(100.8) == pytest.approx(SENT, rel=0.01)
    assert delays.carried_filling(100.8) is None


def test_what_left_before_is_not_of_now() -> None:
    delays = told(queue=10.0, seconds=0.7)
    assert delays.carried_filling(101.0, since=100.5) is not None
    assert delays.carried_filling(101.0, since=100.65 - SHORTEST / 10) is None
    assert Delays(0.4).carried_filling(101.0) is None
