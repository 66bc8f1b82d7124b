"""Packets that come before the file of their track is open: opening one waits for the disk, the feed does not wait."""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

from signaling.ids import CaptureId
from signaling.sfu.feed import Fed

HOLD_SECONDS = 3.0
HOLD_PACKETS = 4096
"""Of all tracks together: about as much as thirty people send in a second, five megabytes."""


class Early(NamedTuple):
    """A datagram of the feed with both of its times of arrival (Unix and monotonic seconds)."""

    fed: Fed
    arrived_at: float
    now: float


class EarlyPackets:
    """Keeps the newest packets of unknown tracks for a short while. The first one of a picture is its key frame."""

    def __init__(self, hold_seconds: float = HOLD_SECONDS, hold_packets: int = HOLD_PACKETS) -> None:
        self._hold_seconds = hold_seconds
        self._kept: deque[Early] = deque(maxlen=hold_packets)

    def keep(self, early: Early) -> None:
        """Keep one; the oldest make room."""
        self._kept.append(early)

    def expire(self, now: float) -> None:
        """Forget what nobody asked for in time."""
        while self._kept and now - self._kept[0].now > self._hold_seconds:
            self._kept.popleft()

    def take(self, capture_id: CaptureId) -> list[Early]:
        """Everything that is kept of one track, oldest first; it is not kept any more."""
        taken = [early for early in self._kept if early.fed.capture_id == capture_id]
        if taken:
            rest = [early for early in self._kept if early.fed.capture_id != capture_id]
            self._kept.clear()
            self._kept.extend(rest)
        return taken
