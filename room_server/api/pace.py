"""How often one person may ask: nobody fills the record of a session alone, or keeps the database from everybody else.

What is kept is an entry of the log or a row of the database for good, and every request is a transaction that others
wait for. What has a pace of its own (chat, calls, codes) keeps it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from room_server.domain.errors import RateLimited
from signaling.inbox import Allowance

RETRY_SECONDS: Final = 2
MOST_KNOWN = 10_000
"""People who are remembered; whoever was away longest begins anew."""


@dataclass(frozen=True, slots=True)
class Rate:
    """So many at once, and so many a second in the long run."""

    burst: int
    per_second: float


KEPT = Rate(120, 1.0)
"""Of requests that want something to be kept."""
ASKED = Rate(600, 20.0)
"""Of all requests."""


class Pace:
    """The allowances of this node, by person."""

    def __init__(self, rate: Rate, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._monotonic = monotonic
        self._known: dict[str, Allowance] = {}

    def take(self, who: str) -> None:
        """Use up one.

        Raises:
            RateLimited: none is left.
        """
        rate = self._rate
        allowance = self._known.pop(who, None) or Allowance(rate.burst, rate.per_second, self._monotonic)
        self._known[who] = allowance
        if len(self._known) > MOST_KNOWN:
            del self._known[next(iter(self._known))]
        if not allowance.take():
            raise RateLimited("rate_limited", retry_after=RETRY_SECONDS)
