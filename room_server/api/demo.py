"""``/api/demo``: the outbox and the links of the demonstration. There only when the demonstration is on."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route

from room_server.services.everything import Services
from room_server.services.messages import OutboxMessages


class DemoApi:
    """Endpoints of ``/api/demo``."""

    def __init__(self, services: Services, outbox: OutboxMessages) -> None:
        self._demo = services.demo
        self._outbox = outbox

    def routes(self) -> list[BaseRoute]:
        """All of them."""
        return [
            Route("/api/demo/outbox", self.outbox, methods=["GET"]),
            Route("/api/demo/links", self.links, methods=["GET"]),
        ]

    async def outbox(self, _request: Request) -> JSONResponse:
        """Every message, the newest first."""
        return JSONResponse(
            [
                {
                    "at": item.at.isoformat(),
                    "to": item.phone,
                    "to_name": item.to_name,
                    "template": item.template,
                    "body_zh": item.body_zh,
                    "body_en": item.body_en,
                    "link": item.link,
                }
                for item in await self._outbox.sent()
            ],
            headers={"Cache-Control": "no-store"},
        )

    async def links(self, _request: Request) -> JSONResponse:
        """Everybody's newest link."""
        return JSONResponse(
            [
                {
                    "participant_id": item.participant_id,
                    "name": item.name,
                    "side": item.side,
                    "url": item.url,
                    "last4": item.last4,
                }
                for item in await self._demo.links()
            ],
            headers={"Cache-Control": "no-store"},
        )
