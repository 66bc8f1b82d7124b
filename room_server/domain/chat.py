"""Lines that people write to one another, and who gets them: decided by where everybody is at that moment.

Whoever gets a line is fixed when it is written. Nobody who comes later reads it, and whoever got it keeps it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from room_server.domain.caucus import Caucus, place_of
from room_server.domain.errors import Conflict, Forbidden, NotFound, RateLimited
from room_server.domain.people import Participant, Role
from room_server.domain.privilege import PrivilegeClass

HERE = "here"
HOSTS = "hosts"
MOST_LINES = 10
WINDOW = timedelta(seconds=10)
SHOWN_LINES = 100
SHOWN_CHARACTERS = 20_000


@dataclass(frozen=True, slots=True)
class Line:
    """One of them. ``thread``: the conversation it belongs to; ``recipients``: everybody who has it, the author too.

    Its name is made by chance: a number would tell how many lines one has not seen.
    """

    line_id: str
    session_id: str
    author: str
    privilege: PrivilegeClass
    thread: str
    recipients: tuple[str, ...]
    text: str
    salt: str
    at: datetime

    def visible_to(self, participant_id: str, caucus: Caucus | None) -> bool:
        """Whether somebody who is in this caucus (None: the joint session) has the line before them now."""
        return participant_id in self.recipients and not (self.privilege is PrivilegeClass.JOINT and caucus is not None)


@dataclass(frozen=True, slots=True)
class Envelope:
    """Where a line goes."""

    privilege: PrivilegeClass
    thread: str
    recipients: tuple[str, ...]


def require_inside(person: Participant) -> None:
    """Only who was let in writes and reads.

    Raises:
        Forbidden: ``forbidden``: still waiting, or sent out.
    """
    if person.removed_at is not None or not person.admitted:
        raise Forbidden("forbidden")


def address(author: Participant, to: str, people: Sequence[Participant], caucuses: Sequence[Caucus]) -> Envelope:
    """Who gets what ``author`` writes now. ``to``: ``here``, ``hosts``, or from a host the id of one person.

    Raises:
        Forbidden: the author was not let in, or is no host and names a person. NotFound: nobody of that id. Conflict:
        ``wrong_state``: that person was not let in, or is a host.
    """
    require_inside(author)
    inside = [person for person in people if person.removed_at is None and person.admitted]
    if to == HERE:
        return _here(author, inside, caucuses)
    hosts = tuple(person.participant_id for person in inside if person.role is Role.HOST)
    if to == HOSTS:
        if author.role is Role.HOST:
            raise Conflict("wrong_state")
        return _private(author.participant_id, hosts)
    if author.role is not Role.HOST:
        raise Forbidden("forbidden")
    if all(person.participant_id != to for person in people):
        raise NotFound("not_found")
    if to in hosts or all(person.participant_id != to for person in inside):
        raise Conflict("wrong_state")
    return _private(to, hosts)


def _here(author: Participant, inside: Sequence[Participant], caucuses: Sequence[Caucus]) -> Envelope:
    place = place_of(author.participant_id, caucuses)
    if place is None:
        return Envelope(PrivilegeClass.JOINT, "joint", tuple(person.participant_id for person in inside))
    members = tuple(person.participant_id for person in inside if person.participant_id in place.members)
    return Envelope(PrivilegeClass.CAUCUS, f"caucus/{place.caucus_id}", members)


def _private(subject: str, hosts: tuple[str, ...]) -> Envelope:
    return Envelope(PrivilegeClass.PRIVATE, f"private/{subject}", (subject, *hosts))


def require_pace(earlier: Sequence[datetime], now: datetime) -> None:
    """At most ten lines of one person in ten seconds. ``earlier``: when their last ones were written.

    Raises:
        RateLimited: with ``retry_after`` in seconds.
    """
    recent = sorted(at for at in earlier if at > now - WINDOW)
    if len(recent) >= MOST_LINES:
        wait = recent[-MOST_LINES] + WINDOW - now
        raise RateLimited("rate_limited", retry_after=max(1, -(-wait // timedelta(seconds=1))))


def shown(lines: Sequence[Line]) -> list[Line]:
    """The newest lines of one conversation that live screens carry; ``lines`` in the order of time.

    A screen that joins is told all of them at once, so they are bounded; older ones are asked for.
    """
    kept: list[Line] = []
    characters = 0
    for line in reversed(lines[-SHOWN_LINES:]):
        characters += len(line.text)
        if kept and characters > SHOWN_CHARACTERS:
            break
        kept.append(line)
    return kept[::-1]
