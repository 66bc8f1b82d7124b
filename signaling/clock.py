"""Wall-clock time and timers of a live room, as a port: tests turn the hands themselves."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Final, Protocol


class Timer(Protocol):
    """Something that will happen unless it is cancelled."""

    def cancel(self) -> None:
        """Make it not happen."""


class Clock(Protocol):
    """The time, and things to do later."""

    def now(self) -> float:
        """Unix seconds."""

    def later(self, seconds: float, action: Callable[[], None]) -> Timer:
        """Call ``action`` once after so many seconds."""


Later = Callable[[float, Callable[[], None]], Timer]
"""``Clock.later``, for those who need nothing else of a clock."""


class SystemClock:
    """The machine's clock and the running event loop."""

    def now(self) -> float:
        """Unix seconds."""
        return time.time()

    def later(self, seconds: float, action: Callable[[], None]) -> Timer:
        """Call ``action`` once after so many seconds."""
        return asyncio.get_running_loop().call_later(seconds, action)


SYSTEM_LATER: Final[Later] = SystemClock().later
