from __future__ import annotations

from recorder.early import Early, EarlyPackets
from signaling.ids import CaptureId
from signaling.sfu import feed


def early(capture: int, now: float) -> Early:
    return Early(feed.Fed(CaptureId(capture), feed.RTP, now, b"packet"), now, now)


def test_the_packets_of_one_track_are_taken_once_in_their_order() -> None:
    kept = EarlyPackets()
    for capture, now in ((1, 0.0), (2, 0.1), (1, 0.2)):
        kept.keep(early(capture, now))
    assert [one.now for one in kept.take(CaptureId(1))] == [0.0, 0.2]
    assert kept.take(CaptureId(1)) == []
    assert [one.now for one in kept.take(CaptureId(2))] == [0.1]


def test_what_nobody_takes_is_forgotten_after_a_while_and_there_is_never_much() -> None:
    kept = EarlyPackets(hold_seconds=1, hold_packets=3)
    for now in (0.0, 0.5, 0.9, 1.2):
        kept.keep(early(1, now))
    kept.expire(1.6)
    assert [one.now for one in kept.take(CaptureId(1))] == [0.9, 1.2]
