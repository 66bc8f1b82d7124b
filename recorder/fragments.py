"""Fragments: a track's file grows by sealed pieces, each hashed, chained and listed in an index beside the file.

Every fragment is handed to the kernel at once, so that killing the process loses none; ``FragmentWriter.sync`` makes
them survive a power failure and is called at most once a second. ``salvage`` reads what a dead recorder left.
"""

from __future__ import annotations

import errno
import hashlib
import os
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import av

from recorder.control import FragmentSealed, Track
from recorder.index import (
    INDEX_SUFFIX,
    ClosedLine,
    CloseReason,
    FragmentFacts,
    FragmentLine,
    Picture,
    TrackLine,
    encode_line,
    index_of,
    link,
    read_index,
)
from recorder.timeline import Gap

FILE_MODE = 0o600
CHUNK_BYTES = 1 << 20


def reason_of(error: OSError) -> Literal["disk_full", "write_failed"]:
    """Which failure an error of the disk is."""
    return "disk_full" if error.errno in (errno.ENOSPC, errno.EDQUOT) else "write_failed"


class FragmentWriter:
    """A file and its index, both new. ``sync`` may run in another thread than the rest."""

    def __init__(self, file: Path, track: TrackLine) -> None:
        """Create both files.

        Raises:
            FileExistsError: one of them exists; nothing is ever written over.
            OSError: they cannot be written.
        """
        line = encode_line(track)
        self._path = file
        self._capture_id = track.capture_id
        self._chain = hashlib.sha256(line).hexdigest()
        self._hash = hashlib.sha256()
        self._lock = threading.Lock()
        self._failed = False
        self._index_bytes = 0
        self.bytes = 0
        self.fragments = 0
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        self._file = os.open(file, flags, FILE_MODE)
        try:
            self._index = os.open(index_of(file), flags, FILE_MODE)
        except OSError:
            os.close(self._file)
            file.unlink()
            raise
        try:
            self._append_line(line)
            _sync_folder(file.parent)
        except OSError:
            self._close_both()
            file.unlink()
            index_of(file).unlink()
            raise

    @property
    def sha256(self) -> str:
        """Of everything sealed so far, lower-case hex."""
        return self._hash.hexdigest()

    def seal(self, data: bytes, facts: FragmentFacts) -> FragmentSealed:
        """Append one fragment: hash, chain, write, list. What is hashed is what lies on the disk.

        Raises:
            OSError: it could not be written. File and index are as before this call, and take nothing more.
        """
        if self._failed:
            raise OSError(errno.EIO, "an earlier fragment could not be written")
        digest = hashlib.sha256(data).hexdigest()
        chain = link(self._chain, digest)
        line = FragmentLine(
            index=self.fragments, offset=self.bytes, size=len(data), sha256=digest, chain=chain, facts=facts
        )
        try:
            _write_all(self._file, data)
            self._append_line(encode_line(line))
        except OSError:
            self._failed = True
            self._cut_back()
            raise
        self._hash.update(data)
        self._chain = chain
        self.bytes += len(data)
        self.fragments += 1
        return FragmentSealed(self._capture_id, line.index, line.offset, line.size, digest, chain)

    def sync(self) -> None:
        """Put everything sealed so far on the disk itself: first the file, then the index that speaks of it.

        Raises:
            OSError: the disk refused.
        """
        with self._lock:
            if self._file < 0:
                return
            os.fsync(self._file)
            os.fsync(self._index)

    def close(self, reason: CloseReason, closed_at: float, ended_at: float | None) -> None:
        """Put down that the file is complete, sync and close. Both are closed even when this raises.

        Of a track that nothing came of (a microphone that was muted all the time) the index is left, which says so: an
        empty file would look like one that was damaged.

        Raises:
            OSError: the last line or the sync failed; every sealed fragment is in the file and the index.
        """
        line = ClosedLine(closed_at=closed_at, reason=reason, sha256=self.sha256, bytes=self.bytes, ended_at=ended_at)
        try:
            self._append_line(encode_line(line))
            self.sync()
            if self.bytes == 0:
                self._path.unlink()
                _sync_folder(self._path.parent)
        finally:
            self._close_both()

    def _append_line(self, line: bytes) -> None:
        _write_all(self._index, line + b"\n")
        self._index_bytes += len(line) + 1

    def _cut_back(self) -> None:
        """Take away the part of a fragment that was never sealed; where even that fails, salvage reports the rest."""
        for descriptor, size in ((self._file, self.bytes), (self._index, self._index_bytes)):
            try:
                os.ftruncate(descriptor, size)
            except OSError:
                continue

    def _close_both(self) -> None:
        with self._lock:
            os.close(self._file)
            os.close(self._index)
            self._file = self._index = -1


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def _sync_folder(folder: Path) -> None:
    """Make new names in a folder survive a power failure."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class CannotSalvageError(ValueError):
    """There is no index, or it does not begin like one: nothing is known about the file."""


@dataclass(frozen=True, slots=True)
class Salvaged:
    """A file as it lies on the disk.

    ``track.sha256`` is of the whole file as it is, with the ``unsealed_bytes`` after the last sealed fragment (they
    may play, but were never vouched for). ``duration``: seconds of media that play. ``damaged_fragments``: numbers of
    those whose bytes or links do not fit the index. ``missing_bytes``: sealed, but not in the file. ``closed``: the
    recorder ended the file in order; nothing was left behind.
    """

    track: Track
    mime_type: str
    duration: float
    closed: bool
    torn_index: bool
    unsealed_bytes: int
    missing_bytes: int
    damaged_fragments: tuple[int, ...]
    gaps: tuple[Gap, ...]
    pictures: tuple[Picture, ...]


def salvage(path: Path) -> Salvaged:
    """Sum up the track whose file, index or path without suffix is given.

    Raises:
        CannotSalvageError: its index is missing or damaged.
        OSError: the files cannot be read.
    """
    index = path if path.name.endswith(INDEX_SUFFIX) else index_of(_with_suffix(path))
    if not index.is_file():
        raise CannotSalvageError(f"{index.name} is missing")
    try:
        lines, first, torn = read_index(index)
    except ValueError as error:
        raise CannotSalvageError(str(error)) from error
    if not lines or not isinstance(lines[0], TrackLine):
        raise CannotSalvageError(f"{index.name} does not begin with what was recorded")
    head = lines[0]
    file = index.with_name(Path(head.file).name)
    fragments = [line for line in lines if isinstance(line, FragmentLine)]
    last = lines[-1]
    empty = isinstance(last, ClosedLine) and last.bytes == 0 and not fragments and not file.exists()
    sha256, size, damaged = _check(Path(os.devnull) if empty else file, fragments, hashlib.sha256(first).hexdigest())
    sealed = fragments[-1].offset + fragments[-1].size if fragments else 0
    duration = 0.0 if empty else probe_duration(file)
    return Salvaged(
        track=_track(head, fragments, duration, sha256, size),
        mime_type=head.mime_type,
        duration=duration,
        closed=isinstance(last, ClosedLine),
        torn_index=torn,
        unsealed_bytes=max(0, size - sealed),
        missing_bytes=max(0, sealed - size),
        damaged_fragments=tuple(damaged),
        gaps=tuple(gap for fragment in fragments for gap in fragment.facts.gaps),
        pictures=tuple(picture for fragment in fragments for picture in fragment.facts.pictures),
    )


def probe_duration(file: Path) -> float:
    """Seconds from the beginning of a live file to the end of its last whole packet; 0 if nothing in it plays."""
    end = 0.0
    try:
        with av.open(str(file)) as container:
            for packet in container.demux():
                if packet.pts is not None and packet.time_base is not None:
                    end = max(end, float((packet.pts + (packet.duration or 0)) * packet.time_base))
    except av.FFmpegError:
        return end  # the end is torn, or the file has not even a header
    return end


def _with_suffix(path: Path) -> Path:
    return path if path.suffix in (".webm", ".mkv") else path.with_name(path.name + ".webm")


def _check(file: Path, fragments: list[FragmentLine], chain: str) -> tuple[str, int, list[int]]:
    """Digest and size of the file, and the fragments that do not fit it."""
    whole = hashlib.sha256()
    size = 0
    damaged: list[int] = []
    with file.open("rb") as stream:
        for fragment in fragments:
            data = stream.read(fragment.size)
            whole.update(data)
            chain = link(chain, fragment.sha256)
            fits = fragment.offset == size and hashlib.sha256(data).hexdigest() == fragment.sha256
            if not fits or chain != fragment.chain:
                damaged.append(fragment.index)
                chain = fragment.chain
            size += len(data)
        while data := stream.read(CHUNK_BYTES):
            whole.update(data)
            size += len(data)
    return whole.hexdigest(), size, damaged


def _track(head: TrackLine, fragments: list[FragmentLine], duration: float, sha256: str, size: int) -> Track:
    track = Track(
        capture_id=head.capture_id,
        path=head.path,
        file=head.file,
        bytes=size,
        sha256=sha256,
        fragments=len(fragments),
    )
    if not fragments:
        return track
    facts = fragments[-1].facts
    track.packets = facts.packets
    track.lost_packets = facts.lost_packets
    track.started_at = facts.started_at
    if facts.wall_to is not None:
        # the file may hold a little more or less than the index says: the clock goes on evenly from the last anchor
        track.ended_at = facts.wall_to + duration - facts.media_to
    return track
