"""What a court officer may look up: filed records, with every look written down."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from recorder.eventlog import BrokenChain, Entry, check_chain
from recorder.signatures import SignatureReport, inspect
from room_server.domain.errors import Conflict, NotFound
from room_server.domain.session import State
from room_server.services.ports import Ports
from room_server.services.sessions import SessionDetails, details
from room_server.store.agreements import Paper
from room_server.store.recordings import Filing, Gap, Recording, ViewRow
from room_server.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class PaperRecord:
    """A signed paper and what its signatures say when they are checked now."""

    paper: Paper
    signatures: tuple[SignatureReport, ...]


@dataclass(frozen=True, slots=True)
class CourtRecord:
    """Everything that the record's page shows."""

    found: SessionDetails
    views: tuple[ViewRow, ...]
    recordings: tuple[Recording, ...]
    gaps: tuple[Gap, ...]
    papers: tuple[PaperRecord, ...]
    entries: tuple[Entry, ...]
    chain_ok: bool
    filing: Filing


class CourtService:
    """Reading filed records."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def records(self, case_no: str) -> list[SessionDetails]:
        """Filed sessions of a case number; all when it is empty."""
        async with self._ports.unit_of_work() as unit:
            return [await details(unit, session) for session in await unit.sessions.filed(case_no)]

    async def record(self, session_id: str, staff_id: str) -> CourtRecord:
        """One filed record.

        Raises:
            NotFound: there is none. Conflict: ``filing_incomplete``.
        """
        async with self._ports.unit_of_work() as unit:
            found, filing = await self._filed(unit, session_id)
            await unit.reads.add(session_id, staff_id, "record", self._ports.clock())
            stage = await unit.agreements.current(session_id)
            paper = None if stage is None else await unit.papers.newest(stage.proposal_id)
            views = tuple(await unit.filings.views(session_id))
            recordings = tuple(await unit.recordings.of_session(session_id))
            gaps = tuple(await unit.recordings.gaps(session_id))
            entries = tuple(await unit.log.read(session_id))
        papers = () if paper is None else (await self._inspect(paper),)
        intact = await asyncio.to_thread(_intact, entries)
        return CourtRecord(found, views, recordings, gaps, papers, entries, intact, filing)

    async def view(self, session_id: str, participant_id: str, staff_id: str) -> tuple[Path, str]:
        """The file of one person's view, and its media type.

        Raises:
            NotFound: there is none.
        """
        async with self._ports.unit_of_work() as unit:
            await self._filed(unit, session_id)
            for row in await unit.filings.views(session_id):
                if row.participant_id == participant_id:
                    await unit.reads.add(session_id, staff_id, f"view:{participant_id}", self._ports.clock())
                    return self._ports.blobs.path(row.key), row.mime_type
        raise NotFound("not_found")

    async def agreement(self, session_id: str, staff_id: str) -> Path:
        """The agreement's PDF.

        Raises:
            NotFound: the session has none.
        """
        async with self._ports.unit_of_work() as unit:
            await self._filed(unit, session_id)
            stage = await unit.agreements.current(session_id)
            if stage is None:
                raise NotFound("not_found")
            await unit.reads.add(session_id, staff_id, "agreement", self._ports.clock())
            return self._ports.blobs.path((await unit.papers.newest(stage.proposal_id)).key)

    async def dossier(self, session_id: str, staff_id: str) -> tuple[Path, str]:
        """The dossier's file and the name to save it under.

        Raises:
            NotFound: there is no such record. Conflict: ``filing_incomplete``.
        """
        async with self._ports.unit_of_work() as unit:
            found, filing = await self._filed(unit, session_id)
            await unit.reads.add(session_id, staff_id, "dossier", self._ports.clock())
        return self._ports.blobs.path(filing.key), f"{found.case.case_no}.dossier.zip"

    async def _filed(self, unit: UnitOfWork, session_id: str) -> tuple[SessionDetails, Filing]:
        session = await unit.sessions.get(session_id)
        filing = await unit.filings.get(session_id)
        if filing is None:
            # A session that has not ended is none of the court's business: it gets the answer for an unknown one.
            raise Conflict("filing_incomplete") if session.state is State.ENDED else NotFound("not_found")
        return await details(unit, session), filing

    async def _inspect(self, paper: Paper) -> PaperRecord:
        ports = self._ports

        def work() -> list[SignatureReport]:
            return inspect(ports.blobs.get(paper.key), ports.authority.root_certificate)

        return PaperRecord(paper, tuple(await asyncio.to_thread(work)))


def _intact(entries: tuple[Entry, ...]) -> bool:
    try:
        check_chain(entries)
    except BrokenChain:
        return False
    return True
