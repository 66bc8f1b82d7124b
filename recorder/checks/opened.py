"""A dossier that is being checked: its files by name, and what each check found."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from recorder import bag
from recorder.container import Member
from recorder.sentences import Failure, Sentence

LARGEST_READ = 256 << 20
"""Files that must be held in memory (papers, logs, indexes) may have this many bytes."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was checked. ``name`` is stable; ``sentence`` says what holds or what broke."""

    name: str
    ok: bool
    sentence: Sentence


@dataclass(slots=True)
class Opened:
    """The dossier's files; names are relative to the bag, payload files begin with ``data/``."""

    file: BinaryIO
    members: dict[str, Member]
    catalogue: Mapping[str, Any] = field(default_factory=dict)
    log_strings: frozenset[str] = frozenset()

    def read(self, path: str) -> bytes:
        """The content of a payload file (path inside ``data/``). Raises Failure."""
        return self.read_tag(bag.PAYLOAD + path)

    def read_tag(self, name: str) -> bytes:
        """The content of any file of the bag. Raises Failure."""
        member = self.members.get(name)
        if member is None:
            raise Failure(f"缺少 {name}。", f"{name} is missing.")
        if member.size > LARGEST_READ:
            raise Failure(f"{name} 过大，无法核验。", f"{name} is too large to be checked.")
        self.file.seek(member.start)
        return self.file.read(member.size)

    def has(self, path: object) -> bool:
        """Whether there is such a payload file."""
        return isinstance(path, str) and bag.PAYLOAD + path in self.members


def parse_json(content: bytes, name: str) -> Any:
    """JSON of a file, however broken the file is. Raises Failure."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise Failure(f"{name} 不是可读的 JSON。", f"{name} is not readable JSON: {error}") from error


def rows(value: object) -> list[Mapping[str, Any]]:
    """The objects of a JSON list; anything else counts as none."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
