"""The append-only log of a session: each entry names the hash of the one before it.

An entry is written as one line of canonical JSON (RFC 8785) without its own hash; its hash is the SHA-256 of exactly
that line without the line break. So the whole chain can be followed with ``sha256sum`` and the eye, and a checker needs
no JSON canonicalisation of its own. The same lines are the leaves of the Merkle tree that a checkpoint signs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import rfc8785

from recorder.checkpoint import BadCheckpoint, Checkpoint, open_checkpoint
from recorder.merkle import includes, inclusion_proof, leaf_hash, merkle_root

__all__ = [
    "FIRST",
    "BadCheckpoint",
    "BrokenChain",
    "Checkpoint",
    "Entry",
    "append",
    "check_chain",
    "checkpoint",
    "includes",
    "inclusion_proof",
    "leaf_hash",
    "line",
    "merkle_root",
    "open_checkpoint",
    "timestamp_text",
]

FIRST = "0" * 64
"""What the first entry of a log names as its predecessor."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened. ``seq`` counts from 1; ``at`` is ISO 8601 UTC with milliseconds and ``Z``.

    ``previous`` and ``hash`` are lower-case hex SHA-256. ``data`` is JSON (integers up to 2**53 - 1).
    """

    seq: int
    at: str
    kind: str
    actor: str
    data: Mapping[str, Any]
    previous: str
    hash: str


class BrokenChain(ValueError):
    """The log was changed: entry ``seq`` does not fit, and ``reason`` says how."""

    def __init__(self, seq: int, reason: str) -> None:
        super().__init__(f"entry {seq}: {reason}")
        self.seq = seq
        self.reason = reason


def append(previous: Entry | None, *, at: datetime, kind: str, actor: str, data: Mapping[str, Any]) -> Entry:
    """The entry that follows ``previous`` (None: the first one). ``at`` must carry a time zone.

    Raises ValueError for a naive time or data that canonical JSON cannot hold.
    """
    seq = 1 if previous is None else previous.seq + 1
    before = FIRST if previous is None else previous.hash
    draft = Entry(seq, timestamp_text(at), kind, actor, data, before, "")
    try:
        digest = hashlib.sha256(line(draft)).hexdigest()
    except rfc8785.CanonicalizationError as error:
        raise ValueError(f"the data of a {kind} entry cannot be written as canonical JSON: {error}") from error
    return Entry(seq, draft.at, kind, actor, data, before, digest)


def line(entry: Entry) -> bytes:
    """The entry as it is hashed and filed: one line of canonical JSON, no line break, without ``hash``."""
    return rfc8785.dumps(
        {
            "actor": entry.actor,
            "at": entry.at,
            "data": dict(entry.data),
            "kind": entry.kind,
            "previous": entry.previous,
            "seq": entry.seq,
        }
    )


def check_chain(entries: Iterable[Entry]) -> None:
    """Check numbering, links and hashes from the first entry on. Raises BrokenChain at the first that does not fit."""
    before, expected = FIRST, 1
    for entry in entries:
        if entry.seq != expected:
            raise BrokenChain(entry.seq, f"number {expected} was expected here")
        if entry.previous != before:
            raise BrokenChain(entry.seq, "it does not name the hash of the entry before it")
        try:
            digest = hashlib.sha256(line(entry)).hexdigest()
        except rfc8785.CanonicalizationError as error:
            raise BrokenChain(entry.seq, f"it is not canonical JSON: {error}") from error
        if entry.hash != digest:
            raise BrokenChain(entry.seq, "its hash does not fit its content")
        before, expected = entry.hash, expected + 1


def checkpoint(origin: str, entries: Sequence[Entry]) -> Checkpoint:
    """Size and Merkle root of the log; the leaves are the entries' lines."""
    return Checkpoint(origin, len(entries), merkle_root([line(entry) for entry in entries]))


def timestamp_text(moment: datetime) -> str:
    """ISO 8601 in UTC with milliseconds, such as ``2026-11-23T08:00:00.000Z``. Raises ValueError for a naive time."""
    if moment.tzinfo is None:
        raise ValueError("a time without a time zone cannot be put on the record")
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
