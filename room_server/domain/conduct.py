"""How a session is conducted, as far as it outlives a process: who may come in, who spoke how long, what runs now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Conduct:
    """Of one session. ``spoken``: seconds by side in the joint session, for the mediator alone (never in the log).

    ``live``: hands, wishes, mutes, spotlights and countdowns in the words of the live room, which alone reads them.
    Some of it was said in private talks: it is in no log and ends with the session.
    """

    session_id: str
    locked_at: datetime | None = None
    spoken: Mapping[str, float] = field(default_factory=dict)
    live: Mapping[str, Any] = field(default_factory=dict)

    def lock(self, at: datetime) -> Conduct:
        """Nobody new comes in; the second time changes nothing."""
        return self if self.locked_at else replace(self, locked_at=at)

    def unlock(self) -> Conduct:
        """People may come in again."""
        return replace(self, locked_at=None)

    def heard(self, spoken: Mapping[str, float]) -> Conduct:
        """The sums so far."""
        return replace(self, spoken=dict(spoken))

    def going_on(self, live: Mapping[str, Any]) -> Conduct:
        """As it stands in the live room."""
        return replace(self, live=dict(live))
