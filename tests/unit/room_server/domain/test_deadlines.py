from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from room_server.domain.deadlines import UnknownYearError, limit, windows
from room_server.rules.clocks import ChineseCalendar, agreement_clocks, clock, mediation_clock

CALENDAR = ChineseCalendar()
COURT, ARBITRATION, INTAKE = "jud_confirm_apply", "arb_review_apply", "intake_decision"


@pytest.mark.parametrize(
    ("clock_id", "start", "safe", "rolled"),
    [
        (COURT, date(2026, 9, 1), date(2026, 10, 1), date(2026, 10, 8)),
        (ARBITRATION, date(2026, 9, 16), date(2026, 10, 1), date(2026, 10, 8)),
        (ARBITRATION, date(2026, 10, 9), date(2026, 10, 24), date(2026, 10, 26)),
        (COURT, date(2026, 10, 9), date(2026, 11, 8), date(2026, 11, 9)),
        (ARBITRATION, date(2026, 9, 30), date(2026, 10, 15), date(2026, 10, 15)),
        (INTAKE, date(2026, 9, 30), date(2026, 10, 10), date(2026, 10, 10)),
    ],
)
def test_the_date_vectors_of_the_handbook(clock_id: str, start: date, safe: date, rolled: date) -> None:
    limit = clock(clock_id)
    assert (limit.safe_day(start, CALENDAR), limit.rolled_day(start, CALENDAR)) == (safe, rolled)


def test_an_unknown_year_fails_loudly_instead_of_guessing() -> None:
    with pytest.raises(UnknownYearError):
        clock(INTAKE).safe_day(date(2026, 12, 29), CALENDAR)
    with pytest.raises(UnknownYearError):
        clock(COURT).rolled_day(date(2026, 12, 15), CALENDAR)


def test_the_safe_days_of_both_windows_need_no_calendar_and_close_in_order() -> None:
    opened = windows(agreement_clocks(), date(2026, 12, 15), CALENDAR)
    assert [(window.clock_id, window.safe_last_day) for window in opened] == [
        (ARBITRATION, date(2026, 12, 30)),
        (COURT, date(2027, 1, 14)),
    ]
    assert "ZC:74" in opened[0].source
    assert "CPL:205" in opened[1].source


def test_a_limit_is_open_through_its_rolled_day() -> None:
    limit, start = clock(ARBITRATION), date(2026, 9, 16)
    assert limit.is_open(start, date(2026, 10, 8), CALENDAR)
    assert not limit.is_open(start, date(2026, 10, 9), CALENDAR)


@given(st.dates(date(2026, 1, 1), date(2026, 11, 25)))
def test_the_rolled_day_is_a_working_day_and_never_before_the_safe_day(start: date) -> None:
    limit = clock(COURT)
    if start + timedelta(days=30) > date(2026, 12, 28):
        return
    rolled = limit.rolled_day(start, CALENDAR)
    assert rolled >= limit.safe_day(start, CALENDAR)
    assert CALENDAR.is_working_day(rolled)


def test_a_limit_says_how_many_days_are_left_and_that_it_is_past() -> None:
    labour = mediation_clock("labour_organisation")
    assert labour is not None and mediation_clock("peoples_committee") is None
    start = date(2026, 11, 16)
    for today, left in ((start, 15), (date(2026, 12, 1), 0), (date(2026, 12, 3), -2)):
        found = limit(labour, start, today, CALENDAR)
        assert (found.safe_last_day, found.days_left, found.clock.source) == (date(2026, 12, 1), left, ("LDZ:14",))
