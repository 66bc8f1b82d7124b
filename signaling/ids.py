"""Names of the things in a live room. Each is an opaque string; none is ever reused."""

from __future__ import annotations

import secrets
from typing import Final, NewType

RoomId = NewType("RoomId", str)
ParticipantId = NewType("ParticipantId", str)
TransportId = NewType("TransportId", str)
PublicationId = NewType("PublicationId", str)
SubscriptionId = NewType("SubscriptionId", str)
DocumentId = NewType("DocumentId", str)
CaucusId = NewType("CaucusId", str)
CaptureId = NewType("CaptureId", int)
"""One recorded track in the feed between media worker and recorder; 1 to 2**32 - 1, unique on a node."""
CAUCUS: Final = "#"
"""Between the name of a room and that of a caucus: together they are a room of their own to a media worker."""


def new_id(prefix: str) -> str:
    """A fresh name such as ``tr_3q9f…``: the prefix says what it names, 96 random bits make it unique."""
    return f"{prefix}_{secrets.token_hex(12)}"
