"""Who follows which layer, and which layers their publisher need not send (dynacast). Looked at four times a second."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from signaling.messages import LayerReason
from signaling.sfu.layers import choose

if TYPE_CHECKING:
    from signaling.sfu.publication import Publication
    from signaling.sfu.subscription import Subscription

UNWATCHED_FOR: Final = 2.0
"""Seconds without anybody who wants a layer before its publisher is told: people scroll back and forth."""


def arrange(publication: Publication, now: float) -> None:
    """Give everybody the best layer that lives, and move those whose layer died."""
    streams = publication.streams
    if len(streams) == 1:
        return
    alive = [stream.alive(now) for stream in streams]
    for subscription in publication.subscriptions:
        if subscription.wish is None or subscription.given_up:
            continue
        layer = choose(min(subscription.wish, subscription.ceiling), alive)
        if streams[layer] is not subscription.target:
            subscription.aim(layer)
    if publication.tap is not None:
        publication.tap.aim(streams[choose(len(streams) - 1, alive)], now)


class Demand:
    """Which layers of one publication anybody wants, and what its publisher was told of it."""

    def __init__(self, layers: int) -> None:
        self._told = tuple(range(layers))
        self._wanted_at: dict[int, float] = {}

    def look(self, publication: Publication, now: float) -> tuple[int, ...] | None:
        """The layers to send, low to high, when the publisher is to be told something new."""
        wanted = _wanted(publication)
        for layer in range(len(publication.streams)):
            if layer in wanted or layer not in self._wanted_at:
                self._wanted_at[layer] = now
        held = {layer for layer in self._told if now - self._wanted_at[layer] < UNWATCHED_FOR}
        active = tuple(sorted(wanted | held))
        if active == self._told:
            return None
        self._told = active
        return active


def _wanted(publication: Publication) -> set[int]:
    # A picture that was given up goes on at its lowest layer, so that it can come back.
    layers = {
        subscription.granted or 0
        for subscription in publication.subscriptions
        if subscription.wish is not None and not subscription.paused
    }
    if publication.sink is not None:
        layers.add(len(publication.streams) - 1)
    # The lowest goes on beside every other: it is what is left when the way up is narrow.
    return layers | {0} if layers else layers


def news(subscription: Subscription) -> tuple[int | None, LayerReason] | None:
    """The layer that a subscriber gets and why, when they were last told something else."""
    layer = subscription.layer
    if layer is not None:
        now: tuple[int | None, LayerReason] = (layer, "")
    elif subscription.paused or subscription.publication.paused:
        now = (None, "paused")
    elif subscription.given_up:
        now = (None, "bandwidth")
    elif subscription.wish is None:
        now = (None, "size")
    else:
        return None  # a key frame is on its way
    silent = subscription.told is None and now[0] is None and now[1] != "bandwidth"
    if subscription.told == now or silent:
        return None
    subscription.told = now
    return now
