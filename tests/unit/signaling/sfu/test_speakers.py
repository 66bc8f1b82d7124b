"""Who speaks."""

from __future__ import annotations

from signaling.ids import ParticipantId
from signaling.sfu.speakers import ADVANTAGE, BEGINS_AT, ENDS_AT, PATIENCE, SpeakerDetector

ANN, BOB = ParticipantId("ann"), ParticipantId("bob")


def test_a_voice_is_told_once_and_its_end_after_a_pause() -> None:
    detector = SpeakerDetector()
    assert detector.observe({ANN: BEGINS_AT, BOB: None}, 0.0) == [ANN]
    assert detector.observe({ANN: BEGINS_AT, BOB: None}, 0.25) is None
    assert detector.observe({ANN: None, BOB: None}, 0.5) is None
    assert detector.observe({ANN: None, BOB: None}, 0.25 + PATIENCE) == []


def test_a_murmur_keeps_a_speaker_but_makes_none() -> None:
    detector = SpeakerDetector()
    assert detector.observe({ANN: ENDS_AT}, 0.0) is None
    detector.observe({ANN: BEGINS_AT}, 1.0)
    assert all(detector.observe({ANN: ENDS_AT}, float(second)) is None for second in range(2, 10))


def test_the_order_changes_only_for_a_clear_advantage() -> None:
    detector = SpeakerDetector()
    assert detector.observe({ANN: 100.0, BOB: 99.0}, 0.0) == [ANN, BOB]
    assert detector.observe({ANN: 100.0, BOB: 100.0 + ADVANTAGE}, 0.25) is None
    assert detector.observe({ANN: 100.0, BOB: 100.5 + ADVANTAGE}, 0.5) == [BOB, ANN]


def test_who_has_left_speaks_no_more() -> None:
    detector = SpeakerDetector()
    detector.observe({ANN: 110.0, BOB: 100.0}, 0.0)
    assert detector.observe({BOB: 100.0}, 0.25) == [BOB]
    assert detector.observe({}, 0.5) == []
