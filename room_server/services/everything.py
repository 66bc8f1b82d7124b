"""All services, built from the ports they share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from room_server.services.access import AccessService
from room_server.services.agreements import AgreementService
from room_server.services.arrival import ArrivalService
from room_server.services.calls import CallService
from room_server.services.caucuses import CaucusService, close_running
from room_server.services.chat import ChatService
from room_server.services.comparisons import ComparisonService
from room_server.services.conduct import ConductService, forget_live
from room_server.services.consents import ConsentService
from room_server.services.court import CourtService
from room_server.services.demo import DemoService
from room_server.services.drafting import DraftingService
from room_server.services.exhibits import ExhibitService
from room_server.services.filing import FilingService
from room_server.services.identity import NumberAndCode
from room_server.services.invitations import InvitationService
from room_server.services.leftovers import LeftoverService
from room_server.services.notes import NoteService
from room_server.services.offers import OfferService
from room_server.services.overview import OverviewService
from room_server.services.paper_tickets import PaperTicketService
from room_server.services.ports import Ports
from room_server.services.presentations import PresentationService
from room_server.services.recording import RecordingService
from room_server.services.retention import RetentionService
from room_server.services.rollcall import RollCallService
from room_server.services.serving import ServingService
from room_server.services.sessions import SessionService
from room_server.services.signing_steps import SigningStepService
from room_server.services.staff import StaffService
from room_server.services.tickets import TicketService
from signaling.board import Piece


class Contributor(Protocol):
    """A service whose state is shown in live rooms; changes of it are published as ``bus.Published``."""

    async def board(self, session_id: str) -> dict[str, Piece]:
        """The pieces as they are now, for a room that becomes live, by topic."""


@dataclass(frozen=True, slots=True)
class Services:
    """What the HTTP API and the live room call."""

    access: AccessService
    invitations: InvitationService
    arrival: ArrivalService
    roll_call: RollCallService
    sessions: SessionService
    consents: ConsentService
    caucuses: CaucusService
    conduct: ConductService
    chat: ChatService
    calls: CallService
    tickets: TicketService
    notes: NoteService
    recording: RecordingService
    drafting: DraftingService
    agreements: AgreementService
    paper_tickets: PaperTicketService
    signing_steps: SigningStepService
    exhibits: ExhibitService
    comparisons: ComparisonService
    presentations: PresentationService
    offers: OfferService
    serving: ServingService
    filing: FilingService
    retention: RetentionService
    leftovers: LeftoverService
    court: CourtService
    staff: StaffService
    overview: OverviewService
    demo: DemoService

    async def board(self, session_id: str) -> dict[str, Piece]:
        """Everything that the screens of a session's room show besides people and media, by topic."""
        contributors: tuple[Contributor, ...] = (
            self.sessions,
            self.arrival,
            self.roll_call,
            self.consents,
            self.agreements,
            self.signing_steps,
            self.serving,
            self.chat,
            self.calls,
            self.tickets,
            self.exhibits,
            self.presentations,
            self.offers,
        )
        pieces: dict[str, Piece] = {}
        for each in contributors:
            pieces |= await each.board(session_id)
        return pieces


def build_services(ports: Ports) -> Services:
    """One of each."""
    staff = StaffService(ports)
    access = AccessService(ports, NumberAndCode(ports))
    return Services(
        access,
        InvitationService(ports),
        ArrivalService(ports),
        RollCallService(ports),
        SessionService(ports, (close_running, forget_live)),
        ConsentService(ports),
        CaucusService(ports),
        ConductService(ports),
        ChatService(ports),
        CallService(ports),
        TicketService(ports),
        NoteService(ports),
        RecordingService(ports),
        DraftingService(ports),
        AgreementService(ports),
        PaperTicketService(ports, access),
        SigningStepService(ports),
        ExhibitService(ports),
        ComparisonService(ports),
        PresentationService(ports),
        OfferService(ports),
        ServingService(ports),
        FilingService(ports),
        RetentionService(ports),
        LeftoverService(ports),
        CourtService(ports),
        staff,
        OverviewService(ports),
        DemoService(ports, staff),
    )
