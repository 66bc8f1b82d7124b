"""``/api/links``: open a link, prove who one is, get a fresh token."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route

from room_server.api.body import Body, read
from room_server.api.identity import Identity
from room_server.domain.call import CallKind
from room_server.domain.rollcall import company
from room_server.services.access import PartyAccess
from room_server.services.everything import Services


class Secret(Body, frozen=True):
    """The secret of a link."""

    secret: str


class Number(Body, frozen=True):
    """The secret, and the last four characters of the identity number."""

    secret: str
    last4: str


class Company(Body, frozen=True):
    """Who else is in the room with whoever comes in."""

    alone: bool
    who: str = ""


class Proof(Body, frozen=True):
    """Everything that says who one is. ``take_over``: this goes on here, and ends on the device before."""

    secret: str
    last4: str
    code: str
    company: Company
    take_over: bool = False


class DocumentWish(Body, frozen=True):
    """The phone on file is out of reach: the mediator is to look at a document."""

    secret: str
    last4: str
    company: Company


class LinksApi:
    """Endpoints of ``/api/links``."""

    def __init__(self, services: Services, identity: Identity) -> None:
        self._access = services.access
        self._invitations = services.invitations
        self._calls = services.calls
        self._identity = identity

    def routes(self) -> list[BaseRoute]:
        """All of them."""
        return [
            Route("/api/links/contact", self.contact, methods=["GET"]),
            Route("/api/links/open", self.open, methods=["POST"]),
            Route("/api/links/code", self.code, methods=["POST"]),
            Route("/api/links/call", self.call, methods=["POST"]),
            Route("/api/links/identify", self.identify, methods=["POST"]),
            Route("/api/links/document", self.document, methods=["POST"]),
            Route("/api/links/refresh", self.refresh, methods=["POST"]),
        ]

    async def contact(self, _request: Request) -> JSONResponse:
        """Whom to call when a page does not help: also for whoever holds no link that opens."""
        organisation, phone = self._invitations.contact()
        return JSONResponse({"organisation": organisation, "phone": phone}, headers={"Cache-Control": "no-cache"})

    async def open(self, request: Request) -> JSONResponse:
        """Whose link this is, names masked."""
        body = await read(request, Secret)
        opened = await self._access.open_link(body.secret, await self._device(request, body.secret))
        return JSONResponse(
            {
                "session": {
                    "session_id": opened.session_id,
                    "number_tail": opened.number_tail,
                    "organisation": opened.organisation,
                    "scheduled_at": opened.scheduled_at.isoformat(),
                    "mediator_name": opened.mediator_name,
                },
                "person": {
                    "name_masked": opened.name_masked,
                    "side": opened.side,
                    "side_label_zh": opened.side_label_zh,
                    "side_label_en": opened.side_label_en,
                    "role": opened.role,
                },
                "claimed_here": opened.claimed_here,
                "claimed_elsewhere": opened.claimed_elsewhere,
                "asks_number": opened.asks_number,
            }
        )

    async def code(self, request: Request) -> JSONResponse:
        """Send a code to the phone on file, once the last four characters are right."""
        body = await read(request, Number)
        sent = await self._access.send_code(body.secret, body.last4)
        return JSONResponse({"sent_to": sent.sent_to, "expires_in": sent.expires_in, "resend_after": sent.resend_after})

    async def call(self, request: Request) -> JSONResponse:
        """Call silently for the mediator before saying who one is."""
        body = await read(request, Secret)
        session_id, person = await self._access.link_holder(body.secret)
        call = await self._calls.call(session_id, person, CallKind.DOOR)
        return JSONResponse({"at": call.at.timestamp()}, 201, headers={"Cache-Control": "no-store"})

    async def identify(self, request: Request) -> JSONResponse:
        """Check number and code; the device that passes keeps a cookie."""
        body = await read(request, Proof)
        device = await self._device(request, body.secret)
        access = await self._access.identify(
            body.secret,
            last4=body.last4,
            code=body.code.strip(),
            company=_company(body.company),
            device=device,
            take_over=body.take_over,
        )
        return self._answer(access)

    async def document(self, request: Request) -> JSONResponse:
        """Come in without a code; the mediator will look at a document."""
        body = await read(request, DocumentWish)
        device = await self._device(request, body.secret)
        access = await self._access.ask_document(
            body.secret, last4=body.last4, company=_company(body.company), device=device
        )
        return self._answer(access)

    async def refresh(self, request: Request) -> JSONResponse:
        """A fresh token for the device that owns the link."""
        body = await read(request, Secret)
        return self._answer(await self._access.refresh(body.secret, await self._device(request, body.secret)))

    async def _device(self, request: Request, secret: str) -> str | None:
        link_id = await self._access.link_id(secret)
        self._identity.kept.take(link_id)
        return self._identity.device(request, link_id)

    def _answer(self, access: PartyAccess) -> JSONResponse:
        response = JSONResponse(token_answer(access), headers={"Cache-Control": "no-store"})
        if access.device is not None:
            self._identity.keep_device(response, access.link_id, access.device)
        return response


def _company(given: Company) -> dict[str, Any]:
    return company(alone=given.alone, who=given.who)


def token_answer(access: PartyAccess) -> dict[str, Any]:
    """A fresh token as the API gives it."""
    return {
        "token": access.token,
        "expires_in": access.expires_in,
        "room_id": access.room_id,
        "session_id": access.session_id,
        "participant_id": access.participant_id,
    }
