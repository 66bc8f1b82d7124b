"""Private talks on the record: that they were, with whom and how long. What was said in them is kept nowhere."""

from __future__ import annotations

from datetime import datetime

from room_server.domain.caucus import Caucus, require_one_side
from room_server.domain.errors import NotFound
from room_server.services.ports import SYSTEM, Ports
from room_server.services.presentations import follow
from room_server.services.tickets import expire_tickets
from room_server.store.unit_of_work import UnitOfWork


class CaucusService:
    """Caucuses of sessions."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def of_session(self, session_id: str) -> list[Caucus]:
        """Every one so far."""
        async with self._ports.unit_of_work() as unit:
            return await unit.caucuses.of_session(session_id)

    async def open(self, session_id: str, caucus_id: str, members: list[str]) -> Caucus:
        """These people are apart from now on.

        Raises:
            Conflict: ``wrong_state``: the session has ended, or one of them is in a caucus. Forbidden: ``forbidden``:
            not parties of exactly one side who were let in. NotFound: somebody is not of this session.
        """
        now = self._ports.clock()
        async with self._ports.unit_of_work() as unit:
            (await unit.sessions.get(session_id)).require_open()
            known = {person.participant_id: person for person in await unit.participants.of_session(session_id)}
            if any(member not in known for member in members):
                raise NotFound("not_found")
            side = require_one_side([known[each] for each in members], await unit.caucuses.of_session(session_id))
            caucus = Caucus(caucus_id, session_id, side, tuple(members), now)
            await unit.caucuses.add(caucus)
            data = {"caucus": caucus_id, "side": side, "members": sorted(members)}
            await unit.log.append(session_id, at=now, kind="caucus_opened", actor=SYSTEM, data=data)
        return caucus

    async def host_moved(self, session_id: str, caucus_id: str, participant_id: str, *, entered: bool) -> None:
        """A mediator came into a caucus that runs, or went out.

        Raises:
            NotFound: it does not run.
        """
        now = self._ports.clock()
        async with self._ports.unit_of_work() as unit:
            caucus = await _running(unit, session_id, caucus_id)
            changed = caucus.with_member(participant_id) if entered else caucus.without_member(participant_id)
            await unit.caucuses.save(changed)
            await follow(unit, changed)
            kind = "caucus_entered" if entered else "caucus_left"
            data = {"caucus": caucus_id, "side": caucus.side}
            await unit.log.append(session_id, at=now, kind=kind, actor=participant_id, data=data)

    async def take_out(self, session_id: str, participant_id: str) -> None:
        """Somebody whose access ended is in no private talk that runs; nothing happens when they are in none.

        The transaction that ended it did so for the talks of that moment; one may have been kept since, by a room that
        had not heard of it.
        """
        async with self._ports.unit_of_work() as unit:
            await unit.sessions.lock(session_id)
            await unit.caucuses.take_out(session_id, participant_id)
            for caucus in await unit.caucuses.of_session(session_id):
                if caucus.open:
                    await follow(unit, caucus)

    async def close(self, session_id: str, caucus_id: str) -> None:
        """Its members are back; one that is over stays so (its session may have ended this moment).

        Raises:
            NotFound: it never began.
        """
        async with self._ports.unit_of_work() as unit:
            caucus = await _known(unit, session_id, caucus_id)
            if caucus.open:
                await _close(unit, caucus, self._ports.clock())


async def close_running(unit: UnitOfWork, session_id: str, at: datetime) -> None:
    """The session ends: no caucus outlives it."""
    for caucus in await unit.caucuses.of_session(session_id):
        if caucus.open:
            await _close(unit, caucus, at)


async def _close(unit: UnitOfWork, caucus: Caucus, at: datetime) -> None:
    closed = caucus.close(at)
    await unit.caucuses.save(closed)
    await follow(unit, closed)
    await expire_tickets(unit, caucus.session_id, caucus.caucus_id)
    seconds = round((at - caucus.opened_at).total_seconds(), 3)
    data = {"caucus": caucus.caucus_id, "side": caucus.side, "seconds": seconds}
    await unit.log.append(caucus.session_id, at=at, kind="caucus_closed", actor=SYSTEM, data=data)


async def _running(unit: UnitOfWork, session_id: str, caucus_id: str) -> Caucus:
    caucus = await _known(unit, session_id, caucus_id)
    if not caucus.open:
        raise NotFound("not_found")
    return caucus


async def _known(unit: UnitOfWork, session_id: str, caucus_id: str) -> Caucus:
    for caucus in await unit.caucuses.of_session(session_id):
        if caucus.caucus_id == caucus_id:
            return caucus
    raise NotFound("not_found")
