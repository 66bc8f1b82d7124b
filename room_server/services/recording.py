"""What is recorded, of whom, and when it was not: the recorder's files are elsewhere, this is the account of them."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import structlog

from recorder.control import Track
from recorder.index import INDEX_SUFFIX, last_moment, read_index
from room_server.domain.consent import RECORDING, agreed, by_person, purposes
from room_server.domain.errors import Conflict, Forbidden, NotFound
from room_server.domain.people import Role
from room_server.services.consents import minutes_of
from room_server.services.ports import SYSTEM, Ports
from room_server.services.sessions import require_host
from room_server.store.recordings import Gap, Recording, TrackRow
from room_server.store.unit_of_work import UnitOfWork
from signaling.ids import CaptureId, new_id
from signaling.messages import RecordingView

log = structlog.get_logger(__name__)


class RecordingService:
    """Recordings, tracks and gaps."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def consents(self, session_id: str) -> set[str]:
        """Participant ids of everybody who may be recorded: parties who agreed, and the host, who holds the session."""
        async with self._ports.unit_of_work() as unit:
            return await _recordable(unit, session_id)

    async def start(self, session_id: str, by: str) -> str:
        """Begin a recording. Returns its id.

        Raises:
            Forbidden: ``by`` is not the host. Conflict: ``wrong_state``: one runs, or the session has ended;
            ``recording_no_consent``: no party agreed (ODM 22: off unless agreed).
        """
        now = self._ports.clock()
        async with self._ports.unit_of_work() as unit:
            (await unit.sessions.get(session_id)).require_open()
            await require_host(unit, session_id, by)
            if await unit.recordings.running(session_id) is not None:
                raise Conflict("wrong_state", recording="on")
            people = await _recordable(unit, session_id)
            if people <= await _hosts(unit, session_id):
                raise Conflict("recording_no_consent")
            recording = Recording(new_id("rec"), session_id, now)
            await unit.recordings.add(recording)
            data = {
                "recording": recording.recording_id,
                "people": sorted(people),
                "replaces_minutes": (await minutes_of(unit, session_id)).replaced,
            }
            await unit.log.append(session_id, at=now, kind="recording_started", actor=by, data=data)
        return recording.recording_id

    async def next_capture_id(self) -> CaptureId:
        """A number for a track that no track of this node had before."""
        async with self._ports.unit_of_work() as unit:
            return CaptureId(await unit.recordings.next_capture_id())

    async def track_opened(
        self,
        session_id: str,
        recording_id: str,
        capture_id: int,
        *,
        participant_id: str,
        kind: str,
        source: str,
        mime_type: str,
        path: str,
    ) -> None:
        """A file begins. ``path``: relative to the recorder's folder, without suffix.

        Raises:
            Forbidden: ``recording_not_agreed``. Conflict: ``wrong_state``: that recording does not run.
        """
        now = self._ports.clock()
        async with self._ports.unit_of_work() as unit:
            running = await unit.recordings.running(session_id)
            if running is None or running.recording_id != recording_id:
                raise Conflict("wrong_state", recording="off")
            if participant_id not in await _recordable(unit, session_id):
                raise Forbidden("recording_not_agreed")
            track = TrackRow(
                capture_id, recording_id, session_id, participant_id, kind, source, mime_type, path, opened_at=now
            )
            await unit.recordings.add_track(track)
            agreed_to = purposes(await unit.consents.of_participant(participant_id))
            data = {
                "capture": capture_id,
                "participant": participant_id,
                "kind": kind,
                "source": source,
                "path": path,
                "purposes": list(agreed_to),
            }
            await unit.log.append(session_id, at=now, kind="track_started", actor=participant_id, data=data)

    async def track_closed(self, track: Track) -> None:
        """A file is complete (a notice of the recorder). Told twice, the second time changes nothing.

        Raises:
            NotFound: no such track was opened.
        """
        async with self._ports.unit_of_work() as unit:
            row = await unit.recordings.track(track.capture_id)
            if row is None:
                raise NotFound("not_found")
            if row.closed_at is None:
                await close_track(unit, row, track, self._ports.clock(), "recorder")

    async def interrupted(self, session_id: str, reason: str, at: datetime) -> None:
        """Nothing is recorded from ``at`` on, though a recording is on. Within a gap, a second report is not a gap."""
        async with self._ports.unit_of_work() as unit:
            running = await unit.recordings.running(session_id)
            if running is None or _open_gap(await unit.recordings.gaps(session_id)) is not None:
                return
            await unit.recordings.add_gap(Gap(new_id("gap"), session_id, running.recording_id, at, reason))
            data = {"recording": running.recording_id, "reason": reason}
            await unit.log.append(session_id, at=at, kind="recording_interrupted", actor=SYSTEM, data=data)

    async def resumed(self, session_id: str, at: datetime) -> None:
        """Recording goes on."""
        async with self._ports.unit_of_work() as unit:
            gap = _open_gap(await unit.recordings.gaps(session_id))
            if gap is None:
                return
            await unit.recordings.save_gap(replace(gap, ended_at=at))
            data = {"recording": gap.recording_id, "lost_seconds": _seconds(gap, at), "reason": gap.reason}
            await unit.log.append(session_id, at=at, kind="recording_resumed", actor=SYSTEM, data=data)

    async def paused(self, session_id: str, by: str, at: datetime, reason: str) -> None:
        """Nothing is recorded from ``at`` on, on purpose: not a gap (REC 3: what is not suitable may be left out).

        A host's pause is kept: after a restart the recording is still paused.
        """
        async with self._ports.unit_of_work() as unit:
            running = await unit.recordings.running(session_id)
            if running is not None:
                if by != SYSTEM:
                    await unit.recordings.save(replace(running, pause_reason=reason))
                data = {"recording": running.recording_id, "reason": reason}
                await unit.log.append(session_id, at=at, kind="recording_paused", actor=by, data=data)

    async def continued(self, session_id: str, by: str, at: datetime) -> None:
        """The pause is over."""
        async with self._ports.unit_of_work() as unit:
            running = await unit.recordings.running(session_id)
            if running is not None:
                await unit.recordings.save(replace(running, pause_reason=None))
                data = {"recording": running.recording_id}
                await unit.log.append(session_id, at=at, kind="recording_continued", actor=by, data=data)

    async def stop(self, session_id: str, by: str, reason: str = "") -> None:
        """End the recording; an open gap ends with it.

        Raises:
            Forbidden: ``by`` is not the host. Conflict: ``wrong_state``: none runs.
        """
        now = self._ports.clock()
        async with self._ports.unit_of_work() as unit:
            await require_host(unit, session_id, by)
            running = await unit.recordings.running(session_id)
            if running is None:
                raise Conflict("wrong_state", recording="off")
            gap = _open_gap(await unit.recordings.gaps(session_id))
            if gap is not None:
                await unit.recordings.save_gap(replace(gap, ended_at=now))
            await unit.recordings.save(replace(running, stopped_at=now, reason=reason or None, pause_reason=None))
            data = {"recording": running.recording_id, "reason": reason}
            await unit.log.append(session_id, at=now, kind="recording_stopped", actor=by, data=data)

    async def running(self, session_id: str) -> Recording | None:
        """The recording that was started and not stopped (after a restart of this process: go on with it)."""
        async with self._ports.unit_of_work() as unit:
            return await unit.recordings.running(session_id)

    async def tracks(self, session_id: str) -> list[TrackRow]:
        """Every track of the session so far; ``closed_at`` None: open as far as is known."""
        async with self._ports.unit_of_work() as unit:
            return await unit.recordings.tracks(session_id)

    async def silent_since(self, running: Recording) -> float:
        """Since when nothing is recorded of a recording that the process before was to make (Unix seconds).

        From the last moment in a file, but not from before this recording, nor from within a gap or a pause that was
        over by then: killed in the first second after one, the process left nothing in a file since.
        """
        async with self._ports.unit_of_work() as unit:
            gaps = await unit.recordings.gaps(running.session_id)
            paused = await unit.log.newest(running.session_id, "recording_continued", "caucus_closed")
        moments = [running.started_at, *(gap.ended_at for gap in gaps if gap.ended_at is not None)]
        if paused is not None:
            moments.append(datetime.fromisoformat(paused.at))
        begun = max(moments).timestamp()
        last = await self.last_moment(running.session_id)
        return begun if last is None else max(begun, last)

    async def last_moment(self, session_id: str) -> float | None:
        """The last moment that is in a file (Unix seconds), also in one that a dead process left open."""
        rows = await self.tracks(session_id)
        return await asyncio.to_thread(_last_moment, self._ports.recordings, rows)

    async def current(self, session_id: str) -> RecordingView:
        """What every screen shows."""
        async with self._ports.unit_of_work() as unit:
            running = await unit.recordings.running(session_id)
            gaps = await unit.recordings.gaps(session_id)
        if running is not None:  # as long as one runs, what an earlier one had lost is not its own
            gaps = [gap for gap in gaps if gap.recording_id == running.recording_id]
        lost = sum(_seconds(gap, gap.ended_at) for gap in gaps if gap.ended_at is not None)
        if running is None:
            return RecordingView(state="off", lost_seconds=lost)
        gap = _open_gap(gaps)
        started = running.started_at.timestamp()
        if running.pause_reason is not None:
            broken = None if gap is None else gap.started_at.timestamp()
            return RecordingView("paused", started, broken, running.pause_reason, lost)
        if gap is None:
            return RecordingView(state="on", started_at=started, lost_seconds=lost)
        return RecordingView("failed", started, gap.started_at.timestamp(), gap.reason, lost)


async def close_track(unit: UnitOfWork, row: TrackRow, track: Track, at: datetime, how: str) -> None:
    """Keep what a complete file holds, or that nothing came of the track (whoever is muted all the time).

    ``how``: ``recorder``, or ``salvaged`` from a file that was left behind.
    """
    if track.bytes == 0:
        await unit.recordings.save_track(replace(row, closed_at=at, packets=track.packets))
        nothing = {
            "capture": row.capture_id,
            "participant": row.participant_id,
            "packets": track.packets,
            "how": how,
        }
        await unit.log.append(row.session_id, at=at, kind="track_empty", actor=SYSTEM, data=nothing)
        return
    closed = replace(
        row,
        file=track.file,
        closed_at=at,
        started_at=track.started_at,
        ended_at=track.ended_at,
        sha256=track.sha256,
        bytes=track.bytes,
        packets=track.packets,
        lost_packets=track.lost_packets,
        fragments=track.fragments,
    )
    await unit.recordings.save_track(closed)
    data = {
        "capture": row.capture_id,
        "participant": row.participant_id,
        "file": track.file,
        "sha256": track.sha256,
        "lost_packets": track.lost_packets,
        "how": how,
    }
    await unit.log.append(row.session_id, at=at, kind="track_ended", actor=SYSTEM, data=data)


async def _recordable(unit: UnitOfWork, session_id: str) -> set[str]:
    answers = by_person(await unit.consents.of_session(session_id))
    return {
        person.participant_id
        for person in await unit.participants.of_session(session_id)
        if person.role is Role.HOST or agreed(RECORDING, answers.get(person.participant_id, []))
    }


async def _hosts(unit: UnitOfWork, session_id: str) -> set[str]:
    return {one.participant_id for one in await unit.participants.of_session(session_id) if one.role is Role.HOST}


def _last_moment(folder: Path, rows: list[TrackRow]) -> float | None:
    moments: list[float] = []
    for row in rows:
        ended_at = row.ended_at
        if row.closed_at is None:
            try:
                ended_at = last_moment(read_index(folder / (row.path + INDEX_SUFFIX))[0])
            except (OSError, ValueError) as error:  # filing tells what is missing; the gap is longer then
                log.warning("a recorded file has no readable index", path=row.path, error=str(error))
        if ended_at is not None:
            moments.append(ended_at)
    return max(moments, default=None)


def _open_gap(gaps: list[Gap]) -> Gap | None:
    return next((gap for gap in gaps if gap.ended_at is None), None)


def _seconds(gap: Gap, until: datetime) -> float:
    return round(max(0.0, (until - gap.started_at).total_seconds()), 3)
