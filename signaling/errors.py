"""What can go wrong in a room, each with the stable code that a client may act on (see PROTOCOL.md)."""

from __future__ import annotations

from enum import StrEnum
from typing import Any


class ErrorCode(StrEnum):
    """Codes on the wire. Adding one is compatible; changing the meaning of one is not."""

    BAD_REQUEST = "bad_request"
    UNSUPPORTED_VERSION = "unsupported_version"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    ROOM_LOCKED = "room_locked"
    ROOM_FULL = "room_full"
    LOBBY_DENIED = "lobby_denied"
    WRONG_STATE = "wrong_state"
    RATE_LIMITED = "rate_limited"
    OVERLOADED = "overloaded"
    RECORDING_UNAVAILABLE = "recording_unavailable"
    SESSION_EXPIRED = "session_expired"
    INTERNAL = "internal"


RETRYABLE = frozenset(
    {ErrorCode.RATE_LIMITED, ErrorCode.OVERLOADED, ErrorCode.RECORDING_UNAVAILABLE, ErrorCode.INTERNAL}
)


class SignalingError(Exception):
    """A refusal that the person who asked is told about: a stable code and a sentence in English.

    ``detail`` holds JSON values that a client may show (for example ``{"tries_left": 4}``).
    """

    def __init__(self, code: ErrorCode, message: str, **detail: Any) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.detail = detail

    @property
    def retryable(self) -> bool:
        """Whether the same request may succeed later without anything being changed."""
        return self.code in RETRYABLE
