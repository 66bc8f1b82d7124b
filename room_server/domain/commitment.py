"""Proves later that something was there, without telling now what it was (ODM 18: what is said to settle)."""

from __future__ import annotations

from hashlib import sha256


def commitment(salt: str, content: bytes) -> str:
    """SHA-256 (hex) over a random salt (32 bytes, hex) and the content. Without the salt nobody can guess it open."""
    return sha256(bytes.fromhex(salt) + content).hexdigest()
