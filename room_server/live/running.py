"""A recording that was started and not stopped, in the room that it is of."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from room_server.live.ports import LiveRoom
from signaling.clock import Timer
from signaling.errors import SignalingError
from signaling.ids import CaptureId, PublicationId
from signaling.messages import RecordingView

STUCK: Final = frozenset({"disk_full", "write_failed"})
"""Reasons that somebody has to put right before a recording goes on."""


@dataclass(slots=True)
class Running:
    """A recording of one room. ``gap_since``: Unix seconds at which it broke, None while it runs.

    ``written``: that gap is in the books. ``over``: it was stopped; whoever waited for their turn meanwhile finds
    nothing to do. ``paused``: why nothing is recorded on purpose, None while it is; ``held``: the captures were ended
    for that, and it is in the books. ``due``: Unix seconds at which a pause was over of which the books still say that
    it holds. ``tries``: how often in a row it did not go on; ``again``: the next try, None while none is to come.
    """

    room: LiveRoom
    session_id: str
    recording_id: str
    started_at: float
    consenting: set[str]
    lost_seconds: float = 0.0
    gap_since: float | None = None
    reason: str | None = None
    written: bool = True
    over: bool = False
    paused: str | None = None
    held: bool = False
    due: float | None = None
    tries: int = 0
    again: Timer | None = None
    captures: dict[PublicationId, CaptureId] = field(default_factory=dict)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def comes_back(self) -> bool:
        """Whether it is broken in a way that goes away by itself: nobody has to put anything right."""
        return self.gap_since is not None and self.paused is None and self.reason not in STUCK

    def view(self) -> RecordingView:
        """As every screen shows it."""
        if self.paused is not None:
            return RecordingView("paused", self.started_at, None, self.paused, round(self.lost_seconds, 3))
        return RecordingView(
            state="on" if self.gap_since is None else "failed",
            started_at=self.started_at,
            failed_at=self.gap_since,
            reason=self.reason,
            lost_seconds=round(self.lost_seconds, 3),
        )


def reason_of(error: SignalingError) -> str:
    """Why a track is not recorded, in the word that every screen shows."""
    reason = error.detail.get("reason")
    return reason if isinstance(reason, str) else "recorder_lost"


def moment(seconds: float) -> datetime:
    """Unix seconds as the books have them."""
    return datetime.fromtimestamp(seconds, UTC)
