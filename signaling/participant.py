"""One person in a live room: who they are, whether their socket holds, and what they were last told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from signaling.clock import Timer
from signaling.ids import CaucusId, ParticipantId
from signaling.messages import ParticipantView, Presence, Quality, Role
from signaling.replay import EventLog
from signaling.views import View


class Outlet(Protocol):
    """The way out to one browser socket. Neither method waits: a reader that is too slow is disconnected."""

    def send(self, frame: bytes) -> None:
        """Queue one frame."""

    def close(self, code: int, reason: str) -> None:
        """Send what is queued, then close."""


@dataclass(slots=True, eq=False)
class Participant:
    """A person of the room, from their first ``hello`` until they left.

    ``connections`` counts the sockets so far; ``incarnation`` counts those that started anew instead of resuming: media
    that was asked for in an earlier incarnation is not given to a later one. ``moves`` counts the changes between joint
    session and caucus; while ``moving`` the media of the old place is being closed and none of the new may begin.
    ``measured`` is the worker's part of ``quality``: what it says of losses and delays; it ends with their transports.
    """

    participant_id: ParticipantId
    display_name: str
    role: Role
    side: str
    admitted: bool
    hand_raised: bool = False
    quality: Quality = "good"
    measured: Quality = "good"
    connections: int = 0
    incarnation: int = 0
    moves: int = 0
    moving: bool = False
    resume_handle: str = ""
    outlet: Outlet | None = None
    departure: Timer | None = None
    known: View = field(default_factory=View)
    log: EventLog = field(default_factory=EventLog)

    @property
    def connected(self) -> bool:
        """Whether a socket holds now."""
        return self.outlet is not None

    @property
    def presence(self) -> Presence:
        """The word that others see."""
        if not self.connected:
            return "dropped"
        return "present" if self.admitted else "waiting"

    def view(self, caucus_id: CaucusId | None = None) -> ParticipantView:
        """As others in the same place see them."""
        return ParticipantView(
            participant_id=self.participant_id,
            display_name=self.display_name,
            role=self.role,
            side=self.side,
            presence=self.presence,
            quality=self.quality,
            hand_raised=self.hand_raised,
            caucus_id=caucus_id,
        )
