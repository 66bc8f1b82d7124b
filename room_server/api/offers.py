"""``/api/offers``: make an offer, tell the other side, take it back, answer it, put what was agreed into the draft."""

from __future__ import annotations

from datetime import date
from typing import Literal

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from room_server.api.body import Body, Key, read, same_origin
from room_server.api.identity import Identity
from room_server.domain.offer import Verdict
from room_server.domain.people import Side
from room_server.live.drafting import Drafts
from room_server.services.everything import Services
from room_server.services.offers import WantedOffer


class InstalmentBody(Body, frozen=True):
    """One payment: ``due`` as YYYY-MM-DD, ``amount`` in yuan."""

    due: date
    amount: str


class OfferBody(Body, frozen=True):
    """What is offered. ``in_answer_to``: the offer that it counters; ``place``, ``key``: as of a line of
    chat."""

    payer: Literal["applicant", "respondent"]
    amount: str
    instalments: list[InstalmentBody]
    valid_hours: int
    place: str
    conditions: str = ""
    in_answer_to: str | None = None
    key: Key | None = None


class AnswerBody(Body, frozen=True):
    """Yes or no; an offer of one's own comes as an offer."""

    verdict: Literal["accept", "decline"]


class OffersApi:
    """Endpoints of ``/api/offers``."""

    def __init__(self, services: Services, identity: Identity, drafts: Drafts) -> None:
        self._offers = services.offers
        self._drafts = drafts
        self._identity = identity

    def routes(self) -> list[BaseRoute]:
        """All of them."""
        one = "/api/offers/{offer_id}"
        return [
            Route("/api/offers", self.make, methods=["POST"]),
            Route(f"{one}/share", self.share, methods=["POST"]),
            Route(f"{one}/withdraw", self.withdraw, methods=["POST"]),
            Route(f"{one}/answer", self.answer, methods=["POST"]),
            Route(f"{one}/draft", self.draft, methods=["POST"]),
        ]

    async def make(self, request: Request) -> JSONResponse:
        """An offer."""
        session_id, by = await self._identity.in_session(request)
        body = await read(request, OfferBody)
        wanted = WantedOffer(
            Side(body.payer),
            body.amount,
            [(each.due, each.amount) for each in body.instalments],
            body.conditions,
            body.valid_hours,
            body.in_answer_to,
        )
        offer = await self._offers.make(session_id, by, wanted, place=body.place, key=body.key)
        return JSONResponse({"offer_id": offer.offer_id}, 201)

    async def share(self, request: Request) -> Response:
        """Tell the other side."""
        same_origin(request)
        await self._offers.share(request.path_params["offer_id"], await self._who(request))
        return Response(status_code=204)

    async def withdraw(self, request: Request) -> Response:
        """Take it back."""
        same_origin(request)
        await self._offers.withdraw(request.path_params["offer_id"], await self._who(request))
        return Response(status_code=204)

    async def answer(self, request: Request) -> Response:
        """Yes or no."""
        by = await self._who(request)
        body = await read(request, AnswerBody)
        await self._offers.answer(request.path_params["offer_id"], by, Verdict(body.verdict))
        return Response(status_code=204)

    async def draft(self, request: Request) -> Response:
        """Put the terms of an accepted one into the agreement."""
        same_origin(request)
        await self._drafts.put_offer(request.path_params["offer_id"], await self._who(request))
        return Response(status_code=204)

    async def _who(self, request: Request) -> str:
        return await self._identity.insider(request, lambda: self._offers.session_of(request.path_params["offer_id"]))
