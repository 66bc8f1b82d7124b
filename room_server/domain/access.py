"""The link in a text message: one secret for one person and one device, with an end and few attempts."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, replace
from datetime import datetime

from room_server.domain.errors import Conflict, Gone, Locked

IDENTITY_ATTEMPTS = 5
SECRET_BYTES = 32
DEVICE_MARK = 16


def new_secret() -> str:
    """256 random bits, URL-safe."""
    return secrets.token_urlsafe(SECRET_BYTES)


def link_secret(key: bytes, link_id: str) -> str:
    """The secret of a link: made from the server's key, so that it is kept nowhere and can be shown again.

    Whoever has the key could make tokens as well; whoever has the database alone can do neither.
    """
    digest = hmac.new(key, f"link\0{link_id}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def hash_secret(secret: str) -> str:
    """What is stored of a secret with 256 random bits: nothing slower is needed to protect it."""
    return hashlib.sha256(secret.encode()).hexdigest()


def identity_mark(key: bytes, participant_id: str, last4: str) -> str:
    """What is stored of the last four characters of an identity number: useless without the server's key."""
    message = f"identity\0{participant_id}\0{last4.strip().upper()}"
    return hmac.new(key, message.encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class Link:
    """One person's way in. ``device_hash``: of the device that claimed it by passing the identity check."""

    link_id: str
    session_id: str
    participant_id: str
    secret_hash: str
    created_at: datetime
    expires_at: datetime
    opened_at: datetime | None = None
    revoked_at: datetime | None = None
    device_hash: str | None = None
    claimed_at: datetime | None = None
    failed_attempts: int = 0

    @property
    def tries_left(self) -> int:
        """Identity attempts that remain."""
        return max(0, IDENTITY_ATTEMPTS - self.failed_attempts)

    def state(self, now: datetime) -> str:
        """``fresh``, ``claimed``, ``revoked`` or ``expired``, as the mediator sees it."""
        if self.revoked_at:
            return "revoked"
        if now >= self.expires_at:
            return "expired"
        return "claimed" if self.device_hash else "fresh"

    def require_usable(self, now: datetime) -> None:
        """Refuse a dead link.

        Raises:
            Gone: ``link_revoked`` or ``link_expired``.
        """
        if self.revoked_at:
            raise Gone("link_revoked")
        if now >= self.expires_at:
            raise Gone("link_expired")

    def claimed_by(self, device: str | None) -> bool:
        """Whether it was claimed by this very device."""
        if self.device_hash is None or device is None:
            return False
        return hmac.compare_digest(self.device_hash, hash_secret(device))

    def claimed_elsewhere(self, device: str | None) -> bool:
        """Whether another device claimed it."""
        return self.device_hash is not None and not self.claimed_by(device)

    def require_device(self, device: str | None) -> None:
        """Refuse another device than the one that claimed the link; an unclaimed link lets any in.

        Raises:
            Conflict: ``link_used``.
        """
        if self.claimed_elsewhere(device):
            raise Conflict("link_used")

    def require_tries(self) -> None:
        """Refuse when the attempts are used up.

        Raises:
            Locked: ``identity_locked``.
        """
        if not self.tries_left:
            raise Locked("identity_locked")

    def failed(self) -> Link:
        """One more wrong answer."""
        return replace(self, failed_attempts=self.failed_attempts + 1)

    def claim(self, device: str, at: datetime) -> Link:
        """This device answered rightly: from now on no other may use the link."""
        if self.device_hash is not None:
            return replace(self, failed_attempts=0)
        return replace(self, device_hash=hash_secret(device), claimed_at=at, failed_attempts=0)

    def take_over(self, device: str, at: datetime) -> Link:
        """Another device answered rightly: from now on the one before is out."""
        return replace(self, device_hash=hash_secret(device), claimed_at=at, failed_attempts=0)

    @property
    def device_mark(self) -> str:
        """The beginning of the device's hash, for tokens: a token of an earlier device is known by it."""
        return (self.device_hash or "")[:DEVICE_MARK]

    def open(self, at: datetime) -> Link:
        """Remember the first opening."""
        return self if self.opened_at else replace(self, opened_at=at)

    def revoke(self, at: datetime) -> Link:
        """Dead at once, with every token made from it."""
        return self if self.revoked_at else replace(self, revoked_at=at)
