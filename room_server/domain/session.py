"""One mediation session: scheduled, in session, ended, filed. Every other step is refused."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from room_server.domain.errors import Conflict


class State(StrEnum):
    """Where a session stands. It only ever moves down this list."""

    SCHEDULED = "scheduled"
    IN_SESSION = "in_session"
    ENDED = "ended"
    FILED = "filed"


@dataclass(frozen=True, slots=True)
class Session:
    """A session and its moments. ``ending_reason`` is one of the eight of ODM 25 (flow.toml)."""

    session_id: str
    case_id: str
    room_id: str
    state: State
    scheduled_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    filed_at: datetime | None = None
    ending_reason: str | None = None

    @property
    def open(self) -> bool:
        """Whether people may still come in and change anything."""
        return self.state in (State.SCHEDULED, State.IN_SESSION)

    def start(self, at: datetime) -> Session:
        """The mediator opens the session.

        Raises:
            Conflict: ``wrong_state``, unless it is scheduled.
        """
        if self.state is not State.SCHEDULED:
            raise Conflict("wrong_state", state=self.state)
        return replace(self, state=State.IN_SESSION, started_at=at)

    def end(self, at: datetime, reason: str) -> Session:
        """The mediator ends the session (ODM 25).

        Raises:
            Conflict: ``wrong_state``, if it has ended before.
        """
        if not self.open:
            raise Conflict("wrong_state", state=self.state)
        return replace(self, state=State.ENDED, ended_at=at, ending_reason=reason)

    def file(self, at: datetime) -> Session:
        """The dossier is complete.

        Raises:
            Conflict: ``wrong_state``, unless it has ended and is not yet filed.
        """
        if self.state is not State.ENDED:
            raise Conflict("wrong_state", state=self.state)
        return replace(self, state=State.FILED, filed_at=at)

    def require_open(self) -> None:
        """Refuse what may only happen before the end.

        Raises:
            Conflict: ``wrong_state``.
        """
        if not self.open:
            raise Conflict("wrong_state", state=self.state)
