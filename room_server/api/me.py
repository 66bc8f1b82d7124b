"""``/api/me``: what a party has to read and answer before coming in."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route

from room_server.api.body import Body, read
from room_server.api.identity import Identity
from room_server.domain.consent import Language
from room_server.services.consents import AskedNotice
from room_server.services.everything import Services


class Answers(Body, frozen=True):
    """A yes or no to every item of one notice. ``language``: in which the screen showed it."""

    notice_id: str
    version: str
    answers: dict[str, bool]
    language: Language = Language.CHINESE


class MeApi:
    """Endpoints of ``/api/me``."""

    def __init__(self, services: Services, identity: Identity) -> None:
        self._services = services
        self._identity = identity

    def routes(self) -> list[BaseRoute]:
        """All of them."""
        return [
            Route("/api/me", self.me, methods=["GET"]),
            Route("/api/me/consents", self.consents, methods=["POST"]),
        ]

    async def me(self, request: Request) -> JSONResponse:
        """Who one is, in which session, and the notices."""
        grant = await self._identity.party(request)
        found = await self._services.sessions.get(grant.session_id)
        asked, ready = await self._services.consents.of_participant(grant.participant_id)
        return JSONResponse(
            {
                "participant": {
                    "participant_id": grant.participant_id,
                    "display_name": grant.display_name,
                    "side": grant.side,
                    "role": grant.role,
                },
                "session": {
                    "session_id": grant.session_id,
                    "room_id": grant.room_id,
                    "state": found.session.state,
                    "case_no": found.case.case_no,
                    "organisation": found.case.organisation,
                    "mediator_name": found.case.mediator_name,
                },
                "notices": [_notice(item) for item in asked],
                "ready": ready,
            }
        )

    async def consents(self, request: Request) -> JSONResponse:
        """Keep the answers to one notice."""
        grant = await self._identity.party(request)
        body = await read(request, Answers)
        ready = await self._services.consents.answer(
            grant.participant_id, body.notice_id, body.version, body.answers, body.language
        )
        return JSONResponse({"ready": ready})


def _notice(asked: AskedNotice) -> dict[str, Any]:
    text, notice = asked.text, asked.text.notice
    return {
        "id": notice.notice_id,
        "version": notice.version,
        "title_zh": text.title_zh,
        "title_en": text.title_en,
        "short_zh": text.short_zh,
        "short_en": text.short_en,
        "body_markdown": text.body,
        "reading_markdown": text.reading,
        "source_zh": text.source_zh,
        "source_en": text.source_en,
        "kind": notice.kind,
        "items": [
            {
                "id": item.item_id,
                "label_zh": item.label_zh,
                "label_en": item.label_en,
                "required": item.required,
                "needs": item.needs,
            }
            for item in notice.items
        ],
        "answered": None if asked.answered is None else dict(asked.answered),
        "answered_at": asked.answered_at.isoformat() if asked.answered_at else None,
    }
