"""Runs the recordings of this node's rooms: who is captured, and what the record says when a process dies.

A recording that does not run says so on every screen, and every gap is in the log with its reason. Media goes on
whatever happens here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import structlog

from recorder.control import Track
from room_server.domain.errors import DomainError, Forbidden
from room_server.live.pauses import CAUCUS, Cause, Pauses
from room_server.live.ports import Ledger, LiveRoom, Recorder
from room_server.live.running import Running, moment, reason_of
from room_server.services.ports import SYSTEM
from signaling.errors import ErrorCode, SignalingError
from signaling.ids import CaptureId, ParticipantId, PublicationId, RoomId
from signaling.messages import RecordingView
from signaling.tracks import Publication

log = structlog.get_logger(__name__)


class Director:
    """All recordings of this node."""

    def __init__(self, ledger: Ledger, recorder: Recorder, now: Callable[[], float]) -> None:
        self._ledger = ledger
        self._recorder = recorder
        self._now = now
        self._running: dict[RoomId, Running] = {}
        self._starting: dict[RoomId, dict[str, bool]] = {}  # with who agreed meanwhile, or took it back
        self._pauses = Pauses()

    def of(self, room_id: RoomId) -> Running | None:
        """The recording that runs (or should run) in a room."""
        return self._running.get(room_id)

    async def start(self, room: LiveRoom, session_id: str, by: ParticipantId) -> None:
        """Record every track of those who agreed.

        A recording that failed is tried again, as one recording with a gap: what filled the disk or broke a file does
        not go away by itself, so somebody has to say that it is put right.

        Raises:
            SignalingError: RECORDING_UNAVAILABLE, the recorder is not there or (``detail.reason``) still cannot write;
            CONFLICT, a recording runs already.
        """
        running = self._running.get(room.room_id)
        if running is not None and running.gap_since is None:
            raise SignalingError(ErrorCode.CONFLICT, "the recording runs already")
        if (held := self._pauses.why(room.room_id)) is not None:
            raise SignalingError(ErrorCode.RECORDING_UNAVAILABLE, "nothing is recorded now", reason=held)
        if not self._recorder.ready:
            raise SignalingError(ErrorCode.RECORDING_UNAVAILABLE, "the recorder is not there")
        if running is not None:
            async with running.turn:
                await self._go_on(running)
            if running.gap_since is not None:
                raise SignalingError(ErrorCode.RECORDING_UNAVAILABLE, "still not", reason=running.reason)
            return
        if room.room_id in self._starting:
            raise SignalingError(ErrorCode.CONFLICT, "the recording starts already")
        self._starting[room.room_id] = {}
        try:
            consenting = await self._ledger.consents(session_id)
            recording_id = await self._ledger.start(session_id, by)
        finally:
            said = self._starting.pop(room.room_id)
        consenting = {each for each in consenting | said.keys() if said.get(each, True)}
        running = Running(room, session_id, recording_id, self._now(), consenting)
        running.paused = self._pauses.why(room.room_id)  # a private talk that began meanwhile found nothing to hold
        self._running[room.room_id] = running
        if running.paused is not None:
            await self._follow_pauses(room, SYSTEM)
            return
        async with running.turn:
            try:
                await self._capture_all(running)
            finally:  # whatever happened to single tracks: it runs, so every screen says so
                running.room.set_recording(running.view())

    async def adopt(
        self,
        room: LiveRoom,
        session_id: str,
        recording_id: str,
        view: RecordingView,
        silent_since: float,
        consents: set[str],
    ) -> None:
        """A recording was on when its room went away: it goes on with the first track that comes.

        ``silent_since`` (Unix seconds): the last moment that is in a file. When only the room was closed and opened
        again, in this same process, nothing was lost.
        """
        if (running := self._running.get(room.room_id)) is not None:
            running.room, running.consenting = room, consents
            room.set_recording(running.view())
            return
        started = view.started_at if view.started_at is not None else silent_since
        running = Running(room, session_id, recording_id, started, consents, view.lost_seconds)
        running.paused = self._pauses.why(room.room_id)
        running.held = running.paused is not None
        self._running[room.room_id] = running
        async with running.turn:
            if running.paused is not None:
                running.gap_since = view.failed_at
                running.room.set_recording(running.view())  # paused before and now: nothing was lost between
            elif view.failed_at is None:
                await self._interrupt(running, "server_restarted", silent_since)
            else:
                running.gap_since, running.reason = view.failed_at, view.reason

    async def stop(self, room: LiveRoom, by: ParticipantId, reason: str) -> None:
        """Close every file and say so.

        Raises:
            SignalingError: WRONG_STATE, nothing is recorded.
        """
        running = self._require(room.room_id)
        async with running.turn:
            if running.over:
                raise SignalingError(ErrorCode.WRONG_STATE, "nothing is recorded")
            try:
                await self._release(running, list(running.captures))
                await self._ledger.stop(running.session_id, by, reason)
            except BaseException:  # it was not stopped: it goes on, as every screen says
                await self._capture_all(running)
                raise
            running.over = True
            del self._running[room.room_id]
            self._pauses.end(room.room_id, "host")
        running.room.set_recording(RecordingView(lost_seconds=running.lost_seconds))

    async def opened(self, room: LiveRoom, publication: Publication) -> None:
        """A new track: capture it when a recording runs; one that was interrupted goes on."""
        if (running := self._running.get(room.room_id)) is None:
            return
        async with running.turn:
            await self._capture(running, publication)
            await self._go_on(running)

    async def closed(self, room: LiveRoom, publication_id: PublicationId) -> None:
        """A track ended: its file is complete."""
        if (running := self._running.get(room.room_id)) is None:
            return
        async with running.turn:
            await self._release(running, [publication_id])
            await self._go_on(running)  # it may have been the one that was missing

    async def consent_changed(self, room: LiveRoom, participant_id: ParticipantId, agreed: bool) -> None:
        """Somebody agreed to be recorded, or took it back: their tracks alone start or stop (PIPL 15)."""
        if (running := self._running.get(room.room_id)) is None:
            self._starting.get(room.room_id, {})[participant_id] = agreed
            return
        async with running.turn:
            theirs = [item for item in list(room.publications.values()) if item.participant_id == participant_id]
            if agreed:
                running.consenting.add(participant_id)
                for publication in theirs:
                    await self._capture(running, publication)
            else:
                running.consenting.discard(participant_id)
                await self._release(running, [publication.publication_id for publication in theirs])
            await self._go_on(running)

    async def hold(self, room: LiveRoom) -> None:
        """A private talk: record nothing until ``release``, neither what runs nor what somebody would start."""
        self._pauses.begin(room.room_id, "caucus", CAUCUS)
        await self._begin_pause(room, "caucus", SYSTEM)

    async def release(self, room: LiveRoom) -> None:
        """The private talk is over: record again what was recorded before ``hold``, unless a host says not to."""
        self._pauses.end(room.room_id, "caucus")
        await self._follow_pauses(room, SYSTEM)

    def still_paused(self, room: LiveRoom, reason: str) -> None:
        """Before ``adopt``: a host had paused the recording when its room went away."""
        self._pauses.begin(room.room_id, "host", reason)

    async def pause(self, room: LiveRoom, by: ParticipantId, reason: str) -> None:
        """Record nothing until ``go_on``, on a host's word.

        Raises:
            SignalingError: WRONG_STATE, nothing is recorded; CONFLICT, it is paused already, for ``detail.reason``.
        """
        self._require(room.room_id)
        self._pauses.begin_by_host(room.room_id, reason)
        await self._begin_pause(room, "host", by)

    async def _begin_pause(self, room: LiveRoom, cause: Cause, by: str) -> None:
        try:
            await self._follow_pauses(room, by)
        except BaseException:  # what is not in the books is not paused: after a restart it would go on unasked
            self._pauses.end(room.room_id, cause)
            if (running := self._running.get(room.room_id)) is not None:
                async with running.turn:
                    running.paused = self._pauses.why(room.room_id)
                    running.held = running.paused is not None
                    try:
                        await self._capture_all(running)
                    finally:
                        running.room.set_recording(running.view())
            raise

    async def go_on(self, room: LiveRoom, by: ParticipantId) -> None:
        """Take a host's pause back. Raises WRONG_STATE (none), RECORDING_UNAVAILABLE (a private talk runs)."""
        self._require(room.room_id)
        word = self._pauses.end_by_host(room.room_id)
        try:
            await self._follow_pauses(room, by)
        except BaseException:
            self._pauses.begin(room.room_id, "host", word)
            raise

    async def _follow_pauses(self, room: LiveRoom, by: str) -> None:
        """Stop or begin to capture as the pauses of the room say by the time of one's turn."""
        if (running := self._running.get(room.room_id)) is None:
            return
        if (why := self._pauses.why(room.room_id)) is not None:
            running.paused = why  # at once: whatever waits for its turn captures nothing any more
        async with running.turn:
            reason = self._pauses.why(room.room_id)
            if reason is not None and not running.held:
                running.held = True
                await self._release(running, list(running.captures))
                running.room.set_recording(running.view())
                await self._ledger.paused(running.session_id, by, moment(self._now()), reason)
            elif reason is None and running.paused is not None:
                if running.held:  # else it ended before anybody knew of it
                    await self._ledger.continued(running.session_id, by, moment(self._now()))
                running.paused = self._pauses.why(room.room_id)  # a private talk may have begun meanwhile
                running.held = False
                await self._capture_all(running)
                await self._go_on(running)
            running.room.set_recording(running.view())

    async def media_lost(self, room: LiveRoom) -> None:
        """The media worker died: close the files, the gap begins."""
        if (running := self._running.get(room.room_id)) is None:
            return
        at = self._now()
        async with running.turn:
            await self._interrupt(running, "media_lost", at)
            await self._release(running, list(running.captures))

    async def recorder_lost(self) -> None:
        """The recorder died: its files stay as they are until they are filed; the gap begins."""
        at = self._now()
        for running in list(self._running.values()):
            async with running.turn:
                await self._interrupt(running, "recorder_lost", at)
                publications = list(running.captures)
                running.captures.clear()
                for publication_id in publications:
                    await self._stop_capture(running, publication_id)

    async def recorder_ready(self, tracks: Iterable[Track]) -> None:
        """The recorder is there: close what nobody feeds any more, and go on with what is sent."""
        wanted = {capture_id for running in self._running.values() for capture_id in running.captures.values()}
        for track in tracks:
            if track.capture_id not in wanted:
                await self._close_file(track.capture_id)
        for running in list(self._running.values()):
            async with running.turn:
                await self._go_on(running)

    async def track_failed(self, track: Track, reason: str) -> None:
        """A file can no longer be written: the room goes on, every screen says that the recording stopped."""
        for running in list(self._running.values()):
            if track.capture_id in running.captures.values():
                at = self._now()
                async with running.turn:
                    await self._interrupt(running, reason, at)
                    await self._release(running, list(running.captures))

    async def key_frame_wanted(self, capture_id: CaptureId) -> None:
        """The recorder can keep nothing of a picture before its next key frame (packets were lost on the way)."""
        for running in list(self._running.values()):
            for publication_id, known in list(running.captures.items()):
                if known == capture_id:
                    try:
                        await running.room.media.ask_key_frame(publication_id)
                    except SignalingError as error:
                        log.info("the track had ended", publication=publication_id, reason=error.message)

    def _require(self, room_id: RoomId) -> Running:
        running = self._running.get(room_id)
        if running is None:
            raise SignalingError(ErrorCode.WRONG_STATE, "nothing is recorded")
        return running

    # ---- one step each; the caller holds the recording's turn --------------------------------------------------------

    async def _capture_all(self, running: Running) -> None:
        """Capture what is not captured yet."""
        for publication in list(running.room.publications.values()):
            await self._capture(running, publication)

    async def _go_on(self, running: Running) -> None:
        """End the gap, if there is one, once nothing is missing any more."""
        if running.gap_since is None or running.paused is not None:
            return
        await self._capture_all(running)
        if running.captures and not any(self._wanted(running, each) for each in running.room.publications.values()):
            await self._resume(running)

    @staticmethod
    def _wanted(running: Running, publication: Publication) -> bool:
        """Whether this track is to be recorded and is not."""
        missing = publication.publication_id not in running.captures
        agreed = publication.participant_id in running.consenting
        return missing and agreed and running.paused is None and not running.over

    async def _capture(self, running: Running, publication: Publication) -> None:
        publication_id = publication.publication_id
        if not self._wanted(running, publication):
            return
        if not self._recorder.ready:
            await self._interrupt(running, "recorder_lost", self._now())
            return
        capture_id = CaptureId(await self._ledger.next_capture_id())
        path = f"{running.session_id}/{capture_id:08d}-{publication.source}"
        try:
            form = await running.room.media.start_capture(publication_id, capture_id)
            await self._recorder.start_track(
                capture_id, path, publication.kind, form.mime_type, form.clock_rate, form.channels, form.payload_type
            )
        except SignalingError as error:
            log.warning("a track is not recorded", publication=publication_id, reason=error.message)
            await self._stop_capture(running, publication_id)
            if publication_id in running.room.publications:  # else it ended meanwhile, and nothing of it is missing
                await self._interrupt(running, reason_of(error), self._now())
            return
        running.captures[publication_id] = capture_id
        try:
            await self._ledger.track_opened(
                running.session_id,
                running.recording_id,
                capture_id,
                participant_id=publication.participant_id,
                kind=publication.kind,
                source=publication.source,
                mime_type=form.mime_type,
                path=path,
            )
        except Forbidden:  # they took their consent back this very moment
            running.consenting.discard(publication.participant_id)
            await self._release(running, [publication_id])
        except BaseException:  # what is not in the books is not recorded
            await self._release(running, [publication_id])
            await self._interrupt(running, "recorder_lost", self._now())
            raise

    async def _release(self, running: Running, publications: Iterable[PublicationId]) -> None:
        for publication_id in publications:
            capture_id = running.captures.pop(publication_id, None)
            if capture_id is None:
                continue
            await self._stop_capture(running, publication_id)
            await self._close_file(capture_id)

    async def _stop_capture(self, running: Running, publication_id: PublicationId) -> None:
        try:
            await running.room.media.stop_capture(publication_id)
        except SignalingError as error:  # the worker or the track is gone, and the copy with it
            log.info("the capture had ended", publication=publication_id, reason=error.message)

    async def _close_file(self, capture_id: CaptureId) -> None:
        try:
            track = await self._recorder.stop_track(capture_id)
        except SignalingError as error:  # filing reads what a dead recorder left
            log.warning("a recorded file was left open", capture=capture_id, reason=error.message)
            return
        try:
            await self._ledger.track_closed(track)
        except DomainError as error:  # a file that was opened just before the process died, and never entered
            log.warning("a recorded file belongs to no recording", capture=capture_id, reason=error.code)

    async def _interrupt(self, running: Running, reason: str, at: float) -> None:
        if running.gap_since is not None or running.over or running.paused is not None:
            return
        running.gap_since, running.reason = at, reason
        running.room.set_recording(running.view())  # at once: the screens must not wait for the disk
        await self._ledger.interrupted(running.session_id, reason, moment(at))

    async def _resume(self, running: Running) -> None:
        if running.gap_since is None:
            return
        at = self._now()
        await self._ledger.resumed(running.session_id, moment(at))
        running.lost_seconds += at - running.gap_since
        running.gap_since = running.reason = None
        running.room.set_recording(running.view())
