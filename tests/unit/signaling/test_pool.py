"""On which media worker a room lives, and what the death of one means to the rooms of the others."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from signaling.hub import SETTLE_SECONDS
from signaling.ids import ParticipantId, RoomId, TransportId
from signaling.pool import CPU_LIMIT, MEDIATION, PATIENCE, STEP, MediaPool
from tests.support.room_ports import ROOM, Browser, House, MemoryMedia, house

OTHER = RoomId("room_2")


def workers(*shares: float | None) -> list[MemoryMedia]:
    """Workers that are there and use so much of a core."""
    return [MemoryMedia(str(place), cpu_share=share) for place, share in enumerate(shares)]


def seat(worker: MemoryMedia, people: int) -> None:
    """So many people have media there."""
    worker.transports = {TransportId(f"{each}"): ParticipantId(f"{each}") for each in range(people)}


def named(*names: str) -> list[RoomId]:
    return [RoomId(name) for name in names]


# ---- placing ---------------------------------------------------------------------------------------------------------


def test_a_room_goes_where_the_processor_has_least_to_do_and_stays_there() -> None:
    busy, idle = workers(0.5, 0.1)
    seat(idle, 30)
    pool = MediaPool([busy, idle])
    assert pool.home(ROOM) is idle
    busy.cpu_share, idle.cpu_share = 0.0, 0.7
    assert pool.home(ROOM) is idle and pool.home(OTHER) is busy


def test_between_workers_that_do_about_as_much_people_decide() -> None:
    first, second = workers(0.31, 0.39)
    seat(first, 9)
    seat(second, 8)
    assert MediaPool([first, second]).home(ROOM) is second


@given(st.integers(1, 6), st.integers(0, 40))
def test_rooms_that_open_before_anybody_sends_are_spread_evenly(number: int, rooms: int) -> None:
    pool = MediaPool(workers(*[None] * number))
    placed = Counter(pool.home(RoomId(str(each))).name for each in range(rooms))
    assert max(placed.values(), default=0) - min((placed[each.name] for each in pool.workers), default=0) <= 1


def test_a_room_that_is_closed_counts_no_more() -> None:
    pool = MediaPool(workers(0.0, 0.0))
    first, second, third = named("a", "b", "c")
    assert [pool.home(each).name for each in (first, second)] == ["0", "1"]
    pool.leave(second)
    assert pool.home(third).name == "1"


def test_a_worker_at_its_limit_gets_a_room_only_when_all_are() -> None:
    full, less = workers(CPU_LIMIT, CPU_LIMIT - 0.01)
    seat(less, 50)
    pool = MediaPool([full, less])
    assert pool.home(ROOM) is less and not pool.full
    less.cpu_share = CPU_LIMIT
    assert pool.full


def test_a_node_is_judged_by_the_workers_that_are_there() -> None:
    full, away = workers(1.0, 0.0)
    away.ready = False
    assert MediaPool([full, away]).full
    full.ready = False
    assert not MediaPool([full, away]).full, "nobody knows yet"
    full.ready = True
    assert not MediaPool([full, away], cpu_limit=0).full


# ---- loss and return -------------------------------------------------------------------------------------------------


def test_a_room_waits_for_its_worker_and_goes_elsewhere_only_when_that_stays_away() -> None:
    pool = MediaPool(workers(0.0, 0.0))
    dead, alive = pool.workers
    assert isinstance(dead, MemoryMedia) and isinstance(alive, MemoryMedia)
    assert pool.home(ROOM) is dead
    dead.ready, dead.away_seconds = False, PATIENCE - 0.1
    assert pool.home(ROOM) is dead and pool.home(OTHER) is alive
    dead.away_seconds = PATIENCE
    assert pool.home(ROOM) is alive
    dead.ready, dead.away_seconds = True, 0.0
    assert pool.home(ROOM) is alive, "it lives there now"


def test_while_no_worker_is_there_rooms_are_spread_and_wait() -> None:
    pool = MediaPool(workers(None, None))
    for each in pool.workers:
        assert isinstance(each, MemoryMedia)
        each.ready, each.away_seconds = False, 2 * PATIENCE
    assert not pool.ready
    assert [pool.home(each).name for each in named("a", "b", "a")] == ["0", "1", "0"]


class Walk(RuleBasedStateMachine):
    """Rooms come and go, workers work, die and return; a book of its own says where each room is."""

    @initialize(number=st.integers(1, 4))
    def begin(self, number: int) -> None:
        self.workers = workers(*[0.0] * number)
        self.pool = MediaPool(self.workers)
        self.book: dict[RoomId, str] = {}

    @rule(name=st.sampled_from("abcdef"))
    def open(self, name: str) -> None:
        room_id = RoomId(name)
        known = self.book.get(room_id)
        best = self.candidates()
        home = self.pool.home(room_id)
        if known is None:
            assert home in best
        self.book[room_id] = home.name

    def candidates(self) -> list[MemoryMedia]:
        present = [each for each in self.workers if each.ready] or self.workers
        free = [each for each in present if (each.cpu_share or 0.0) < CPU_LIMIT] or present
        share = min((each.cpu_share or 0.0) for each in free)
        return [each for each in free if (each.cpu_share or 0.0) < share + STEP]

    @rule(name=st.sampled_from("abcdef"))
    def close(self, name: str) -> None:
        self.pool.leave(RoomId(name))
        self.book.pop(RoomId(name), None)

    @rule(place=st.integers(0, 3), share=st.floats(0, 1), people=st.integers(0, 20))
    def work(self, place: int, share: float, people: int) -> None:
        worker = self.workers[place % len(self.workers)]
        worker.cpu_share = share
        seat(worker, people)

    @rule(place=st.integers(0, 3), seconds=st.sampled_from([0.1, PATIENCE - 0.1, PATIENCE, 100.0]))
    def die(self, place: int, seconds: float) -> None:
        worker = self.workers[place % len(self.workers)]
        worker.ready, worker.cpu_share, worker.away_seconds = False, None, seconds
        worker.forget()

    @rule(place=st.integers(0, 3))
    def come_back(self, place: int) -> None:
        worker = self.workers[place % len(self.workers)]
        worker.ready, worker.away_seconds = True, 0.0

    @invariant()
    def nobody_moves_without_need_and_nobody_waits_without_end(self) -> None:
        named = {each.name: each for each in getattr(self, "workers", ())}
        for room_id, name in list(getattr(self, "book", {}).items()):
            before, home = named[name], self.pool.home(room_id)
            lost = not before.ready and before.away_seconds >= PATIENCE
            if lost and any(each.ready for each in self.workers):
                assert home.ready
            else:
                assert home is before
            self.book[room_id] = home.name


TestWalk = Walk.TestCase


# ---- rooms with people -----------------------------------------------------------------------------------------------


async def in_two_rooms(home: House) -> tuple[Browser, Browser, str]:
    """Somebody in each of two rooms, with media; and a track of the second."""
    one = await home.arrive("a")
    await one.open_transports()
    home.room_id = OTHER
    other = await home.arrive("b")
    send, _ = await other.open_transports()
    return one, other, await other.publish(send)


async def test_two_rooms_are_on_two_workers_with_everything_of_theirs() -> None:
    async with house(workers=2) as home:
        one, _, track = await in_two_rooms(home)
        first, second = home.workers
        assert (first.people, second.people) == (1, 1)
        assert track in second.publications and not first.publications
        assert set(first.rooms.values()) == {ROOM} and set(second.rooms.values()) == {OTHER}
        await one.hang_up(1000)
        await home.settle()
        assert not first.transports and second.transports


async def test_a_caucus_is_on_the_worker_of_its_room() -> None:
    async with house(workers=2) as home:
        host = await home.host()
        a = await home.arrive("a")
        await home.arrive("r", side="respondent")
        await a.open_transports()
        await host.do("open_caucus", participant_ids=["a"], in_seconds=0)
        home.clock.advance(0)
        await home.settle()
        assert not home.workers[0].transports
        await a.open_transports()
        places = {str(home.workers[0].rooms[each]).partition("#")[0::2] for each in home.workers[0].transports}
        assert {room for room, _ in places} == {ROOM} and all(caucus for _, caucus in places)
        assert not home.workers[1].transports


async def test_the_death_of_a_worker_is_noticed_in_its_rooms_only() -> None:
    async with house(workers=2) as home:
        one, other, track = await in_two_rooms(home)
        dead = home.workers[0]
        dead.ready = False
        dead.forget()
        home.hub.media_lost(dead)
        assert await one.fail("create_transport", direction="send") == "overloaded"
        await other.do("create_transport", direction="receive")
        dead.ready = True
        home.hub.media_ready(dead)
        assert (await one.event("media_reset"))["epoch"] == 2
        await one.open_transports()
        await home.settle()
        assert {each["type"] for each in other.catch_up()}.isdisjoint({"media_reset", "publication_closed"})
        assert track in home.workers[1].publications
        rooms = [home.hub.room(each) for each in (ROOM, OTHER)]
        assert [room.losses for room in rooms if room is not None] == [1, 0]
        assert [call[0] for call in home.policy.calls].count("media_lost") == 1


async def test_rooms_of_a_worker_that_stays_away_go_on_at_another() -> None:
    async with house(workers=2) as home:
        one, _, _ = await in_two_rooms(home)
        dead, alive = home.workers
        dead.ready = False
        dead.forget()
        home.hub.media_lost(dead)
        dead.away_seconds = PATIENCE
        home.clock.advance(SETTLE_SECONDS)
        assert (await one.event("media_reset"))["epoch"] == 2
        await one.open_transports()
        assert set(alive.rooms.values()) == {ROOM, OTHER}
        dead.ready = True
        home.hub.media_ready(dead)
        await home.settle()
        assert home.hub.rooms[ROOM].media is alive and home.hub.rooms[ROOM].media_epoch == 2


async def test_a_room_whose_worker_never_starts_goes_to_the_first_that_does() -> None:
    async with house(workers=2) as home:
        for worker in home.workers:
            worker.ready = False
        a = await home.arrive("a")
        assert home.hub.rooms[ROOM].media is home.workers[0]
        home.workers[0].away_seconds = PATIENCE
        home.clock.advance(SETTLE_SECONDS)
        assert a.snapshot is not None and a.snapshot["media_epoch"] == 0
        home.workers[1].ready = True
        home.hub.media_ready(home.workers[1])
        assert (await a.event("media_reset"))["epoch"] == 1
        await a.open_transports()
        assert home.workers[1].transports


async def test_a_node_takes_a_new_room_as_long_as_one_of_its_workers_has_time() -> None:
    async with house(workers=2) as home:
        home.workers[0].cpu_share, home.workers[1].cpu_share = 1.0, CPU_LIMIT
        refusal = await home.browser("a").join()
        assert refusal["data"]["detail"] == {"reason": "node_full"}
        home.workers[1].cpu_share = CPU_LIMIT - 0.01
        await home.arrive("a")
        assert home.hub.rooms[ROOM].media is home.workers[1]


async def test_a_room_that_could_not_be_opened_or_was_closed_takes_no_place() -> None:
    async with house(workers=2) as home:
        home.policy.refuse["load_document"] = RuntimeError("not now")
        await home.browser("a").join()
        home.policy.refuse.clear()
        host = await home.host()
        assert home.hub.rooms[ROOM].media is home.workers[0]
        await host.do("close_room")
        await home.settle()
        home.room_id = OTHER
        await home.arrive("b")
        assert home.hub.rooms[OTHER].media is home.workers[0]


@pytest.mark.parametrize(("people", "place"), [(MEDIATION, "0"), (MEDIATION + 1, "1")])
def test_a_room_counts_for_those_who_will_come(people: int, place: str) -> None:
    pool = MediaPool(workers(0.0, 0.0))
    assert [pool.home(each).name for each in named("a", "b")] == ["0", "1"]
    first, _ = pool.workers
    assert isinstance(first, MemoryMedia)
    seat(first, people)
    assert pool.home(RoomId("c")).name == place
