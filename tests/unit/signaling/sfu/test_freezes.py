"""When a picture counts as frozen, for how long, and when it does not."""

from __future__ import annotations

from signaling.sfu.freezes import CAMERA_STILL, SCREEN_STILL, Freezes

NEVER = float("-inf")


def watch(freezes: Freezes, newest: dict[float, float], until: float, wanted: bool = True, since: float = 0.0) -> None:
    """Look every quarter of a second; ``newest``: from which look on the newest packet is of which time."""
    for quarter in range(int(since * 4), int(until * 4) + 1):
        now = quarter / 4
        heard = max((at for look, at in newest.items() if look <= now), default=NEVER)
        freezes.look(now, wanted=wanted, newest=min(now, heard))


def test_what_flows_is_not_frozen() -> None:
    freezes = Freezes("camera")
    watch(freezes, {0.0: 1e9}, 10.0)
    assert (freezes.count, freezes.seconds, freezes.frozen) == (0, 0.0, False)


def test_a_gap_counts_once_and_for_as_long_as_it_lasts() -> None:
    freezes = Freezes("camera")
    watch(freezes, {0.0: 0.0, 1.0: 1.0, 3.75: 1e9}, 10.0)
    assert (freezes.count, freezes.seconds, freezes.frozen) == (1, 2.75, False)
    watch(freezes, {0.0: 10.0}, 12.0, since=10.25)
    assert (freezes.count, freezes.seconds, freezes.frozen) == (2, 4.75, True)


def test_a_gap_shorter_than_a_second_is_none() -> None:
    freezes = Freezes("camera")
    watch(freezes, {0.0: 1.0, 1.75: 1e9}, 5.0)
    assert freezes.count == 0


def test_waiting_for_the_first_key_frame_for_long_is_one() -> None:
    freezes = Freezes("camera")
    watch(freezes, {}, CAMERA_STILL - 0.25)
    assert freezes.count == 0
    watch(freezes, {}, CAMERA_STILL, since=CAMERA_STILL)
    assert freezes.frozen


def test_what_nobody_wants_does_not_freeze_and_ends_a_freeze() -> None:
    freezes = Freezes("camera")
    watch(freezes, {}, 10.0, wanted=False)
    assert freezes.count == 0
    watch(freezes, {}, 12.0, since=10.25)
    watch(freezes, {}, 15.0, since=12.25, wanted=False)
    assert (freezes.count, freezes.seconds, freezes.frozen) == (1, 2.0, False)


def test_a_screen_may_be_still_for_longer() -> None:
    freezes = Freezes("screen")
    watch(freezes, {0.0: 0.0}, SCREEN_STILL - 0.25)
    assert freezes.count == 0
