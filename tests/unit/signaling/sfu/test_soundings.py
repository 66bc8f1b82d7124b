"""Soundings and the answers to them."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.sfu import rtp
from signaling.sfu.arrivals import Arrivals
from signaling.sfu.capabilities import NUMBER_ID
from signaling.sfu.soundings import HEAD, UNANSWERED, Soundings, body, read_feedback


@given(st.integers(0, 0xFFFF), st.integers(1, 255))
def test_a_sounding_is_padding_and_carries_its_number(number: int, padding: int) -> None:
    packet = rtp.HEADER.pack(HEAD, 102, 7, 9, 11) + body(number, padding)
    where = rtp.layout(packet, 0, len(packet))
    assert where.payload == where.end == len(packet) - padding
    assert rtp.transport_sequence(packet, 0, len(packet), NUMBER_ID) == number


@given(st.lists(st.tuples(st.floats(0.001, 0.4), st.booleans(), st.booleans()), min_size=1, max_size=120))
def test_what_a_browser_answers_is_understood(steps: list[tuple[float, bool, bool]]) -> None:
    """``signaling.sfu.arrivals`` plays the browser: it writes the same format towards publishers."""
    soundings, browser, now, sent = Soundings(), Arrivals(), 1000.0, {}
    delays: dict[float, float | None] = {}
    for wait, arrives, answers in steps:
        now += wait
        number = soundings.send(now, 0)
        sent[now] = arrives
        if arrives:
            browser.note(number, now + 50)
        if answers:
            for report in browser.reports(1):
                delays |= {echo.sent_at: echo.delay for echo in soundings.hear(report, now)}
    for at, delay in delays.items():
        assert delay == (pytest.approx(50, abs=0.001) if sent[at] else None)


def test_one_without_an_answer_counts_as_lost_once() -> None:
    soundings, browser = Soundings(), Arrivals()
    numbers = [soundings.send(1000 + each / 10, 0) for each in range(3)]
    assert list(soundings.lost(1005)) == [], "a browser that never answered may not know of soundings"
    numbers = [soundings.send(1010 + each / 10, 0) for each in range(3)]
    browser.note(numbers[0], 5.0)
    browser.note(numbers[2], 5.2)
    for report in browser.reports(1):
        assert [echo.delay is None for echo in soundings.hear(report, 1010.4)] == [False, True, False]
        assert soundings.hear(report, 1010.4) == [], "told twice"
    soundings.send(1011, 0)
    assert not soundings.overdue(1011.5)
    assert soundings.overdue(1012), "late"
    assert list(soundings.lost(1012)) == []
    assert [echo.sent_at for echo in soundings.lost(1013)] == [1011]
    assert list(soundings.lost(1014)) == []


def test_what_the_browser_could_not_have_answered_yet_is_not_lost() -> None:
    soundings, browser = Soundings(), Arrivals()
    browser.note(soundings.send(1000, 0), 5.0)
    for report in browser.reports(1):
        soundings.hear(report, 1000.1)
    soundings.send(1001, 0)
    assert list(soundings.lost(1000.1)) == [], "nothing was heard since it left"
    soundings.forget()
    assert list(soundings.lost(1010)) == []


def test_a_browser_that_never_answers_is_left_alone() -> None:
    soundings = Soundings()
    for each in range(UNANSWERED + 1):
        assert not soundings.deaf
        soundings.send(1000 + each / 5, 0)
    assert soundings.deaf


@given(st.binary(max_size=200))
def test_garbage_is_refused_or_short(garbage: bytes) -> None:
    raw = struct.pack("!BBH", 0x8F, 205, 4) + garbage
    try:
        assert len(read_feedback(raw)) <= 400
    except ValueError:
        return


def test_answers_about_more_than_anybody_asked_for_are_refused() -> None:
    raw = struct.pack("!BBHIIHHI", 0x8F, 205, 5, 1, 2, 0, 0xFFFF, 0) + struct.pack("!HH", 0x1FFF, 0)
    with pytest.raises(ValueError, match="too many"):
        read_feedback(raw)


def test_a_sounding_whose_answer_was_lost_is_no_loss_on_the_way_down() -> None:
    soundings, browser = Soundings(), Arrivals()
    browser.note(soundings.send(1000, 0), 5.0)
    for report in browser.reports(1):
        soundings.hear(report, 1000.1)
    browser.note(soundings.send(1000.1, 0), 5.1)
    assert browser.reports(1), "an answer that never comes"
    browser.note(soundings.send(1000.2, 0), 5.2)
    soundings.send(1000.3, 0)
    for report in browser.reports(1):
        soundings.hear(report, 1000.4)
    assert [echo.sent_at for echo in soundings.lost(1003)] == [1000.3], "of the one before it nobody said a word"
