"""The tracks of recordings: begun and ended one by one, what is missing, and what the books say of it.

Whoever calls holds the turn of the recording.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

import structlog

from room_server.domain.errors import DomainError, Forbidden
from room_server.live.ports import Ledger, Recorder
from room_server.live.running import Running, moment, reason_of
from room_server.services.ports import SYSTEM
from signaling.background import attempt
from signaling.errors import SignalingError
from signaling.ids import CaptureId, PublicationId
from signaling.tracks import Publication

log = structlog.get_logger(__name__)
NOT_CONTINUED: Final = "not_continued"
"""Why a recording does not run that should have gone on when a pause was over."""


class Captures:
    """What is captured of every recording of this node."""

    def __init__(self, ledger: Ledger, recorder: Recorder, now: Callable[[], float]) -> None:
        self._ledger = ledger
        self._recorder = recorder
        self._now = now

    async def begin_all(self, running: Running) -> None:
        """Capture what is not captured yet."""
        for publication in list(running.room.publications.values()):
            await self.begin(running, publication)

    async def go_on(self, running: Running) -> None:
        """End the gap, if there is one, once nothing is missing any more and the books say that there was one."""
        if running.over or running.gap_since is None or running.paused is not None:
            return
        if not await attempt(self.account(running)):
            return
        await self.begin_all(running)
        missing = any(self._wanted(running, each) for each in running.room.publications.values())
        if not missing and (running.captures or running.reason == NOT_CONTINUED):
            await self._resume(running)

    async def account(self, running: Running) -> None:
        """Tell the books what they were not told when it happened: that a pause was over, and that there is a gap.

        Raises: whatever the books refuse; what they took is not told again.
        """
        if running.due is not None:
            await self._ledger.continued(running.session_id, SYSTEM, moment(running.due))
            running.due, running.held = None, False
        if running.gap_since is not None and not running.written:
            await self._ledger.interrupted(running.session_id, running.reason or "", moment(running.gap_since))
            running.written = True

    def overdue(self, running: Running, at: float) -> None:
        """A pause has been over since ``at``, and the recording does not go on: from then on it is a gap."""
        if running.paused is not None:
            running.paused = None
            running.due = at if running.held else None
        if running.gap_since is None:
            running.gap_since, running.reason, running.written = at, NOT_CONTINUED, False
        running.room.set_recording(running.view())

    @staticmethod
    def _wanted(running: Running, publication: Publication) -> bool:
        """Whether this track is to be recorded and is not."""
        missing = publication.publication_id not in running.captures
        agreed = publication.participant_id in running.consenting
        allowed = running.paused is None and running.due is None and not running.over
        return missing and agreed and allowed

    async def begin(self, running: Running, publication: Publication) -> None:
        """Capture one track, if it is to be recorded and is not. A refusal of recorder or worker is a gap."""
        publication_id = publication.publication_id
        if not self._wanted(running, publication):
            return
        if not self._recorder.ready:
            await self.interrupt(running, "recorder_lost", self._now())
            return
        try:
            capture_id = CaptureId(await self._ledger.next_capture_id())
        except BaseException:
            await self.interrupt(running, "recorder_lost", self._now())
            raise
        path = f"{running.session_id}/{capture_id:08d}-{publication.source}"
        try:
            form = await running.room.media.start_capture(publication_id, capture_id)
            await self._recorder.start_track(
                capture_id, path, publication.kind, form.mime_type, form.clock_rate, form.channels, form.payload_type
            )
        except SignalingError as error:
            log.warning("a track is not recorded", publication=publication_id, reason=error.message)
            await self.end_copy(running, publication_id)
            if publication_id in running.room.publications:  # else it ended meanwhile, and nothing of it is missing
                await self.interrupt(running, reason_of(error), self._now())
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
            await self.end(running, [publication_id])
        except BaseException:  # what is not in the books is not recorded
            await self.end(running, [publication_id])
            await self.interrupt(running, "recorder_lost", self._now())
            raise

    async def end(self, running: Running, publications: Iterable[PublicationId]) -> None:
        """Capture these no longer."""
        for publication_id in publications:
            capture_id = running.captures.pop(publication_id, None)
            if capture_id is None:
                continue
            await self.end_copy(running, publication_id)
            await self.close_file(capture_id)

    @staticmethod
    async def end_copy(running: Running, publication_id: PublicationId) -> None:
        """Have the worker copy a track no longer."""
        try:
            await running.room.media.stop_capture(publication_id)
        except SignalingError as error:  # the worker or the track is gone, and the copy with it
            log.info("the capture had ended", publication=publication_id, reason=error.message)

    async def close_file(self, capture_id: CaptureId) -> None:
        """Have the recorder complete a file."""
        try:
            track = await self._recorder.stop_track(capture_id)
        except SignalingError as error:  # filing reads what a dead recorder left
            log.warning("a recorded file was left open", capture=capture_id, reason=error.message)
            return
        try:
            await self._ledger.track_closed(track)
        except DomainError as error:  # a file that was opened just before the process died, and never entered
            log.warning("a recorded file belongs to no recording", capture=capture_id, reason=error.code)

    async def interrupt(self, running: Running, reason: str, at: float) -> None:
        """Something of it is not recorded since ``at``."""
        if running.gap_since is not None or running.over or running.paused is not None:
            return
        running.gap_since, running.reason, running.written = at, reason, False
        running.room.set_recording(running.view())  # at once: the screens must not wait for the disk
        await self.account(running)

    async def _resume(self, running: Running) -> None:
        if running.gap_since is None:
            return
        at = self._now()
        await self._ledger.resumed(running.session_id, moment(at))
        running.lost_seconds += at - running.gap_since
        running.gap_since = running.reason = None
        running.room.set_recording(running.view())
