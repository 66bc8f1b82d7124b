"""An agreement as screens show it."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from recorder.eventlog import Entry
from recorder.pdf import short_code
from room_server.domain.agreement import InForce
from room_server.domain.deadlines import Window, windows
from room_server.rules.citations import citation
from room_server.rules.clocks import ChineseCalendar, agreement_clocks
from room_server.store.agreements import STATES, Stage

UNFROZEN = "unfrozen"
"""The piece of the board that says why a text was opened again, until one is frozen anew."""


def view(stage: Stage, organisation: str, zone: ZoneInfo) -> dict[str, Any]:
    """The AgreementView of the HTTP API and of the room's board, without the content."""
    sealed = stage.sealed_at if isinstance(stage, InForce) else None
    return {
        "proposal_id": stage.proposal_id,
        "number": stage.number,
        "state": STATES[type(stage)],
        "digest": stage.digest,
        "short_code": short_code(stage.digest),
        "frozen_at": stage.frozen_at.isoformat(),
        "effective_at": sealed.isoformat() if sealed else None,
        "signers": [_signer(stage, index) for index in range(len(stage.signers))],
        "seal": {"organisation": organisation, "sealed_at": sealed.isoformat() if sealed else None},
        "windows": [_window(item) for item in open_windows(stage, zone)],
    }


def unfrozen_view(entry: Entry, name: str) -> dict[str, Any]:
    """Who opened a text again, when and why, from the entry on the record."""
    return {
        "by": entry.actor,
        "name": name,
        "at": entry.at,
        "reason": entry.data["reason"],
        "void_signatures": entry.data["void_signatures"],
    }


def open_windows(stage: Stage, zone: ZoneInfo) -> tuple[Window, ...]:
    """The windows that run from the effective day (in the organisation's zone); none before it is in force."""
    if not isinstance(stage, InForce):
        return ()
    return windows(agreement_clocks(), stage.effective_at.astimezone(zone).date(), ChineseCalendar())


def _signer(stage: Stage, index: int) -> dict[str, Any]:
    signer = stage.signers[index]
    signature = stage.signature(signer.participant_id)
    return {
        "participant_id": signer.participant_id,
        "field": signer.field,
        "label_zh": signer.label_zh,
        "label_en": signer.label_en,
        "name": signer.name,
        "agent": signer.agent,
        "side": str(signer.side),
        "signed_at": signature.signed_at.isoformat() if signature else None,
        "mode": str(signature.mode) if signature else None,
    }


def _window(window: Window) -> dict[str, Any]:
    source_zh, source_en = citation(window.source)
    return {
        "id": window.clock_id,
        "label_zh": window.label_zh,
        "label_en": window.label_en,
        "safe_last_day": window.safe_last_day.isoformat(),
        "source_zh": source_zh,
        "source_en": source_en,
    }
