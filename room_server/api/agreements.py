"""``/api/agreements``: read the frozen text, get a code, sign, seal, fetch the paper."""

from __future__ import annotations

import base64
import binascii
from dataclasses import asdict
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from room_server.api.body import HANDWRITING_BYTES, Body, read, same_origin
from room_server.api.identity import Identity, bearer
from room_server.domain.errors import Invalid, NotFound
from room_server.domain.own_name import Drawn, OwnName, SigningMode, Typed
from room_server.domain.signing_steps import Hand, SigningSteps
from room_server.services.everything import Services

DATA_URL = "data:image/png;base64,"


class DrawnName(Body, frozen=True, tag_field="mode", tag=str(SigningMode.DRAWN)):
    """``picture``: base64 of a PNG."""

    picture: str

    def own_name(self) -> OwnName:
        """As the domain has it. Raises Invalid: ``handwriting_empty``."""
        return Drawn(_png(self.picture))


class TypedName(Body, frozen=True, tag_field="mode", tag=str(SigningMode.TYPED)):
    """``name``: as it was typed."""

    name: str

    def own_name(self) -> OwnName:
        """As the domain has it."""
        return Typed(self.name)


class SignatureBody(Body, frozen=True):
    """One act of signing. ``own_name``: how the name was put; it says itself which ``mode`` it is."""

    digest: str
    intent: bool
    own_name: DrawnName | TypedName
    code: str


class StepsBody(Body, frozen=True):
    """How far somebody is with signing: which steps are done, nothing of what was written."""

    read: bool
    intent: bool
    handwriting: Hand


class AgreementsApi:
    """Endpoints of ``/api/agreements``."""

    def __init__(self, services: Services, identity: Identity) -> None:
        self._services = services
        self._agreements = services.agreements
        self._identity = identity

    def routes(self) -> list[BaseRoute]:
        """All of them."""
        one = "/api/agreements/{proposal_id}"
        return [
            Route("/api/agreements/current", self.current, methods=["GET"]),
            Route(f"{one}/code", self.code, methods=["POST"]),
            Route(f"{one}/steps", self.steps, methods=["POST"]),
            Route(f"{one}/signatures", self.sign, methods=["POST"]),
            Route(f"{one}/seal", self.seal, methods=["POST"]),
            Route(f"{one}/pdf", self.pdf, methods=["GET"]),
            Route(f"{one}/ticket", self.ticket, methods=["POST"]),
            Route(f"{one}/papers/{{ticket}}/agreement.pdf", self.paper, methods=["GET"]),
        ]

    async def current(self, request: Request) -> JSONResponse:
        """The session's frozen text with its words."""
        session_id = await self._session(request)
        view = await self._agreements.current(session_id)
        if view is None:
            raise NotFound("not_found")
        content = await self._agreements.content(view["proposal_id"])
        return JSONResponse({**view, "content": content}, headers={"Cache-Control": "no-store"})

    async def code(self, request: Request) -> JSONResponse:
        """Send a one-time code to whoever asks."""
        same_origin(request)
        proposal_id, participant_id = await self._who(request)
        sent = await self._agreements.request_code(proposal_id, participant_id)
        await self._services.signing_steps.code_sent(proposal_id, participant_id)
        return JSONResponse({"sent_to": sent.sent_to, "expires_in": sent.expires_in, "resend_after": sent.resend_after})

    async def steps(self, request: Request) -> Response:
        """How far whoever asks is on the way to a signature, for the mediator to see."""
        same_origin(request)
        proposal_id, participant_id = await self._who(request)
        body = await read(request, StepsBody)
        steps = SigningSteps(body.read, body.intent, body.handwriting)
        await self._services.signing_steps.tell(proposal_id, participant_id, steps)
        return Response(status_code=204)

    async def sign(self, request: Request) -> JSONResponse:
        """One signature."""
        proposal_id, participant_id = await self._who(request)
        body = await read(request, SignatureBody, HANDWRITING_BYTES)
        receipt = await self._agreements.sign(
            proposal_id,
            participant_id,
            digest=body.digest,
            intent=body.intent,
            own_name=body.own_name.own_name(),
            code=body.code.strip(),
        )
        told = {**asdict(receipt), "signed_at": receipt.signed_at.isoformat()}
        return JSONResponse({"receipt": told})

    async def seal(self, request: Request) -> JSONResponse:
        """The organisation's seal, by the mediator."""
        same_origin(request)
        stage = await self._agreements.stage(request.path_params["proposal_id"])
        host = await self._identity.mediator(request, stage.session_id)
        return JSONResponse(await self._agreements.seal(stage.proposal_id, host))

    async def pdf(self, request: Request) -> Response:
        """The newest version of the paper."""
        proposal_id, _ = await self._who(request)
        return await self._pdf(proposal_id)

    async def ticket(self, request: Request) -> JSONResponse:
        """An address of the paper that works by itself for a while: ``path`` and ``expires_in`` (seconds)."""
        same_origin(request)
        grant = await self._identity.admitted(request)
        proposal_id = await self._of_session(request, grant.session_id)
        given = self._services.paper_tickets.give(bearer(request))
        path = f"/api/agreements/{proposal_id}/papers/{given.ticket}/agreement.pdf"
        return JSONResponse({"path": path, "expires_in": given.expires_in}, headers={"Cache-Control": "no-store"})

    async def paper(self, request: Request) -> Response:
        """The newest version of the paper, for whoever comes with a ticket."""
        grant = await self._identity.ticket_holder(request.path_params["ticket"])
        return await self._pdf(await self._of_session(request, grant.session_id))

    async def _pdf(self, proposal_id: str) -> Response:
        number = (await self._agreements.stage(proposal_id)).number
        name = quote(f"{number or proposal_id}.pdf", safe="")
        shown = f"inline; filename=\"agreement.pdf\"; filename*=UTF-8''{name}"
        headers = {"Content-Disposition": shown, "Cache-Control": "no-store"}
        return Response(await self._agreements.pdf(proposal_id), media_type="application/pdf", headers=headers)

    async def _of_session(self, request: Request, session_id: str) -> str:
        stage = await self._agreements.stage(request.path_params["proposal_id"])
        if stage.session_id != session_id:
            raise NotFound("not_found")
        return stage.proposal_id

    async def _session(self, request: Request) -> str:
        if "authorization" in request.headers:
            return (await self._identity.admitted(request)).session_id
        session_id = request.query_params.get("session_id", "")
        await self._identity.mediator(request, session_id)
        return session_id

    async def _who(self, request: Request) -> tuple[str, str]:
        """The text and who asks. Whoever is not of its session gets the same answer as for an unknown text."""
        if "authorization" in request.headers:
            grant = await self._identity.admitted(request)
            return await self._of_session(request, grant.session_id), grant.participant_id
        await self._identity.staff(request)
        stage = await self._agreements.stage(request.path_params["proposal_id"])
        return stage.proposal_id, await self._identity.mediator(request, stage.session_id)


def _png(text: str) -> bytes:
    try:
        return base64.b64decode(text.removeprefix(DATA_URL), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Invalid("handwriting_empty") from error
