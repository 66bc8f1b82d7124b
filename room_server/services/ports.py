"""What every service is given: the database, the clock, keys, the stores of evidence, the post."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from recorder.blobs import BlobStore
from recorder.pki import Authority
from recorder.timestamp import TimeStamper
from room_server.auth import Clock, Tokens
from room_server.domain.retention import TALK_DAYS
from room_server.store.unit_of_work import UnitOfWorkFactory

SYSTEM = "system"
"""The actor of log entries that nobody in particular caused."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """Where a message goes."""

    name: str
    phone: str
    participant_id: str


class Messages(Protocol):
    """The post: text messages."""

    async def send(self, to: Recipient, template: str, values: Mapping[str, Any]) -> None:
        """Send one message of ``messages.toml``. Never inside a transaction."""
        ...


@dataclass(frozen=True, slots=True)
class Ports:
    """Handed to every service. ``key``: for keyed hashes of short secrets; ``recordings``: the recorder's folder;
    ``exhibit_bytes``: the largest file that is taken as an exhibit; ``talk_days``: how long after its end the words of
    a session are kept, 0: for ever; ``phone``: the organisation's number, empty: it names none."""

    unit_of_work: UnitOfWorkFactory
    clock: Clock
    tokens: Tokens
    key: bytes
    blobs: BlobStore
    authority: Authority
    stamper: TimeStamper
    messages: Messages
    base_url: str
    organisation: str
    zone: ZoneInfo
    link_days: int
    recordings: Path
    scratch: Path
    exhibit_bytes: int = 20 * 1024 * 1024
    talk_days: int = TALK_DAYS
    phone: str = ""


def utc_now() -> datetime:
    """The clock of a running service."""
    return datetime.now(UTC)


def key_for_short_secrets(token_key: str) -> bytes:
    """A key of its own, so that no keyed hash is ever a token's signature."""
    return sha256(b"short secrets\0" + token_key.encode()).digest()
