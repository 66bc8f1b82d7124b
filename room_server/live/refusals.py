"""The product's refusals as the room's: one place that maps exceptions to the codes of the wire."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from room_server.domain import errors
from room_server.domain.errors import DomainError
from signaling.errors import ErrorCode, SignalingError

CODES: dict[type[DomainError], ErrorCode] = {
    errors.Unauthenticated: ErrorCode.UNAUTHENTICATED,
    errors.Forbidden: ErrorCode.FORBIDDEN,
    errors.NotFound: ErrorCode.NOT_FOUND,
    errors.Conflict: ErrorCode.CONFLICT,
    errors.Gone: ErrorCode.CONFLICT,
    errors.Locked: ErrorCode.FORBIDDEN,
    errors.Invalid: ErrorCode.BAD_REQUEST,
    errors.Malformed: ErrorCode.BAD_REQUEST,
    errors.RateLimited: ErrorCode.RATE_LIMITED,
    errors.Unavailable: ErrorCode.OVERLOADED,
}
BY_NAME = {
    "session_expired": ErrorCode.SESSION_EXPIRED,
    "wrong_state": ErrorCode.WRONG_STATE,
    "consent_missing": ErrorCode.LOBBY_DENIED,
}


@contextmanager
def as_signaling() -> Iterator[None]:
    """Turn a ``DomainError`` into the ``SignalingError`` that a browser is told; ``detail.reason`` keeps its name."""
    try:
        yield
    except DomainError as error:
        code = BY_NAME.get(error.code) or CODES.get(type(error), ErrorCode.INTERNAL)
        raise SignalingError(code, error.en, **{**error.detail, "reason": error.code}) from error
