"""Who gets what of a way down that does not bear everything. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

MARGIN: Final = 1.08
"""What must be free beyond the cost of what is to be sent."""


class Wish(NamedTuple):
    """What somebody would like of one track: the rates of its layers in bits per second, low to high, up to the best.

    ``pixels`` is the size of the tile; sound has one rate.
    """

    rates: tuple[int, ...]
    pixels: int = 0
    sound: bool = False


Layers = list[int | None]
"""The layer of each wish; None: it is given up."""


class Step(NamedTuple):
    """One more layer for the wish of this number, and what it costs more."""

    wish: int
    layer: int
    extra: int


def steps(wishes: Sequence[Wish]) -> Iterator[Step]:
    """Everything that could be given, in order: sound, each picture's lowest layer (large tiles first), then better."""
    for index, wish in enumerate(wishes):
        if wish.sound:
            yield Step(index, 0, wish.rates[0])
    order = sorted((-wish.pixels, index) for index, wish in enumerate(wishes) if not wish.sound)
    for layer in range(max((len(wish.rates) for wish in wishes), default=0)):
        for _, index in order:
            rates = wishes[index].rates
            if layer < len(rates):
                yield Step(index, layer, max(0, rates[layer] - rates[layer - 1]) if layer else rates[0])


def allocate(budget_bits_per_second: float, wishes: Sequence[Wish]) -> Layers:
    """Who gets which layer. Sound is never given up, whatever the budget."""
    given: Layers = [None] * len(wishes)
    left = budget_bits_per_second
    for index, layer, extra in steps(wishes):
        complete = layer == 0 or given[index] == layer - 1
        if wishes[index].sound or (complete and extra <= left):
            given[index] = layer
            left -= extra
    return given


def cost(wishes: Sequence[Wish], given: Sequence[int | None]) -> int:
    """Bits per second of what is given."""
    return sum(wish.rates[layer] for wish, layer in zip(wishes, given, strict=True) if layer is not None)


def next_step(wishes: Sequence[Wish], given: Sequence[int | None]) -> Step | None:
    """What would be given next if there was room; None: everybody has what they wish."""
    for step in steps(wishes):
        has = given[step.wish]
        if has is None or has < step.layer:
            return step
    return None


def share(limit: float | None, wishes: Sequence[Wish], held: Layers) -> Layers:
    """Who gets which layer under a limit that did not just fall: what they have, and more where there is room."""
    if limit is None:
        return allocate(float("inf"), wishes)
    roomy = allocate(limit / MARGIN, wishes)
    if roomy.count(None) < held.count(None):
        return roomy  # a picture more is worth a layer of another
    better = [max((one, other), key=_rank) for one, other in zip(held, roomy, strict=True)]
    return better if cost(wishes, better) <= limit else held


def give_less(limit: float | None, wishes: Sequence[Wish], held: Layers) -> Layers:
    """Who keeps what after the limit fell: nobody gets more."""
    if limit is None:
        return held
    kept = [wish._replace(rates=wish.rates[: _rank(layer) + 1]) for wish, layer in zip(wishes, held, strict=True)]
    return allocate(limit, kept)


def _rank(layer: int | None) -> int:
    return -1 if layer is None else layer
