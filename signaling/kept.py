"""What of a room's conduct outlives the process that holds it: the policy keeps it and gives it back unread.

Each part names the place in which it was said. Whoever was moved meanwhile finds nothing of their old place here: a
room that opens again takes only what still fits.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from typing import Any

import msgspec

from signaling.ids import CaucusId, ParticipantId
from signaling.messages import AskView, Role, Source, TimerView

Place = CaucusId | None
"""A caucus; None: the joint session."""


class KeptHand(msgspec.Struct, frozen=True):
    """A raised hand. ``since``: Unix seconds."""

    place: Place
    participant_id: ParticipantId
    since: float


class KeptSpotlight(msgspec.Struct, frozen=True):
    """Who is shown large in a place."""

    place: Place
    participant_id: ParticipantId


class KeptTimer(msgspec.Struct, frozen=True):
    """A countdown in a place."""

    place: Place
    view: TimerView


class KeptMute(msgspec.Struct, frozen=True):
    """A host's mute of somebody's source."""

    place: Place
    participant_id: ParticipantId
    source: Source


class KeptWishes(msgspec.Struct, frozen=True):
    """What somebody wants, may do, and is asked for."""

    place: Place
    participant_id: ParticipantId
    wants_break: bool
    may_share: bool
    asks: Sequence[AskView]


class KeptCaption(msgspec.Struct, frozen=True):
    """A line of captions. ``writer``: who wrote it for the speaker; empty: the speaker. ``at``: Unix seconds.

    ``readers``: who was in the private talk when it was written, and alone reads it; None: everybody in its place.
    """

    place: Place
    participant_id: ParticipantId
    name: str
    side: str
    writer: str
    text: str
    at: float
    readers: tuple[ParticipantId, ...] | None = None

    def value(self) -> dict[str, Any]:
        """As screens of its place show it."""
        return {
            "participant_id": self.participant_id,
            "name": self.name,
            "side": self.side,
            "writer": self.writer,
            "text": self.text,
            "at": self.at,
        }


class KeptMember(msgspec.Struct, frozen=True):
    """Somebody who is in a caucus, or is to be moved."""

    participant_id: ParticipantId
    display_name: str
    role: Role
    side: str


class KeptMove(msgspec.Struct, frozen=True):
    """A countdown into a private talk (``opening``), or out of it. ``members``: who is in the room, or expected back.

    ``seconds``: how long it counts down, all of it.
    """

    caucus_id: CaucusId
    side: str
    members: Sequence[KeptMember]
    seconds: float
    opening: bool


class KeptConduct(msgspec.Struct, frozen=True):
    """The conduct of one room. ``hands``: in the order of the queue. ``waiting``: who is to be let in."""

    hands: Sequence[KeptHand] = ()
    spotlights: Sequence[KeptSpotlight] = ()
    timers: Sequence[KeptTimer] = ()
    mutes: Sequence[KeptMute] = ()
    wishes: Sequence[KeptWishes] = ()
    waiting: Sequence[ParticipantId] = ()
    captions: Sequence[KeptCaption] = ()
    moves: Sequence[KeptMove] = ()


NOTHING_KEPT = KeptConduct()


def fitting(
    kept: KeptConduct,
    place_of: Callable[[ParticipantId], Place],
    running: Container[CaucusId],
    known: Container[CaucusId],
) -> KeptConduct:
    """What still fits: of people who are where they were then, and of private talks that still run.

    ``known``: every private talk that has begun, those that are over too.
    """

    def stays(each: KeptHand | KeptSpotlight | KeptMute | KeptWishes) -> bool:
        return place_of(each.participant_id) == each.place

    def is_due(move: KeptMove) -> bool:
        if not move.opening:
            return move.caucus_id in running
        free = all(place_of(each.participant_id) is None for each in move.members)
        return move.caucus_id not in known and free

    return KeptConduct(
        hands=tuple(filter(stays, kept.hands)),
        spotlights=tuple(filter(stays, kept.spotlights)),
        timers=tuple(each for each in kept.timers if each.place is None or each.place in running),
        mutes=tuple(filter(stays, kept.mutes)),
        wishes=tuple(filter(stays, kept.wishes)),
        waiting=kept.waiting,
        captions=tuple(each for each in kept.captions if each.place is None or each.place in running),
        moves=tuple(filter(is_due, kept.moves)),
    )
