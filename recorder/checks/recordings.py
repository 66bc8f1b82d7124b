"""Are the recordings the ones that were recorded: digest in the log, and every fragment where its index says?

The index (``*.fragments.jsonl``) is written while recording: a ``track`` line, one ``fragment`` line for each sealed
piece, a ``closed`` line. The first link of the chain is the SHA-256 of the first line; each fragment's link is the
SHA-256 of the text ``previous link + sha256``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from recorder import bag
from recorder.checks.opened import Check, Opened, parse_json, rows
from recorder.sentences import Failure, Sentence

_LARGEST_FRAGMENT = 64 << 20


@dataclass(slots=True)
class Track:
    """One recording's fragments as its index lists them, and what was found while the file was read."""

    path: str
    row: Mapping[str, Any]
    sizes: list[int] = field(default_factory=list)
    digests: list[str] = field(default_factory=list)
    closed: str | None = None
    broken: int | None = None
    problem: Sentence | None = None

    def on_piece(self, index: int, content: memoryview) -> None:
        """Compare one fragment while it is in the processor's cache."""
        if self.broken is None and hashlib.sha256(content).hexdigest() != self.digests[index]:
            self.broken = index


def read_tracks(dossier: Opened) -> dict[str, Track]:
    """The recordings of the catalogue by file name in the bag; what is wrong with an index is kept for the check."""
    tracks: dict[str, Track] = {}
    for row in rows(dossier.catalogue.get("recordings")):
        track = Track(str(row.get("path")), row)
        try:
            _read_index(dossier, track)
        except Failure as failure:
            track.problem = failure.sentence
            track.sizes, track.digests = [], []
        tracks[bag.PAYLOAD + track.path] = track
    return tracks


def check_recordings(dossier: Opened, tracks: Mapping[str, Track]) -> list[Check]:
    """One check for each recording, after every file has been read once."""
    checks: list[Check] = []
    for track in tracks.values():
        try:
            sentence, ok = _check(dossier, track), True
        except Failure as failure:
            sentence, ok = failure.sentence, False
        checks.append(Check(f"recording {track.path}", ok, sentence))
    return checks


def _check(dossier: Opened, track: Track) -> Sentence:
    path, member = track.path, dossier.members.get(bag.PAYLOAD + track.path)
    if member is None:
        raise Failure(f"缺少录音录像 {path}。", f"The recording {path} is missing.")
    if track.problem is not None:
        raise Failure(track.problem.zh, track.problem.en)
    if track.broken is not None:
        raise Failure(f"{path} 第 {track.broken} 段被改动。", f"Fragment {track.broken} of {path} has been changed.")
    if track.row.get("sha256") != member.sha256:
        raise Failure(f"{path} 与卷内目录中的校验值不符。", f"{path} does not fit its digest in the catalogue.")
    if track.closed not in {None, member.sha256}:
        raise Failure(f"{path} 与分段索引中的校验值不符。", f"{path} does not fit its digest in its index.")
    if member.sha256 not in dossier.log_strings:
        raise Failure(
            f"日志中没有录音录像 {path} 的校验值。", f"The log does not name the digest of the recording {path}."
        )
    sealed = sum(track.sizes)
    if sealed > member.size:
        raise Failure(f"{path} 比分段索引短。", f"{path} is shorter than its index says.")
    who, lost, tail = track.row.get("participant"), track.row.get("lost_packets"), member.size - sealed
    rest_zh = f"，末尾 {tail} 字节在断电后未封存" if tail else ""
    rest_en = f", {tail} bytes at the end were never sealed" if tail else ""
    return Sentence(
        f"{path}（{who}）：{len(track.sizes)} 段与哈希链和日志一致，丢包 {lost}{rest_zh}。",
        f"{path} ({who}): {len(track.sizes)} fragments fit their chain and the log; packets lost: {lost}{rest_en}.",
    )


def _read_index(dossier: Opened, track: Track) -> None:
    name = track.row.get("fragments")
    if not dossier.has(name):
        raise Failure(f"{track.path} 没有分段索引。", f"{track.path} has no index of fragments.")
    lines = dossier.read(str(name)).split(b"\n")[:-1]
    chain = hashlib.sha256(lines[0]).hexdigest() if lines else ""
    for number, line in enumerate(lines):
        entry = parse_json(line, f"{name}:{number + 1}")
        kind = entry.get("line") if isinstance(entry, dict) else None
        if kind == "fragment" and number:
            chain = _take(track, entry, chain, str(name))
        elif kind == "closed" and number == len(lines) - 1:
            track.closed = str(entry.get("sha256"))
        elif kind != "track" or number:
            raise _unreadable(str(name), number)


def _take(track: Track, entry: Mapping[str, Any], chain: str, name: str) -> str:
    size, digest = entry.get("size"), entry.get("sha256")
    expected = {"index": len(track.sizes), "offset": sum(track.sizes)}
    if not isinstance(size, int) or not 0 < size <= _LARGEST_FRAGMENT or not isinstance(digest, str):
        raise _unreadable(name, len(track.sizes) + 1)
    link = hashlib.sha256((chain + digest).encode()).hexdigest()
    if {key: entry.get(key) for key in expected} != expected or entry.get("chain") != link:
        index = len(track.sizes)
        raise Failure(
            f"{name} 第 {index} 段与前一段接不上。", f"Fragment {index} of {name} does not follow the one before."
        )
    track.sizes.append(size)
    track.digests.append(digest)
    return link


def _unreadable(name: str, number: int) -> Failure:
    return Failure(f"{name} 第 {number + 1} 行不认识。", f"Line {number + 1} of {name} is not understood.")
