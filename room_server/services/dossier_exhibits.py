"""Exhibits in a dossier: the originals, and one list with hashes, owners, views and what was compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import rfc8785

from recorder.dossier import DossierFile, FiledExhibit, Withheld
from room_server.domain import consent
from room_server.domain.challenge import Challenge
from room_server.domain.comparison import Comparison
from room_server.domain.exhibit import Exhibit
from room_server.domain.people import Role
from room_server.services.ports import Ports
from room_server.services.sessions import SessionDetails
from room_server.store.unit_of_work import UnitOfWork

LIST = "exhibits/exhibits.json"
UNSHARED, SENSITIVE = "exhibit_not_shared", "exhibit_sensitive"
"""Why a file is kept back: its owner's material goes to no court or commission; it holds data that may not be used."""


async def filed_exhibits(
    ports: Ports, unit: UnitOfWork, found: SessionDetails
) -> tuple[list[DossierFile], list[FiledExhibit]]:
    """Everything that everybody knows of, what was withdrawn too. What stayed in a private talk is not here.

    Of what its owner has not agreed to pass on, the list has the number and the digest, and no file is here.
    """
    files: list[DossierFile] = []
    filed: list[FiledExhibit] = []
    listed: list[Any] = []
    for exhibit in await unit.exhibits.of_session(found.session.session_id):
        if exhibit.number is None:
            continue
        if reason := await _kept_back(unit, exhibit):
            listed.append(_bare_row(exhibit, reason))
            continue
        path = f"exhibits/{exhibit.number:03}-original.{exhibit.original.format}"
        withdrawn = ("（已撤回）", " (withdrawn)") if exhibit.withdrawn else ("", "")
        title_zh = f"证据 {exhibit.number}：{exhibit.title}{withdrawn[0]}"
        title_en = f"Exhibit {exhibit.number}: {exhibit.title}{withdrawn[1]}"
        files.append(DossierFile(path, ports.blobs.path(exhibit.original.key), title_zh, title_en))
        filed.append(FiledExhibit(path, exhibit.number, exhibit.original.sha256))
        given = await unit.exhibits.challenges(exhibit.exhibit_id)
        compared = await unit.comparisons.of_exhibit(exhibit.exhibit_id)
        listed.append(_row(exhibit, path, given, compared))
    if listed:
        files.append(
            DossierFile(
                LIST, rfc8785.dumps(listed), "证据清单、质证意见和原件核对", "List of exhibits, views, originals"
            )
        )
    return files, filed


async def withheld_exhibits(unit: UnitOfWork, session_id: str) -> list[Withheld]:
    """What is counted, not shown: brought in private talks and never shown to everybody (ODM 18), or kept back."""
    exhibits = await unit.exhibits.of_session(session_id)
    reasons = Counter([await _kept_back(unit, each) for each in exhibits if each.disclosed])
    private = sum(not each.disclosed for each in exhibits)
    kept = [
        Withheld("caucus_exhibit", private, 0.0),
        *(Withheld(why, reasons[why], 0.0) for why in (UNSHARED, SENSITIVE)),
    ]
    return [each for each in kept if each.count]


async def _kept_back(unit: UnitOfWork, exhibit: Exhibit) -> str:
    """Why an exhibit does not go to a court or commission, by the latest word of its owner (PIPL 23 and 29); or
    nothing."""
    if (await unit.participants.get(exhibit.owner_id)).role is Role.HOST:
        return ""
    given = await unit.consents.of_participant(exhibit.owner_id)
    if not consent.agreed(consent.SHARE, given):
        return UNSHARED
    return SENSITIVE if consent.lacking(exhibit.holds, given) else ""


def _bare_row(exhibit: Exhibit, reason: str) -> dict[str, Any]:
    return {
        "number": exhibit.number,
        "side": str(exhibit.side),
        "sha256": exhibit.original.sha256,
        "kept_back": reason,
    }


def _row(exhibit: Exhibit, path: str, given: Sequence[Challenge], compared: Sequence[Comparison]) -> dict[str, Any]:
    return {
        "number": exhibit.number,
        "title": exhibit.title,
        "path": path,
        "side": str(exhibit.side),
        "brought_by": exhibit.owner_id,
        "brought_at": exhibit.added_at.isoformat(),
        "shown_to_all_at": exhibit.disclosed_at.isoformat() if exhibit.disclosed_at else None,
        "withdrawn_at": exhibit.withdrawn_at.isoformat() if exhibit.withdrawn_at else None,
        "name": exhibit.original.name,
        "kind": str(exhibit.original.format),
        "size": exhibit.original.size,
        "sha256": exhibit.original.sha256,
        "pages": len(exhibit.pages),
        "views": [
            {
                "side": str(each.side),
                "aspect": str(each.view.aspect),
                "objects": each.view.objects,
                "reason": each.view.reason,
                "entered_by": each.by,
                "at": each.at.isoformat(),
            }
            for each in given
        ],
        "comparisons_with_the_original": [
            {
                "outcome": str(each.finding.outcome),
                "way": str(each.finding.way),
                "remark": each.finding.remark,
                "entered_by": each.by,
                "at": each.at.isoformat(),
            }
            for each in compared
        ],
    }
