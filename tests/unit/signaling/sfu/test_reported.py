"""What a subscriber's reports tell of the way down, and what of the publisher's."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from signaling.sfu.reported import LARGEST_SPAN, ReportedLosses
from signaling.sfu.rtcp import ReportBlock

FIRST = 0x1_0000 + 65_000


def told(share: float, highest: int) -> ReportBlock:
    return ReportBlock(1, min(255, round(256 * share)), 0, highest & 0xFFFFFFFF, 0, 0, 0)


def test_what_was_lost_on_the_way_down_counts_from_the_first_report_on() -> None:
    losses = ReportedLosses()
    assert losses.take(told(0.25, FIRST + 100), 100, 0) == (25.0, 100)
    assert losses.take(told(0.5, FIRST + 160), 160, 0) == (30.0, 60)
    assert losses.take(told(0.0, FIRST + 700), 700, 0) == (0.0, 540), "over the end of 16 bits"


def test_what_never_left_does_not_count_also_in_the_report_after() -> None:
    losses = ReportedLosses()
    losses.take(told(0, FIRST), 100, 0)
    # The gap is seen here before the subscriber sees it: this report tells nothing of it, the next one does.
    assert losses.take(told(0, FIRST + 50), 150, 150) == (0.0, 50)
    assert losses.take(told(0.75, FIRST + 250), 200, 150) == (0.0, 50)
    assert losses.take(told(0.5, FIRST + 350), 300, 150) == (50.0, 100), "what was not needed lapses"


def test_both_at_once_are_told_apart() -> None:
    losses = ReportedLosses()
    losses.take(told(0, FIRST), 100, 0)
    lost, sent = losses.take(told(0.5, FIRST + 200), 260, 40)
    assert (lost, sent) == (60.0, 160), "of 200 numbers 40 stood for nothing and 100 did not arrive"


def test_a_stretch_that_begins_before_an_interruption_is_not_told() -> None:
    losses = ReportedLosses()
    losses.take(told(0, FIRST), 100, 0)
    losses.overlook(FIRST + 400)
    assert losses.take(told(0.5, FIRST + 300), 400, 0) == (0.0, 300), "it was under way"
    assert losses.take(told(0.9, FIRST + 500), 600, 0) == (0.0, 200), "some of it is of before"
    assert losses.take(told(0.5, FIRST + 600), 700, 0) == (50.0, 100)


def test_an_interruption_before_the_first_report_counts_too() -> None:
    losses = ReportedLosses()
    losses.overlook(FIRST)
    assert losses.take(told(0.9, FIRST + 300), 300, 0) == (0.0, 300)
    assert losses.take(told(0.5, FIRST + 400), 400, 0) == (50.0, 100)


@given(
    st.lists(
        st.tuples(st.integers(0, 255), st.integers(0, 0xFFFFFFFF), st.integers(0, 1000), st.integers(-50, 1000)),
        max_size=30,
    )
)
def test_whatever_a_browser_reports_no_more_is_lost_than_was_sent(
    reports: list[tuple[int, int, int, int]],
) -> None:
    losses = ReportedLosses()
    packets = never_left = 0
    for share, highest, sent, passed in reports:
        packets += sent
        never_left += passed
        lost, of = losses.take(ReportBlock(1, share, 0, highest, 0, 0, 0), packets, never_left)
        assert of == sent
        assert 0 <= lost <= sent


def test_a_jump_is_not_a_stretch() -> None:
    losses = ReportedLosses()
    losses.take(told(0, FIRST), 100, 0)
    assert losses.take(told(0.5, FIRST + 100 + LARGEST_SPAN), 200, 0) == (50.0, 100)
