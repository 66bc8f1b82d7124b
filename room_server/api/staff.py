"""``/api/staff``: sign-in, and the mediator's sessions."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from room_server.api.body import Body, read, same_origin
from room_server.api.identity import STAFF_COOKIE, Identity
from room_server.api.links import token_answer
from room_server.domain.deadlines import Limit
from room_server.domain.errors import Unauthenticated
from room_server.live.presence import Presence
from room_server.rules.citations import citation
from room_server.services.everything import Services
from room_server.services.overview import Overview
from room_server.services.qr import svg
from room_server.services.sessions import SessionDetails


class Credentials(Body, frozen=True):
    """User name and password."""

    username: str
    password: str


class Address(Body, frozen=True):
    """The address of a party's link."""

    url: str


class StaffApi:
    """Endpoints of ``/api/staff``."""

    def __init__(self, services: Services, identity: Identity, presence: Presence) -> None:
        self._services = services
        self._identity = identity
        self._presence = presence

    def routes(self) -> list[BaseRoute]:
        """All of them."""
        one = "/api/staff/sessions/{session_id}"
        link = one + "/links/{participant_id}"
        return [
            Route("/api/staff/login", self.login, methods=["POST"]),
            Route("/api/staff/logout", self.logout, methods=["POST"]),
            Route("/api/staff/me", self.me, methods=["GET"]),
            Route("/api/staff/sessions", self.sessions, methods=["GET"]),
            Route(one, self.session, methods=["GET"]),
            Route(f"{one}/token", self.token, methods=["POST"]),
            Route(f"{link}/show", self.show, methods=["POST"]),
            Route(f"{link}/reissue", self.reissue, methods=["POST"]),
            Route(f"{link}/revoke", self.revoke, methods=["POST"]),
            Route(f"{link}/qr", self.qr, methods=["POST"]),
        ]

    async def login(self, request: Request) -> JSONResponse:
        """Sign in."""
        body = await read(request, Credentials)
        signed_in = await self._services.staff.login(body.username, body.password)
        response = JSONResponse({"name": signed_in.member.name, "role": signed_in.member.role})
        self._identity.keep_staff(response, signed_in.token)
        return response

    async def logout(self, request: Request) -> Response:
        """Sign out. Whoever was not signed in is signed out all the same."""
        same_origin(request)
        response = Response(status_code=204)
        self._identity.forget_staff(response)
        token = request.cookies.get(STAFF_COOKIE)
        if token:
            try:
                await self._services.staff.logout(token)
            except Unauthenticated:
                return response  # the cookie was dead already
        return response

    async def me(self, request: Request) -> JSONResponse:
        """Who is signed in."""
        member = await self._identity.staff(request)
        return JSONResponse({"name": member.name, "role": member.role, "username": member.username})

    async def sessions(self, request: Request) -> JSONResponse:
        """The mediator's own sessions: each with its limit, who has come, and its agreement."""
        member = await self._identity.staff(request)
        lines = await self._services.overview.of_staff(member.staff_id, self._presence.of)
        return JSONResponse([_line(each) for each in lines], headers={"Cache-Control": "no-store"})

    async def session(self, request: Request) -> JSONResponse:
        """One session with its people, recording and agreement."""
        session_id = request.path_params["session_id"]
        await self._identity.mediator(request, session_id)
        found = await self._services.sessions.get(session_id)
        links = await self._services.access.link_states(session_id)
        recording = await self._services.recording.current(session_id)
        people = [
            {
                "participant_id": person.participant_id,
                "display_name": person.name,
                "party_name": person.party_name,
                "authority": person.authority,
                "side": person.side,
                "role": person.role,
                "identity_checked_at": person.identity_checked_at.isoformat() if person.identity_checked_at else None,
                "link_state": links.get(person.participant_id),
            }
            for person in found.people
        ]
        return JSONResponse(
            {
                **_summary(found),
                "people": people,
                "recording": {
                    "state": recording.state,
                    "started_at": recording.started_at,
                    "failed_at": recording.failed_at,
                    "reason": recording.reason,
                    "lost_seconds": recording.lost_seconds,
                },
                "agreement": await self._services.agreements.current(session_id),
            }
        )

    async def token(self, request: Request) -> JSONResponse:
        """The mediator's token for the room."""
        same_origin(request)
        session_id = request.path_params["session_id"]
        member = await self._identity.staff(request)
        await self._identity.mediator(request, session_id)
        access = await self._services.access.staff_room_token(member.staff_id, session_id)
        return JSONResponse(token_answer(access), headers={"Cache-Control": "no-store"})

    async def show(self, request: Request) -> JSONResponse:
        """The link as it is: to copy, or to make a QR code of."""
        session_id, participant_id, host = await self._link(request)
        url = await self._services.invitations.show(session_id, host, participant_id)
        return JSONResponse({"url": url}, headers={"Cache-Control": "no-store"})

    async def reissue(self, request: Request) -> JSONResponse:
        """A new link instead of the old one."""
        session_id, participant_id, host = await self._link(request)
        url = await self._services.access.reissue_link(session_id, host, participant_id)
        return JSONResponse({"url": url}, headers={"Cache-Control": "no-store"})

    async def revoke(self, request: Request) -> Response:
        """Shut a link, and whoever came in by it, out."""
        session_id, participant_id, host = await self._link(request)
        await self._services.access.revoke_link(session_id, host, participant_id)
        return Response(status_code=204)

    async def qr(self, request: Request) -> Response:
        """The QR code of a link that this person may use. The address comes in the body: no log keeps a body."""
        session_id, participant_id, _ = await self._link(request)
        body = await read(request, Address)
        await self._services.invitations.require_link_of(session_id, participant_id, body.url)
        headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
        return Response(svg(body.url), media_type="image/svg+xml", headers=headers)

    async def _link(self, request: Request) -> tuple[str, str, str]:
        same_origin(request)
        session_id = request.path_params["session_id"]
        return session_id, request.path_params["participant_id"], await self._identity.mediator(request, session_id)


def _line(found: Overview) -> dict[str, Any]:
    return {
        **_summary(found.details),
        "limit": None if found.limit is None else _limit(found.limit),
        "arrivals": [{"side": side, "state": state} for side, state in found.arrivals],
        "agreement": found.agreement,
        "on_paper": found.on_paper,
    }


def _limit(found: Limit) -> dict[str, Any]:
    source_zh, source_en = citation(found.clock.source)
    return {
        "consequence_zh": found.clock.consequence_zh,
        "consequence_en": found.clock.consequence_en,
        "safe_last_day": found.safe_last_day.isoformat(),
        "days_left": found.days_left,
        "source_zh": source_zh,
        "source_en": source_en,
    }


def _summary(found: SessionDetails) -> dict[str, Any]:
    session = found.session
    return {
        "session_id": session.session_id,
        "room_id": session.room_id,
        "case_no": found.case.case_no,
        "title": found.case.title,
        "kind": found.case.kind,
        "state": session.state,
        "scheduled_at": session.scheduled_at.isoformat(),
        "started_at": session.started_at.isoformat() if session.started_at else None,
        "ended_at": session.ended_at.isoformat() if session.ended_at else None,
        "filed_at": session.filed_at.isoformat() if session.filed_at else None,
        "parties": [{"side": party.side, "name": party.name} for party in found.case.parties],
    }
