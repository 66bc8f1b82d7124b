"""Those who wait: what the mediator tells them, and whom they do not let in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from room_server.bus import AccessEnded, Published
from room_server.domain.errors import Conflict, Forbidden, Invalid
from room_server.domain.people import Participant, Role, Side
from room_server.domain.words import one_line
from room_server.services.ports import Ports
from room_server.services.sessions import member, require_host
from signaling.board import Audience, Piece
from signaling.ids import ParticipantId

GREETING: Final = "greeting"
DENIAL: Final = "denial"
LONGEST: Final = 120
EVERYBODY: Final = ""
SIDES: Final = frozenset({EVERYBODY, str(Side.APPLICANT), str(Side.RESPONDENT)})


class ArrivalService:
    """Waiting rooms of sessions."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def board(self, session_id: str) -> dict[str, Piece]:
        """The lines for those who wait."""
        async with self._ports.unit_of_work() as unit:
            greetings = await unit.greetings.of_session(session_id)
            people = await unit.participants.of_session(session_id)
        return {
            _topic(side): Piece(_value(text, at), _audience(side, people)) for side, (text, at) in greetings.items()
        }

    async def greet(self, session_id: str, by: str, side: str, text: str) -> None:
        """One line for those who wait, of one side or of all (``side`` empty); an empty line takes it back.

        Raises:
            Forbidden: ``by`` is no host. Invalid: ``text_too_long``. Conflict: ``wrong_state``: no such side, or the
            session has ended.
        """
        line, now = one_line(text, LONGEST), self._ports.clock()
        if side not in SIDES:
            raise Conflict("wrong_state")
        async with self._ports.unit_of_work() as unit:
            (await unit.sessions.get(session_id)).require_open()
            await require_host(unit, session_id, by)
            await unit.greetings.put(session_id, side, line, now)
            people = await unit.participants.of_session(session_id)
            value = _value(line, now) if line else None
            unit.publish(Published(session_id, _topic(side), value, _audience(side, people)))

    async def deny(self, session_id: str, by: str, participant_id: str, reason: str, *, final: bool) -> None:
        """Do not let somebody in. They read why; unless it is final they may come to the door again.

        Raises:
            Forbidden: ``by`` is no host, or the person is one. Invalid: ``reason_missing``, ``text_too_long``.
            Conflict: ``wrong_state``: they were let in already.
        """
        why, now = one_line(reason, LONGEST), self._ports.clock()
        if not why:
            raise Invalid("reason_missing")
        async with self._ports.unit_of_work() as unit:
            (await unit.sessions.get(session_id)).require_open()
            await require_host(unit, session_id, by)
            person = await member(unit, session_id, participant_id)
            if person.role is Role.HOST:
                raise Forbidden("forbidden")
            if person.admitted or person.removed_at is not None:
                raise Conflict("wrong_state")
            if final:
                await unit.participants.save(person.remove(now))
                for link in await unit.links.usable(participant_id):
                    await unit.links.save(link.revoke(now))
            data = {"participant": participant_id, "reason": why, "final": final}
            await unit.log.append(session_id, at=now, kind="denied", actor=by, data=data)
            # The reason arrives before the door closes, and does not stand there when they come back.
            topic, audience = f"{DENIAL}/{participant_id}", _audience_of_one(participant_id)
            unit.publish(Published(session_id, topic, {"reason": why, "final": final}, audience))
            unit.publish(AccessEnded(session_id, participant_id, "denied"))
            unit.publish(Published(session_id, topic, None, audience))


def _topic(side: str) -> str:
    return f"{GREETING}/{side or 'all'}"


def _value(text: str, at: datetime) -> Mapping[str, object]:
    return {"text": text, "at": at.timestamp()}


def _audience(side: str, people: Iterable[Participant]) -> Audience:
    if not side:
        return Audience(waiting=True)
    ids = frozenset(ParticipantId(one.participant_id) for one in people if one.side == side)
    return Audience(roles=frozenset({"host"}), people=ids, waiting=True)


def _audience_of_one(participant_id: str) -> Audience:
    return Audience(roles=frozenset(), people=frozenset({ParticipantId(participant_id)}), waiting=True)
