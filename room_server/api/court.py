"""``/api/court``: filed records for court officers."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse
from starlette.routing import BaseRoute, Route

from room_server.api.identity import Identity
from room_server.services.court import CourtRecord, PaperRecord
from room_server.services.everything import Services


class CourtApi:
    """Endpoints of ``/api/court``."""

    def __init__(self, services: Services, identity: Identity) -> None:
        self._court = services.court
        self._identity = identity

    def routes(self) -> list[BaseRoute]:
        """All of them."""
        one = "/api/court/records/{session_id}"
        return [
            Route("/api/court/records", self.records, methods=["GET"]),
            Route(one, self.record, methods=["GET"]),
            Route(one + "/views/{participant_id}", self.view, methods=["GET"]),
            Route(f"{one}/agreement.pdf", self.agreement, methods=["GET"]),
            Route(f"{one}/dossier", self.dossier, methods=["GET"]),
        ]

    async def records(self, request: Request) -> JSONResponse:
        """Filed sessions of one case."""
        await self._identity.court_officer(request)
        found = await self._court.records(request.query_params.get("case_no", "").strip())
        return JSONResponse(
            [
                {
                    "session_id": item.session.session_id,
                    "case_no": item.case.case_no,
                    "title": item.case.title,
                    "ended_at": _time(item.session.ended_at),
                    "filed_at": _time(item.session.filed_at),
                }
                for item in found
            ]
        )

    async def record(self, request: Request) -> JSONResponse:
        """One record."""
        officer = await self._identity.court_officer(request)
        record = await self._court.record(request.path_params["session_id"], officer.staff_id)
        return JSONResponse(_record(record), headers={"Cache-Control": "no-store"})

    async def view(self, request: Request) -> FileResponse:
        """One person's picture and sound; answers ranges, so that a player can seek."""
        officer = await self._identity.court_officer(request)
        session_id, participant_id = request.path_params["session_id"], request.path_params["participant_id"]
        path, media_type = await self._court.view(session_id, participant_id, officer.staff_id)
        return FileResponse(path, media_type=media_type, headers={"Cache-Control": "no-store"})

    async def agreement(self, request: Request) -> FileResponse:
        """The agreement's PDF."""
        officer = await self._identity.court_officer(request)
        path = await self._court.agreement(request.path_params["session_id"], officer.staff_id)
        return FileResponse(path, media_type="application/pdf", headers={"Cache-Control": "no-store"})

    async def dossier(self, request: Request) -> FileResponse:
        """The dossier, to keep."""
        officer = await self._identity.court_officer(request)
        path, name = await self._court.dossier(request.path_params["session_id"], officer.staff_id)
        headers = {"Cache-Control": "no-store"}
        return FileResponse(path, media_type="application/zip", filename=name, headers=headers)


def _record(record: CourtRecord) -> dict[str, Any]:
    found, filing = record.found, record.filing
    base = f"/api/court/records/{found.session.session_id}"
    return {
        "session_id": found.session.session_id,
        "case_no": found.case.case_no,
        "title": found.case.title,
        "organisation": found.case.organisation,
        "started_at": _time(found.session.started_at),
        "ended_at": _time(found.session.ended_at),
        "ending_reason": found.session.ending_reason,
        "filed_at": _time(found.session.filed_at),
        "people": [
            {
                "participant_id": person.participant_id,
                "display_name": person.name,
                "side": person.seat,
                "role": person.role,
            }
            for person in found.people
        ],
        "views": [
            {
                "participant_id": view.participant_id,
                "url": f"{base}/views/{view.participant_id}",
                "started_at": _time(view.started_at),
                "duration": view.duration,
                "has_video": view.has_video,
            }
            for view in record.views
        ],
        "recording": _recording(record),
        "papers": [_paper(paper, base) for paper in record.papers],
        "log": [
            {"seq": entry.seq, "at": entry.at, "kind": entry.kind, "actor": entry.actor, "data": dict(entry.data)}
            for entry in record.entries
        ],
        "integrity": {
            "entries": filing.entries,
            "chain_ok": record.chain_ok,
            "checkpoint": filing.checkpoint,
            "dossier_sha256": filing.sha256,
            "dossier_size": filing.size,
        },
        "dossier_url": f"{base}/dossier",
    }


def _recording(record: CourtRecord) -> dict[str, Any]:
    return {
        "started_at": _time(record.recordings[0].started_at) if record.recordings else None,
        "ended_at": _time(record.recordings[-1].stopped_at) if record.recordings else None,
        "gaps": [
            {"started_at": _time(gap.started_at), "ended_at": _time(gap.ended_at), "reason": gap.reason}
            for gap in record.gaps
        ],
    }


def _paper(record: PaperRecord, base: str) -> dict[str, Any]:
    return {
        "id": "agreement",
        "title_zh": "调解协议书",
        "title_en": "Mediation agreement",
        "url": f"{base}/agreement.pdf",
        "signatures": [
            {
                "field": item.field,
                "name": item.signer_name,
                "signed_at": _time(item.signed_at),
                "ok": item.ok,
                "typed": item.typed,
            }
            for item in record.signatures
        ],
    }


def _time(moment: Any) -> str | None:
    return None if moment is None else str(moment.isoformat())
