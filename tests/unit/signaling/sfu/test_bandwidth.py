"""Who gets what of a way down, and the estimate of what it bears, against ways that are made up here."""

from __future__ import annotations

import random
from collections import deque
from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signaling.sfu.allocation import MARGIN, Wish, allocate, cost, give_less, next_step, share, steps
from signaling.sfu.bandwidth import LOSSY, LOSSY_WHEN_FREE, Downlink
from signaling.sfu.delays import Losses

SOUND = st.builds(lambda rate: Wish((rate,), sound=True), st.integers(10_000, 60_000))
PICTURE = st.builds(
    lambda rates, pixels: Wish(tuple(sorted(rates)), pixels),
    st.lists(st.integers(30_000, 2_000_000), min_size=1, max_size=3),
    st.integers(0, 4_000_000),
)
WISHES = st.lists(SOUND | PICTURE, max_size=12)
BUDGET = st.integers(0, 10_000_000)


@given(BUDGET, WISHES)
def test_sound_is_always_given_and_pictures_stay_within_the_budget(budget: int, wishes: list[Wish]) -> None:
    given_to = allocate(budget, wishes)
    assert all(layer == 0 for wish, layer in zip(wishes, given_to, strict=True) if wish.sound)
    sound = sum(wish.rates[0] for wish in wishes if wish.sound)
    assert cost(wishes, given_to) <= max(budget, sound)
    assert all(layer is None or layer < len(wish.rates) for wish, layer in zip(wishes, given_to, strict=True))


@given(BUDGET, WISHES)
def test_a_picture_is_given_up_only_when_it_does_not_fit_beside_larger_ones(budget: int, wishes: list[Wish]) -> None:
    given_to = allocate(budget, wishes)
    left = budget - sum(wish.rates[0] for wish in wishes if wish.sound)
    for index in sorted(range(len(wishes)), key=lambda index: -wishes[index].pixels):
        if not wishes[index].sound:
            assert (given_to[index] is None) == (wishes[index].rates[0] > left)
            left -= wishes[index].rates[0] if given_to[index] is not None else 0


@given(BUDGET, BUDGET, WISHES)
def test_what_is_kept_or_added_stays_within_the_limit(before: int, after: int, wishes: list[Wish]) -> None:
    held = allocate(before, wishes)
    sound = sum(wish.rates[0] for wish in wishes if wish.sound)
    less = give_less(after, wishes, held)
    assert cost(wishes, less) <= max(after, sound)
    assert all((one is None or one <= (other or 0)) for one, other in zip(less, held, strict=True))
    more = share(after, wishes, held)
    assert more == held or cost(wishes, more) <= max(after, sound)
    assert more.count(None) <= held.count(None)
    assert share(after, wishes, more) == more, "a second look changes nothing"


@given(WISHES)
def test_enough_for_everything_gives_everything(wishes: list[Wish]) -> None:
    everything: list[int | None] = [len(wish.rates) - 1 for wish in wishes]
    assert allocate(cost(wishes, everything), wishes) == everything
    assert next_step(wishes, everything) is None


@given(BUDGET, WISHES)
def test_the_next_step_is_what_does_not_fit(budget: int, wishes: list[Wish]) -> None:
    given_to = allocate(budget, wishes)
    step = next_step(wishes, given_to)
    if step is not None:
        assert step in list(steps(wishes))
        assert cost(wishes, given_to) + step.extra > budget


def test_the_largest_tile_is_kept_longest_and_improved_first() -> None:
    sound, small, large = Wish((40_000,), sound=True), Wish((100_000, 300_000), 100), Wish((100_000, 300_000), 900)
    wishes = [small, sound, large]
    assert allocate(0, wishes) == [None, 0, None]
    assert allocate(150_000, wishes) == [None, 0, 0]
    assert allocate(250_000, wishes) == [0, 0, 0]
    assert allocate(450_000, wishes) == [0, 0, 1]
    assert allocate(650_000, wishes) == [1, 0, 1]


@dataclass
class Way:
    """A way with a rate and a queue that drops, and what is sent there: in steps of 20 ms."""

    capacity: float
    wishes: list[Wish]
    radio: float = 0.0
    longest_queue: float = 0.3
    seed: int = 1
    longer_from: float = float("inf")
    """From then on every packet is on its way ``longer_by`` seconds more: another cell, another route."""
    longer_by: float = 0.0
    queue: float = 0.0
    now: float = 1000.0
    estimate: Downlink = field(default_factory=Downlink)
    held: list[int | None] = field(default_factory=list)
    history: list[tuple[float, float, tuple[int | None, ...], float]] = field(default_factory=list)

    def run(self, seconds: float) -> None:
        chance = random.Random(self.seed)
        sent_lately: deque[float] = deque(maxlen=30)
        held = self.held or allocate(float("inf"), self.wishes)
        cuts, target, reported, lost, packets, octets = self.estimate.cuts, 0.0, self.now, 0.0, 0.0, 0
        for step in range(int(seconds * 50)):
            self.now += 0.02
            rate = max(cost(self.wishes, held), target)
            sent_lately.append(rate)
            octets += int(rate * 0.02 / 8)
            self.queue += (rate - self.capacity) * 0.02
            room = self.longest_queue * self.capacity
            dropped = max(0.0, self.queue - room) / (rate * 0.02)
            self.queue = min(max(0.0, self.queue), room)
            lost += (dropped + self.radio) * rate * 0.02 / 8000
            packets += rate * 0.02 / 8000
            if step % 5 == 0:
                arrived = chance.random() >= dropped + self.radio
                delay = 7.5 + self.queue / self.capacity + 0.01 * chance.random()
                delay += self.longer_by if self.now >= self.longer_from else 0.0
                self.estimate.told_sounding(self.now, self.now, delay if arrived else None, octets)
            if self.now - reported >= 1:
                self.estimate.told_losses(self.now, lost, packets)
                reported, lost, packets = self.now, 0.0, 0.0
            if step % 5 == 4:
                following = next_step(self.wishes, held)
                needed = None if following is None else (cost(self.wishes, held) + following.extra) * MARGIN
                target = self.estimate.look(self.now, sum(sent_lately) / len(sent_lately), needed)
                fell = self.estimate.cuts != cuts
                held = (give_less if fell else share)(self.estimate.limit, self.wishes, held)
                cuts = self.estimate.cuts
            self.history.append((self.now, rate, tuple(held), self.queue / self.capacity))
        self.held = held

    def rates(self, since: float) -> list[float]:
        return [rate for now, rate, _, _ in self.history if now >= since]

    def most(self, since: float) -> float:
        """The largest rate of five seconds."""
        rates = self.rates(since)
        return max(sum(rates[start : start + 250]) / 250 for start in range(0, len(rates) - 250, 50))

    def changes(self, since: float) -> int:
        shown = [held for now, _, held, _ in self.history if now >= since]
        return sum(one != other for one, other in pairwise(shown))


TWO_CAMERAS = [Wish((40_000,), sound=True), Wish((100_000, 300_000, 900_000), 900), Wish((100_000, 300_000), 400)]
SOUND_ALONE = TWO_CAMERAS[0].rates[0]


def test_a_way_that_bears_everything_is_left_alone() -> None:
    way = Way(2_000_000, TWO_CAMERAS)
    way.run(60)
    assert way.estimate.limit is None
    assert way.changes(0) == 0


def test_a_narrow_way_is_found_at_once_and_kept() -> None:
    way = Way(300_000, TWO_CAMERAS)
    way.run(60)
    assert way.held[0] == 0 and None not in way.held, "sound and both lowest layers fit"
    waits = [queue for now, _, _, queue in way.history if now > 1005]
    assert sorted(waits)[len(waits) * 95 // 100] < 0.15, "but for short trials"


def test_pictures_are_given_up_and_come_back_by_themselves() -> None:
    way = Way(2_000_000, TWO_CAMERAS)
    way.run(5)
    way.capacity = 90_000
    way.run(10)
    assert way.held == [0, None, None]
    way.capacity = 2_000_000
    way.run(15)
    assert None not in way.held
    way.run(45)
    assert way.held == [0, 2, 1]
    way.run(40)
    assert way.estimate.limit is None, "after a while nothing reminds of it"


@settings(max_examples=25, deadline=None)
@given(st.integers(60_000, 3_000_000), st.integers(0, 1000), st.floats(0, 0.02))
def test_never_above_what_the_way_carries_for_long_and_never_to_and_fro(capacity: int, seed: int, radio: float) -> None:
    """Where a queue was full from the first packet on only losses tell: up to ``LOSSY_WHEN_FREE`` it is the radio."""
    way = Way(capacity, TWO_CAMERAS, radio, seed=seed)
    way.run(80)
    assert way.most(1005) <= max(capacity, SOUND_ALONE) / (1 - LOSSY_WHEN_FREE)
    assert way.changes(1020) <= 8, "trials that fail are rare, and rarer each time"


@pytest.mark.parametrize(
    ("capacity", "seed"), [(117_505, 63), (118_573, 810), (121_521, 794), (124_463, 234), (124_952, 831), (125_824, 8)]
)
def test_a_queue_that_is_full_but_looks_short_is_told_by_what_is_lost_as_well(capacity: int, seed: int) -> None:
    """It was half full when the first packet was timed, and a tenth is lost: each alone would be borne, for minutes."""
    way = Way(capacity, TWO_CAMERAS, seed=seed)
    way.run(80)
    assert way.most(1005) <= 1.1 * capacity


@settings(max_examples=25, deadline=None)
@given(st.integers(60_000, 3_000_000), st.integers(0, 1000), st.sampled_from([0.0, 0.01, 0.1, 0.25]))
def test_a_quick_look_comes_to_the_same_as_a_thorough_one(capacity: int, seed: int, radio: float) -> None:
    quick, thorough = Way(2_000_000, TWO_CAMERAS, seed=seed), Way(2_000_000, TWO_CAMERAS, seed=seed)
    monkey = pytest.MonkeyPatch()
    monkey.setattr(thorough.estimate.losses, "none", lambda now: False)
    for way in (quick, thorough):
        way.run(4)
        way.capacity, way.radio = capacity, radio
        way.run(8)
        way.capacity, way.radio = 2_000_000, 0.0
        way.run(60)
    assert quick.history == thorough.history


@pytest.mark.parametrize("radio", [0.04, 0.06, 0.08])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_way_that_became_longer_and_loses_some_is_not_narrow(radio: float, seed: int) -> None:
    way = Way(2_500_000, TWO_CAMERAS, radio, seed=seed, longer_from=1015, longer_by=0.08)
    way.run(60)
    assert (way.estimate.cuts, way.changes(1015)) == (0, 0)


def test_losses_of_a_bad_radio_link_do_not_take_the_picture_away() -> None:
    way = Way(3_000_000, TWO_CAMERAS, radio=0.15, seed=3)
    way.run(20)
    assert None not in way.held
    assert way.estimate.limit is None or way.estimate.limit > 300_000


def test_an_interruption_ends_a_trial_and_what_was_told_before_is_forgotten() -> None:
    way = Way(300_000, TWO_CAMERAS)
    way.run(20)
    limit, cuts = way.estimate.limit, way.estimate.cuts
    way.estimate.told_losses(way.now + 9.1, 50, 60)
    assert way.estimate.losses.share(way.now + 9.2) > LOSSY
    way.estimate.interrupted()
    assert way.estimate.losses.share(way.now + 9.2) == 0
    assert way.estimate.look(way.now + 9.2, 0, 500_000) in (0.0, limit)
    assert (way.estimate.limit, way.estimate.cuts) == (limit, cuts)


def test_of_a_browser_that_answers_no_sounding_the_receiver_reports_tell() -> None:
    estimate = Downlink()
    for second in range(8):
        now = 1000.0 + second
        estimate.trips.note(now, now, 0.03 if second < 4 else 0.4)
        estimate.look(now + 0.1, 500_000, None)
    assert estimate.limit is not None and estimate.limit < 500_000


def test_few_packets_are_chance_and_many_or_all_of_few_are_not() -> None:
    for lost, packets, narrow in ((3, 7, False), (16, 146, False), (3, 3, True), (20, 80, True), (200, 1000, True)):
        losses = Losses(1.2)
        losses.note(5.0, lost, packets)
        assert losses.share(5.0) == lost / packets > LOSSY
        assert (losses.surely(5.0) > LOSSY) is narrow
    assert Losses(1.2).surely(5.0) == 0.0
