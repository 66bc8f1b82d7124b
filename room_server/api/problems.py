"""Refusals as RFC 9457 problems: ``application/problem+json`` with a stable ``code``."""

from __future__ import annotations

from typing import Any

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from room_server.domain.errors import (
    SENTENCES,
    Conflict,
    DomainError,
    Forbidden,
    Gone,
    Invalid,
    Locked,
    Malformed,
    NotFound,
    RateLimited,
    Unauthenticated,
    Unavailable,
)

STATUS: dict[type[DomainError], int] = {
    Malformed: 400,
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    Gone: 410,
    Invalid: 422,
    Locked: 423,
    RateLimited: 429,
    Unavailable: 503,
}
PRESUMPTUOUS = (Unauthenticated, Forbidden, NotFound)
OTHER_STATUS = {"too_large": 413, "exhibit_too_large": 413, "json_required": 415}
HTTP_CODES = {404: "not_found", 413: "too_large"}
OTHER_HTTP = {405: ("method_not_allowed", "这里不能这样请求。", "This is not how to ask here.")}

log = structlog.get_logger(__name__)


def problem(status: int, code: str, title: str, detail: str, extra: dict[str, Any] | None = None) -> JSONResponse:
    """One problem. ``title`` is the English sentence, ``detail`` the Chinese one; ``extra`` never hides a member."""
    members = {**(extra or {}), "type": f"urn:mediation-room:problem:{code}", "title": title, "status": status}
    headers = {"Cache-Control": "no-store"}
    if "retry_after" in members:
        headers["Retry-After"] = str(members["retry_after"])
    return JSONResponse(
        {**members, "detail": detail, "code": code}, status, headers, media_type="application/problem+json"
    )


async def refused(request: Request, error: Exception) -> Response:
    """A refusal of the product. Whoever wants what is not theirs is in the log of the service."""
    assert isinstance(error, DomainError)
    if isinstance(error, PRESUMPTUOUS):
        log.warning("a request was refused", method=request.method, endpoint=_endpoint(request), code=error.code)
    status = OTHER_STATUS.get(error.code) or STATUS[type(error)]
    if request.method == "GET" and "text/html" in request.headers.get("accept", ""):
        # An address that somebody opened, of a paper or of a dossier: they see this, not a program.
        return PlainTextResponse(f"{error.zh}\n\n{error.en}\n", status, {"Cache-Control": "no-store"})
    return problem(status, error.code, error.en, error.zh, error.detail)


async def http_error(_request: Request, error: Exception) -> JSONResponse:
    """A refusal of the web framework: no such page, wrong method."""
    assert isinstance(error, HTTPException)
    if code := HTTP_CODES.get(error.status_code):
        zh, en = SENTENCES[code]
    else:
        code, zh, en = OTHER_HTTP.get(error.status_code, ("http_error", "请求不能处理。", error.detail))
    return problem(error.status_code, code, en, zh)


async def failed(request: Request, error: Exception) -> JSONResponse:
    """A defect of ours: logged with its trace, told without it."""
    log.error("a request failed", method=request.method, endpoint=_endpoint(request), exc_info=error)
    return problem(500, "internal", "Something went wrong on our side.", "系统出错，请稍后再试。")


def _endpoint(request: Request) -> str:
    """Its name. Never the path: the secret of a party's link may be in it."""
    return str(getattr(request.scope.get("endpoint"), "__qualname__", "none"))


EXCEPTION_HANDLERS: dict[Any, Any] = {DomainError: refused, HTTPException: http_error, Exception: failed}
"""For ``Starlette(exception_handlers=…)``."""
