"""Evidence that is shown in a session (举证): what it is, whose, who may know of it, and what became of it.

What was brought in a private talk is known to those who were there until its owner shows it to everybody (MS 5). It
has no number before that: a gap in the numbers would tell the others that there is something.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from room_server.domain.caucus import Caucus
from room_server.domain.errors import Conflict, Forbidden, Invalid, Malformed, NotFound
from room_server.domain.people import Participant, Role, Side

LONGEST_TITLE = 60
LONGEST_NAME = 120
MOST_OF_A_SIDE = 100
"""Exhibits of one side in one session."""


class Format(StrEnum):
    """What an original is, by its content."""

    PDF = "pdf"
    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"


@dataclass(frozen=True, slots=True)
class Page:
    """A picture of one page, made from the original. ``width`` and ``height`` in pixels; ``key``: in the blob store."""

    width: int
    height: int
    key: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Original:
    """The file as it came: kept unchanged. ``size`` in bytes, ``name`` as the owner's device called it."""

    name: str
    format: Format
    size: int
    sha256: str
    key: str


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One exhibit. ``caucus_side``: whose private talk it was brought in; None: the joint session.

    ``known_to``: who may know of it before it is disclosed; ``salt``: of the commitment that stands in the log then.
    ``holds``: the sensitive data of its owner in it, named by the consent that it needs (``consent.SENSITIVE``).
    """

    exhibit_id: str
    session_id: str
    owner_id: str
    side: Side
    title: str
    original: Original
    pages: tuple[Page, ...]
    added_at: datetime
    caucus_side: str | None = None
    known_to: tuple[str, ...] = ()
    salt: str = ""
    holds: tuple[str, ...] = ()
    number: int | None = None
    disclosed_at: datetime | None = None
    withdrawn_at: datetime | None = None

    @property
    def disclosed(self) -> bool:
        """Whether everybody may know of it."""
        return self.disclosed_at is not None

    @property
    def withdrawn(self) -> bool:
        """Whether its owner took it back. It stays on the record."""
        return self.withdrawn_at is not None

    def known_by(self, person: Participant) -> bool:
        """Whether this person may know that there is such an exhibit."""
        return person.admitted and (self.disclosed or person.participant_id in self.known_to)

    def readable_by(self, person: Participant) -> bool:
        """Whether this person may see its pages: what was withdrawn is shown to its own side and the mediator only."""
        if not self.known_by(person):
            return False
        return not self.withdrawn or person.role is Role.HOST or person.side == self.side

    def page(self, number: int) -> Page:
        """A page, counted from 1.

        Raises:
            NotFound: there is none.
        """
        if not 1 <= number <= len(self.pages):
            raise NotFound("not_found")
        return self.pages[number - 1]

    def disclose(self, by: Participant, number: int, at: datetime) -> Exhibit:
        """Its owner lets everybody know of it.

        Raises:
            Forbidden: somebody else asks. Conflict: ``wrong_state``: known already, or withdrawn.
        """
        self._require_owner(by)
        if self.disclosed or self.withdrawn:
            raise Conflict("wrong_state")
        return replace(self, number=number, disclosed_at=at)

    def withdraw(self, by: Participant, at: datetime) -> Exhibit:
        """Its owner takes it back.

        Raises:
            Forbidden: somebody else asks. Conflict: ``wrong_state``: withdrawn already.
        """
        self._require_owner(by)
        if self.withdrawn:
            raise Conflict("wrong_state")
        return replace(self, withdrawn_at=at)

    def shown_to(self, people: Iterable[str]) -> Exhibit:
        """Whoever was there when it was shown in a private talk knows of it."""
        return self if self.disclosed else replace(self, known_to=tuple(sorted({*self.known_to, *people})))

    def _require_owner(self, by: Participant) -> None:
        if by.participant_id != self.owner_id:
            raise Forbidden("forbidden")


@dataclass(frozen=True, slots=True)
class Presentation:
    """What is on everybody's screen in one place: ``caucus_id`` or, None, the joint session. ``page`` from 1."""

    session_id: str
    caucus_id: str | None
    exhibit_id: str
    page: int
    presenter_id: str
    since: datetime


def require_presentable(exhibit: Exhibit, page: int, by: Participant, place: Caucus | None, *, allowed: bool) -> None:
    """Whether this person may show this page to whoever is in this place (None: the joint session).

    ``allowed``: the mediator lets this party show their own side's exhibits.

    Raises:
        NotFound: no such exhibit for this person, or no such page. Conflict: ``wrong_state``: withdrawn, or not known
        to everybody there. Forbidden: a party without leave, or not their side's exhibit.
    """
    if not exhibit.known_by(by):
        raise NotFound("not_found")
    exhibit.page(page)
    if exhibit.withdrawn:
        raise Conflict("exhibit_withdrawn")
    if by.role is not Role.HOST and not (allowed and by.role is Role.PARTY and by.side == exhibit.side):
        raise Forbidden("presenting_not_allowed")
    if not exhibit.disclosed and (place is None or place.side != exhibit.caucus_side):
        raise Conflict("exhibit_private")


def require_title(text: str) -> str:
    """A title in one line.

    Raises:
        Invalid: ``exhibit_title_missing``, also when it is too long.
    """
    title = " ".join(text.split())
    if not title or len(title) > LONGEST_TITLE or not title.isprintable():
        raise Invalid("exhibit_title_missing", most=LONGEST_TITLE)
    return title


def require_size(size: int, most: int) -> None:
    """Bytes of a file, as they were announced or have come so far.

    Raises:
        Malformed: ``exhibit_too_large``.
    """
    if size > most:
        raise Malformed("exhibit_too_large", most_mb=most // (1024 * 1024))


def plain_name(text: str) -> str:
    """A file's name as it is kept: the last part of it, printable, not too long. It never becomes a path of ours."""
    last = text.replace("\\", "/").rsplit("/", 1)[-1]
    shown = "".join(sign if sign.isprintable() else "_" for sign in last).strip()
    return shown[-LONGEST_NAME:]
