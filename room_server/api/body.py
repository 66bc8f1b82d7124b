"""Reads a request's JSON into a typed struct, within a size, and refuses everything else."""

from __future__ import annotations

from typing import Annotated, TypeVar

import msgspec
from starlette.requests import Request

from room_server.domain.errors import Forbidden, Malformed
from room_server.domain.sending import KEY

MOST_BYTES = 64 * 1024
HANDWRITING_BYTES = 1024 * 1024

T = TypeVar("T")
Key = Annotated[str, msgspec.Meta(pattern=KEY)]
"""By which a request that comes again is known (``domain.sending``)."""


class Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of what a request may hold: a field too many is refused as well."""


async def read(request: Request, kind: type[T], most_bytes: int = MOST_BYTES) -> T:
    """The request's JSON.

    Raises:
        Malformed: ``json_required`` (415), ``too_large`` (413) or ``bad_request`` (400).
    """
    same_origin(request)
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type != "application/json":
        # A form of another site cannot send this type without asking first (CORS), and is never allowed to.
        raise Malformed("json_required")
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > most_bytes:
            raise Malformed("too_large")
    try:
        return msgspec.json.decode(bytes(data), type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        # The message names the field and the expected type, never a value.
        raise Malformed("bad_request", reason=str(error)) from error


def same_origin(request: Request) -> None:
    """Refuse what a browser says comes from elsewhere; with SameSite=Strict cookies the second wall against CSRF.

    Raises:
        Forbidden: ``forbidden``.
    """
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise Forbidden("forbidden")
