"""What a ``Director`` needs of its surroundings, in memory: the worker's copies, the recorder's files, the books."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from recorder.control import Track
from room_server.domain.errors import Forbidden
from signaling.errors import ErrorCode, SignalingError
from signaling.ids import CaptureId, PublicationId
from signaling.media import CaptureFormat
from signaling.messages import Kind


@dataclass
class Feed:
    copied: dict[PublicationId, CaptureId] = field(default_factory=dict)
    refusal: SignalingError | None = None

    async def start_capture(self, publication_id: PublicationId, capture_id: CaptureId) -> CaptureFormat:
        if self.refusal is not None:
            raise self.refusal
        self.copied[publication_id] = capture_id
        return CaptureFormat("audio/opus", 48000, 2, 111)

    async def stop_capture(self, publication_id: PublicationId) -> None:
        if self.copied.pop(publication_id, None) is None:
            raise SignalingError(ErrorCode.NOT_FOUND, "no such capture")

    async def ask_key_frame(self, publication_id: PublicationId) -> None:
        return


@dataclass
class Recorder:
    ready: bool = True
    files: dict[CaptureId, str] = field(default_factory=dict)
    refusal: SignalingError | None = None
    refused_paths: set[str] = field(default_factory=set)

    async def start_track(
        self, capture_id: CaptureId, path: str, kind: Kind, mime: str, clock_rate: int, channels: int, payload_type: int
    ) -> None:
        if self.refusal is not None:
            raise self.refusal
        if path.rpartition("-")[2] in self.refused_paths:
            raise SignalingError(ErrorCode.RECORDING_UNAVAILABLE, "refused")
        self.files[capture_id] = path

    async def stop_track(self, capture_id: CaptureId) -> Track:
        if capture_id not in self.files:
            raise SignalingError(ErrorCode.NOT_FOUND, "no such track")
        return Track(capture_id, self.files.pop(capture_id), "file.webm")

    def dies(self) -> None:
        self.files.clear()
        self.ready = False


@dataclass
class Ledger:
    agreed: set[str] = field(default_factory=lambda: {"worker", "company", "host"})
    lines: list[tuple[str, ...]] = field(default_factory=list)
    continued_at: list[float] = field(default_factory=list)
    captures: int = 0
    withdrawn: set[str] = field(default_factory=set)
    refusal: Exception | None = None
    continuing: Callable[[], None] = lambda: None
    on_start: Callable[[], None] = lambda: None
    starts: asyncio.Event | None = None
    starting: asyncio.Event = field(default_factory=asyncio.Event)
    on_stop: asyncio.Event | None = None
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    async def start(self, session_id: str, by: str) -> str:
        self.on_start()
        self.starting.set()
        if self.starts is not None:
            await self.starts.wait()
        self.lines.append(("start", by))
        return "recording"

    async def stop(self, session_id: str, by: str, reason: str) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.stopping.set()
        if self.on_stop is not None:
            await self.on_stop.wait()
        self.lines.append(("stop", by, reason))

    async def consents(self, session_id: str) -> set[str]:
        return set(self.agreed)

    async def next_capture_id(self) -> int:
        self.captures += 1
        return self.captures

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
        if participant_id in self.withdrawn:
            raise Forbidden("recording_not_agreed")
        self.lines.append(("opened", participant_id, source))

    async def track_closed(self, track: Track) -> None:
        self.lines.append(("closed", str(track.capture_id)))

    async def interrupted(self, session_id: str, reason: str, at: datetime) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.lines.append(("interrupted", reason, str(at.timestamp())))

    async def paused(self, session_id: str, by: str, at: datetime, reason: str) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.lines.append(("paused", by, reason))

    async def continued(self, session_id: str, by: str, at: datetime) -> None:
        if self.refusal is not None:
            raise self.refusal
        await asyncio.sleep(0)
        self.continuing()
        self.continued_at.append(at.timestamp())
        self.lines.append(("continued", by))

    async def resumed(self, session_id: str, at: datetime) -> None:
        self.lines.append(("resumed", str(at.timestamp())))
