"""What of a room's conduct outlives the process that holds it: the policy keeps it and gives it back unread.

Each part names the place in which it was said. Whoever was moved meanwhile finds nothing of their old place here: a
room that opens again takes only what still fits.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence

import msgspec

from signaling.ids import CaucusId, ParticipantId
from signaling.messages import AskView, Source, TimerView

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


class KeptConduct(msgspec.Struct, frozen=True):
    """The conduct of one room. ``hands``: in the order of the queue. ``waiting``: who is to be let in."""

    hands: Sequence[KeptHand] = ()
    spotlights: Sequence[KeptSpotlight] = ()
    timers: Sequence[KeptTimer] = ()
    mutes: Sequence[KeptMute] = ()
    wishes: Sequence[KeptWishes] = ()
    waiting: Sequence[ParticipantId] = ()


NOTHING_KEPT = KeptConduct()


def fitting(kept: KeptConduct, place_of: Callable[[ParticipantId], Place], running: Container[CaucusId]) -> KeptConduct:
    """What still fits: of people who are where they were then, and of private talks that still run."""

    def stays(each: KeptHand | KeptSpotlight | KeptMute | KeptWishes) -> bool:
        return place_of(each.participant_id) == each.place

    return KeptConduct(
        hands=tuple(filter(stays, kept.hands)),
        spotlights=tuple(filter(stays, kept.spotlights)),
        timers=tuple(each for each in kept.timers if each.place is None or each.place in running),
        mutes=tuple(filter(stays, kept.mutes)),
        wishes=tuple(filter(stays, kept.wishes)),
        waiting=kept.waiting,
    )
