"""The roll call before a session: who is there, in whose name, with whom beside them, and what was asked and read out.

Sources: OLR 7 and ODM 17 (identity, each time anew), CPLJ 89 (authority), ODM 13 and TY 15 (disclosure and recusal).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from room_server.domain.errors import Invalid
from room_server.domain.words import one_line

LONGEST = 200
"""Characters that somebody may write into one answer."""


class Item(StrEnum):
    """What a mark of the roll call is about. The first four are about one person, the rest about everybody."""

    IDENTITY = "identity"
    AUTHORITY = "authority"
    COMPANY = "company"
    RECUSAL = "recusal"
    RECUSAL_ASKED = "recusal_asked"
    DISCIPLINE = "discipline"
    SHAM_WARNING = "sham_warning"


class Method(StrEnum):
    """How an identity was checked."""

    NUMBER_AND_CODE = "number_and_code"
    DOCUMENT_ASKED = "document_asked"
    """Not yet: the mediator is to look at a document in front of the camera."""
    DOCUMENT = "document"

    @property
    def proves(self) -> bool:
        """Whether a check by it, once done, says who somebody is."""
        return self is not Method.DOCUMENT_ASKED


class Document(StrEnum):
    """Kinds of papers that say who somebody is."""

    ID_CARD = "id_card"
    TEMPORARY_ID = "temporary_id"
    PASSPORT = "passport"
    RESIDENCE_PERMIT = "residence_permit"
    OTHER = "other"


READ_OUT = frozenset({Item.DISCIPLINE, Item.SHAM_WARNING})


@dataclass(frozen=True, slots=True)
class Mark:
    """One line of the roll call, kept for ever; the latest counts.

    ``participant_id``: whom it is about, None: everybody. ``version``: of the text that was asked or read, else empty.
    """

    session_id: str
    participant_id: str | None
    item: Item
    version: str
    answer: Mapping[str, Any]
    actor: str
    at: datetime


def latest(marks: Iterable[Mark]) -> dict[tuple[str | None, Item], Mark]:
    """The mark that counts for each person and item; ``marks`` in the order in which they were made."""
    return {(mark.participant_id, mark.item): mark for mark in marks}


def company(*, alone: bool, who: str) -> dict[str, Any]:
    """Who else is in the room with somebody.

    Raises:
        Invalid: ``company_unclear``: not alone and nobody named, or alone with somebody.
    """
    named = _short(who)
    if alone == bool(named):
        raise Invalid("company_unclear")
    return {"alone": alone, "who": named}


def recusal(*, objection: bool, reason: str) -> dict[str, Any]:
    """Whether somebody wants another mediator.

    Raises:
        Invalid: ``reason_missing``: an objection has a reason.
    """
    given = _short(reason)
    if objection and not given:
        raise Invalid("reason_missing")
    return {"objection": objection, "reason": given if objection else ""}


def document(kind: str, *, matches: bool) -> dict[str, Any]:
    """What a mediator saw. A picture of it is kept nowhere.

    Raises:
        Invalid: ``document_unknown``: no such kind of paper.
    """
    if kind not in set(Document):
        raise Invalid("document_unknown")
    return {"method": str(Method.DOCUMENT), "kind": kind, "matches": matches}


def disclosure(text: str) -> dict[str, Any]:
    """What a mediator tells of themselves when they ask whether anybody objects; empty: there is nothing to tell."""
    return {"disclosure": _short(text)}


def _short(text: str) -> str:
    return one_line(text, LONGEST)
