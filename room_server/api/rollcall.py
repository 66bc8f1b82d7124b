"""The mediator's side of the arrival: roll call, a line for those who wait, and a door that stays shut."""

from __future__ import annotations

from typing import Literal

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from room_server.api.body import Body, read, same_origin
from room_server.api.identity import Identity
from room_server.domain.rollcall import Item
from room_server.rules.rollcall import RollText
from room_server.services.everything import Services


class Seen(Body, frozen=True):
    """A document that was shown to the camera."""

    kind: str
    matches: bool


class Disclosed(Body, frozen=True):
    """What the mediator tells of themselves."""

    disclosure: str


class ReadOut(Body, frozen=True):
    """Which text was read to everybody."""

    item: Literal["discipline", "sham_warning"]


class Greeting(Body, frozen=True):
    """One line for those who wait."""

    side: str
    text: str


class Denial(Body, frozen=True):
    """Why somebody is not let in."""

    reason: str
    final: bool


class Answered(Body, frozen=True):
    """A party's answer to the question of recusal."""

    objection: bool
    reason: str


class RollCallApi:
    """Endpoints below ``/api/staff/sessions/{session_id}``, and the parties' ``/api/me/recusal``."""

    def __init__(self, services: Services, identity: Identity) -> None:
        self._roll_call = services.roll_call
        self._arrival = services.arrival
        self._identity = identity

    def routes(self) -> list[BaseRoute]:
        """All of them."""
        one = "/api/staff/sessions/{session_id}"
        person = one + "/roll/people/{participant_id}"
        return [
            Route(f"{one}/roll/texts", self.texts, methods=["GET"]),
            Route(f"{one}/roll/recusal", self.ask_recusal, methods=["POST"]),
            Route(f"{one}/roll/read", self.read_out, methods=["POST"]),
            Route(f"{person}/document", self.document, methods=["POST"]),
            Route(f"{person}/authority", self.authority, methods=["POST"]),
            Route(f"{one}/greeting", self.greet, methods=["POST"]),
            Route(one + "/people/{participant_id}/deny", self.deny, methods=["POST"]),
            Route("/api/me/recusal", self.answer_recusal, methods=["POST"]),
        ]

    async def texts(self, request: Request) -> JSONResponse:
        """What is read out, with versions and articles."""
        session_id, _ = await self._host(request)
        return JSONResponse([_text(text) for text in await self._roll_call.texts(session_id)])

    async def ask_recusal(self, request: Request) -> Response:
        """Ask everybody whether they object to the mediator."""
        body = await read(request, Disclosed)
        session_id, host = await self._host(request)
        await self._roll_call.ask_recusal(session_id, host, body.disclosure)
        return Response(status_code=204)

    async def read_out(self, request: Request) -> Response:
        """A text was read to everybody."""
        body = await read(request, ReadOut)
        session_id, host = await self._host(request)
        await self._roll_call.read_out(session_id, host, Item(body.item))
        return Response(status_code=204)

    async def document(self, request: Request) -> Response:
        """The mediator has looked at somebody's document."""
        body = await read(request, Seen)
        session_id, host = await self._host(request)
        person = request.path_params["participant_id"]
        await self._roll_call.check_document(session_id, host, person, body.kind, matches=body.matches)
        return Response(status_code=204)

    async def authority(self, request: Request) -> Response:
        """In whose name somebody acts was shown to everybody."""
        same_origin(request)
        session_id, host = await self._host(request)
        await self._roll_call.check_authority(session_id, host, request.path_params["participant_id"])
        return Response(status_code=204)

    async def greet(self, request: Request) -> Response:
        """A line for those who wait; empty takes it back."""
        body = await read(request, Greeting)
        session_id, host = await self._host(request)
        await self._arrival.greet(session_id, host, body.side, body.text)
        return Response(status_code=204)

    async def deny(self, request: Request) -> Response:
        """Do not let somebody in."""
        body = await read(request, Denial)
        session_id, host = await self._host(request)
        person = request.path_params["participant_id"]
        await self._arrival.deny(session_id, host, person, body.reason, final=body.final)
        return Response(status_code=204)

    async def answer_recusal(self, request: Request) -> Response:
        """A party's own answer."""
        grant = await self._identity.admitted(request)
        body = await read(request, Answered)
        await self._roll_call.answer_recusal(grant.participant_id, objection=body.objection, reason=body.reason)
        return Response(status_code=204)

    async def _host(self, request: Request) -> tuple[str, str]:
        session_id = request.path_params["session_id"]
        return session_id, await self._identity.mediator(request, session_id)


def _text(text: RollText) -> dict[str, str]:
    return {
        "item": str(text.item),
        "version": text.version,
        "title_zh": text.title_zh,
        "title_en": text.title_en,
        "text_zh": text.text_zh,
        "text_en": text.text_en,
        "source_zh": text.source_zh,
        "source_en": text.source_en,
    }
