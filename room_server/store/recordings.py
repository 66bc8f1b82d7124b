"""Recordings with their tracks and gaps, and what filing made of them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import insert, select, update

from room_server.store import schema
from room_server.store.rows import Repository


@dataclass(frozen=True, slots=True)
class Recording:
    """From the mediator's start to the stop. A session may have several. ``pause_reason``: why a host paused it."""

    recording_id: str
    session_id: str
    started_at: datetime
    stopped_at: datetime | None = None
    reason: str | None = None
    pause_reason: str | None = None


@dataclass(frozen=True, slots=True)
class TrackRow:
    """One file. ``started_at``, ``ended_at``: Unix seconds of the first and last media; None while it is open."""

    capture_id: int
    recording_id: str
    session_id: str
    participant_id: str
    kind: str
    source: str
    mime_type: str
    path: str
    opened_at: datetime
    file: str | None = None
    closed_at: datetime | None = None
    started_at: float | None = None
    ended_at: float | None = None
    sha256: str | None = None
    bytes: int = 0
    packets: int = 0
    lost_packets: int = 0
    fragments: int = 0


@dataclass(frozen=True, slots=True)
class Gap:
    """A time in which a recording was on and nothing was recorded."""

    gap_id: str
    session_id: str
    recording_id: str
    started_at: datetime
    reason: str
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ViewRow:
    """One person's picture and sound as a file for the browser."""

    session_id: str
    participant_id: str
    key: str
    started_at: datetime
    duration: float
    has_audio: bool
    has_video: bool
    mime_type: str


@dataclass(frozen=True, slots=True)
class Filing:
    """The dossier of a session. ``checkpoint``: Merkle root of its log, hex; ``entries``: the log's size in it."""

    session_id: str
    key: str
    sha256: str
    size: int
    entries: int
    checkpoint: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Job:
    """Work that goes on after a crash. ``state``: ``running``, ``failed`` or ``done``."""

    kind: str
    session_id: str
    state: str
    step: str
    attempts: int
    created_at: datetime
    updated_at: datetime
    error: str | None = None


class Recordings(Repository):
    """Recordings, tracks and gaps."""

    async def add(self, recording: Recording) -> None:
        """Keep a recording that starts."""
        await self._insert(schema.recordings, asdict(recording))

    async def save(self, recording: Recording) -> None:
        """Keep that it stopped, or is paused."""
        key = schema.recordings.c.recording_id == recording.recording_id
        await self._update(schema.recordings, key, asdict(recording))

    async def of_session(self, session_id: str) -> list[Recording]:
        """Every recording of a session in the order of time."""
        table = schema.recordings
        query = select(table).where(table.c.session_id == session_id).order_by(table.c.started_at)
        return [Recording(**row) for row in await self._all(query)]

    async def running(self, session_id: str) -> Recording | None:
        """The recording that was started and not stopped."""
        table = schema.recordings
        row = await self._by(table, table.c.session_id == session_id, table.c.stopped_at.is_(None))
        return None if row is None else Recording(**row)

    async def add_track(self, track: TrackRow) -> None:
        """Keep a track that opens."""
        await self._insert(schema.tracks, asdict(track))

    async def save_track(self, track: TrackRow) -> None:
        """Keep what is known of a track now."""
        await self._update(schema.tracks, schema.tracks.c.capture_id == track.capture_id, asdict(track))

    async def track(self, capture_id: int) -> TrackRow | None:
        """One track."""
        row = await self._by(schema.tracks, schema.tracks.c.capture_id == capture_id)
        return None if row is None else TrackRow(**row)

    async def tracks(self, session_id: str) -> list[TrackRow]:
        """Every track of a session by capture id."""
        table = schema.tracks
        query = select(table).where(table.c.session_id == session_id).order_by(table.c.capture_id)
        return [TrackRow(**row) for row in await self._all(query)]

    async def add_gap(self, gap: Gap) -> None:
        """Keep a gap that begins."""
        await self._insert(schema.gaps, asdict(gap))

    async def save_gap(self, gap: Gap) -> None:
        """Keep that it ended."""
        await self._update(schema.gaps, schema.gaps.c.gap_id == gap.gap_id, asdict(gap))

    async def gaps(self, session_id: str) -> list[Gap]:
        """Every gap of a session in the order of time."""
        table = schema.gaps
        query = select(table).where(table.c.session_id == session_id).order_by(table.c.started_at)
        return [Gap(**row) for row in await self._all(query)]

    async def next_capture_id(self) -> int:
        """A number that no track had before."""
        table = schema.counters
        key = table.c.name == "capture"
        query = update(table).where(key).values(value=table.c.value + 1).returning(table.c.value)
        row = (await self._connection.execute(query)).first()
        if row is None:
            await self._connection.execute(insert(table).values(name="capture", value=1))
            return 1
        return int(row[0])


class Filings(Repository):
    """What filing produced, and how far it is."""

    async def job(self, kind: str, session_id: str) -> Job | None:
        """One job."""
        row = await self._by(schema.jobs, schema.jobs.c.kind == kind, schema.jobs.c.session_id == session_id)
        return None if row is None else Job(**row)

    async def add_job(self, job: Job) -> None:
        """Keep a new job."""
        await self._insert(schema.jobs, asdict(job))

    async def save_job(self, job: Job) -> None:
        """Keep how far the job is."""
        key = (schema.jobs.c.kind == job.kind) & (schema.jobs.c.session_id == job.session_id)
        await self._update(schema.jobs, key, asdict(job))

    async def add_view(self, view: ViewRow) -> None:
        """Keep a view."""
        await self._insert(schema.views, asdict(view))

    async def views(self, session_id: str) -> list[ViewRow]:
        """The views of a session."""
        query = select(schema.views).where(schema.views.c.session_id == session_id)
        return [ViewRow(**row) for row in await self._all(query.order_by(schema.views.c.participant_id))]

    async def add(self, filing: Filing) -> None:
        """Keep the dossier's place and digest."""
        await self._insert(schema.filings, asdict(filing))

    async def get(self, session_id: str) -> Filing | None:
        """The dossier of a session, if it was made."""
        row = await self._by(schema.filings, schema.filings.c.session_id == session_id)
        return None if row is None else Filing(**row)
