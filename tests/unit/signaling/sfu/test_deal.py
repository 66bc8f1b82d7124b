"""Work that is dealt out: everybody has a turn in each period, and nobody two."""

from __future__ import annotations

from collections import Counter
from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from signaling.sfu.deal import Deal

MEMBERS = st.lists(st.integers(0, 60), unique=True, max_size=40)


@given(st.integers(1, 12), MEMBERS, st.integers(1, 5))
def test_everybody_has_one_turn_in_a_period_and_the_same_in_the_next(
    turns: int, members: list[int], periods: int
) -> None:
    deal: Deal[int] = Deal(turns, 0.0)
    hands = [dict(deal.take(float(tick), lambda: members)) for tick in range(1, 1 + turns * periods)]
    for period in range(periods):
        assert Counter(each for hand in hands[period * turns : (period + 1) * turns] for each in hand) == Counter(
            members
        )
    for tick in range(turns, len(hands)):
        assert hands[tick] == dict.fromkeys(hands[tick - turns], float(turns))
    assert max((len(hand) for hand in hands), default=0) <= -(-len(members) // turns)


@given(st.lists(st.tuples(MEMBERS, MEMBERS), min_size=1, max_size=8), st.integers(1, 6))
def test_whoever_stays_keeps_their_turn_and_whoever_is_gone_has_none(
    periods: list[tuple[list[int], list[int]]], turns: int
) -> None:
    deal: Deal[int] = Deal(turns, 0.0)
    now = 0.0
    for members, leaving in periods:
        gone: set[int] = set()
        taken: list[int] = []
        for turn in range(turns):
            now += 1.0
            hand = [member for member, _ in deal.take(now, partial(list, members))]
            assert gone.isdisjoint(hand)
            taken += hand
            if turn < turns - 1 and turn < len(leaving) and len(gone | {leaving[turn]}) < len(members):
                gone.add(leaving[turn])
                deal.discard(leaving[turn])
        assert len(set(taken)) == len(taken)
        assert set(members) - gone <= set(taken)
        assert set(taken) <= set(members)


def test_who_is_new_is_measured_from_the_period_before_and_nobody_waits_while_there_is_nobody() -> None:
    deal: Deal[str] = Deal(3, 0.0)
    assert [deal.take(float(tick), list) for tick in range(1, 6)] == [[]] * 5
    assert deal.take(6.0, lambda: ["ann"]) == [("ann", 1.0)]
    assert deal.take(7.0, lambda: ["ann", "bob"]) == deal.take(8.0, lambda: ["ann", "bob"]) == []
    assert deal.take(9.0, lambda: ["ann", "bob"]) == [("ann", 3.0)]
    assert deal.take(10.0, lambda: ["ann", "bob"]) == [("bob", 4.0)]
    deal.discard("ann")
    deal.discard("bob")
    assert deal.take(11.0, lambda: ["carl"]) == []
    assert deal.take(12.0, lambda: ["carl"]) == []
    assert deal.take(13.0, lambda: ["carl"]) == [("carl", 4.0)]
