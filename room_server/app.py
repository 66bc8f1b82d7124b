"""The web process: pages, HTTP, sockets, and this node's live rooms."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from importlib import import_module

import structlog
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware

from room_server import tls
from room_server.api import operators, pages, websocket
from room_server.api.assets import Build
from room_server.api.problems import EXCEPTION_HANDLERS
from room_server.api.routes import api_routes
from room_server.bootstrap import build
from room_server.services.demo import DemoAccess
from room_server.settings import SHUTDOWN_SECONDS, Settings
from room_server.store.database import load_driver

FOUND_BY_NAME = (
    "anyio._backends._asyncio",
    "uvicorn.lifespan.on",
    "uvicorn.loops.uvloop",
    "uvicorn.protocols.http.auto",
    "uvicorn.protocols.websockets.websockets_sansio_impl",
)
"""What uvicorn and Starlette look up only when they serve."""

log = structlog.get_logger(__name__)


def create_app(settings: Settings, demo: Callable[[DemoAccess | None], None] = lambda access: None) -> Starlette:
    """The ASGI application of one node.

    ``demo`` is told of the demonstration case, when there is to be one; None: the database had cases already.
    """
    node = build(settings)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await node.start()
        try:
            if settings.demo:
                demo(await node.services.demo.open())
            yield
        finally:
            await node.close()

    return Starlette(
        routes=[
            *operators.routes(node.health, node.metrics.text, node.figures, settings.metrics_token),
            *api_routes(
                node.services,
                secure=settings.tls,
                probes=node.probes,
                drafts=node.drafts,
                presence=node.presence,
                outbox=node.outbox,
            ),
            *websocket.routes(node.hub),
            *pages.routes(settings.frontend_dir, settings.demo),
        ],
        middleware=[
            Middleware(
                pages.StrictHeaders,
                hsts=bool(settings.tls_certificate),
                build=Build(settings.frontend_dir),
            )
        ],
        exception_handlers=EXCEPTION_HANDLERS,
        lifespan=lifespan,
    )


def load(settings: Settings) -> None:
    """Load what serving needs beyond this module, so that nothing of it is left for the moment at which it begins."""
    for name in FOUND_BY_NAME:
        import_module(name)
    load_driver(settings.database)


def serve(settings: Settings, demo: Callable[[DemoAccess | None], None]) -> None:
    """Run the web process until it is told to stop. ``demo`` as above."""
    certificate, key = settings.tls_certificate or None, settings.tls_key or None
    if settings.tls and certificate is None:
        made = tls.self_signed(settings.data_dir / "tls", [*settings.announced, "localhost"], datetime.now(UTC))
        certificate, key = str(made[0]), str(made[1])
    uvicorn.run(
        create_app(settings, demo),
        host=settings.host,
        port=settings.port,
        ssl_certfile=certificate,
        ssl_keyfile=key,
        loop="uvloop",
        ws="websockets-sansio",
        ws_max_size=1024 * 1024,
        access_log=False,  # the secret of a party's link is in its address
        log_level="warning",
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        server_header=False,
    )
