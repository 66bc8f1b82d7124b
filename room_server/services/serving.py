"""Serves an agreement that has come into force, and tells the mediator who has to get it on paper."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from room_server.bus import Published
from room_server.domain import consent
from room_server.domain.people import Participant, Role
from room_server.domain.serving import Service, Way
from room_server.services.entry import recipient
from room_server.services.ports import SYSTEM, Ports
from room_server.store.unit_of_work import UnitOfWork
from signaling.board import HOSTS, Audience, Piece
from signaling.ids import ParticipantId

TOPIC = "service"


class ServingService:
    """What a room shows of it."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def board(self, session_id: str) -> dict[str, Piece]:
        """How each party is served: for them and the mediator."""
        async with self._ports.unit_of_work() as unit:
            return {_topic(each): _piece(each) for each in await unit.servings.of_session(session_id)}


async def serve(unit: UnitOfWork, session_id: str, at: datetime) -> list[Participant]:
    """Fix how each party is served, by their latest word; silence is no yes. Returns whom a message has to reach."""
    by_phone = []
    for person in await unit.participants.of_session(session_id):
        if person.role is not Role.PARTY:
            continue
        agreed = consent.agreed(consent.E_SERVICE, await unit.consents.of_participant(person.participant_id))
        service = Service(session_id, person.participant_id, Way.PHONE if agreed else Way.PAPER, at)
        await unit.servings.add(service)
        data = {"participant": person.participant_id, "way": str(service.way)}
        await unit.log.append(session_id, at=at, kind="served", actor=SYSTEM, data=data)
        shown = _piece(service)
        unit.publish(Published(session_id, _topic(service), shown.value, shown.audience))
        if agreed:
            by_phone.append(person)
    return by_phone


async def tell(ports: Ports, people: list[Participant], values: Mapping[str, Any]) -> None:
    """Send the message with both windows to those who are served by phone."""
    for person in people:
        await ports.messages.send(recipient(person), "window_both", values)


def _topic(service: Service) -> str:
    return f"{TOPIC}/{service.participant_id}"


def _piece(service: Service) -> Piece:
    people = frozenset({ParticipantId(service.participant_id)})
    return Piece({"way": str(service.way), "at": service.at.timestamp()}, Audience(roles=HOSTS.roles, people=people))
