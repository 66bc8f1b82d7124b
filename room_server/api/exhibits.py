"""``/api/exhibits``: bring a file, show its pages to everybody, read them, say what one thinks of it.

Each act is judged by who asks now. Whoever may not know of an exhibit gets the same answer as for one that is not.
"""

from __future__ import annotations

from typing import Literal
from urllib.parse import unquote

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from room_server.api.body import Body, read, same_origin
from room_server.api.identity import Identity
from room_server.domain import consent
from room_server.domain.challenge import Aspect, View
from room_server.domain.comparison import Finding, Outcome, Way
from room_server.domain.errors import Malformed
from room_server.domain.people import Side
from room_server.domain.sending import is_key
from room_server.services.everything import Services
from room_server.services.exhibits import Brought

FILE = "application/octet-stream"
"""The type of every file that comes: what it is, is read from its content. A form of another site cannot send it."""
UNSEEN = {"Cache-Control": "private, no-store"}


class PageBody(Body, frozen=True):
    """Which page everybody is to see, from 1."""

    page: int


class ViewBody(Body, frozen=True):
    """What a side says of one aspect."""

    aspect: Literal["authenticity", "legality", "relevance"]
    objects: bool
    reason: str = ""


class ChallengeBody(Body, frozen=True):
    """Views of one side."""

    side: Literal["applicant", "respondent"]
    views: list[ViewBody]


class ComparisonBody(Body, frozen=True):
    """What came of comparing the copy with its original."""

    outcome: Literal["agrees", "differs", "not_compared"]
    way: Literal["camera", "office", "unavailable"]
    remark: str = ""


class PresenterBody(Body, frozen=True):
    """Whether a party may show exhibits."""

    participant_id: str
    may_present: bool


class ExhibitsApi:
    """Endpoints of ``/api/exhibits``."""

    def __init__(self, services: Services, identity: Identity) -> None:
        self._exhibits = services.exhibits
        self._comparisons = services.comparisons
        self._presentations = services.presentations
        self._identity = identity

    def routes(self) -> list[BaseRoute]:
        """All of them."""
        one = "/api/exhibits/{exhibit_id}"
        return [
            Route("/api/exhibits", self.add, methods=["POST"]),
            Route("/api/exhibits/put-away", self.put_away, methods=["POST"]),
            Route("/api/exhibits/presenters", self.presenter, methods=["POST"]),
            Route(f"{one}/pages/{{number:int}}", self.page, methods=["GET"]),
            Route(f"{one}/present", self.present, methods=["POST"]),
            Route(f"{one}/disclose", self.disclose, methods=["POST"]),
            Route(f"{one}/withdraw", self.withdraw, methods=["POST"]),
            Route(f"{one}/views", self.challenge, methods=["POST"]),
            Route(f"{one}/comparisons", self.compare, methods=["POST"]),
        ]

    async def add(self, request: Request) -> JSONResponse:
        """A file as the body; title and name, percent-encoded, in ``Exhibit-Title`` and ``Exhibit-Name``; the sensitive
        data of one's own in it, as purposes with commas between, in ``Exhibit-Holds``; in ``Exhibit-Place`` the
        caucus in which its owner believes to be, empty for the joint session; ``Exhibit-Key``: as of a line of chat."""
        same_origin(request)
        session_id, by = await self._identity.in_session(request)
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FILE:
            raise Malformed("bad_request", reason=f"the body must be {FILE}")
        title, name = (unquote(request.headers.get(field, "")) for field in ("exhibit-title", "exhibit-name"))
        if (place := request.headers.get("exhibit-place")) is None:
            raise Malformed("bad_request", reason="Exhibit-Place is missing")
        key = request.headers.get("exhibit-key")
        if key is not None and not is_key(key):
            raise Malformed("bad_request", reason="Exhibit-Key is no key")
        holds, length = _holds(request.headers.get("exhibit-holds", "")), request.headers.get("content-length", "")
        size = int(length) if length.isascii() and length.isdecimal() else None
        brought = Brought(title, name, request.stream(), holds, place, key, size)
        try:
            exhibit = await self._exhibits.add(session_id, by, brought)
        except ClientDisconnect as gone:
            raise Malformed("bad_request", reason="the file did not come to its end") from gone
        return JSONResponse({"exhibit_id": exhibit.exhibit_id, "number": exhibit.number}, 201)

    async def page(self, request: Request) -> Response:
        """One page as a JPEG."""
        by = await self._who(request)
        number = request.path_params["number"]
        data = await self._exhibits.page(request.path_params["exhibit_id"], by, number)
        headers = {**UNSEEN, "X-Content-Type-Options": "nosniff"}
        return Response(data, media_type="image/jpeg", headers=headers)

    async def present(self, request: Request) -> Response:
        """Show a page to everybody where one is."""
        by = await self._who(request)
        body = await read(request, PageBody)
        await self._presentations.present(request.path_params["exhibit_id"], by, body.page)
        return Response(status_code=204)

    async def put_away(self, request: Request) -> Response:
        """Show nothing any more."""
        same_origin(request)
        await self._presentations.put_away(*await self._identity.in_session(request))
        return Response(status_code=204)

    async def presenter(self, request: Request) -> Response:
        """The mediator lets a party show exhibits, or no longer."""
        session_id, by = await self._identity.in_session(request)
        body = await read(request, PresenterBody)
        await self._presentations.set_presenter(session_id, by, body.participant_id, may_present=body.may_present)
        return Response(status_code=204)

    async def disclose(self, request: Request) -> Response:
        """Let everybody know of what was brought in a private talk."""
        same_origin(request)
        await self._exhibits.disclose(request.path_params["exhibit_id"], await self._who(request))
        return Response(status_code=204)

    async def withdraw(self, request: Request) -> Response:
        """Take it back."""
        same_origin(request)
        await self._exhibits.withdraw(request.path_params["exhibit_id"], await self._who(request))
        return Response(status_code=204)

    async def challenge(self, request: Request) -> Response:
        """The view of a side."""
        by = await self._who(request)
        body = await read(request, ChallengeBody)
        views = [View(Aspect(each.aspect), each.objects, each.reason) for each in body.views]
        await self._exhibits.challenge(request.path_params["exhibit_id"], by, Side(body.side), views)
        return Response(status_code=204)

    async def compare(self, request: Request) -> Response:
        """What the mediator or clerk found."""
        by = await self._who(request)
        body = await read(request, ComparisonBody)
        finding = Finding(Outcome(body.outcome), Way(body.way), body.remark)
        await self._comparisons.record(request.path_params["exhibit_id"], by, finding)
        return Response(status_code=204)

    async def _who(self, request: Request) -> str:
        return await self._identity.insider(
            request, lambda: self._exhibits.session_of(request.path_params["exhibit_id"])
        )


def _holds(field: str) -> tuple[str, ...]:
    named = {each.strip() for each in field.split(",")} - {""}
    if not named <= set(consent.SENSITIVE):
        raise Malformed("bad_request", reason="exhibit-holds names something else")
    return tuple(sorted(named))
