"""What a subscriber's receiver reports tell of the way down alone."""

from __future__ import annotations

from typing import Final

from signaling.sfu.rtcp import ReportBlock

LARGEST_SPAN: Final = 1 << 15
"""Sequence numbers between two reports. More is another stream, or garbage."""


class ReportedLosses:
    """The losses of one subscription, as its reports tell, without what its publisher never got through to here.

    A subscriber cannot tell them apart: sequence numbers go on over what did not come. Somebody's network that was
    away for some seconds would count as half of everything lost on everybody's way down.
    """

    __slots__ = ("_carried", "_highest", "_never_left", "_overlooked", "_packets")

    def __init__(self) -> None:
        self._highest: int | None = None
        self._packets = self._never_left = self._carried = 0
        self._overlooked: int | None = None

    def overlook(self, reached: int) -> None:
        """No losses up to this sequence number count: a report may come 5 s later that tells of them as well."""
        self._overlooked = reached

    def take(self, block: ReportBlock, packets: int, never_left: int) -> tuple[float, int]:
        """Packets lost on the way down since the last report, and packets sent since then.

        ``packets`` left so far; ``never_left`` counts the sequence numbers that were passed over so far. A report that
        was already under way does not tell of the newest of those: the next one does.
        """
        sent, passed = packets - self._packets, max(0, never_left - self._never_left)
        span = sent + passed if self._highest is None else (block.highest - self._highest) & 0xFFFFFFFF
        tells = self._tells_of_now()
        self._highest, self._packets, self._never_left = block.highest, packets, never_left
        if not tells:
            self._carried = passed
            return 0.0, sent
        told = block.fraction_lost / 256 * (span if span < LARGEST_SPAN else sent + passed)
        excused = min(told, passed + self._carried)
        self._carried = min(passed, int(passed + self._carried - excused))
        return min(told - excused, max(0, sent)), sent

    def _tells_of_now(self) -> bool:
        """Whether the stretch of which a report tells begins behind what is to be overlooked."""
        if self._overlooked is None:
            return True
        if self._highest is None or (self._highest - self._overlooked) & 0xFFFF >= 0x8000:
            return False
        self._overlooked = None
        return True
