"""The mediator's day: each session with its legal limit, who has come, and what its agreement lacks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from room_server.domain import consent
from room_server.domain.agreement import InForce
from room_server.domain.arrival import Arrival, arrival
from room_server.domain.deadlines import Limit
from room_server.domain.deadlines import limit as limit_of
from room_server.domain.people import Role, Side
from room_server.rules.clocks import ChineseCalendar, mediation_clock
from room_server.services.agreement_view import view
from room_server.services.ports import Ports
from room_server.services.sessions import SessionDetails, details
from room_server.store.agreements import Stage
from room_server.store.unit_of_work import UnitOfWork

Live = Callable[[str], Mapping[str, str]]
"""Who is in the live room of this name now: ``waiting`` or ``inside`` by participant id."""


@dataclass(frozen=True, slots=True)
class Overview:
    """One line of the day. ``arrivals``: of each party who was not sent out, by side; empty once the session is over.

    ``limit``: None when the law sets none on this route, when the agreement is in force, or when all is over.
    ``agreement``: as screens show it, without its words; None: no text is frozen. ``on_paper``: participant ids of
    those who have not signed it and refuse to sign electronically.
    """

    details: SessionDetails
    arrivals: tuple[tuple[Side, Arrival], ...]
    limit: Limit | None
    agreement: Mapping[str, Any] | None
    on_paper: tuple[str, ...] = ()


class OverviewService:
    """What a mediator sees before entering a room."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def of_staff(self, staff_id: str, live: Live) -> list[Overview]:
        """The sessions that a mediator holds, the next one first."""
        async with self._ports.unit_of_work() as unit:
            found = [await details(unit, session) for session in await unit.sessions.all()]
            mine = [each for each in found if any(person.staff_id == staff_id for person in each.people)]
            return [await self._line(unit, each, live(each.session.room_id)) for each in mine]

    async def _line(self, unit: UnitOfWork, found: SessionDetails, live: Mapping[str, str]) -> Overview:
        stage = await unit.agreements.current(found.session.session_id)
        agreement = None if stage is None else view(stage, found.case.organisation, self._ports.zone)
        if not found.session.open:
            return Overview(found, (), None, agreement)
        now = self._ports.clock()
        parties = [one for one in found.people if one.role is Role.PARTY and one.removed_at is None]
        arrivals = [
            (
                one.side,
                arrival(one, await unit.links.newest(one.participant_id), live.get(one.participant_id), now),
            )
            for one in parties
        ]
        on_paper = () if stage is None else await _on_paper(unit, stage)
        limit = None if isinstance(stage, InForce) else self._limit(found)
        return Overview(found, tuple(arrivals), limit, agreement, on_paper)

    def _limit(self, found: SessionDetails) -> Limit | None:
        clock = mediation_clock(found.case.route)
        if clock is None:
            return None
        today = self._ports.clock().astimezone(self._ports.zone).date()
        return limit_of(clock, found.case.received_on, today, ChineseCalendar())


async def _on_paper(unit: UnitOfWork, stage: Stage) -> tuple[str, ...]:
    unsigned = [one.participant_id for one in stage.signers if stage.signature(one.participant_id) is None]
    said = [(each, await unit.consents.of_participant(each)) for each in unsigned]
    return tuple(each for each, answers in said if consent.refused(consent.ESIGN, answers))
