"""What the product shows in a room, piece by piece, and who may know each piece.

A piece is a JSON value under a topic. Who knows it is part of the piece, and the views of people (``signaling.views``)
are cut from it like everything else: a piece that somebody may not know is in no snapshot and no event of theirs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import msgspec

from signaling.ids import ParticipantId
from signaling.messages import Role

if TYPE_CHECKING:
    from signaling.caucus import Caucus
    from signaling.participant import Participant

ROLES: Final[frozenset[Role]] = frozenset({"host", "party", "observer"})


@dataclass(frozen=True, slots=True)
class Audience:
    """Who may know a piece: everybody of these roles, and these people whatever their role.

    ``waiting``: also those who were not let in yet. ``joint``: only as long as they are in the joint session; whoever
    is in a caucus learns of it when they are back.
    """

    roles: frozenset[Role] = ROLES
    people: frozenset[ParticipantId] = frozenset()
    waiting: bool = False
    joint: bool = False

    def includes(self, viewer: Participant, caucus: Caucus | None) -> bool:
        """Whether ``viewer``, who is in this caucus (None: the joint session), may know the piece."""
        if not (viewer.admitted or self.waiting) or (self.joint and caucus is not None):
            return False
        return viewer.role in self.roles or viewer.participant_id in self.people


EVERYBODY: Final = Audience()
"""Everybody who was admitted."""
HOSTS: Final = Audience(roles=frozenset({"host"}))


def only(*participant_ids: str) -> Audience:
    """These people and nobody else, not even a host."""
    return Audience(roles=frozenset(), people=frozenset(ParticipantId(each) for each in participant_ids))


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of the board. ``value`` is never changed in place."""

    value: Any
    audience: Audience = EVERYBODY

    def frozen(self) -> Piece:
        """A copy that later changes of the original do not reach: what was told must stay comparable."""
        return Piece(msgspec.json.decode(msgspec.json.encode(self.value)), self.audience)
