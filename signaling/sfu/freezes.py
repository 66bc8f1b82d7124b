"""When a picture stood still for a subscriber, as far as the worker can know.

A *freeze* is a time of at least ``CAMERA_STILL`` (a camera) or ``SCREEN_STILL`` seconds (a screen, which may say
nothing while nothing changes) in which no packet of a picture left for somebody who should have got it: they resumed
the track, show it, and it was neither paused nor given up. Nothing came from its publisher then, or no key frame to
begin with.
What is lost on the way down, or not repaired on the way up, only the browser sees.
"""

from __future__ import annotations

from typing import Final

from signaling.messages import Source

CAMERA_STILL: Final = 1.0
SCREEN_STILL: Final = 5.0


class Freezes:
    """The freezes of one subscription; ``seconds``: how long all of them lasted.

    Looked at four times a second: one that is shorter than its least length and a quarter of a second may be missed.
    """

    __slots__ = ("_counted_to", "_least", "_wanted_since", "count", "seconds")

    def __init__(self, source: Source) -> None:
        self.count = 0
        self.seconds = 0.0
        self._least = SCREEN_STILL if source == "screen" else CAMERA_STILL
        self._wanted_since: float | None = None
        self._counted_to: float | None = None

    @property
    def frozen(self) -> bool:
        """Whether the picture stands still now."""
        return self._counted_to is not None

    def look(self, now: float, *, wanted: bool, newest: float) -> None:
        """``wanted``: whether packets should flow; ``newest``: when the last one left. Monotonic seconds."""
        if not wanted:
            if self._counted_to is not None:
                self.seconds += now - self._counted_to
            self._wanted_since = self._counted_to = None
            return
        if self._wanted_since is None:
            self._wanted_since = now
        last = max(self._wanted_since, newest)
        if self._counted_to is None:
            if now - last >= self._least:
                self.count += 1
                self.seconds += now - last
                self._counted_to = now
        elif last > self._counted_to:
            self.seconds += last - self._counted_to
            self._counted_to = None
        else:
            self.seconds += now - self._counted_to
            self._counted_to = now
