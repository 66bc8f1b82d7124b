"""The garbage collector waits for a calm moment, but not for ever."""

from __future__ import annotations

import gc
import weakref

from signaling.sfu.tidying import (
    AT_LEAST_EVERY,
    AT_MOST_EVERY,
    FEW_PACKETS,
    THRESHOLDS,
    WHOLE_AT_LEAST_EVERY,
    WHOLE_EVERY,
    Tidying,
    collect,
    young,
)


def test_a_calm_worker_is_tidied_now_and_then_and_a_busy_one_seldom() -> None:
    now, packets, made = [1000.0], [0], [1]
    collected: list[float] = []
    tidying = Tidying(lambda: packets[0], lambda: now[0], lambda whole: collected.append(now[0]), lambda: made[0])
    for _ in range(int(AT_MOST_EVERY) * 3):
        now[0] += 1
        tidying.look()
    assert collected == [1000 + AT_MOST_EVERY * each for each in (1, 2, 3)]
    packets[0] = FEW_PACKETS
    for _ in range(int(AT_LEAST_EVERY) * 2):
        now[0] += 1
        tidying.look()
    assert [each - collected[2] for each in collected[3:]] == [AT_LEAST_EVERY, 2 * AT_LEAST_EVERY]
    packets[0] = made[0] = 0
    before = len(collected)
    for _ in range(int(AT_LEAST_EVERY)):
        now[0] += 1
        tidying.look()
    assert len(collected) == before + 1


def test_what_was_left_is_looked_at_again_every_ten_minutes_where_it_is_calm_and_every_hour_in_any_case() -> None:
    now, packets = [0.0], [0]
    wholes: list[float] = []
    tidying = Tidying(
        lambda: packets[0], lambda: now[0], lambda whole: wholes.append(now[0]) if whole else None, lambda: 1
    )
    for _ in range(int(WHOLE_EVERY) * 2):
        now[0] += 1
        tidying.look()
    assert wholes == [WHOLE_EVERY, 2 * WHOLE_EVERY]
    packets[0] = FEW_PACKETS
    for _ in range(int(WHOLE_AT_LEAST_EVERY)):
        now[0] += 1
        tidying.look()
    assert wholes[2:] == [2 * WHOLE_EVERY + WHOLE_AT_LEAST_EVERY]


def test_garbage_among_what_was_left_goes_with_the_whole() -> None:
    class Knot:
        def __init__(self) -> None:
            self.own = self

    frozen = gc.get_freeze_count()
    knot = Knot()
    gone = weakref.ref(knot)
    try:
        collect(whole=False)
        assert gc.get_freeze_count() > frozen
        del knot
        collect(whole=False)
        assert gone() is not None, "it counts as not made since"
        collect(whole=True)
        assert gone() is None
    finally:
        gc.unfreeze()


def test_many_new_objects_are_seen_and_few_are_not() -> None:
    before = gc.get_threshold()
    gc.set_threshold(*THRESHOLDS)
    try:
        gc.collect()
        kept: list[list[int]] = [[] for _ in range(THRESHOLDS[0] // 2)]
        assert young() == 0
        kept += [[] for _ in range(2 * THRESHOLDS[0])]
        assert young() > 0
    finally:
        gc.set_threshold(*before)
