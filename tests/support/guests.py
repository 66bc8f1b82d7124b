"""People whom the demonstration case does not have, seated in the database of a running service."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime

from room_server.auth import Tokens
from room_server.domain.access import DEVICE_MARK
from room_server.domain.people import Authority, Role
from tests.support.room_client import Access
from tests.support.service import Service

DEVICE = "d" * 64
"""The hash of a device that nobody has."""
PHONE = "10000000000"


def seat(service: Service, beside: Access, side: str, name: str, number: int) -> Access:
    """Somebody who only listens on this side, identified and let in already; no notice is answered yet.

    ``beside``: anybody of the same session. The newcomer's times are those of that person's link.
    """
    who, link = f"pa_guest{number}", f"ln_guest{number}"
    with sqlite3.connect(service.data / "room.sqlite3", timeout=10) as database:
        now, expires = database.execute(
            "SELECT created_at, expires_at FROM links WHERE session_id = ? LIMIT 1", (beside.session_id,)
        ).fetchone()
        database.execute(
            "INSERT INTO participants (participant_id, session_id, name, side, role, authority, party_name, phone,"
            " identity_checked_at, admitted_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (who, beside.session_id, name, side, Role.OBSERVER, Authority.SELF, name, PHONE, now, now),
        )
        database.execute(
            "INSERT INTO links (link_id, session_id, participant_id, secret_hash, created_at, expires_at, device_hash,"
            " claimed_at, failed_attempts) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)",
            (link, beside.session_id, who, f"{number:064d}", now, expires, DEVICE, now),
        )
        database.commit()
    tokens = Tokens((service.data / "secret.key").read_text().strip(), lambda: datetime.now(UTC))
    return Access(
        tokens.room(who, beside.session_id, link, DEVICE[:DEVICE_MARK]), beside.room_id, beside.session_id, who
    )
