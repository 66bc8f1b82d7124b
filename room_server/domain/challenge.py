"""The other side's view of an exhibit (质证): authentic, lawful, relevant, or an objection with its reason (EV 87).

A view is never overwritten: a later one stands beside it, and the newest of a side counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from room_server.domain.errors import Conflict, Forbidden, Invalid
from room_server.domain.exhibit import Exhibit
from room_server.domain.people import Participant, Role, Side
from room_server.domain.words import printable

LONGEST_REASON = 500


class Aspect(StrEnum):
    """What a view is about."""

    AUTHENTICITY = "authenticity"
    LEGALITY = "legality"
    RELEVANCE = "relevance"


@dataclass(frozen=True, slots=True)
class View:
    """What is said of one aspect. ``reason``: empty without an objection."""

    aspect: Aspect
    objects: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Challenge:
    """One view of one side. ``by``: who entered it, the mediator for a side that said it aloud."""

    exhibit_id: str
    side: Side
    view: View
    by: str
    at: datetime


def challenges(
    exhibit: Exhibit, by: Participant, side: Side, views: Sequence[View], at: datetime
) -> tuple[Challenge, ...]:
    """The views of a side, entered by one of its people or by the mediator.

    Raises:
        Forbidden: ``forbidden``: not one of that side, or the exhibit is that side's own. Conflict:
        ``exhibit_private`` or ``exhibit_withdrawn``. Invalid: ``answer_missing``: no view, or two of one aspect;
        ``reason_missing``: an objection without a reason, or one that is too long.
    """
    if side is Side.MEDIATOR or side == exhibit.side:
        raise Forbidden("forbidden")
    if by.role is not Role.HOST and (by.role is not Role.PARTY or by.side != side):
        raise Forbidden("forbidden")
    if not exhibit.disclosed:
        raise Conflict("exhibit_private")
    if exhibit.withdrawn:
        raise Conflict("exhibit_withdrawn")
    if not views or len({view.aspect for view in views}) != len(views):
        raise Invalid("answer_missing")
    return tuple(Challenge(exhibit.exhibit_id, side, _checked(view), by.participant_id, at) for view in views)


def newest(given: Iterable[Challenge]) -> dict[tuple[Side, Aspect], Challenge]:
    """What counts now; ``given`` in the order of time."""
    return {(each.side, each.view.aspect): each for each in given}


def _checked(view: View) -> View:
    if not view.objects:
        return View(view.aspect, objects=False)
    reason = printable(view.reason).strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise Invalid("reason_missing", aspect=str(view.aspect), most=LONGEST_REASON)
    return View(view.aspect, objects=True, reason=reason)
