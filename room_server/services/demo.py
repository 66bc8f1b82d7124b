"""Opens the demonstration case on an empty database."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from room_server.domain.access import identity_mark
from room_server.domain.people import Authority, Participant, Role, Side
from room_server.domain.session import Session, State
from room_server.rules.agreement_text import initial_content
from room_server.rules.demo_case import DemoCase, DemoPerson, load
from room_server.services.drafting import open_document
from room_server.services.entry import invite, new_link
from room_server.services.ports import SYSTEM, Ports
from room_server.services.sessions import SessionDetails
from room_server.services.staff import COURT_OFFICER, MEDIATOR, StaffService
from room_server.store.staff import StaffMember
from room_server.store.unit_of_work import UnitOfWork
from signaling.ids import new_id

MEDIATOR_PHONE = "10000000009"
CLERK_PHONE = "10000000008"
SPECIAL = "特别授权"
RECEIVED_AGO: Final = timedelta(days=6)
"""The application came in a week before the session, whenever that is: the legal limit still runs."""


@dataclass(frozen=True, slots=True)
class DemoLink:
    """A person's link, with what the identity check asks for: the numbers are invented."""

    participant_id: str
    name: str
    side: str
    url: str
    last4: str


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """An account with its password, shown once."""

    username: str
    name: str
    role: str
    password: str


@dataclass(frozen=True, slots=True)
class DemoAccess:
    """Everything one needs to walk through the demonstration."""

    session_id: str
    links: tuple[DemoLink, ...]
    accounts: tuple[DemoAccount, ...]


class DemoService:
    """The demonstration case."""

    def __init__(self, ports: Ports, staff: StaffService) -> None:
        self._ports = ports
        self._staff = staff

    async def open(self) -> DemoAccess | None:
        """Open the case with its links and accounts; None when the database has a case already."""
        async with self._ports.unit_of_work() as unit:
            if await unit.cases.any():
                return None
        mediator, mediator_password = await self._staff.create("zhouhe", load("").mediator, MEDIATOR)
        clerk, clerk_password = await self._staff.create("jilu", "陈晨", MEDIATOR)
        officer, officer_password = await self._staff.create("faguan", "示例法院书记员", COURT_OFFICER)
        session_id, invited = await self._schedule(mediator, clerk)
        for person, url in invited:
            await invite(self._ports, person, url)
        return DemoAccess(
            session_id,
            tuple(await self.links()),
            (
                DemoAccount(mediator.username, mediator.name, mediator.role, mediator_password),
                DemoAccount(clerk.username, clerk.name, clerk.role, clerk_password),
                DemoAccount(officer.username, officer.name, officer.role, officer_password),
            ),
        )

    async def links(self) -> list[DemoLink]:
        """The newest link of everybody, from the messages that carried them."""
        demo = load("")
        last4 = {person.name: person.id_number[-4:] for person in (demo.applicant, demo.agent)}
        found: dict[str, DemoLink] = {}
        async with self._ports.unit_of_work() as unit:
            for message in reversed(await unit.outbox.all()):
                if message.template != "invitation" or not message.participant_id or not message.link:
                    continue
                person = await unit.participants.get(message.participant_id)
                found[person.participant_id] = DemoLink(
                    person.participant_id, person.name, person.side, message.link, last4.get(person.name, "")
                )
        return list(found.values())

    async def _schedule(self, mediator: StaffMember, clerk: StaffMember) -> tuple[str, list[tuple[Participant, str]]]:
        now = self._ports.clock()
        demo = load(new_id("ca"))
        received = now.astimezone(self._ports.zone).date() - RECEIVED_AGO
        case = replace(demo.case, organisation=self._ports.organisation, received_on=received)
        session = Session(new_id("se"), case.case_id, new_id("rm"), State.SCHEDULED, scheduled_at=now)
        people = [*_people(demo, session, mediator), (_clerk(session, clerk), None)]
        invited = []
        async with self._ports.unit_of_work() as unit:
            await unit.cases.add(case)
            await unit.sessions.add(session)
            for person, source in people:
                await self._add(unit, person, source)
                if source is not None:
                    _, url = await new_link(self._ports, unit, person)
                    invited.append((person, url))
            details = SessionDetails(session, case, tuple(person for person, _ in people))
            agents = [f"{demo.agent.name}，{demo.agent.authority}"]
            number = f"{case.case_no}协"
            content = initial_content(case, number, demo.clauses, agents, demo.place)
            await open_document(self._ports, unit, details, content)
            data = {"case_no": case.case_no, "scheduled_at": now.isoformat(), "demonstration": True}
            await unit.log.append(session.session_id, at=now, kind="session_scheduled", actor=SYSTEM, data=data)
        return session.session_id, invited

    async def _add(self, unit: UnitOfWork, person: Participant, source: DemoPerson | None) -> None:
        mark = None
        if source is not None:
            mark = identity_mark(self._ports.key, person.participant_id, source.id_number[-4:])
        await unit.participants.add(person, mark)


def _people(demo: DemoCase, session: Session, mediator: StaffMember) -> list[tuple[Participant, DemoPerson | None]]:
    authority = Authority.SPECIAL if demo.agent.authority.startswith(SPECIAL) else Authority.GENERAL
    respondent = demo.case.party(Side.RESPONDENT).name
    applicant, agent = demo.applicant, demo.agent
    return [
        (
            Participant(
                new_id("pa"),
                session.session_id,
                applicant.name,
                Side.APPLICANT,
                Role.PARTY,
                Authority.SELF,
                applicant.name,
                applicant.phone,
            ),
            applicant,
        ),
        (
            Participant(
                new_id("pa"),
                session.session_id,
                agent.name,
                Side.RESPONDENT,
                Role.PARTY,
                authority,
                respondent,
                agent.phone,
            ),
            agent,
        ),
        (
            Participant(
                new_id("pa"),
                session.session_id,
                mediator.name,
                Side.MEDIATOR,
                Role.HOST,
                Authority.MEDIATOR,
                mediator.name,
                MEDIATOR_PHONE,
                staff_id=mediator.staff_id,
            ),
            None,
        ),
    ]


def _clerk(session: Session, clerk: StaffMember) -> Participant:
    """The mediator's second pair of hands: conducts like the mediator, signs nothing."""
    return Participant(
        new_id("pa"),
        session.session_id,
        clerk.name,
        Side.MEDIATOR,
        Role.HOST,
        Authority.CLERK,
        clerk.name,
        CLERK_PHONE,
        staff_id=clerk.staff_id,
    )
