"""When streams want a look."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.sfu.agenda import Agenda
from signaling.sfu.publication import Stream
from tests.support.sfu_room import Room


@pytest.fixture
def streams() -> Iterator[list[Stream]]:
    with Room() as room:
        ann = room.browser("ann", "send")
        publication = room.camera(ann)
        yield [Stream(publication, ssrc, None) for ssrc in range(4)]


async def test_the_earliest_time_counts_and_only_once(streams: list[Stream]) -> None:
    agenda: Agenda[Stream] = Agenda()
    first, second, third, _ = streams
    agenda.set(first, 3.0)
    agenda.set(first, 1.0)
    agenda.set(first, 2.0)
    agenda.set(second, 1.0)
    agenda.set(third, 1.5)
    agenda.discard(third)
    assert agenda.take(0.9) == []
    assert agenda.take(1.0) == [first, second]
    assert agenda.take(9.0) == []
    agenda.set(first, 4.0)
    assert agenda.take(9.0) == [first]


async def test_any_order_of_calls_gives_what_a_plain_dictionary_gives(streams: list[Stream]) -> None:
    steps = st.tuples(st.integers(0, 3), st.sampled_from(["set", "discard", "take"]), st.floats(0, 10))

    @given(st.lists(steps, max_size=30))
    def check(calls: list[tuple[int, str, float]]) -> None:
        agenda: Agenda[Stream] = Agenda()
        plain: dict[Stream, float] = {}
        for index, call, at in calls:
            stream = streams[index]
            if call == "set":
                agenda.set(stream, at)
                plain[stream] = min(at, plain.get(stream, at))
            elif call == "discard":
                agenda.discard(stream)
                plain.pop(stream, None)
            else:
                due = {each for each, time in plain.items() if time <= at}
                assert set(agenda.take(at)) == due
                plain = {each: time for each, time in plain.items() if each not in due}

    check()
