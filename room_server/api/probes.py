"""``/api/probes``: before identity, try the network on a real path to the media worker."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from room_server.api.body import Body, read, same_origin
from room_server.domain.errors import Unauthenticated
from room_server.live.probes import Probes
from room_server.services.everything import Services


class Secret(Body, frozen=True):
    """The secret of a link."""

    secret: str


class Handshake(Body, frozen=True):
    """The browser's DTLS parameters of one transport."""

    direction: Literal["send", "receive"]
    dtls_parameters: dict[str, Any]


class Sound(Body, frozen=True):
    """What the browser is about to send."""

    rtp_parameters: dict[str, Any]


class Ears(Body, frozen=True):
    """What the browser can play."""

    rtp_capabilities: dict[str, Any]


class ProbesApi:
    """Endpoints of ``/api/probes``. Every one but the first wants the probe's own token as a bearer."""

    def __init__(self, services: Services, probes: Probes) -> None:
        self._access = services.access
        self._probes = probes

    def routes(self) -> list[BaseRoute]:
        """All of them."""
        return [
            Route("/api/probes", self.open, methods=["POST"]),
            Route("/api/probes/connect", self.connect, methods=["POST"]),
            Route("/api/probes/publish", self.publish, methods=["POST"]),
            Route("/api/probes/follow", self.follow, methods=["POST"]),
            Route("/api/probes/close", self.close, methods=["POST"]),
        ]

    async def open(self, request: Request) -> JSONResponse:
        """A probe for whoever holds a link that may be used."""
        body = await read(request, Secret)
        opened = await self._probes.open(await self._access.usable_link(body.secret))
        return JSONResponse(
            {
                "token": opened.token,
                "router_capabilities": opened.router_capabilities,
                "ice_servers": list(opened.ice_servers),
                "send": msgspec.to_builtins(opened.send),
                "receive": msgspec.to_builtins(opened.receive),
            },
            headers={"Cache-Control": "no-store"},
        )

    async def connect(self, request: Request) -> Response:
        """The handshake of one transport."""
        body = await read(request, Handshake)
        await self._probes.connect(_token(request), body.direction, body.dtls_parameters)
        return Response(status_code=204)

    async def publish(self, request: Request) -> JSONResponse:
        """Send a sound."""
        body = await read(request, Sound)
        return JSONResponse({"publication_id": await self._probes.publish(_token(request), body.rtp_parameters)})

    async def follow(self, request: Request) -> JSONResponse:
        """Get it back."""
        body = await read(request, Ears)
        return JSONResponse(msgspec.to_builtins(await self._probes.follow(_token(request), body.rtp_capabilities)))

    async def close(self, request: Request) -> Response:
        """It has told what it can."""
        same_origin(request)
        await self._probes.close(_token(request))
        return Response(status_code=204)


def _token(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated("unauthenticated")
    return token.strip()
