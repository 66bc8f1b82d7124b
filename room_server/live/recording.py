"""Runs the recordings of this node's rooms: who is captured, and what the record says when a process dies.

A recording that does not run says so on every screen, and every gap is in the log with its reason. Media goes on
whatever happens here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager

import structlog

from recorder.control import Track
from room_server.live.captures import Captures
from room_server.live.pauses import CAUCUS, Cause, Pauses
from room_server.live.ports import Ledger, LiveRoom, Recorder
from room_server.live.running import Running, moment
from room_server.services.ports import SYSTEM
from signaling.background import Background, attempt
from signaling.clock import SYSTEM_LATER, Later
from signaling.errors import ErrorCode, SignalingError
from signaling.ids import CaptureId, ParticipantId, PublicationId, RoomId
from signaling.messages import RecordingView
from signaling.tracks import Publication

log = structlog.get_logger(__name__)
FIRST_WAIT, LONGEST_WAIT = 1.0, 30.0
"""Seconds until a recording that did not go on is tried again: twice as many each time."""


class Director:
    """All recordings of this node."""

    def __init__(
        self, ledger: Ledger, recorder: Recorder, now: Callable[[], float], later: Later = SYSTEM_LATER
    ) -> None:
        self._captures = Captures(ledger, recorder, now)
        self._ledger = ledger
        self._recorder = recorder
        self._now = now
        self._later = later
        self._background = Background()
        self._running: dict[RoomId, Running] = {}
        self._reading: dict[RoomId, list[dict[str, bool]]] = {}  # with who agreed meanwhile, or took it back
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
                await self._captures.go_on(running)
            if running.gap_since is not None:
                raise SignalingError(ErrorCode.RECORDING_UNAVAILABLE, "still not", reason=running.reason)
            return
        if room.room_id in self._reading:
            raise SignalingError(ErrorCode.CONFLICT, "the recording starts already")
        with self._heard(room.room_id) as said:
            consenting = await self._ledger.consents(session_id)
            recording_id = await self._ledger.start(session_id, by)
            consenting = _as_said(consenting, said)
        running = Running(room, session_id, recording_id, self._now(), consenting)
        running.paused = self._pauses.why(room.room_id)  # a private talk that began meanwhile found nothing to hold
        self._running[room.room_id] = running
        if running.paused is not None:
            await self._follow_pauses(room, SYSTEM)
            return
        async with running.turn:
            try:
                await self._captures.begin_all(running)
            finally:  # whatever happened to single tracks: it runs, so every screen says so
                running.room.set_recording(running.view())
                self._come_back(running)

    async def adopt(
        self,
        room: LiveRoom,
        session_id: str,
        recording_id: str,
        view: RecordingView,
        silent_since: float,
    ) -> None:
        """A recording was on when its room went away: it goes on with the first track that comes, of those who agree
        by now.

        ``silent_since`` (Unix seconds): the last moment that is in a file. When only the room was closed and opened
        again, in this same process, nothing was lost.
        """
        with self._heard(room.room_id) as said:
            consents = _as_said(await self._ledger.consents(session_id), said)
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
                await self._captures.interrupt(running, "server_restarted", silent_since)
            else:
                running.gap_since, running.reason = view.failed_at, view.reason

    async def stop(self, room: LiveRoom, by: ParticipantId, reason: str) -> None:
        """Close every file and say so.

        Raises:
            SignalingError: WRONG_STATE, nothing is recorded.
        """
        running = self._require(room.room_id)
        async with running.turn:
            self._require_not_over(running)
            try:
                await self._captures.account(running)
                await self._captures.end(running, list(running.captures))
                await self._ledger.stop(running.session_id, by, reason)
            except BaseException:  # it was not stopped: it goes on, as every screen says
                await self._captures.begin_all(running)
                raise
            running.over = True
            if running.again is not None:
                running.again.cancel()
            del self._running[room.room_id]
            self._pauses.end(room.room_id, "host")
        running.room.set_recording(RecordingView(lost_seconds=running.lost_seconds))

    async def opened(self, room: LiveRoom, publication: Publication) -> None:
        """A new track: capture it when a recording runs; one that was interrupted goes on."""
        if (running := self._running.get(room.room_id)) is None:
            return
        async with running.turn:
            try:
                await self._captures.begin(running, publication)
                await self._captures.go_on(running)
            finally:
                self._come_back(running)

    async def closed(self, room: LiveRoom, publication_id: PublicationId) -> None:
        """A track ended: its file is complete."""
        if (running := self._running.get(room.room_id)) is None:
            return
        async with running.turn:
            await self._captures.end(running, [publication_id])
            await self._captures.go_on(running)  # it may have been the one that was missing

    async def consent_changed(self, room: LiveRoom, participant_id: ParticipantId, agreed: bool) -> None:
        """Somebody agreed to be recorded, or took it back: their tracks alone start or stop (PIPL 15)."""
        for said in self._reading.get(room.room_id, ()):
            said[participant_id] = agreed
        if (running := self._running.get(room.room_id)) is None:
            return
        async with running.turn:
            theirs = [item for item in list(room.publications.values()) if item.participant_id == participant_id]
            if agreed:
                running.consenting.add(participant_id)
                for publication in theirs:
                    await self._captures.begin(running, publication)
            else:
                running.consenting.discard(participant_id)
                await self._captures.end(running, [publication.publication_id for publication in theirs])
            await self._captures.go_on(running)

    async def hold(self, room: LiveRoom) -> None:
        """A private talk: record nothing until ``release``, neither what runs nor what somebody would start."""
        self._pauses.begin(room.room_id, "caucus", CAUCUS)
        await self._begin_pause(room, "caucus", SYSTEM)

    async def release(self, room: LiveRoom) -> None:
        """The private talk is over: record again what was recorded before ``hold``, unless a host says not to.

        The talk is over whatever becomes of that: a recording that does not go on is a gap from this moment, and is
        tried again until it does or is over.
        """
        self._pauses.end(room.room_id, "caucus")
        at = self._now()
        try:
            await self._follow_pauses(room, SYSTEM)
        except Exception:
            log.exception("the recording did not go on after a private talk")
            await self._overdue(room, at)
        if (running := self._running.get(room.room_id)) is not None:
            self._come_back(running)

    def still_paused(self, room: LiveRoom, reason: str) -> None:
        """Before ``adopt``: a host had paused the recording when its room went away."""
        self._pauses.begin(room.room_id, "host", reason)

    async def pause(self, room: LiveRoom, by: ParticipantId, reason: str) -> None:
        """Record nothing until ``go_on``, on a host's word.

        Raises:
            SignalingError: WRONG_STATE, nothing is recorded; CONFLICT, it is paused already, for ``detail.reason``.
        """
        running = self._require(room.room_id)
        self._pauses.begin_by_host(room.room_id, reason)
        await self._begin_pause(room, "host", by)
        self._require_not_over(running)

    async def _begin_pause(self, room: LiveRoom, cause: Cause, by: str) -> None:
        try:
            await self._follow_pauses(room, by)
        except BaseException:  # what is not in the books is not paused: after a restart it would go on unasked
            self._pauses.end(room.room_id, cause)
            if (running := self._running.get(room.room_id)) is not None:
                async with running.turn:
                    running.paused = self._pauses.why(room.room_id)
                    if running.due is None:
                        running.held = running.paused is not None
                    try:
                        await self._captures.begin_all(running)
                    finally:
                        running.room.set_recording(running.view())
                self._come_back(running)
            raise

    async def go_on(self, room: LiveRoom, by: ParticipantId) -> None:
        """Take a host's pause back. Raises WRONG_STATE (none), RECORDING_UNAVAILABLE (a private talk runs)."""
        running = self._require(room.room_id)
        word = self._pauses.end_by_host(room.room_id)
        at = self._now()
        try:
            await self._follow_pauses(room, by)
        except BaseException as error:
            if running.held:
                self._pauses.begin(room.room_id, "host", word)
                raise
            await self._overdue(room, at)  # the pause is over in the books, and what is missing is a gap
            self._come_back(running)
            if not isinstance(error, Exception):
                raise
        self._require_not_over(running)

    async def _overdue(self, room: LiveRoom, at: float) -> None:
        if (running := self._running.get(room.room_id)) is None:
            return
        async with running.turn:
            if running.over or self._pauses.why(room.room_id) is not None:
                return
            self._captures.overdue(running, at)

    def _come_back(self, running: Running) -> None:
        """Try later to go on, as long as that may help."""
        if running.again is not None or running.over or not running.comes_back:
            return
        seconds = min(LONGEST_WAIT, FIRST_WAIT * 2.0**running.tries)
        running.tries += 1
        running.again = self._later(seconds, lambda: self._background.run(self._try_again(running)))

    async def _try_again(self, running: Running) -> None:
        running.again = None
        async with running.turn:
            if running.over:
                return
            await attempt(self._captures.go_on(running))
            running.room.set_recording(running.view())
        if running.gap_since is None:
            running.tries = 0
        self._come_back(running)

    async def _follow_pauses(self, room: LiveRoom, by: str) -> None:
        """Stop or begin to capture as the pauses of the room say by the time of one's turn."""
        if (running := self._running.get(room.room_id)) is None:
            return
        if (why := self._pauses.why(room.room_id)) is not None:
            running.paused = why  # at once: whatever waits for its turn captures nothing any more
        async with running.turn:
            if running.over:  # every screen says so already
                return
            reason = self._pauses.why(room.room_id)
            if reason is not None and (not running.held or running.due is not None):
                await self._captures.account(running)  # the pause before it was over, whatever they could write then
                running.held = True
                await self._captures.end(running, list(running.captures))
                running.room.set_recording(running.view())
                await self._ledger.paused(running.session_id, by, moment(self._now()), reason)
            elif reason is None and running.paused is not None:
                if running.held:  # else it ended before anybody knew of it
                    await self._ledger.continued(running.session_id, by, moment(self._now()))
                running.held = False
                running.paused = self._pauses.why(room.room_id)  # a private talk may have begun meanwhile
                await self._captures.begin_all(running)
                await self._captures.go_on(running)
            running.room.set_recording(running.view())

    async def media_lost(self, room: LiveRoom) -> None:
        """The media worker died: close the files, the gap begins."""
        if (running := self._running.get(room.room_id)) is None:
            return
        at = self._now()
        async with running.turn:
            await self._captures.interrupt(running, "media_lost", at)
            await self._captures.end(running, list(running.captures))

    async def recorder_lost(self) -> None:
        """The recorder died: its files stay as they are until they are filed; the gap begins."""
        at = self._now()
        for running in list(self._running.values()):
            async with running.turn:
                await self._captures.interrupt(running, "recorder_lost", at)
                publications = list(running.captures)
                running.captures.clear()
                for publication_id in publications:
                    await self._captures.end_copy(running, publication_id)

    async def recorder_ready(self, tracks: Iterable[Track]) -> None:
        """The recorder is there: close what nobody feeds any more, and go on with what is sent."""
        wanted = {capture_id for running in self._running.values() for capture_id in running.captures.values()}
        for track in tracks:
            if track.capture_id not in wanted:
                await self._captures.close_file(track.capture_id)
        for running in list(self._running.values()):
            async with running.turn:
                await self._captures.go_on(running)

    async def track_failed(self, track: Track, reason: str) -> None:
        """A file can no longer be written: the room goes on, every screen says that the recording stopped."""
        for running in list(self._running.values()):
            if track.capture_id in running.captures.values():
                at = self._now()
                async with running.turn:
                    await self._captures.interrupt(running, reason, at)
                    await self._captures.end(running, list(running.captures))

    async def key_frame_wanted(self, capture_id: CaptureId) -> None:
        """The recorder can keep nothing of a picture before its next key frame (packets were lost on the way)."""
        for running in list(self._running.values()):
            for publication_id, known in list(running.captures.items()):
                if known == capture_id:
                    try:
                        await running.room.media.ask_key_frame(publication_id)
                    except SignalingError as error:
                        log.info("the track had ended", publication=publication_id, reason=error.message)

    @contextmanager
    def _heard(self, room_id: RoomId) -> Iterator[dict[str, bool]]:
        """While the consents of a room are read: who agreed since, or took it back."""
        said: dict[str, bool] = {}
        self._reading.setdefault(room_id, []).append(said)
        try:
            yield said
        finally:
            self._reading[room_id] = [each for each in self._reading[room_id] if each is not said]
            if not self._reading[room_id]:
                del self._reading[room_id]

    def _require(self, room_id: RoomId) -> Running:
        running = self._running.get(room_id)
        if running is None:
            raise SignalingError(ErrorCode.WRONG_STATE, "nothing is recorded")
        return running

    @staticmethod
    def _require_not_over(running: Running) -> None:
        """It may have been stopped while somebody waited for their turn."""
        if running.over:
            raise SignalingError(ErrorCode.WRONG_STATE, "nothing is recorded")


def _as_said(read: set[str], said: Mapping[str, bool]) -> set[str]:
    """Who agrees, by what was read and what was said while it was read."""
    return {each for each in read | said.keys() if said.get(each, True)}
