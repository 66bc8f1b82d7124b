"""Service of the agreement (送达): by phone on whoever agreed to that, on paper on everybody else (OLR 31; CPL 90)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Way(StrEnum):
    """How somebody is served."""

    PHONE = "phone"
    PAPER = "paper"


@dataclass(frozen=True, slots=True)
class Service:
    """One person and the agreement that came into force at ``at``. On paper: the organisation still has to do it."""

    session_id: str
    participant_id: str
    way: Way
    at: datetime
