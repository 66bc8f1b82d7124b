"""Which layer of a simulcast track somebody gets, and how one layer goes on where another stopped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from signaling.sfu.vp8 import PICTURE_SPAN, TL0_SPAN

ASSUMED_SIZE: Final = (640, 360)
"""Pixels of the highest layer before a key frame said it; each layer below is assumed half as wide."""
TOLERATED: Final = 1.5
"""A picture may be shown this much larger than it was sent before the next layer is worth its bits."""
LONGEST_STEP: Final = 2.0
"""Seconds. A larger step of the time stamp at a switch cannot come from two clocks of one camera."""
SMALLEST_STEP: Final = 1


def wish(width: int, height: int, sizes: Sequence[tuple[int, int] | None]) -> int | None:
    """The layer for a tile of ``width`` × ``height`` device pixels: the smallest that need not be enlarged by half.

    ``sizes`` are those of the layers, low to high, None where no key frame was seen. None as answer: nobody looks.
    """
    if width <= 0 or height <= 0:
        return None
    known = [size or assumed(index, len(sizes)) for index, size in enumerate(sizes)]
    for index, (across, down) in enumerate(known):
        # A tile may crop: one side that fits is enough.
        if across * TOLERATED >= width or down * TOLERATED >= height:
            return index
    return len(sizes) - 1


def assumed(index: int, count: int) -> tuple[int, int]:
    """The size of layer ``index`` of ``count`` before it is known."""
    divisor = 1 << (count - 1 - index)
    return ASSUMED_SIZE[0] // divisor, ASSUMED_SIZE[1] // divisor


def choose(wished: int, alive: Sequence[bool]) -> int:
    """The layer to follow: the wished one, else the best below it, else the lowest above; if none lives the wished."""
    order = [*range(wished, -1, -1), *range(wished + 1, len(alive))]
    return next((index for index in order if alive[index]), wished)


class Position(NamedTuple):
    """Where a stream is: RTP time stamp, arrival (monotonic seconds), picture id, TL0PICIDX, and its clock.

    ``report`` is the pair of NTP seconds and RTP time stamp of its last sender report, if there was one.
    """

    timestamp: int
    arrived_at: float
    picture: int
    tl0: int
    report: tuple[float, int] | None = None


class Offsets(NamedTuple):
    """What is added to the numbers of a stream for one subscriber."""

    timestamp: int = 0
    picture: int = 0
    tl0: int = 0


def join(left: Position, offsets: Offsets, entered: Position, clock_rate: int) -> Offsets:
    """The offsets with which ``entered``, a key frame of another stream, follows what left at ``left`` + ``offsets``.

    Both sender reports tell the exact step between the two clocks; without them, or when they disagree with what is
    possible, the time of arrival does.
    """
    last = left.timestamp + offsets.timestamp
    elapsed = max(0.0, entered.arrived_at - left.arrived_at)
    step = _signed(_by_reports(left, entered, clock_rate) + offsets.timestamp + entered.timestamp - last)
    if left.report is None or entered.report is None or abs(step) >= (elapsed + LONGEST_STEP) * clock_rate:
        step = int(elapsed * clock_rate)
    # The same picture in another layer often follows: a step of 0, which would make one picture of two.
    step = max(SMALLEST_STEP, step)
    return Offsets(
        (last + step - entered.timestamp) & 0xFFFFFFFF,
        (left.picture + offsets.picture + 1 - entered.picture) % PICTURE_SPAN,
        (left.tl0 + offsets.tl0 + 1 - entered.tl0) % TL0_SPAN,
    )


def _by_reports(left: Position, entered: Position, clock_rate: int) -> int:
    """What must be added to a time stamp of ``entered`` to get that of the same instant in ``left``."""
    if left.report is None or entered.report is None:
        return 0
    (left_at, left_stamp), (entered_at, entered_stamp) = left.report, entered.report
    return round((entered_at - left_at) * clock_rate) + left_stamp - entered_stamp


def _signed(difference: int) -> int:
    return ((difference + 0x80000000) & 0xFFFFFFFF) - 0x80000000
