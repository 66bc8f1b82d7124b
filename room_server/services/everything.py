"""All services, built from the ports they share."""

from __future__ import annotations

from dataclasses import dataclass

from room_server.services.access import AccessService
from room_server.services.agreements import AgreementService
from room_server.services.caucuses import CaucusService
from room_server.services.consents import ConsentService
from room_server.services.court import CourtService
from room_server.services.demo import DemoService
from room_server.services.drafting import DraftingService
from room_server.services.filing import FilingService
from room_server.services.ports import Ports
from room_server.services.recording import RecordingService
from room_server.services.sessions import SessionService
from room_server.services.staff import StaffService


@dataclass(frozen=True, slots=True)
class Services:
    """What the HTTP API and the live room call."""

    access: AccessService
    sessions: SessionService
    consents: ConsentService
    caucuses: CaucusService
    recording: RecordingService
    drafting: DraftingService
    agreements: AgreementService
    filing: FilingService
    court: CourtService
    staff: StaffService
    demo: DemoService


def build_services(ports: Ports) -> Services:
    """One of each."""
    staff = StaffService(ports)
    return Services(
        AccessService(ports),
        SessionService(ports),
        ConsentService(ports),
        CaucusService(ports),
        RecordingService(ports),
        DraftingService(ports),
        AgreementService(ports),
        FilingService(ports),
        CourtService(ports),
        staff,
        DemoService(ports, staff),
    )
