from __future__ import annotations

import pytest

from signaling.load.rehearsal import Plan, PlanError


@pytest.mark.parametrize(
    ("url", "rooms", "people", "seconds", "named"),
    [
        ("ftp://example", 1, 2, 1, "no address"),
        ("https://", 1, 2, 1, "no address"),
        ("http://example", 0, 2, 1, "rooms"),
        ("http://example", 301, 2, 1, "rooms"),
        ("http://example", 1, 1, 1, "people in each room"),
        ("http://example", 1, 61, 1, "people in each room"),
        ("http://example", 100, 30, 1, "3000 people"),
        ("http://example", 1, 2, 0, "seconds"),
        ("http://example", 1, 2, float("nan"), "seconds"),
        ("http://example", 1, 2, 1e9, "seconds"),
    ],
)
def test_a_load_that_makes_no_sense_is_refused_with_its_reason(
    url: str, rooms: int, people: int, seconds: float, named: str
) -> None:
    with pytest.raises(PlanError, match=named):
        Plan(url, rooms, people, seconds)


def test_everybody_follows_both_tracks_of_everybody_else() -> None:
    assert Plan("http://example", 2, 3, 1).streams == 24
