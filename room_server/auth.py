"""Tokens and passwords. A token says who asks; whether they still may is looked up at every use."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Literal

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from jose import JWTError, jwt

from room_server.domain.errors import Unauthenticated

Clock = Callable[[], datetime]
"""Gives the time now, aware."""
Use = Literal["room", "paper"]
"""What a party's token opens."""

ISSUER = "mediation-room"
ALGORITHM = "HS256"
ROOM_LIFETIME = timedelta(minutes=15)
PAPER_LIFETIME = timedelta(minutes=10)
STAFF_LIFETIME = timedelta(hours=8)
PASSWORD_BYTES = 12
MARK = 16

_hasher = PasswordHasher()


@dataclass(frozen=True, slots=True)
class RoomClaims:
    """What a room token says. ``link_id`` and ``device`` (``Link.device_mark``) are empty for staff."""

    participant_id: str
    session_id: str
    link_id: str
    device: str
    jti: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class StaffClaims:
    """What the staff cookie says. ``password``: the mark of the one that it was made with."""

    staff_id: str
    password: str
    jti: str
    expires_at: datetime


class Tokens:
    """Makes and reads signed tokens (JWT, HS256)."""

    def __init__(self, key: str, clock: Clock) -> None:
        self._key = key
        self._clock = clock

    def room(self, participant_id: str, session_id: str, link_id: str = "", device: str = "") -> str:
        """A token for one person in one session on one device, for fifteen minutes."""
        return self._issue("room", participant_id, ROOM_LIFETIME, sid=session_id, lid=link_id, dev=device)

    def paper(self, holder: RoomClaims) -> str:
        """A ticket for an address: it opens the papers of the holder's session, nothing else, for ten minutes."""
        named = {"sid": holder.session_id, "lid": holder.link_id, "dev": holder.device}
        return self._issue("paper", holder.participant_id, PAPER_LIFETIME, **named)

    def staff(self, staff_id: str, password: str) -> str:
        """The value of the staff cookie, for a working day. ``password``: ``password_mark`` of the account's."""
        return self._issue("staff", staff_id, STAFF_LIFETIME, pwd=password)

    def read_room(self, token: str, use: Use = "room") -> RoomClaims:
        """What a room token says, or a ticket that was made from one (``use``).

        Raises:
            Unauthenticated: ``unauthenticated``, or ``session_expired`` when it was once good.
        """
        claims = self._read(use, token)
        device = claims.get("dev", "")
        return RoomClaims(claims["sub"], claims["sid"], claims["lid"], device, claims["jti"], _expiry(claims))

    def read_staff(self, token: str) -> StaffClaims:
        """What a staff cookie says.

        Raises:
            Unauthenticated: ``unauthenticated`` or ``session_expired``.
        """
        claims = self._read("staff", token)
        return StaffClaims(claims["sub"], claims.get("pwd", ""), claims["jti"], _expiry(claims))

    def _issue(self, audience: str, subject: str, lifetime: timedelta, **claims: str) -> str:
        now = self._clock()
        everything = {
            "iss": ISSUER,
            "aud": audience,
            "sub": subject,
            "iat": int(now.timestamp()),
            "exp": int((now + lifetime).timestamp()),
            "jti": secrets.token_hex(16),
            **claims,
        }
        return str(jwt.encode(everything, self._key, algorithm=ALGORITHM))

    def _read(self, audience: Use | Literal["staff"], token: str) -> dict[str, Any]:
        # The library would compare with the machine's clock; ours is handed in, so the end is checked here.
        # No "require_exp": it would switch that comparison on again.
        options = {"verify_exp": False, "require_sub": True, "require_jti": True}
        try:
            claims: dict[str, Any] = jwt.decode(
                token, self._key, algorithms=[ALGORITHM], audience=audience, issuer=ISSUER, options=options
            )
        except JWTError as error:
            raise Unauthenticated("unauthenticated") from error
        if not isinstance(claims.get("exp"), int):
            raise Unauthenticated("unauthenticated")
        if self._clock() >= _expiry(claims):
            raise Unauthenticated("session_expired")
        return claims


def _expiry(claims: dict[str, Any]) -> datetime:
    return datetime.fromtimestamp(claims["exp"], UTC)


def new_password() -> str:
    """A password for a new account: 96 random bits."""
    return secrets.token_urlsafe(PASSWORD_BYTES)


def hash_password(password: str) -> str:
    """Argon2id. Slow on purpose: call it in a thread."""
    return _hasher.hash(password)


def password_mark(password_hash: str) -> str:
    """What tells one password of an account from the next, and nothing of either."""
    return sha256(password_hash.encode()).hexdigest()[:MARK]


def password_fits(password_hash: str, password: str) -> bool:
    """Whether the password belongs to the hash. Slow on purpose: call it in a thread."""
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
