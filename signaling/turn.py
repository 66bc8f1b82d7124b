"""TURN servers for one person: credentials that the relay checks by itself and that end by themselves.

The form is coturn's ``use-auth-secret`` (draft-uberti-behave-turn-rest-00): the user name is the end of their life and
a name, the password its HMAC-SHA1 under a secret that relay and service share.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass

from signaling.ids import ParticipantId
from signaling.messages import Json

NAME_BYTES = 8


@dataclass(frozen=True, slots=True)
class TurnServers:
    """Relays at ``urls`` (``turn:`` or ``turns:``) that share ``secret``; credentials hold for ``seconds``."""

    urls: Sequence[str]
    secret: str
    seconds: int

    def for_person(self, participant_id: ParticipantId, now: float) -> list[Json]:
        """One entry of ``RTCIceServer`` form; ``now`` in Unix seconds. No relay: none.

        What the relay writes into its log is no name of a person or of this service.
        """
        if not self.urls:
            return []
        digest = hmac.new(self.secret.encode(), participant_id.encode(), hashlib.sha256).digest()
        username = f"{int(now) + self.seconds}:{digest[:NAME_BYTES].hex()}"
        password = hmac.new(self.secret.encode(), username.encode(), hashlib.sha1).digest()
        return [
            {
                "urls": list(self.urls),
                "username": username,
                "credential": base64.b64encode(password).decode(),
            }
        ]


NO_RELAYS = TurnServers((), "", 0)
