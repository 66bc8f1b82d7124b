"""How often one person may ask for something to be kept: nobody fills the record of a session alone.

Each such request is an entry of the log or a row of the database for good. What has a pace of its own (chat, calls,
codes) keeps it.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from room_server.domain.errors import RateLimited
from signaling.inbox import Allowance

BURST = 120
PER_SECOND = 1.0
RETRY_SECONDS = 2
MOST_KNOWN = 10_000
"""People who are remembered; whoever was away longest begins anew."""


class Pace:
    """The allowances of this node, by person."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._known: dict[str, Allowance] = {}

    def take(self, who: str) -> None:
        """Use up one.

        Raises:
            RateLimited: none is left.
        """
        allowance = self._known.pop(who, None) or Allowance(BURST, PER_SECOND, self._monotonic)
        self._known[who] = allowance
        if len(self._known) > MOST_KNOWN:
            del self._known[next(iter(self._known))]
        if not allowance.take():
            raise RateLimited("rate_limited", retry_after=RETRY_SECONDS)
