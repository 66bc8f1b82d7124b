"""What operators ask: whether the service works, and its figures. The figures are not for everybody."""

from __future__ import annotations

import ipaddress
import secrets
from collections.abc import Awaitable, Callable
from typing import Final

import prometheus_client
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

FORWARDED: Final = ("forwarded", "x-forwarded-for", "x-real-ip", "via")
"""Headers of a proxy: then the sender's address is the proxy's, which says nothing about who asks."""


def routes(
    health: Callable[[], Awaitable[dict[str, bool]]], metrics: Callable[[], Awaitable[bytes]], token: str
) -> list[BaseRoute]:
    """``/healthz`` for everybody; ``/metrics`` for whoever bears ``token``, or, if it is empty, for this machine."""

    async def show_health(_: Request) -> Response:
        parts = await health()
        healthy = all(parts.values())
        return JSONResponse({"ok": healthy, **parts}, status_code=200 if healthy else 503)

    async def show_metrics(request: Request) -> Response:
        if token and not _bears(request, token):
            return PlainTextResponse("a bearer token is needed", 401, {"WWW-Authenticate": "Bearer"})
        if not token and not _from_here(request):
            return PlainTextResponse("not found", 404)
        return Response(await metrics(), headers={"content-type": prometheus_client.CONTENT_TYPE_LATEST})

    return [Route("/healthz", show_health), Route("/metrics", show_metrics)]


def _bears(request: Request, token: str) -> bool:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    return scheme.lower() == "bearer" and secrets.compare_digest(given.strip().encode(), token.encode())


def _from_here(request: Request) -> bool:
    if request.client is None or any(name in request.headers for name in FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False
