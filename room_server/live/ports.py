"""What the recordings of live rooms need from their surroundings; tests give them in memory."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from recorder.control import Track
from signaling.ids import CaptureId, PublicationId, RoomId
from signaling.media import CaptureFormat
from signaling.messages import Kind, RecordingView
from signaling.tracks import Publication


class LiveRoom(Protocol):
    """What this module needs of a room."""

    @property
    def room_id(self) -> RoomId:
        """Its name."""

    @property
    def media(self) -> Feed:
        """Its media worker."""

    @property
    def publications(self) -> Mapping[PublicationId, Publication]:
        """Every track that is sent."""

    def set_recording(self, view: RecordingView) -> None:
        """Show it on every screen."""


class Feed(Protocol):
    """The media worker's side: copies of tracks."""

    async def start_capture(self, publication_id: PublicationId, capture_id: CaptureId) -> CaptureFormat:
        """Begin."""

    async def stop_capture(self, publication_id: PublicationId) -> None:
        """End."""

    async def ask_key_frame(self, publication_id: PublicationId) -> None:
        """Have the sender make a key frame."""


class Recorder(Protocol):
    """The recorder process's side: files of tracks."""

    @property
    def ready(self) -> bool:
        """Whether it is connected."""

    async def start_track(
        self,
        capture_id: CaptureId,
        path: str,
        kind: Kind,
        mime_type: str,
        clock_rate: int,
        channels: int,
        payload_type: int,
    ) -> None:
        """Open a file."""

    async def stop_track(self, capture_id: CaptureId) -> Track:
        """Close it."""


class Ledger(Protocol):
    """The service that keeps recordings and tracks in the database and in the log; every call commits."""

    async def start(self, session_id: str, by: str) -> str:
        """A new recording; its id."""

    async def stop(self, session_id: str, by: str, reason: str) -> None:
        """The recording is over."""

    async def consents(self, session_id: str) -> set[str]:
        """Participants who agreed to be recorded (a separate consent, PIPL 14 and 29; ODM 22)."""

    async def next_capture_id(self) -> int:
        """A number that no track on this node had before."""

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
        """A file was opened."""

    async def track_closed(self, track: Track) -> None:
        """A file is complete."""

    async def interrupted(self, session_id: str, reason: str, at: datetime) -> None:
        """Nothing is recorded since ``at``."""

    async def paused(self, session_id: str, by: str, at: datetime, reason: str) -> None:
        """Nothing is recorded since ``at``, on purpose; a host's pause outlives this process."""

    async def continued(self, session_id: str, by: str, at: datetime) -> None:
        """The pause is over."""

    async def resumed(self, session_id: str, at: datetime) -> None:
        """Recording goes on since ``at``."""
