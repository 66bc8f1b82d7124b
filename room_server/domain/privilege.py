"""What was said to settle: how it is classed, and how the record holds to it without repeating it.

Concessions and the evidence of them are kept out of a later procedure (ODM 18; QY 11; CPLJ 107). So the event log never
has the words, only their class and, where their existence is no secret, a salted commitment: whoever is given the words
and the salt can check that they are the ones; nobody can guess them from the commitment.
"""

from __future__ import annotations

import hashlib
import secrets
from enum import StrEnum

SALT_BYTES = 16


class PrivilegeClass(StrEnum):
    """Where words belong. All are withheld from an export by default."""

    JOINT = "joint"
    PRIVATE = "private"
    CAUCUS = "caucus"
    CARRIED = "carried"


def new_salt() -> str:
    """128 random bits, hex."""
    return secrets.token_hex(SALT_BYTES)


def commitment(salt: str, *parts: str) -> str:
    """SHA-256 over the salt and the parts, each ended by a NUL (which no checked text contains); lower-case hex."""
    return hashlib.sha256("".join(f"{part}\0" for part in (salt, *parts)).encode()).hexdigest()


def text_digest(text: str) -> str:
    """SHA-256 of the exact words in UTF-8, lower-case hex: what a yes to them binds to."""
    return hashlib.sha256(text.encode()).hexdigest()
