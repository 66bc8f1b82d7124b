"""Every route of the HTTP API."""

from __future__ import annotations

from starlette.routing import BaseRoute

from room_server.api.agreements import AgreementsApi
from room_server.api.court import CourtApi
from room_server.api.demo import DemoApi
from room_server.api.exhibits import ExhibitsApi
from room_server.api.identity import Identity
from room_server.api.links import LinksApi
from room_server.api.me import MeApi
from room_server.api.offers import OffersApi
from room_server.api.probes import ProbesApi
from room_server.api.rollcall import RollCallApi
from room_server.api.staff import StaffApi
from room_server.api.talk import TalkApi
from room_server.live.drafting import Drafts
from room_server.live.presence import Presence
from room_server.live.probes import Probes
from room_server.services.everything import Services
from room_server.services.messages import OutboxMessages


def api_routes(
    services: Services,
    *,
    secure: bool,
    probes: Probes,
    drafts: Drafts,
    presence: Presence,
    outbox: OutboxMessages | None = None,
) -> list[BaseRoute]:
    """All of ``/api``. ``secure``: cookies only over HTTPS; ``outbox``: given when the demonstration is on."""
    identity = Identity(services, secure)
    routes = [
        *LinksApi(services, identity).routes(),
        *ProbesApi(services, probes).routes(),
        *MeApi(services, identity).routes(),
        *AgreementsApi(services, identity).routes(),
        *TalkApi(services, identity).routes(),
        *ExhibitsApi(services, identity).routes(),
        *OffersApi(services, identity, drafts).routes(),
        *StaffApi(services, identity, presence).routes(),
        *RollCallApi(services, identity).routes(),
        *CourtApi(services, identity).routes(),
    ]
    if outbox is not None:
        routes += DemoApi(services, outbox).routes()
    return routes
