"""What a load brought: how much was delivered, how late, and what of it could be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from signaling.load.traffic import Person


@dataclass(frozen=True)
class Delivery:
    """What all people of a load received.

    ``streams`` is how many arrived at all; ``delivered`` is the share of the packets between the first and the last of
    each; delays are in milliseconds and include the generator's own queue.
    """

    streams: int
    packets: int
    delivered: float
    unreadable: int
    p50_ms: float
    p99_ms: float


def delivery(people: Sequence[Person]) -> Delivery:
    """The figures since the endpoints last forgot."""
    streams = [stream for each in people for stream in each.listener.streams.values()]
    delays = sorted(delay for each in people for delay in each.listener.delays)
    packets, expected = sum(stream.count for stream in streams), sum(stream.expected for stream in streams)
    return Delivery(
        len(streams),
        packets,
        packets / expected if expected else 0.0,
        sum(each.listener.unreadable for each in people),
        delays[len(delays) // 2] / 1000 if delays else 0.0,
        delays[len(delays) * 99 // 100] / 1000 if delays else 0.0,
    )
