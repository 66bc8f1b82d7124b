"""A request that comes again because its answer was lost: the key by which it is known, and what it said."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass

KEY = r"^[A-Za-z0-9_-]{16,64}\Z"
"""What a key looks like. The device of whoever sends makes it by chance, once for each thing that is sent."""


def is_key(text: str) -> bool:
    """Whether this can be one."""
    return re.match(KEY, text) is not None


@dataclass(frozen=True, slots=True)
class Sending:
    """One thing that somebody sends, however often it comes. ``digest``: SHA-256 of the key and everything in it.

    It goes when the words go (``store.retention``): who has the key beside it could try short lines.
    """

    author: str
    key: str
    digest: str


def sending(author: str, key: str | None, *content: object) -> Sending | None:
    """How it is known. ``content``: everything that makes it another when it differs, JSON values or dates.

    None: it came without a key, and is taken each time it comes.
    """
    if key is None:
        return None
    said = json.dumps([key, *content], sort_keys=True, default=str)
    return Sending(author, key, hashlib.sha256(said.encode()).hexdigest())
