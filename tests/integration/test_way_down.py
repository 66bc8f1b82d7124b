"""A narrow way down to one subscriber: the sound gets through, and the picture that fits is never taken away.

The worker's own forwarding and rounds, real SRTP, on virtual time: see ``tests.support.narrow_call``. Real browsers on
a narrow way are in ``tests/e2e/test_narrow_way_down.py``.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import pairwise

import pytest

from tests.support.narrow_call import NarrowCall
from tests.support.sfu_room import Room

SEEDS = (1, 4, 5)
LOWEST, MIDDLE, BEST = 0, 1, 2
FOR_LOWEST, FOR_MIDDLE, FOR_SOUND = 170_000, 400_000, 60_000
"""Bits per second; the layers cost about 80, 210 and 830 kbit/s on the wire, sound about 45."""


@pytest.fixture(params=SEEDS)
def call(request: pytest.FixtureRequest) -> Iterator[NarrowCall]:
    """It has the best layer, a moment that differs by seed after the beginning."""
    with Room() as room:
        call = NarrowCall(room, request.param)
        call.run(2 + random.Random(request.param).random())
        assert call.layer == call.given == BEST
        yield call


def layers(call: NarrowCall, seconds: float) -> list[int | None]:
    """What was given, looked at twenty times a second; a picture that is given up is None."""
    found = []
    for _ in range(int(20 * seconds)):
        call.run(0.05)
        found.append(call.given)
    return found


def pauses(call: NarrowCall) -> float:
    """The longest time without sound, in seconds."""
    return max(later[0] - earlier[0] for earlier, later in pairwise(call.sound))


def missing(call: NarrowCall, last: int = 0) -> int:
    """Packets of sound that never came, of the ``last`` (0: all)."""
    of = call.sound[-last:]
    return of[-1][1] - of[0][1] + 1 - len(of)


@pytest.mark.parametrize("queue", [0.08, 0.3, 1.0])
def test_layers_go_down_then_the_picture_and_never_the_sound(call: NarrowCall, queue: float) -> None:
    call.way.longest_queue, call.way.rate = queue, FOR_LOWEST
    down = call.until(lambda: call.given == LOWEST, 3.0 + 3 * queue)
    assert set(layers(call, 12)) == {LOWEST}, "what fits stays, trials of more included"
    call.way.rate = FOR_SOUND
    gone = call.until(lambda: call.given is None, 3.0 + 3 * queue)
    call.until(lambda: call.told[-1] == (None, "bandwidth"), 0.3)
    call.run(2.0)
    print(f"lowest layer after {down:.2f} s, none after {gone:.2f} s, sound: {missing(call)} missing")
    assert pauses(call) < 0.2 + queue
    assert missing(call) < 50 * (down + gone), "at the turns only"
    assert missing(call, 90) == 0, "nothing is missing once the picture is gone"


@pytest.mark.parametrize("jitter", [0.0, 0.03])
def test_half_of_the_picture_is_kept_where_it_fits_and_all_of_it_comes_back(call: NarrowCall, jitter: float) -> None:
    call.way.rate, call.way.jitter = FOR_MIDDLE, jitter
    call.until(lambda: call.given == MIDDLE, 3.0)
    assert set(layers(call, 10)) == {MIDDLE}
    call.way.rate = None
    call.until(lambda: call.given == BEST, 20.0)
    assert set(layers(call, 5)) == {BEST}


def test_a_way_that_only_loses_packets_or_shakes_is_not_narrow(call: NarrowCall) -> None:
    call.way.loss = 0.08
    assert set(layers(call, 8)) == {BEST}, "repairs and FEC are for that"
    call.way.loss, call.way.jitter = 0.0, 0.1
    assert set(layers(call, 8)) == {BEST}


def test_pauses_of_either_process_are_not_narrowness(call: NarrowCall) -> None:
    chance = random.Random(7)
    for _ in range(200):
        for who in ("worker", "browser"):
            if chance.random() < 0.04:
                call.stall(who, chance.uniform(0.05, 0.35))
        call.run(0.05)
        assert call.given == BEST


def test_gaps_that_the_publisher_left_are_not_losses_on_the_way_down(call: NarrowCall) -> None:
    call.left_out = 0.3
    assert set(layers(call, 8)) == {BEST}, "nobody sees more of them by getting less"


@pytest.mark.parametrize("seconds", [0.3, 1.0, 3.0, 8.0])
def test_a_publisher_whose_network_was_away_takes_no_picture_from_others(call: NarrowCall, seconds: float) -> None:
    call.left_out = 1.0
    call.run(seconds)
    call.left_out = 0.0
    call.run(12)
    assert call.given == call.layer == BEST
    assert (None, "bandwidth") not in call.told
    assert call.estimate.cuts == 0


@pytest.mark.parametrize("seconds", [0.1, 0.5, 2.6, 6.0])
@pytest.mark.parametrize("after", [0.0, 2.0])
def test_another_address_tells_nothing_of_how_wide_the_way_is(call: NarrowCall, seconds: float, after: float) -> None:
    for _ in range(2):
        call.move(seconds)
        call.run(after)
    call.run(8)
    assert call.given == call.layer == BEST
    assert (None, "bandwidth") not in call.told
    assert call.estimate.cuts == 0, "since it arrived there"
