"""Calls for the mediator: to speak alone, and the silent alarm, also at the door. Only hosts learn of them.

The record has one word for all and no name, with a commitment: an alarm can be proved later and is not given away now.
"""

from __future__ import annotations

from typing import Any

from room_server.bus import Published
from room_server.domain.call import Call, CallKind, require_caller, require_pace
from room_server.domain.people import Participant
from room_server.domain.privilege import PrivilegeClass, commitment, new_salt
from room_server.services.gathering import gathering
from room_server.services.ports import SYSTEM, Ports
from signaling.board import HOSTS, Audience, Piece
from signaling.ids import ParticipantId, new_id


class CallService:
    """Calls of sessions."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def call(self, session_id: str, caller: str, kind: CallKind) -> Call:
        """Call for the mediator; while a call of the same kind is unanswered, it is that one.

        Raises:
            Forbidden: a host, or somebody who was sent out. Conflict: ``wrong_state``: the session has ended.
            RateLimited: at the door, five calls in ten minutes.
        """
        now = self._ports.clock()
        async with self._ports.unit_of_work() as unit:
            (await unit.sessions.get(session_id)).require_open()
            person = (await gathering(unit, session_id)).person(caller)
            require_caller(person)
            before = await unit.calls.of_session(session_id)
            for earlier in before:
                if earlier.open and (earlier.participant_id, earlier.kind) == (caller, kind):
                    return earlier
            if kind is CallKind.DOOR:
                require_pace(before, caller, now)
            call = Call(new_id("call"), session_id, caller, kind, now, new_salt())
            await unit.calls.add(call)
            await unit.log.append(session_id, at=now, kind="host_called", actor=SYSTEM, data=_on_record(call))
            unit.publish(Published(session_id, topic(call), view(call, person), audience(call)))
        return call

    async def see(self, session_id: str, host: str, call_id: str) -> None:
        """A host has taken note; a second time changes nothing.

        Raises:
            Forbidden: not a host. NotFound: there is no such call. Conflict: ``wrong_state``: the session has ended.
        """
        now = self._ports.clock()
        async with self._ports.unit_of_work() as unit:
            (await unit.sessions.get(session_id)).require_open()
            present = await gathering(unit, session_id)
            present.host(host)
            call = await unit.calls.get(session_id, call_id)
            if not call.open:
                return
            seen = call.see(host, now)
            await unit.calls.save(seen)
            await unit.log.append(session_id, at=now, kind="host_answered", actor=host, data=_on_record(seen))
            person = present.person(seen.participant_id)
            unit.publish(Published(session_id, topic(seen), view(seen, person), audience(seen)))

    async def board(self, session_id: str) -> dict[str, Piece]:
        """The last call of each kind of everybody."""
        async with self._ports.unit_of_work() as unit:
            present = await gathering(unit, session_id)
            calls = await unit.calls.of_session(session_id)
        return {topic(call): Piece(view(call, present.person(call.participant_id)), audience(call)) for call in calls}


def topic(call: Call) -> str:
    """The name on the board: one a person and kind, so that a new call replaces the old one."""
    return f"call/{call.kind}/{call.participant_id}"


def audience(call: Call) -> Audience:
    """Hosts; who wants to talk sees whether it was read. An alarm leaves no trace on the screen it came from."""
    if call.kind is not CallKind.TALK:
        return HOSTS
    return Audience(roles=HOSTS.roles, people=frozenset({ParticipantId(call.participant_id)}), waiting=True)


def view(call: Call, person: Participant) -> dict[str, Any]:
    """A call as screens show it."""
    return {
        "call_id": call.call_id,
        "kind": str(call.kind),
        "participant_id": call.participant_id,
        "name": person.name,
        "side": str(person.side),
        "at": call.at.timestamp(),
        "seen_at": call.seen_at.timestamp() if call.seen_at else None,
    }


def _on_record(call: Call) -> dict[str, str]:
    sealed = commitment(call.salt, str(call.kind), call.participant_id, call.at.isoformat())
    return {"class": str(PrivilegeClass.PRIVATE), "commitment": sealed}
