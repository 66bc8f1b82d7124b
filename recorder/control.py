"""What the web process asks of the recorder process, and what the recorder tells it. Framed by ``signaling.framing``.

Every request has a number; every request gets one ``Done`` or ``Refused`` with that number. Notices have none. The
recorder goes on recording when the control connection breaks; the web process that comes back asks ``ListTracks``.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from signaling.ids import CaptureId


class Request(msgspec.Struct, tag=True):
    """Base of requests. ``number`` is unique on the connection."""

    number: int


class StartTrack(Request):
    """Open a file for what the feed brings under ``capture_id``.

    ``path``: relative to the recorder's folder, without suffix; the recorder chooses the suffix (``.webm`` for Opus,
    VP8, VP9, AV1; ``.mkv`` for H264) and writes ``path + suffix`` and ``path + ".fragments.jsonl"``.
    """

    capture_id: CaptureId
    path: str
    kind: Literal["audio", "video"]
    mime_type: str
    clock_rate: int
    channels: int
    payload_type: int


class StopTrack(Request):
    """Write what is there, close the file, answer with a ``TrackClosed`` notice and then ``Done``."""

    capture_id: CaptureId


class ListTracks(Request):
    """``Done.tracks`` has every open track."""


AnyRequest = StartTrack | StopTrack | ListTracks


class Track(msgspec.Struct):
    """An open or closed track as the recorder knows it. Times are Unix seconds, sizes bytes.

    ``started_at`` and ``ended_at``: wall-clock time of the first and last media in the file (from RTCP sender reports
    where there are any, else from arrival). ``lost_packets``: holes in the sequence numbers. ``sha256``: of the whole
    file, once closed; a track that is closed with 0 ``bytes`` has none.
    """

    capture_id: CaptureId
    path: str
    file: str
    packets: int = 0
    bytes: int = 0
    lost_packets: int = 0
    started_at: float | None = None
    ended_at: float | None = None
    sha256: str | None = None
    fragments: int = 0


class Done(msgspec.Struct, tag=True):
    """The request was carried out."""

    number: int
    tracks: list[Track] = []


class Refused(msgspec.Struct, tag=True):
    """The request was not carried out."""

    number: int
    code: str
    message: str
    reason: str = ""
    """Why nothing can be recorded now: ``disk_full``, ``write_failed``, or empty."""


class TrackClosed(msgspec.Struct, tag=True):
    """A file is complete: nothing will be written to it again."""

    track: Track


class TrackFailed(msgspec.Struct, tag=True):
    """A file can no longer be written: ``disk_full`` or ``write_failed``. What is in it stays and plays."""

    track: Track
    reason: Literal["disk_full", "write_failed"]
    message: str


class FragmentSealed(msgspec.Struct, tag=True):
    """One fragment is on the disk: ``chain`` is SHA-256(previous chain ‖ sha256), both lower-case hex."""

    capture_id: CaptureId
    index: int
    offset: int
    size: int
    sha256: str
    chain: str


class KeyFrameWanted(msgspec.Struct, tag=True):
    """Nothing of this picture can be kept before its next key frame: ask the sender for one. Repeated each second."""

    capture_id: CaptureId


Notice = TrackClosed | TrackFailed | FragmentSealed | KeyFrameWanted
AnyReply = Done | Refused | Notice
