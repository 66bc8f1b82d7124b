"""What operators ask: whether the service works, and its figures. The figures are not for everybody."""

from __future__ import annotations

import asyncio
import ipaddress
import math
import secrets
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final, Protocol

import prometheus_client
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from signaling.errors import SignalingError

FORWARDED: Final = ("forwarded", "x-forwarded-for", "x-real-ip", "via")
"""Headers of a proxy: then the sender's address is the proxy's, which says nothing about who asks."""

FRESH_SECONDS: Final = 1.0


class Checkup:
    """Looks at most once a second while all is well, however many ask: rooms wait for each of its transactions."""

    def __init__(self, look: Callable[[], Awaitable[dict[str, bool]]], monotonic: Callable[[], float]) -> None:
        self._look = look
        self._monotonic = monotonic
        self._turn = asyncio.Lock()
        self._found: dict[str, bool] = {}
        self._until = -math.inf

    async def parts(self) -> dict[str, bool]:
        """Whether each part works, as it was found a moment ago."""
        async with self._turn:
            if self._monotonic() >= self._until:
                self._found = await self._look()
                if all(self._found.values()):  # else whoever waits for a start or an end is told at once
                    self._until = self._monotonic() + FRESH_SECONDS
            return self._found


class Rooms(Protocol):
    """The figures of live rooms (``room_server.live.figures``)."""

    def rooms(self) -> list[dict[str, Any]]:
        """Which there are."""

    async def of(self, room_id: str) -> dict[str, Any] | None:
        """How media get through in one of them; None: there is none of this name."""


def routes(
    health: Callable[[], Awaitable[dict[str, bool]]],
    metrics: Callable[[], Awaitable[bytes]],
    figures: Rooms,
    token: str,
    monotonic: Callable[[], float] = time.monotonic,
) -> list[BaseRoute]:
    """``/healthz`` for everybody; ``/metrics`` and what is below it for whoever bears ``token``, or, if that is empty,
    for this machine."""
    checkup = Checkup(health, monotonic)

    async def show_health(_: Request) -> Response:
        parts = await checkup.parts()
        healthy = all(parts.values())
        return JSONResponse({"ok": healthy, **parts}, status_code=200 if healthy else 503)

    async def show_metrics(_: Request) -> Response:
        return Response(await metrics(), headers={"content-type": prometheus_client.CONTENT_TYPE_LATEST})

    async def show_rooms(_: Request) -> Response:
        return JSONResponse({"rooms": figures.rooms()})

    async def show_room(request: Request) -> Response:
        try:
            found = await figures.of(request.path_params["room_id"])
        except SignalingError:
            return PlainTextResponse("the media worker is not there", 503)
        return PlainTextResponse("no such room", 404) if found is None else JSONResponse(found)

    def guarded(show: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        async def guard(request: Request) -> Response:
            if token and not _bears(request, token):
                return PlainTextResponse("a bearer token is needed", 401, {"WWW-Authenticate": "Bearer"})
            if not token and not _from_here(request):
                return PlainTextResponse("not found", 404)
            return await show(request)

        return guard

    return [
        Route("/healthz", show_health),
        Route("/metrics", guarded(show_metrics)),
        Route("/metrics/rooms", guarded(show_rooms)),
        Route("/metrics/rooms/{room_id}", guarded(show_room)),
    ]


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
