"""Who takes part: parties, the people who speak for them, the mediator; and how much of a name a stranger may see."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

MASK = "*"


class Side(StrEnum):
    """Whose side somebody is on."""

    APPLICANT = "applicant"
    RESPONDENT = "respondent"
    MEDIATOR = "mediator"

    @property
    def labels(self) -> tuple[str, str]:
        """The word in Chinese and English."""
        return SIDE_LABELS[self]


SIDE_LABELS = {
    Side.APPLICANT: ("申请人", "Applicant"),
    Side.RESPONDENT: ("被申请人", "Respondent"),
    Side.MEDIATOR: ("调解员", "Mediator"),
}


class Role(StrEnum):
    """What somebody may do in the room."""

    HOST = "host"
    PARTY = "party"
    OBSERVER = "observer"


class Authority(StrEnum):
    """In whose name somebody signs.

    An agent needs 特别授权 to concede, waive or settle; "全权代理" is not enough (CPLJ 89, CPL 62).
    """

    SELF = "self"
    GENERAL = "general"
    SPECIAL = "special"
    MEDIATOR = "mediator"
    CLERK = "clerk"

    @property
    def may_settle(self) -> bool:
        """Whether a signature by this person binds the side. A clerk (记录人) helps to conduct and signs nothing."""
        return self not in (Authority.GENERAL, Authority.CLERK)


@dataclass(frozen=True, slots=True)
class Party:
    """One side of the dispute. ``description``: what the agreement's first part says about it."""

    side: Side
    name: str
    is_organisation: bool
    description: str


@dataclass(frozen=True, slots=True)
class Participant:
    """A person in a session. ``party_name`` is whom they speak for; ``phone`` gets the one-time codes."""

    participant_id: str
    session_id: str
    name: str
    side: Side
    role: Role
    authority: Authority
    party_name: str
    phone: str
    staff_id: str | None = None
    identity_checked_at: datetime | None = None
    admitted_at: datetime | None = None
    removed_at: datetime | None = None

    @property
    def admitted(self) -> bool:
        """Whether they are let in from the waiting room. A host always is."""
        return self.role is Role.HOST or self.admitted_at is not None

    @property
    def seat(self) -> str:
        """The word by which the room tells people apart: their side, or that they keep the minutes (记录人)."""
        return str(Authority.CLERK if self.authority is Authority.CLERK else self.side)

    def admit(self, at: datetime) -> Participant:
        """Let them in; the second time changes nothing."""
        return self if self.admitted_at else replace(self, admitted_at=at)

    def remove(self, at: datetime) -> Participant:
        """Send them out: every token of theirs is dead from now on."""
        return replace(self, removed_at=at)

    def readmit(self) -> Participant:
        """Take a removal back; they wait to be let in again."""
        return replace(self, removed_at=None, admitted_at=None)

    def wait(self) -> Participant:
        """They wait to be let in again."""
        return replace(self, admitted_at=None)

    def identified(self, at: datetime | None) -> Participant:
        """Their identity was checked (again: OLR 7 asks for it at each mediation); None: it is open again."""
        return replace(self, identity_checked_at=at)


def mask_name(name: str) -> str:
    """``林小满`` becomes ``林*满``, ``何平`` becomes ``何*``; remarks in brackets go."""
    bare = re.sub(r"[（(].*?[）)]", "", name).strip()
    if len(bare) <= 1:
        return MASK
    if len(bare) == 2:
        return bare[0] + MASK
    return bare[0] + MASK * (len(bare) - 2) + bare[-1]


def mask_phone(phone: str) -> str:
    """``13812345678`` becomes ``138****5678``; a short number shows its last two digits only."""
    if len(phone) < 8:
        return MASK * max(0, len(phone) - 2) + phone[-2:]
    return phone[:3] + MASK * 4 + phone[-4:]
