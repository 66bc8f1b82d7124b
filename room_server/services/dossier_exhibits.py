"""Exhibits in a dossier: the originals, and one list with hashes, owners, views and what was compared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import rfc8785

from recorder.dossier import DossierFile, FiledExhibit, Withheld
from room_server.domain.challenge import Challenge
from room_server.domain.comparison import Comparison
from room_server.domain.exhibit import Exhibit
from room_server.services.ports import Ports
from room_server.services.sessions import SessionDetails
from room_server.store.unit_of_work import UnitOfWork

LIST = "exhibits/exhibits.json"


async def filed_exhibits(
    ports: Ports, unit: UnitOfWork, found: SessionDetails
) -> tuple[list[DossierFile], list[FiledExhibit]]:
    """Everything that everybody knows of, what was withdrawn too. What stayed in a private talk is not here."""
    files: list[DossierFile] = []
    filed: list[FiledExhibit] = []
    listed: list[Any] = []
    for exhibit in await unit.exhibits.of_session(found.session.session_id):
        if exhibit.number is None:
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


async def withheld_exhibits(unit: UnitOfWork, session_id: str) -> Withheld:
    """What was brought in private talks and never shown to everybody: counted, not shown (ODM 18)."""
    kept = [each for each in await unit.exhibits.of_session(session_id) if not each.disclosed]
    return Withheld("caucus_exhibit", len(kept), 0.0)


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
