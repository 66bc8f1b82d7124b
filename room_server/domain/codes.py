"""One-time codes: the second factor of a signature and of the way in. Six digits, five minutes, five tries.

Each is bound to what it is for: a signature's to one frozen text, a way in's to one link.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self

from room_server.domain.errors import RateLimited

DIGITS = 6
LIFETIME = timedelta(minutes=5)
TRIES = 5
RESEND_AFTER = timedelta(seconds=60)


def new_digits() -> str:
    """Six random digits."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"


def hash_digits(key: bytes, code_id: str, digits: str) -> str:
    """What is stored: without the server's key a million guesses find nothing."""
    return hmac.new(key, f"code\0{code_id}\0{digits}".encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class UsedCode:
    """Proof that a code was used for this text by this person. Only ``OneTimeCode.attempt`` makes one."""

    code_id: str
    participant_id: str
    proposal_id: str
    digest: str
    used_at: datetime


@dataclass(frozen=True, slots=True)
class WrongCode:
    """The digits were wrong."""

    tries_left: int


@dataclass(frozen=True, slots=True)
class ExpiredCode:
    """Too late, used before, or tried too often: only a new code helps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentCode:
    """Six digits that were sent to one person, as they are kept."""

    code_id: str
    participant_id: str
    code_hash: str
    sent_at: datetime
    tries_left: int = TRIES
    used_at: datetime | None = None

    @property
    def expires_at(self) -> datetime:
        """The first moment at which it is refused."""
        return self.sent_at + LIFETIME

    def require_resendable(self, now: datetime) -> None:
        """Refuse a new code too soon after this one.

        Raises:
            RateLimited: ``rate_limited`` with ``retry_after`` in whole seconds.
        """
        wait = self.sent_at + RESEND_AFTER - now
        if self.used_at is None and wait > timedelta(0):
            raise RateLimited("rate_limited", retry_after=-int(-wait.total_seconds() // 1))

    def tried(self, key: bytes, digits: str, now: datetime) -> tuple[Self, WrongCode | ExpiredCode | None]:
        """Try the digits; None: they are right. The new state must be kept whatever the outcome is."""
        if self.used_at is not None or now >= self.expires_at or self.tries_left <= 0:
            return self, ExpiredCode()
        if not hmac.compare_digest(hash_digits(key, self.code_id, digits), self.code_hash):
            tried = replace(self, tries_left=self.tries_left - 1)
            return tried, WrongCode(tried.tries_left)
        return replace(self, used_at=now), None


@dataclass(frozen=True, slots=True, kw_only=True)
class OneTimeCode(SentCode):
    """A code that was sent for one frozen text."""

    proposal_id: str
    digest: str

    def attempt(self, key: bytes, digits: str, now: datetime) -> tuple[OneTimeCode, UsedCode | WrongCode | ExpiredCode]:
        """Try the digits. The new state of the code must be kept whatever the outcome is."""
        tried, refusal = self.tried(key, digits, now)
        return tried, refusal or UsedCode(self.code_id, self.participant_id, self.proposal_id, self.digest, now)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryCode(SentCode):
    """A code that was sent for the way in through one link."""

    link_id: str
