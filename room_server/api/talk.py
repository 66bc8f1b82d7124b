"""``/api/sessions/{session_id}/…``: chat, calls for the mediator, carry-across tickets, a mediator's own notes."""

from __future__ import annotations

from typing import Any, Literal

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from room_server.api.body import Body, Key, read, same_origin
from room_server.api.identity import Identity
from room_server.domain.call import CallKind
from room_server.domain.sending import is_key
from room_server.services.everything import Services
from room_server.store.talk import PrivateNote

NOTE_BYTES = 256 * 1024
PRIVATE = {"Cache-Control": "no-store"}


class LineBody(Body, frozen=True):
    """A line and where it goes: ``here``, ``hosts``, or from a host one person.

    ``place``: the caucus in which the writer believes to be, empty for the joint session. It widens nothing: a line
    that was typed in one place is refused in another. ``key``: a line that comes again with it is the same line.
    """

    to: str
    text: str
    place: str
    key: Key | None = None


class CallBody(Body, frozen=True):
    """What the mediator is called for."""

    kind: Literal["talk", "alarm"]


class TicketBody(Body, frozen=True):
    """The exact words. ``place``, ``key``: as of a line of chat."""

    text: str
    place: str
    key: Key | None = None


class AnswerBody(Body, frozen=True):
    """Yes or no to the words of this digest."""

    yes: bool
    digest: str


class NoteBody(Body, frozen=True):
    """``scope``: a caucus, or empty for the session; ``revision``: of the text that was changed."""

    scope: str
    text: str
    revision: int


class TalkApi:
    """What people write to one another."""

    def __init__(self, services: Services, identity: Identity) -> None:
        self._services = services
        self._identity = identity

    def routes(self) -> list[BaseRoute]:
        """All of them."""
        one = "/api/sessions/{session_id}"
        ticket = one + "/tickets/{ticket_id}"
        return [
            Route(f"{one}/chat", self.lines, methods=["GET"]),
            Route(f"{one}/chat", self.say, methods=["POST"]),
            Route(one + "/sent/{key}", self.sent, methods=["GET"]),
            Route(f"{one}/calls", self.call, methods=["POST"]),
            Route(one + "/calls/{call_id}/seen", self.seen, methods=["POST"]),
            Route(f"{one}/tickets", self.ask, methods=["POST"]),
            Route(f"{ticket}/answer", self.answer, methods=["POST"]),
            Route(f"{ticket}/withdraw", self.withdraw, methods=["POST"]),
            Route(f"{ticket}/deliver", self.deliver, methods=["POST"]),
            Route(f"{one}/notes", self.notes, methods=["GET"]),
            Route(f"{one}/notes", self.keep_note, methods=["POST"]),
        ]

    async def lines(self, request: Request) -> JSONResponse:
        """Every line that whoever asks may read where they are now, and where that is."""
        session_id, person = await self._who(request)
        place, lines = await self._services.chat.visible(session_id, person)
        return JSONResponse({"place": place, "lines": lines}, headers=PRIVATE)

    async def say(self, request: Request) -> JSONResponse:
        """Write a line."""
        session_id, person = await self._who(request)
        body = await read(request, LineBody)
        line = await self._services.chat.say(session_id, person, body.to, body.text, place=body.place, key=body.key)
        return JSONResponse({"line_id": line.line_id}, 201)

    async def sent(self, request: Request) -> JSONResponse:
        """What came of what whoever asks sent with a key (the id of a line, ticket, offer or exhibit), if it came."""
        _, person = await self._who(request)
        key = request.path_params["key"]
        made = await self._services.chat.sent(person, key) if is_key(key) else None
        return JSONResponse({"made": made}, headers=PRIVATE)

    async def call(self, request: Request) -> JSONResponse:
        """Call for the mediator, also from the waiting room."""
        session_id, person = await self._who(request)
        body = await read(request, CallBody)
        call = await self._services.calls.call(session_id, person, CallKind(body.kind))
        return JSONResponse({"at": call.at.timestamp()}, 201, headers=PRIVATE)

    async def seen(self, request: Request) -> Response:
        """The mediator has taken note."""
        session_id, host = await self._mediator(request)
        await self._services.calls.see(session_id, host, request.path_params["call_id"])
        return Response(status_code=204)

    async def ask(self, request: Request) -> JSONResponse:
        """May these words be carried across?"""
        session_id, host = await self._mediator(request)
        body = await read(request, TicketBody)
        ticket = await self._services.tickets.ask(session_id, host, body.text, place=body.place, key=body.key)
        return JSONResponse({"ticket_id": ticket.ticket_id, "digest": ticket.digest}, 201)

    async def answer(self, request: Request) -> JSONResponse:
        """Yes or no."""
        session_id, person = await self._who(request)
        body = await read(request, AnswerBody)
        ticket = await self._services.tickets.answer(
            session_id, request.path_params["ticket_id"], person, yes=body.yes, digest=body.digest
        )
        return JSONResponse({"state": str(ticket.state)})

    async def withdraw(self, request: Request) -> Response:
        """The mediator does not ask any more."""
        session_id, host = await self._mediator(request)
        await self._services.tickets.withdraw(session_id, request.path_params["ticket_id"], host)
        return Response(status_code=204)

    async def deliver(self, request: Request) -> JSONResponse:
        """The other side gets the words."""
        session_id, host = await self._mediator(request)
        line = await self._services.tickets.deliver(session_id, request.path_params["ticket_id"], host)
        return JSONResponse({"line_id": line.line_id}, 201)

    async def notes(self, request: Request) -> JSONResponse:
        """One's own notes."""
        session_id, host = await self._mediator(request)
        notes = await self._services.notes.of_author(session_id, host)
        return JSONResponse({"notes": [_note(each) for each in notes]}, headers=PRIVATE)

    async def keep_note(self, request: Request) -> JSONResponse:
        """Keep one's own note."""
        session_id, host = await self._mediator(request)
        body = await read(request, NoteBody, NOTE_BYTES)
        note = await self._services.notes.save(session_id, host, body.scope, body.text, body.revision)
        return JSONResponse({"revision": note.revision, "saved_at": note.saved_at.timestamp()}, headers=PRIVATE)

    async def _who(self, request: Request) -> tuple[str, str]:
        session_id = request.path_params["session_id"]
        return session_id, await self._identity.participant(request, session_id)

    async def _mediator(self, request: Request) -> tuple[str, str]:
        same_origin(request)
        session_id = request.path_params["session_id"]
        return session_id, await self._identity.mediator(request, session_id)


def _note(note: PrivateNote) -> dict[str, Any]:
    return {
        "scope": note.scope,
        "text": note.text,
        "revision": note.revision,
        "saved_at": note.saved_at.timestamp(),
    }
