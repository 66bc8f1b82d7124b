"""How often one person may ask for something to be kept."""

from __future__ import annotations

import pytest

from room_server.api import pace as pace_module
from room_server.api.pace import Pace, Rate
from room_server.domain.errors import RateLimited

RATE = Rate(3, 0.5)


def test_each_person_has_an_allowance_of_their_own_that_comes_back_with_time() -> None:
    now = [0.0]
    pace = Pace(RATE, lambda: now[0])
    for _ in range(RATE.burst):
        pace.take("worker")
    with pytest.raises(RateLimited):
        pace.take("worker")
    pace.take("company")
    now[0] += 1 / RATE.per_second
    pace.take("worker")
    with pytest.raises(RateLimited):
        pace.take("worker")


def test_only_so_many_are_remembered_and_whoever_asks_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace_module, "MOST_KNOWN", 2)
    pace = Pace(RATE, lambda: 0.0)
    for _ in range(RATE.burst):
        pace.take("worker")
    for other in ("a", "b", "c"):
        pace.take(other)
        with pytest.raises(RateLimited):
            pace.take("worker")
