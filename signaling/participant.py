"""One person in a live room: who they are, whether their socket holds, and what they were last told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from signaling.clock import Timer
from signaling.ids import CaucusId, ParticipantId
from signaling.messages import AskView, Device, ParticipantView, Presence, Quality, Role, Trouble, TroubleView
from signaling.replay import EventLog
from signaling.views import View


class Outlet(Protocol):
    """The way out to one browser socket. Neither method waits: a reader that is too slow is disconnected."""

    def send(self, frame: bytes) -> None:
        """Queue one frame."""

    def close(self, code: int, reason: str) -> None:
        """Send what is queued, then close."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Where a hello stands among those of one person.

    ``came`` numbers all hellos in the order in which they came in; ``page`` and ``attempt`` are the page's own count.
    """

    came: int = 0
    page: str | None = None
    attempt: int = 0

    def precedes(self, other: Turn) -> bool:
        """Whether it was said before ``other``. What one page says on two sockets may come in either order."""
        if self.page is not None and self.page == other.page:
            return self.attempt < other.attempt
        return self.came < other.came


FIRST = Turn()


@dataclass(slots=True, eq=False)
class Participant:
    """A person of the room, from their first ``hello`` until they left.

    ``connections`` counts the sockets so far; ``incarnation`` counts those that started anew instead of resuming: media
    that was asked for in an earlier incarnation is not given to a later one. ``moves`` counts the changes between joint
    session and caucus; while ``moving`` the media of the old place is being closed and none of the new may begin.
    ``measured`` is the worker's part of ``quality``: what it says of losses and delays; it ends with their transports.
    ``asks`` are a host's open wishes; values in it are replaced, never changed in place. ``troubles`` of their devices
    are those of the page they are on: a new one tells its own. ``told_of``: the devices of which it has
    said anything in this place. ``removed``: sent out; who comes back then is somebody new to the room.
    """

    participant_id: ParticipantId
    display_name: str
    role: Role
    side: str
    admitted: bool
    wants_break: bool = False
    may_share: bool = False
    asks: dict[Device, AskView] = field(default_factory=dict)
    troubles: dict[Device, Trouble] = field(default_factory=dict)
    told_of: set[Device] = field(default_factory=set)
    quality: Quality = "good"
    measured: Quality = "good"
    connections: int = 0
    turn: Turn = FIRST
    """That of the newest socket's hello."""
    incarnation: int = 0
    moves: int = 0
    moving: bool = False
    removed: bool = False
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

    def sharing_allowed(self) -> bool:
        """Whether they may show their screen: a host always may, others when a host lets them."""
        return self.may_share or self.role == "host"

    def outline(self, presence: Presence) -> ParticipantView:
        """As those at the door see a host: that they are in the room, and nothing of what they do there."""
        return ParticipantView(self.participant_id, self.display_name, self.role, self.side, presence)

    def view(
        self, caucus_id: CaucusId | None, hand: tuple[int, float | None], *, near: bool, closely: bool
    ) -> ParticipantView:
        """As others see them. ``hand``: place in the queue and since when; ``near``: as those in the same place do;
        ``closely``: as hosts there and they themselves do."""
        place, since = hand
        return ParticipantView(
            participant_id=self.participant_id,
            display_name=self.display_name,
            role=self.role,
            side=self.side,
            presence=self.presence,
            quality=self.quality,
            hand_raised=place > 0,
            caucus_id=caucus_id,
            hand_since=since,
            hand_place=place,
            wants_break=closely and self.wants_break,
            may_share=closely and self.sharing_allowed(),
            asks=list(self.asks.values()) if closely else [],
            troubles=[TroubleView(each, self.troubles[each]) for each in sorted(self.troubles) if near],
        )
