"""Exhibits and what is shown of them as pieces of a room's board."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from room_server.bus import Published
from room_server.domain.caucus import Caucus
from room_server.domain.challenge import Challenge, newest
from room_server.domain.comparison import Comparison
from room_server.domain.exhibit import Exhibit, Presentation
from room_server.store.unit_of_work import UnitOfWork
from signaling.board import EVERYBODY, HOSTS, Audience, Piece, only
from signaling.ids import ParticipantId

JOINT_TOPIC = "presentation"
IN_JOINT_SESSION = Audience(joint=True)


def exhibit_topic(exhibit_id: str) -> str:
    """One topic an exhibit: a change sends only that exhibit."""
    return f"exhibit/{exhibit_id}"


def presentation_topic(caucus_id: str | None) -> str:
    """What is shown in one place."""
    return JOINT_TOPIC if caucus_id is None else f"{JOINT_TOPIC}/{caucus_id}"


def presenter_topic(participant_id: str) -> str:
    """That a party may show exhibits."""
    return f"presenter/{participant_id}"


def view(
    exhibit: Exhibit, given: Sequence[Challenge], compared: Sequence[Comparison], names: Mapping[str, str]
) -> dict[str, Any]:
    """An exhibit as screens show it: the view of each side that counts now, every comparison with the original.

    ``names``: of those who compared, by participant id.
    """
    times = Counter((each.side, each.view.aspect) for each in given)
    return {
        "exhibit_id": exhibit.exhibit_id,
        "number": exhibit.number,
        "title": exhibit.title,
        "side": str(exhibit.side),
        "owner_id": exhibit.owner_id,
        "kind": str(exhibit.original.format),
        "name": exhibit.original.name,
        "size": exhibit.original.size,
        "sha256": exhibit.original.sha256,
        "pages": [{"width": page.width, "height": page.height} for page in exhibit.pages],
        "told_at": (exhibit.disclosed_at or exhibit.added_at).isoformat(),  # when it was brought in private is private
        "private": not exhibit.disclosed,
        "withdrawn": exhibit.withdrawn,
        "holds": list(exhibit.holds),
        "views": [
            {
                "side": str(side),
                "aspect": str(aspect),
                "objects": each.view.objects,
                "reason": each.view.reason,
                "by": each.by,
                "at": each.at.isoformat(),
                "times": times[side, aspect],
            }
            for (side, aspect), each in newest(given).items()
        ],
        "comparisons": [
            {
                "outcome": str(each.finding.outcome),
                "way": str(each.finding.way),
                "remark": each.finding.remark,
                "by": each.by,
                "name": names[each.by],
                "at": each.at.isoformat(),
            }
            for each in compared
        ],
    }


async def piece(unit: UnitOfWork, exhibit: Exhibit) -> Piece | None:
    """An exhibit on the board; None: one that nobody is to know of any more."""
    if exhibit.withdrawn and not exhibit.disclosed:
        return None
    audience = EVERYBODY if exhibit.disclosed else only(*exhibit.known_to)
    given = await unit.exhibits.challenges(exhibit.exhibit_id)
    compared = await unit.comparisons.of_exhibit(exhibit.exhibit_id)
    names = {by: (await unit.participants.get(by)).name for by in {each.by for each in compared}}
    return Piece(view(exhibit, given, compared, names), audience)


async def show(unit: UnitOfWork, exhibit: Exhibit) -> None:
    """Put the exhibit as it is now on the screens of those who may know of it."""
    shown = await piece(unit, exhibit)
    topic = exhibit_topic(exhibit.exhibit_id)
    if shown is None:
        unit.publish(Published(exhibit.session_id, topic, None))
    else:
        unit.publish(Published(exhibit.session_id, topic, shown.value, shown.audience))


def presentation_piece(presentation: Presentation, caucus: Caucus | None) -> Piece:
    """What is on the screens of a place: of the joint session, or of exactly those who are in this private talk."""
    value = {
        "exhibit_id": presentation.exhibit_id,
        "page": presentation.page,
        "presenter_id": presentation.presenter_id,
        "since": presentation.since.timestamp(),
        "caucus_id": presentation.caucus_id,
    }
    return Piece(value, IN_JOINT_SESSION if caucus is None else only(*caucus.members))


def show_presentation(unit: UnitOfWork, presentation: Presentation, caucus: Caucus | None) -> None:
    """Turn everybody's screen in this place."""
    shown = presentation_piece(presentation, caucus)
    topic = presentation_topic(presentation.caucus_id)
    unit.publish(Published(presentation.session_id, topic, shown.value, shown.audience))


def presenter_piece(participant_id: str) -> Piece:
    """Known to the mediator and to the one who may show."""
    audience = Audience(roles=HOSTS.roles, people=frozenset({ParticipantId(participant_id)}))
    return Piece({"participant_id": participant_id}, audience)
