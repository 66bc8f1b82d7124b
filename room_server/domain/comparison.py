"""Whether the copy that is shown was compared with the original (原件核对), by whom, how, and what came of it.

A copy counts as the original once the two were compared (OLR 13); whether it is one and whether they agree is the
first thing to look at in a piece of evidence (EV 87). An entry is never changed: a later one corrects it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from room_server.domain.errors import Conflict, Forbidden, Invalid
from room_server.domain.exhibit import Exhibit
from room_server.domain.people import Participant, Role

LONGEST_REMARK = 500


class Outcome(StrEnum):
    """What came of it."""

    AGREES = "agrees"
    DIFFERS = "differs"
    NOT_COMPARED = "not_compared"


class Way(StrEnum):
    """How the original was there; ``UNAVAILABLE`` belongs to ``Outcome.NOT_COMPARED`` and to nothing else."""

    CAMERA = "camera"
    OFFICE = "office"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class Finding:
    """What is said. ``remark``: what differs, or why nothing was compared; may be empty when the two agree."""

    outcome: Outcome
    way: Way
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One entry; the newest of an exhibit counts. ``by``: the mediator or clerk who compared."""

    exhibit_id: str
    finding: Finding
    by: str
    at: datetime


def comparison(exhibit: Exhibit, by: Participant, finding: Finding, at: datetime) -> Comparison:
    """The entry of a mediator or clerk.

    Raises:
        Forbidden: a party asks. Conflict: ``exhibit_private`` or ``exhibit_withdrawn``. Invalid: ``way_missing``: how
        the original was there does not fit what came of it; ``remark_missing``: not said what differs or why nothing
        was compared, or too long.
    """
    if by.role is not Role.HOST:
        raise Forbidden("forbidden")
    if not exhibit.disclosed:
        raise Conflict("exhibit_private")
    if exhibit.withdrawn:
        raise Conflict("exhibit_withdrawn")
    if (finding.outcome is Outcome.NOT_COMPARED) != (finding.way is Way.UNAVAILABLE):
        raise Invalid("way_missing")
    remark = finding.remark.strip()
    if len(remark) > LONGEST_REMARK or (not remark and finding.outcome is not Outcome.AGREES):
        raise Invalid("remark_missing", most=LONGEST_REMARK)
    return Comparison(exhibit.exhibit_id, Finding(finding.outcome, finding.way, remark), by.participant_id, at)
