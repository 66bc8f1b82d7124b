"""A signed statement of how long a log is and what its Merkle root is: C2SP checkpoint in a signed note, Ed25519.

https://c2sp.org/tlog-checkpoint and https://c2sp.org/signed-note: three lines (origin, size, root), an empty line, and
one signature line per key.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_ED25519 = b"\x01"
_DASH = "\N{EM DASH} "


class BadCheckpoint(ValueError):
    """The checkpoint is malformed, or its signature does not fit."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state of one log. ``origin`` names the log and its key: no spaces, no plus sign. ``root``: 32 bytes."""

    origin: str
    size: int
    root: bytes

    def __post_init__(self) -> None:
        if not self.origin or any(mark.isspace() or mark == "+" for mark in self.origin):
            raise BadCheckpoint(f"the origin {self.origin!r} is empty or has a space or a plus sign in it")

    @property
    def body(self) -> str:
        """The text that is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    def sign(self, key: Ed25519PrivateKey) -> str:
        """The signed note."""
        identity = key_id(self.origin, key.public_key())
        signature = base64.b64encode(identity + key.sign(self.body.encode())).decode()
        return f"{self.body}\n{_DASH}{self.origin} {signature}\n"


def key_id(name: str, key: Ed25519PublicKey) -> bytes:
    """First four bytes that tell keys of the same name apart (C2SP signed-note)."""
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + key.public_bytes_raw()).digest()[:4]


def open_checkpoint(note: str, key: Ed25519PublicKey) -> Checkpoint:
    """Read a signed note and check that ``key`` signed it. Raises BadCheckpoint.

    Only the exact form that ``Checkpoint.sign`` writes is accepted: one signature, nothing after it.
    """
    body, separator, signature_line = note.partition("\n\n")
    lines = body.split("\n")
    if not separator or len(lines) != 3 or not lines[1].isascii() or not lines[1].isdigit():
        raise BadCheckpoint("it does not have an origin, a size and a root")
    try:
        checkpoint = Checkpoint(lines[0], int(lines[1]), base64.b64decode(lines[2], validate=True))
        prefix = f"{_DASH}{checkpoint.origin} "
        if not signature_line.startswith(prefix) or not signature_line.endswith("\n"):
            raise BadCheckpoint("it has no signature line of its own log")
        packed = base64.b64decode(signature_line[len(prefix) : -1], validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadCheckpoint(str(error)) from error
    canonical = f"{checkpoint.body}\n{prefix}{base64.b64encode(packed).decode()}\n"
    if note != canonical or len(checkpoint.root) != 32:
        raise BadCheckpoint("it is not written in the one permitted way")
    if packed[:4] != key_id(checkpoint.origin, key):
        raise BadCheckpoint("another key signed it")
    try:
        key.verify(packed[4:], checkpoint.body.encode())
    except InvalidSignature as error:
        raise BadCheckpoint("its signature does not fit its text") from error
    return checkpoint
