"""The ring of forwarded packets."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from signaling.sfu.cache import Kept, PacketCache


def packet(number: int) -> Kept:
    return Kept(number, 0x80, 0, 0, b"carried" + str(number).encode())


def put(cache: PacketCache, number: int) -> None:
    cache.put(*packet(number))


def test_the_newest_packets_are_found_and_older_ones_are_gone() -> None:
    cache = PacketCache(capacity=4)
    for number in range(65530, 65540):
        put(cache, number)
    assert [cache.get(number) for number in range(65536, 65540)] == [packet(number) for number in range(65536, 65540)]
    assert cache.get(65535) is None
    assert cache.get(65540) is None


def test_a_repaired_packet_takes_its_place_among_newer_ones() -> None:
    cache = PacketCache(capacity=4)
    put(cache, 2)
    put(cache, 1)
    assert (cache.get(1), cache.get(2)) == (packet(1), packet(2))


def test_nothing_is_left_after_clearing() -> None:
    cache = PacketCache(capacity=4)
    put(cache, 1)
    cache.clear()
    assert cache.get(1) is None


@given(st.integers(1, 16), st.lists(st.integers(0, 60), max_size=80))
def test_what_is_found_is_what_was_put_last_in_its_place(capacity: int, numbers: list[int]) -> None:
    cache, places = PacketCache(capacity), dict[int, int]()
    for number in numbers:
        put(cache, number)
        places[number % capacity] = number
    for number in range(61):
        found = cache.get(number)
        assert found == (packet(number) if places.get(number % capacity) == number else None)
