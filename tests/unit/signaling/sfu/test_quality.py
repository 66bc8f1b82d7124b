"""The word for a connection: what makes it worse and better, and that it does not flicker."""

from __future__ import annotations

import pytest

from signaling.messages import Quality
from signaling.sfu.quality import BETTER_AFTER, LOST_SILENCE, WORSE_AFTER, Judge, Losses, Signs, judge

FINE = Signs(0.0, 0.0, 0.05)


@pytest.mark.parametrize(
    ("signs", "before", "word"),
    [
        (FINE, "good", "good"),
        (FINE, "lost", "good"),
        (Signs(loss_up=0.08), "good", "poor"),
        (Signs(loss_down=0.08), "good", "poor"),
        (Signs(loss_up=0.05), "good", "good"),
        (Signs(loss_up=0.05), "poor", "poor"),
        (Signs(loss_up=0.05), "lost", "poor"),
        (Signs(loss_down=0.5), "good", "lost"),
        (Signs(loss_down=0.4), "poor", "poor"),
        (Signs(loss_down=0.4), "lost", "lost"),
        (Signs(round_trip=0.5), "good", "good"),
        (Signs(round_trip=0.5), "poor", "poor"),
        (Signs(round_trip=0.6), "good", "poor"),
        (Signs(given_up=True), "good", "poor"),
        (Signs(silence=LOST_SILENCE), "good", "lost"),
        (Signs(silence=LOST_SILENCE - 0.1), "good", "good"),
    ],
)
def test_the_limits_to_come_back_are_stricter(signs: Signs, before: Quality, word: Quality) -> None:
    assert judge(signs, before) == word


def test_a_moment_changes_nothing_and_better_takes_longer_than_worse() -> None:
    judged, bad = Judge(), Signs(loss_up=0.2)
    assert judged.look(0.0, bad) is None
    assert judged.look(1.0, FINE) is None
    assert judged.look(2.0, bad) is None
    assert judged.look(2.0 + WORSE_AFTER, bad) == "poor"
    assert judged.look(5.0, FINE) is None
    assert judged.look(6.0, bad) is None
    assert judged.look(7.0, FINE) is None
    assert judged.look(7.0 + BETTER_AFTER - 1, FINE) is None
    assert judged.look(7.0 + BETTER_AFTER, FINE) == "good"
    assert judged.look(20.0, FINE) is None


def test_losses_fade_and_few_packets_tell_nothing() -> None:
    losses = Losses()
    assert losses.note(10, 19) == 0.0
    losses = Losses()
    assert losses.note(20, 100) == 0.2
    shares = [losses.note(0, 100) for _ in range(6)]
    assert shares == sorted(shares, reverse=True)
    assert shares[-1] < 0.01
    assert losses.note(-5, 100) == 0.0
