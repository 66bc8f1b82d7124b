"""The index beside a track's file: which bytes were sealed when, and what is known about them.

``<path>.fragments.jsonl`` has one JSON object a line: first ``track`` (what salvage must know), then one ``fragment``
for each piece, last ``closed``. A line without its line break was torn by a crash and does not count. Chain: the first
link is the SHA-256 of the first line (without its line break); each fragment's is SHA-256(previous link ‖ sha256 of
the fragment), all lower-case hex.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Literal

import msgspec

from recorder.timeline import Gap
from signaling.ids import CaptureId

INDEX_SUFFIX = ".fragments.jsonl"

CloseReason = Literal["stopped", "disk_full", "write_failed"]


class Picture(msgspec.Struct, frozen=True):
    """From ``at`` (seconds of media time) on the picture has this size in pixels."""

    at: float
    width: int
    height: int


class FragmentFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What is known when a fragment is sealed. Media times in seconds, wall times Unix; counts since the start."""

    media_from: float
    media_to: float
    started_at: float | None
    wall_from: float | None
    wall_to: float | None
    sender_clock_ahead: float | None
    packets: int
    lost_packets: int
    broken_frames: int
    gaps: list[Gap] = []
    pictures: list[Picture] = []


class TrackLine(msgspec.Struct, frozen=True, kw_only=True, tag="track", tag_field="line"):
    """The first line of an index. ``opened_at``: Unix time at which the file was opened, before any media."""

    version: int = 1
    capture_id: CaptureId
    path: str
    file: str
    kind: str
    mime_type: str
    clock_rate: int
    channels: int
    opened_at: float


class FragmentLine(msgspec.Struct, frozen=True, kw_only=True, tag="fragment", tag_field="line"):
    """One sealed fragment: bytes ``offset`` to ``offset + size`` of the file."""

    index: int
    offset: int
    size: int
    sha256: str
    chain: str
    facts: FragmentFacts


class ClosedLine(msgspec.Struct, frozen=True, kw_only=True, tag="closed", tag_field="line"):
    """The last line of an index whose file was closed in order. ``sha256``: of the whole file; 0 ``bytes``: there is
    no file, nothing came of the track."""

    closed_at: float
    reason: CloseReason
    sha256: str
    bytes: int
    ended_at: float | None


Line = TrackLine | FragmentLine | ClosedLine

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[Line] = msgspec.json.Decoder(Line)


def index_of(file: Path) -> Path:
    """Where the index of a track's file is."""
    return file.with_name(file.stem + INDEX_SUFFIX)


def last_moment(lines: list[Line]) -> float | None:
    """The wall-clock time (Unix) of the last media that an index vouches for; None when there is none."""
    last = lines[-1] if lines else None
    if isinstance(last, ClosedLine):
        return last.ended_at
    return last.facts.wall_to if isinstance(last, FragmentLine) else None


def link(previous: str, sha256: str) -> str:
    """The next link of the chain."""
    return hashlib.sha256((previous + sha256).encode()).hexdigest()


def encode_line(line: Line) -> bytes:
    """One line without its line break."""
    return _encoder.encode(line)


def read_index(index: Path) -> tuple[list[Line], bytes, bool]:
    """All whole lines of an index, the first one as bytes, and whether whether something was torn off at the end.

    Raises:
        OSError: it cannot be read.
        ValueError: a whole line is not of this format: the index was damaged, not torn.
    """
    *whole, rest = index.read_bytes().split(b"\n")
    try:
        lines: list[Line] = [_decoder.decode(line) for line in whole]
    except msgspec.MsgspecError as error:
        raise ValueError(f"{index.name}: a line does not decode: {error}") from error
    return lines, whole[0] if whole else b"", bool(rest)
