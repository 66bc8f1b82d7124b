"""Files an ended session: complete the recordings, make the views, build the dossier. Can be cut off anywhere.

Each step keeps what it made in one transaction, under names that a second attempt finds again. What a killed attempt
left half-done has no name in the database and is made anew; what it finished is not made twice.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import file_digest
from pathlib import Path

import structlog

from recorder import dossier
from recorder.compose import CannotComposeError, ViewPart, build_view
from recorder.eventlog import checkpoint
from recorder.fragments import CannotSalvageError, salvage
from recorder.layout import log_origin
from room_server.bus import Published
from room_server.domain.errors import Conflict
from room_server.domain.session import Session, State
from room_server.services.consents import recordings_on_file
from room_server.services.dossier_contents import gather
from room_server.services.locks import Locks
from room_server.services.ports import SYSTEM, Ports
from room_server.services.recording import close_track
from room_server.services.sessions import board, details
from room_server.store.recordings import Filing, Job, TrackRow, ViewRow
from signaling.messages import Kind

KIND = "filing"
RUNNING, FAILED, DONE = "running", "failed", "done"

log = structlog.get_logger(__name__)


class FilingService:
    """Dossiers. ``reached`` is told the name of each step before it begins (progress; fault tests)."""

    def __init__(self, ports: Ports, reached: Callable[[str], None] = lambda step: None) -> None:
        self._ports = ports
        self._reached = reached
        self._locks = Locks()

    async def file_session(self, session_id: str) -> Filing:
        """File the session, or return what was filed. Call it again after a crash: it goes on.

        Raises:
            Conflict: ``wrong_state``: the session has not ended.
        """
        async with self._locks(session_id):
            async with self._ports.unit_of_work() as unit:
                session = await unit.sessions.get(session_id)
                done = await unit.filings.get(session_id)
            if done is not None:
                return done
            if session.state is not State.ENDED:
                raise Conflict("wrong_state", state=session.state)
            await self._begin(session_id)
            try:
                return await self._run(session)
            except Exception as error:
                await self._step(session_id, state=FAILED, error=f"{type(error).__name__}: {error}")
                raise

    async def file_all(self) -> list[Filing]:
        """File whatever has ended and is not filed: after a start of the service. One that fails is logged."""
        async with self._ports.unit_of_work() as unit:
            ended = await unit.sessions.ended()
        filed = []
        for session in ended:
            try:
                filed.append(await self.file_session(session.session_id))
            except Exception:
                log.exception("a session could not be filed", session_id=session.session_id)
        return filed

    async def job(self, session_id: str) -> Job | None:
        """How far the filing is."""
        async with self._ports.unit_of_work() as unit:
            return await unit.filings.job(KIND, session_id)

    async def _run(self, session: Session) -> Filing:
        await self._step(session.session_id, step="recordings")
        await self._close_tracks(session.session_id)
        await self._step(session.session_id, step="views")
        await self._make_views(session.session_id)
        await self._step(session.session_id, step="dossier")
        return await self._build(session)

    async def _begin(self, session_id: str) -> None:
        now = self._ports.clock()
        async with self._ports.unit_of_work() as unit:
            job = await unit.filings.job(KIND, session_id)
            if job is None:
                await unit.filings.add_job(Job(KIND, session_id, RUNNING, "begin", 1, now, now))
                await unit.log.append(session_id, at=now, kind="filing_started", actor=SYSTEM, data={})
            else:
                resumed = replace(job, state=RUNNING, attempts=job.attempts + 1, updated_at=now, error=None)
                await unit.filings.save_job(resumed)

    async def _step(self, session_id: str, *, step: str = "", state: str = RUNNING, error: str | None = None) -> None:
        if step:
            self._reached(step)
        async with self._ports.unit_of_work() as unit:
            job = await unit.filings.job(KIND, session_id)
            assert job is not None
            now = self._ports.clock()
            await unit.filings.save_job(replace(job, state=state, step=step or job.step, updated_at=now, error=error))

    async def _close_tracks(self, session_id: str) -> None:
        """Sum up the files that a dead recorder left open. Nothing in them is changed."""
        async with self._ports.unit_of_work() as unit:
            tracks = await unit.recordings.tracks(session_id)
        for row in tracks:
            if row.closed_at is None:
                await self._salvage(row)

    async def _salvage(self, row: TrackRow) -> None:
        try:
            found = await asyncio.to_thread(salvage, self._ports.recordings / row.path)
        except (CannotSalvageError, OSError) as error:
            await self._lost(row, error)
            return
        async with self._ports.unit_of_work() as unit:
            await close_track(unit, row, found.track, self._ports.clock(), "salvaged")

    async def _lost(self, row: TrackRow, error: Exception) -> None:
        """The record says that this track was begun and that there is nothing of it."""
        now = self._ports.clock()
        async with self._ports.unit_of_work() as unit:
            await unit.recordings.save_track(replace(row, closed_at=now))
            data = {"capture": row.capture_id, "participant": row.participant_id, "reason": str(error)}
            await unit.log.append(row.session_id, at=now, kind="track_lost", actor=SYSTEM, data=data)

    async def _make_views(self, session_id: str) -> None:
        async with self._ports.unit_of_work() as unit:
            tracks = await unit.recordings.tracks(session_id)
            shown = await recordings_on_file(unit, session_id)
            made = {view.participant_id for view in await unit.filings.views(session_id)}
        people: dict[str, list[ViewPart]] = {}
        for row in tracks:
            if row.file is None or row.started_at is None or row.source == "screen" or row.participant_id not in shown:
                continue
            kind: Kind = "video" if row.kind == "video" else "audio"
            part = ViewPart(self._ports.recordings / row.file, kind, row.started_at)
            people.setdefault(row.participant_id, []).append(part)
        for participant_id, parts in people.items():
            if participant_id not in made:
                await self._make_view(session_id, participant_id, parts)

    async def _make_view(self, session_id: str, participant_id: str, parts: list[ViewPart]) -> None:
        with self._scratch() as folder:
            file = Path(folder) / "view.webm"
            try:
                view = await asyncio.to_thread(build_view, parts, file)
            except CannotComposeError as error:
                await self._not_shown(session_id, participant_id, error)
                return
            key = f"views/{session_id}/{participant_id}-{await asyncio.to_thread(_name, file)}.webm"
            await asyncio.to_thread(self._ports.blobs.put, key, file)
        started = datetime.fromtimestamp(view.started_at, UTC)
        async with self._ports.unit_of_work() as unit:
            row = ViewRow(
                session_id,
                participant_id,
                key,
                started,
                view.duration,
                view.has_audio,
                view.has_video,
                view.mime_type,
            )
            await unit.filings.add_view(row)

    async def _not_shown(self, session_id: str, participant_id: str, error: Exception) -> None:
        """There is no file to watch of this person; what was recorded is in the dossier all the same."""
        now, data = self._ports.clock(), {"participant": participant_id, "reason": str(error)}
        async with self._ports.unit_of_work() as unit:
            await unit.log.append(session_id, at=now, kind="view_failed", actor=SYSTEM, data=data)

    async def _build(self, session: Session) -> Filing:
        session_id = session.session_id
        async with self._ports.unit_of_work() as unit:
            contents = await gather(self._ports, unit, await details(unit, session))
        root = (await asyncio.to_thread(checkpoint, log_origin(session_id), contents.entries)).root.hex()
        with self._scratch() as folder:
            file = Path(folder) / "dossier.zip"
            ports, now = self._ports, self._ports.clock()
            receipt = await asyncio.to_thread(dossier.build, file, contents, ports.authority, ports.stamper, now)
            key = f"dossiers/{session_id}/{receipt.sha256[:16]}.dossier.zip"
            await asyncio.to_thread(ports.blobs.put, key, file)
        self._reached("commit")
        filing = Filing(session_id, key, receipt.sha256, receipt.size, len(contents.entries), root, now)
        async with self._ports.unit_of_work() as unit:
            filed = (await unit.sessions.get(session_id)).file(now)
            await unit.sessions.save(filed)
            await unit.filings.add(filing)
            data = {"dossier_sha256": receipt.sha256, "size": receipt.size, "entries": len(contents.entries)}
            await unit.log.append(session_id, at=now, kind="filed", actor=SYSTEM, data=data)
            job = await unit.filings.job(KIND, session_id)
            assert job is not None
            await unit.filings.save_job(replace(job, state=DONE, step=DONE, updated_at=now))
            unit.publish(Published(session_id, "session", board(filed)))
        return filing

    def _scratch(self) -> tempfile.TemporaryDirectory[str]:
        self._ports.scratch.mkdir(parents=True, exist_ok=True)
        return tempfile.TemporaryDirectory(dir=self._ports.scratch)


def _name(file: Path) -> str:
    """The beginning of the file's digest: a cut-off attempt and the next one never fight for a name."""
    with file.open("rb") as opened:
        return file_digest(opened, "sha256").hexdigest()[:16]
