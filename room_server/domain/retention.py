"""How long the words of a session are kept: the shortest time that their purpose needs (PIPL 19, 47)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

TALK_DAYS = 183
"""Half a year after the end: as long as a third party may object to a confirmation (CPLJ 372) and the dispute about an
alarm, a ticket or an offer, of which the record has commitments only, may still need the words."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Nothing of this session is deleted, because of a dispute that goes on or because the law wants it kept."""

    session_id: str
    reason: str
    placed_at: datetime
