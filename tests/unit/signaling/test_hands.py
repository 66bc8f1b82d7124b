"""The queue of those who want to speak, each place for itself."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from signaling.hands import Hands
from signaling.ids import ParticipantId

names = st.sampled_from([ParticipantId(each) for each in "abcdef"])


def everywhere(_: ParticipantId) -> bool:
    return True


def order(hands: Hands, *people: str) -> list[str]:
    return sorted(people, key=lambda each: hands.place(ParticipantId(each), everywhere))


def test_who_asks_first_is_first_and_asking_again_changes_nothing() -> None:
    hands = Hands()
    for now, name in enumerate("aba"):
        hands.up(ParticipantId(name), now)
    assert [hands.place(ParticipantId(each), everywhere) for each in "abc"] == [1, 2, 0]
    assert hands.since(ParticipantId("a")) == 0
    hands.down(ParticipantId("a"))
    hands.down(ParticipantId("c"))
    assert [hands.place(ParticipantId(each), everywhere) for each in "ab"] == [0, 1]


def test_moving_somebody_keeps_the_order_of_the_rest() -> None:
    hands = Hands()
    for now, name in enumerate("abcd"):
        hands.up(ParticipantId(name), now)
    hands.move(ParticipantId("d"), 2, everywhere)
    assert order(hands, *"abcd") == ["a", "d", "b", "c"]
    hands.move(ParticipantId("a"), 99, everywhere)
    assert order(hands, *"abcd") == ["d", "b", "c", "a"]


@given(st.lists(names, unique=True), st.sets(names), st.integers(1, 7), st.data())
def test_a_move_in_one_place_changes_nothing_in_another(
    queue: list[ParticipantId], here: set[ParticipantId], place: int, data: st.DataObject
) -> None:
    hands = Hands()
    for now, name in enumerate(queue):
        hands.up(name, now)
    mine = [name for name in queue if name in here]
    if not mine:
        return
    hands.move(data.draw(st.sampled_from(mine)), place, lambda each: each in here)
    for index, name in enumerate(each for each in queue if each not in here):
        assert hands.place(name, lambda each: each not in here) == index + 1
    assert sorted(hands.place(name, lambda each: each in here) for name in mine) == list(range(1, len(mine) + 1))
