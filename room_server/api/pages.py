"""The frontend's pages and files, and the headers that keep a browser strict about them."""

from __future__ import annotations

from pathlib import Path

from starlette.convertors import Convertor, register_url_convertor
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from room_server.api.assets import YEAR_SECONDS, Assets, Build, Preloads

PAGES = (
    "/",
    "/j/{secret:str}",
    "/staff",
    "/staff/sessions/{session_id:str}",
    "/court",
    "/court/records/{session_id:str}",
    "/demo",
)

POLICY = "; ".join(
    (
        "default-src 'self'",
        "connect-src 'self' ws: wss:",  # old WebViews do not count a socket of the same origin as 'self'
        "img-src 'self' data: blob:",
        "media-src 'self' blob: mediastream:",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "content-security-policy": POLICY,
    "permissions-policy": "camera=(self), microphone=(self), display-capture=(self), geolocation=()",
    "referrer-policy": "no-referrer",  # the secret of a party's link is in the address
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
}


class ElsewherePath(Convertor[str]):
    """Any path that is no program's: a person has mistyped or shortened an address, and gets a page, not JSON."""

    regex = "(?!api/|assets/|rooms/).*"

    def convert(self, value: str) -> str:
        """As it stands in the address."""
        return value

    def to_string(self, value: str) -> str:
        """As it stands in the address."""
        return value


register_url_convertor("elsewhere", ElsewherePath())


class StrictHeaders:
    """Adds the security headers to every HTTP response, and HSTS under HTTPS with a real certificate; to answers of the
    API the build of the frontend that is handed out now."""

    def __init__(self, app: ASGIApp, hsts: bool, build: Build) -> None:
        self._app = app
        self._build = build
        self._headers = HEADERS | ({"strict-transport-security": f"max-age={YEAR_SECONDS}"} if hsts else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One ASGI call."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                if scope["path"].startswith("/api/"):
                    headers.setdefault("cache-control", "no-store")
                    if build := self._build():
                        headers["frontend-build"] = build
                elif not scope["path"].startswith("/assets/"):
                    headers.setdefault("cache-control", "no-cache")
            await send(message)

        await self._app(scope, receive, send_with_headers)


def routes(folder: Path, demo: bool) -> list[BaseRoute]:
    """Pages and assets from the built frontend in ``folder``."""

    def built(status: int) -> Response:
        index = folder / "index.html"
        if not index.exists():
            return PlainTextResponse("The frontend is not built. Run: make run", status_code=503)
        return FileResponse(index, media_type="text/html", status_code=status)

    preloads = Preloads(folder)

    async def page(request: Request) -> Response:
        response = built(200)
        link = preloads.header(request.url.path, request.headers.get("accept-language", ""))
        if link is not None:
            response.headers["link"] = link
            response.headers["vary"] = "accept-language"
        return response

    async def nowhere(_: Request) -> Response:
        return built(404)

    async def build(_: Request) -> Response:
        """Nothing but the headers: for pages that have asked nothing else for a while."""
        return Response(status_code=204)

    async def icon(_: Request) -> Response:
        return FileResponse(folder / "favicon.svg", media_type="image/svg+xml")

    shown = [path for path in PAGES if demo or path != "/demo"]
    return [
        *(Route(path, page) for path in shown),
        Route("/favicon.svg", icon),
        Route("/api/build", build),
        Mount("/assets", Assets(directory=folder / "assets", check_dir=False)),
        Route("/{path:elsewhere}", nowhere),
    ]
