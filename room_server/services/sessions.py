"""A session's life: who comes in, who is sent out, when it begins and ends."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from room_server.bus import AccessEnded, Published
from room_server.domain.case import Case
from room_server.domain.consent import ready
from room_server.domain.errors import Conflict, Forbidden, NotFound
from room_server.domain.people import Participant, Role
from room_server.domain.session import Session, State
from room_server.rules.flow import AGREEMENT, OTHER, ending_reasons
from room_server.rules.notices import notices
from room_server.services.ports import Ports
from room_server.store.unit_of_work import UnitOfWork
from signaling.board import Piece

Ending = Callable[[UnitOfWork, str, datetime], Awaitable[None]]
"""Ends, at this moment, something of a session."""


@dataclass(frozen=True, slots=True)
class SessionDetails:
    """A session with its case and its people."""

    session: Session
    case: Case
    people: tuple[Participant, ...]

    def person(self, participant_id: str) -> Participant:
        """One of the people.

        Raises:
            NotFound: nobody of this session has that id.
        """
        for person in self.people:
            if person.participant_id == participant_id:
                return person
        raise NotFound("not_found")


class SessionService:
    """Sessions. ``endings``: what ends with one, in the same transaction."""

    def __init__(self, ports: Ports, endings: Sequence[Ending] = ()) -> None:
        self._ports = ports
        self._endings = endings

    async def get(self, session_id: str) -> SessionDetails:
        """One session.

        Raises:
            NotFound: there is none.
        """
        async with self._ports.unit_of_work() as unit:
            return await details(unit, await unit.sessions.get(session_id))

    async def by_room(self, room_id: str) -> SessionDetails:
        """The session that meets in a room.

        Raises:
            NotFound: there is none.
        """
        async with self._ports.unit_of_work() as unit:
            return await details(unit, await unit.sessions.by_room(room_id))

    async def board(self, session_id: str) -> dict[str, Piece]:
        """What the room shows of the session itself."""
        async with self._ports.unit_of_work() as unit:
            return {"session": Piece(board(await unit.sessions.get(session_id)))}

    def now(self) -> datetime:
        """The time that entries of the record have."""
        return self._ports.clock()

    async def record(
        self,
        session_id: str,
        kind: str,
        actor: str,
        data: Mapping[str, Any] | None = None,
        *,
        at: datetime | None = None,
    ) -> None:
        """Put something that happened on the record (``joined``, ``left``, ``connection_lost`` …), now or ``at``."""
        async with self._ports.unit_of_work() as unit:
            moment = self._ports.clock() if at is None else at
            await unit.log.append(session_id, at=moment, kind=kind, actor=actor, data=data or {})

    async def last_of_device(self, session_id: str, kind: str, actor: str, source: str) -> Mapping[str, Any] | None:
        """What the record says last of one device of one person; None: nothing."""
        async with self._ports.unit_of_work() as unit:
            entry = await unit.log.last_of_device(session_id, kind, actor, source)
        return None if entry is None else entry.data

    async def start(self, session_id: str, by: str) -> Session:
        """The mediator opens the session; a second time changes nothing.

        Raises:
            Forbidden: ``by`` is not its host. Conflict: ``wrong_state``: it has ended.
        """
        async with self._ports.unit_of_work() as unit:
            session = await unit.sessions.get(session_id)
            await require_host(unit, session_id, by)
            if session.state is State.IN_SESSION:
                return session
            started = session.start(self._ports.clock())
            await unit.sessions.save(started)
            await unit.log.append(session_id, at=self._ports.clock(), kind="session_started", actor=by, data={})
            unit.publish(Published(session_id, "session", board(started)))
        return started

    async def admit(self, session_id: str, by: str, participant_id: str) -> None:
        """Let somebody in from the waiting room; a second time changes nothing.

        Raises:
            Forbidden: ``by`` is not the host. Conflict: ``removed``; ``consent_missing``: what is required has no yes,
            or no longer; ``wrong_state``: the session has ended.
        """
        now = self._ports.clock()
        async with self._ports.unit_of_work() as unit:
            (await unit.sessions.get(session_id)).require_open()
            await require_host(unit, session_id, by)
            person = await member(unit, session_id, participant_id)
            if person.removed_at is not None:
                raise Conflict("removed")
            if person.admitted:  # another host was quicker
                return
            if not ready(notices(), await unit.consents.of_participant(participant_id)):
                raise Conflict("consent_missing")
            await unit.participants.save(person.admit(now))
            data = {"participant": participant_id}
            await unit.log.append(session_id, at=now, kind="admitted", actor=by, data=data)

    async def remove(self, session_id: str, by: str, participant_id: str, reason: str) -> None:
        """Send somebody out. Their tokens and links are dead when this returns. A second time changes nothing.

        Raises:
            Forbidden: ``by`` is not the host, or the host is the one to be removed.
        """
        now = self._ports.clock()
        async with self._ports.unit_of_work() as unit:
            await require_host(unit, session_id, by)
            person = await member(unit, session_id, participant_id)
            if person.role is Role.HOST:
                raise Forbidden("forbidden")
            if person.removed_at is not None:  # another host was quicker
                return
            await unit.participants.save(person.remove(now))
            for link in await unit.links.usable(participant_id):
                await unit.links.save(link.revoke(now))
            data = {"participant": participant_id, "reason": reason}
            await unit.log.append(session_id, at=now, kind="removed", actor=by, data=data)
            unit.publish(AccessEnded(session_id, participant_id, "removed"))

    async def end(self, session_id: str, by: str, reason: str = "") -> Session:
        """End the session. ``reason``: a code of ODM 25; empty: other. In force, an agreement is the reason; one
        that was not sealed here may have been signed on paper.

        Raises:
            Forbidden: ``by`` is not the host. Conflict: ``wrong_state``: it has ended before, or a recording runs.
        """
        now = self._ports.clock()
        async with self._ports.unit_of_work() as unit:
            session = await unit.sessions.get(session_id)
            await require_host(unit, session_id, by)
            if await unit.recordings.running(session_id) is not None:
                raise Conflict("wrong_state", recording="on")
            code = await self._reason(unit, session_id, reason)
            if code not in ending_reasons():
                raise Conflict("wrong_state", reason=code)
            ended = session.end(now, code)
            for ending in self._endings:
                await ending(unit, session_id, now)
            await unit.sessions.save(ended)
            data = {"reason": code, "reason_text": ending_reasons()[code], "source": "ODM:25"}
            await unit.log.append(session_id, at=now, kind="session_ended", actor=by, data=data)
            unit.publish(Published(session_id, "session", board(ended)))
        return ended

    async def _reason(self, unit: UnitOfWork, session_id: str, given: str) -> str:
        stage = await unit.agreements.current(session_id)
        return AGREEMENT if stage is not None and hasattr(stage, "sealed_at") else given or OTHER


def board(session: Session) -> dict[str, Any]:
    """What every screen of the room shows of the session."""
    started = session.started_at
    return {"state": str(session.state), "started_at": started.timestamp() if started else None}


async def details(unit: UnitOfWork, session: Session) -> SessionDetails:
    """A session with its case and people."""
    case = await unit.cases.get(session.case_id)
    return SessionDetails(session, case, tuple(await unit.participants.of_session(session.session_id)))


async def require_host(unit: UnitOfWork, session_id: str, by: str) -> Participant:
    """The host who asks.

    Raises:
        Forbidden: whoever asks is no host of this session.
    """
    try:
        person = await member(unit, session_id, by)
    except NotFound as error:
        raise Forbidden("forbidden") from error
    if person.role is not Role.HOST:
        raise Forbidden("forbidden")
    return person


async def member(unit: UnitOfWork, session_id: str, participant_id: str) -> Participant:
    """Somebody of this session.

    Raises:
        NotFound: nobody of this session has that id.
    """
    person = await unit.participants.get(participant_id)
    if person.session_id != session_id:
        raise NotFound("not_found")
    return person
