"""A recording that was started and not stopped, in the room that it is of."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime

from room_server.live.ports import LiveRoom
from signaling.errors import SignalingError
from signaling.ids import CaptureId, PublicationId
from signaling.messages import RecordingView


@dataclass(slots=True)
class Running:
    """A recording of one room. ``gap_since``: Unix seconds at which it broke, None while it runs.

    ``over``: it was stopped; whoever waited for their turn meanwhile finds nothing to do. ``paused``: why nothing is
    recorded on purpose, None while it is; ``held``: the captures were ended for that, and it is in the books.
    """

    room: LiveRoom
    session_id: str
    recording_id: str
    started_at: float
    consenting: set[str]
    lost_seconds: float = 0.0
    gap_since: float | None = None
    reason: str | None = None
    over: bool = False
    paused: str | None = None
    held: bool = False
    captures: dict[PublicationId, CaptureId] = field(default_factory=dict)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

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
