"""Chooses what goes into a dossier, and says what was left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import rfc8785

from recorder.dossier import (
    DossierContents,
    DossierFile,
    FiledAgreement,
    Gap,
    RecordedTrack,
    Withheld,
)
from recorder.eventlog import Entry
from room_server.domain.agreement import InForce
from room_server.domain.consent import Answer
from room_server.rules.notices import texts
from room_server.services import shown_notices
from room_server.services.consents import minutes_of, recordings_on_file
from room_server.services.dossier_exhibits import filed_exhibits, withheld_exhibits
from room_server.services.drafting import AGREEMENT
from room_server.services.ports import Ports
from room_server.services.sessions import SessionDetails
from room_server.services.signing_evidence import filed_evidence
from room_server.store.recordings import Gap as GapRow
from room_server.store.recordings import TrackRow
from room_server.store.unit_of_work import UnitOfWork

AGREEMENT_PDF = "agreement/agreement.pdf"
AGREEMENT_TEXT = "agreement/agreement.json"
FRAGMENTS_SUFFIX = ".fragments.jsonl"
KINDS = {"audio": ("声音", "Sound"), "video": ("画面", "Picture")}


async def gather(ports: Ports, unit: UnitOfWork, found: SessionDetails) -> DossierContents:
    """The contents of one ended session's dossier. An agreement goes in when it is in force; drafts stay out."""
    session_id = found.session.session_id
    answers = await unit.consents.of_session(session_id)
    made = [row for row in await unit.recordings.tracks(session_id) if row.file is not None]
    on_file = await recordings_on_file(unit, session_id)
    tracks = [row for row in made if row.participant_id in on_file]
    entries = await unit.log.read(session_id)
    agreement = await _agreement(ports, unit, session_id, entries)
    recorded = [_Filed(ports.recordings, row, number, found) for number, row in enumerate(tracks, start=1)]
    files = [*_notices(ports, found, answers, entries), *(file for item in recorded for file in item.files)]
    exhibits = await filed_exhibits(ports, unit, found)
    files += exhibits[0]
    if agreement is not None:
        files += agreement[0]
    return DossierContents(
        case_no=found.case.case_no,
        title=found.case.title,
        organisation=found.case.organisation,
        session_id=session_id,
        catalogue={**_catalogue(found), "minutes": await _minutes(unit, session_id)},
        files=files,
        entries=entries,
        recordings=[track for item in recorded for track in item.tracks],
        gaps=[_gap(row) for row in await unit.recordings.gaps(session_id)],
        withheld=[*await _withheld(unit, session_id), *_kept_back(made, on_file)],
        agreements=() if agreement is None else (agreement[1],),
        exhibits=exhibits[1],
    )


async def _agreement(
    ports: Ports, unit: UnitOfWork, session_id: str, entries: Sequence[Entry]
) -> tuple[list[DossierFile], FiledAgreement] | None:
    stage = await unit.agreements.current(session_id)
    if not isinstance(stage, InForce):
        return None
    paper = await unit.papers.newest(stage.proposal_id)
    text = rfc8785.dumps(await unit.agreements.content(stage.proposal_id))
    files = [
        DossierFile(AGREEMENT_PDF, ports.blobs.path(paper.key), "调解协议书", "Mediation agreement"),
        DossierFile(AGREEMENT_TEXT, text, "调解协议书（锁定文本）", "Mediation agreement (frozen text)"),
        *filed_evidence(ports.blobs, entries, stage.proposal_id),
    ]
    return files, FiledAgreement(AGREEMENT_PDF, stage.digest, AGREEMENT_TEXT)


async def _withheld(unit: UnitOfWork, session_id: str) -> list[Withheld]:
    """What was said or written to settle and did not become the agreement (ODM 18; QY 11): counted, not shown."""
    drafts = len(await unit.documents.updates(session_id, AGREEMENT))
    stage = await unit.agreements.current(session_id)
    unfinished = await unit.agreements.count(session_id) - isinstance(stage, InForce)
    counted = [
        Withheld("draft_edit", drafts, 0.0),
        Withheld("agreement_not_in_force", unfinished, 0.0),
        *await withheld_exhibits(unit, session_id),
        Withheld("offer", len(await unit.offers.of_session(session_id)), 0.0),
        Withheld("ticket", len(await unit.tickets.of_session(session_id)), 0.0),
        *(Withheld(f"chat_{each}", count, 0.0) for each, count in sorted((await unit.lines.count(session_id)).items())),
    ]
    return [item for item in counted if item.count]


async def _minutes(unit: UnitOfWork, session_id: str) -> dict[str, Any]:
    """Whether the recording is the minutes: every party said so, and there is one (ODM 22)."""
    agreed = await minutes_of(unit, session_id)
    recorded = bool(await unit.recordings.of_session(session_id))
    return {"replaced_by_recording": agreed.replaced and recorded, "not_agreed": list(agreed.missing)}


def _kept_back(made: Sequence[TrackRow], on_file: set[str]) -> list[Withheld]:
    """Recordings of people who did not agree that theirs goes to a court or commission: the log has their digests."""
    kept = [row for row in made if row.participant_id not in on_file]
    seconds = sum(row.ended_at - row.started_at for row in kept if row.started_at is not None and row.ended_at)
    return [Withheld("recording", len(kept), round(seconds, 3))] if kept else []


class _Filed:
    """One recorded track with its place in the dossier."""

    def __init__(self, folder: Path, row: TrackRow, number: int, found: SessionDetails) -> None:
        assert row.file is not None
        source = folder / row.file
        path = f"recordings/{number:03}-{row.kind}{source.suffix}"
        index = folder / f"{row.path}{FRAGMENTS_SUFFIX}"
        name = found.person(row.participant_id).name
        zh, en = KINDS[row.kind]
        self.files = [
            DossierFile(path, source, f"{name} {zh}", f"{en} of {name}"),
            DossierFile(f"{path}{FRAGMENTS_SUFFIX}", index, f"{name} {zh}分段索引", f"Fragments of {path}"),
        ]
        self.tracks: list[RecordedTrack] = []
        if row.started_at is not None and row.ended_at is not None and row.sha256 is not None:
            times = datetime.fromtimestamp(row.started_at, UTC), datetime.fromtimestamp(row.ended_at, UTC)
            track = RecordedTrack(
                path, row.participant_id, row.kind, *times, row.sha256, row.lost_packets, f"{path}{FRAGMENTS_SUFFIX}"
            )
            self.tracks.append(track)


def _notices(
    ports: Ports, found: SessionDetails, answers: Sequence[Answer], entries: Sequence[Entry]
) -> list[DossierFile]:
    """The notices as they were shown, and who answered what to which version."""
    current = texts(found.case, ports.talk_days, ports.phone)
    given: list[Any] = [
        {**asdict(answer), "answers": dict(answer.answers), "at": answer.at.isoformat()} for answer in answers
    ]
    consents = DossierFile("notices/answers.json", rfc8785.dumps(given), "告知与同意记录", "Consents")
    return [*shown_notices.filed(ports, found.session.session_id, current, entries), consents]


def _catalogue(found: SessionDetails) -> dict[str, Any]:
    session = found.session
    return {
        "case_kind": found.case.kind,
        "route": found.case.route,
        "started_at": session.started_at.isoformat() if session.started_at else None,
        "ended_at": session.ended_at.isoformat() if session.ended_at else None,
        "ending_reason": session.ending_reason,
        "parties": [{"side": str(party.side), "name": party.name} for party in found.case.parties],
        "people": [
            {
                "participant_id": person.participant_id,
                "name": person.name,
                "side": str(person.side),
                "authority": str(person.authority),
                "for": person.party_name,
                "identity_checked_at": person.identity_checked_at.isoformat() if person.identity_checked_at else None,
            }
            for person in found.people
        ],
    }


def _gap(row: GapRow) -> Gap:
    return Gap(row.started_at, row.ended_at, row.reason)
