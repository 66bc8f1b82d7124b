"""A whole product on a temporary database, with a clock that tests set; no sockets, no media."""

from __future__ import annotations

import asyncio
import atexit
import io
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
from PIL import Image, ImageDraw
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.applications import Starlette

from recorder.blobs import LocalBlobStore
from recorder.pki import Authority
from recorder.timestamp import LocalTimeStamper
from room_server.api.problems import EXCEPTION_HANDLERS
from room_server.api.routes import api_routes
from room_server.auth import Tokens
from room_server.bus import AccessEnded, Bus, ContinuedElsewhere, Event, Published, RecordingConsentChanged
from room_server.domain.own_name import Drawn, OwnName
from room_server.live.drafting import Drafts
from room_server.live.presence import Presence
from room_server.live.probes import Probes
from room_server.rules.notices import notices
from room_server.services.access import PartyAccess
from room_server.services.agreements import Receipt
from room_server.services.demo import DemoAccess
from room_server.services.everything import Services, build_services
from room_server.services.messages import OutboxMessages
from room_server.services.ports import Ports, key_for_short_secrets
from room_server.store.database import migrate
from room_server.store.unit_of_work import units_of_work
from signaling.ids import RoomId
from signaling.pool import MediaPool
from signaling.room import Room
from tests.support.databases import copy_database, database_of, drop_database, make_database
from tests.support.room_ports import MemoryMedia

ORGANISATION = "示例街道劳动人事争议调解中心（演示）"
LAST4 = {"applicant": "0001", "respondent": "0002"}
AGREED = {"esign", "sensitive_id_number"}
ALONE = {"alone": True, "who": ""}
TOKEN_KEY = "a key that only tests use, long enough for HS256"


class TestClock:
    """Stands still until it is told to go on. It begins now: certificates are checked against real time."""

    __test__ = False

    def __init__(self) -> None:
        self.now = datetime.now(UTC).replace(microsecond=0)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **kwargs: float) -> None:
        self.now += timedelta(**kwargs)


@dataclass
class Product:
    """Services, their database, what they published, and the demonstration case."""

    folder: Path
    clock: TestClock
    engine: AsyncEngine
    ports: Ports
    services: Services
    outbox: OutboxMessages
    events: list[Event]
    demo: DemoAccess
    bus: Bus
    room: Callable[[RoomId], Room | None] = lambda room_id: None

    @property
    def session_id(self) -> str:
        return self.demo.session_id

    def secret(self, side: str) -> str:
        """The secret in a side's link."""
        return next(link.url for link in self.demo.links if link.side == side).rsplit("/", 1)[1]

    def password(self, username: str) -> str:
        return next(item.password for item in self.demo.accounts if item.username == username)

    async def person(self, side: str) -> str:
        """The participant id of a side."""
        found = await self.services.sessions.get(self.session_id)
        return next(item.participant_id for item in found.people if item.side == side)

    async def code(self, participant_id: str, template: str = "one_time_code") -> str:
        """The last code that was sent to somebody."""
        for message in await self.outbox.sent():
            if message.template == template and message.participant_id == participant_id:
                return message.body_en.split()[2].rstrip(",")
        raise LookupError(participant_id)

    async def entry_code(self, side: str) -> str:
        """Ask for a code for the way in and read it."""
        await self.services.access.send_code(self.secret(side), LAST4[side])
        return await self.code(await self.person(side), "identity_code")

    async def identify(self, side: str, device: str | None = None, *, take_over: bool = False) -> PartyAccess:
        """Prove who one is, alone in the room."""
        return await self.services.access.identify(
            self.secret(side),
            last4=LAST4[side],
            code=await self.entry_code(side),
            company=ALONE,
            device=device,
            take_over=take_over,
        )

    async def kinds(self) -> list[str]:
        """The kinds of the session's log entries."""
        async with self.ports.unit_of_work() as unit:
            return [entry.kind for entry in await unit.log.read(self.session_id)]

    async def consent(self, participant_id: str, **answers: bool) -> None:
        """Answer every notice: yes to what is required, to the number and to signing here, ``answers`` or no to the
        rest."""
        for notice in notices():
            yes = {item.item_id for item in notice.items if item.required or item.item_id in AGREED}
            given = {item.item_id: answers.get(item.item_id, item.item_id in yes) for item in notice.items}
            await self.services.consents.answer(participant_id, notice.notice_id, notice.version, given)

    async def let_in(self, participant_id: str) -> None:
        """The mediator lets in somebody who has agreed to what is required, now or before."""
        if not (await self.services.consents.of_participant(participant_id))[1]:
            await self.consent(participant_id)
        await self.services.sessions.admit(self.session_id, await self.person("mediator"), participant_id)

    async def freeze(self, content: dict[str, Any] | None = None) -> str:
        """Freeze a text as the mediator. Returns the proposal's id."""
        host = await self.person("mediator")
        return (await self.services.agreements.freeze(self.session_id, host, content or CONTENT)).proposal_id

    async def sign(self, proposal_id: str, side: str, own_name: OwnName | None = None) -> Receipt:
        """One whole act of signing; drawn by hand unless told otherwise."""
        person = await self.person(side)
        stage = await self.services.agreements.stage(proposal_id)
        await self.services.agreements.request_code(proposal_id, person)
        return await self.services.agreements.sign(
            proposal_id,
            person,
            digest=stage.digest,
            intent=True,
            own_name=own_name or Drawn(handwriting()),
            code=await self.code(person),
        )

    def app(self) -> Starlette:
        drafts = Drafts(self.services, self.room)
        routes = api_routes(
            self.services,
            secure=False,
            probes=Probes(MediaPool([MemoryMedia()])),
            drafts=drafts,
            presence=Presence(self.room),
            outbox=self.outbox,
        )
        return Starlette(routes=routes, exception_handlers=EXCEPTION_HANDLERS)

    def browser(self) -> httpx.AsyncClient:
        """A browser of its own: its own cookies."""
        transport = httpx.ASGITransport(app=self.app(), raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url="http://room.test")


CONTENT: dict[str, Any] = {
    "type": "doc",
    "content": [
        {"type": "heading", "attrs": {"level": 1}, "content": [{"type": "text", "text": "调解协议书"}]},
        {"type": "paragraph", "content": [{"type": "text", "text": "乙方于2026年12月1日前支付甲方18000.00元。"}]},
    ],
}


def handwriting() -> bytes:
    """A PNG with a stroke on it."""
    picture = Image.new("RGBA", (300, 120), (0, 0, 0, 0))
    ImageDraw.Draw(picture).line([(20, 90), (120, 20), (180, 100), (280, 30)], fill=(0, 0, 0, 255), width=4)
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


MOULD: dict[str, Any] = {}
"""A folder in which the demonstration case was opened once: passwords and keys cost half a second a time."""


def new_mould() -> Path:
    """A folder for as long as the tests run."""
    mould = Path(tempfile.mkdtemp(prefix="product-"))
    atexit.register(shutil.rmtree, mould, ignore_errors=True)
    return mould


@asynccontextmanager
async def opened_product(folder: Path, mould: Path | None = None) -> AsyncIterator[Product]:
    """A product with the demonstration case, as it was left in ``mould`` or as it is at the beginning."""
    if not MOULD:
        first_folder = new_mould()
        await make_database(first_folder)
        async with _opened(first_folder) as first:
            MOULD.update(folder=first_folder, demo=first.demo)
    original = mould or MOULD["folder"]
    await asyncio.to_thread(shutil.copytree, original, folder, dirs_exist_ok=True)
    await copy_database(original, folder)
    try:
        async with _opened(folder) as opened:
            yield opened
    finally:
        await drop_database(folder)


@asynccontextmanager
async def _opened(folder: Path) -> AsyncIterator[Product]:
    clock, bus = TestClock(), Bus()
    engine = database_of(folder)
    events: list[Event] = []

    async def keep(event: Event) -> None:
        events.append(event)

    bus.subscribe(Published, keep)
    bus.subscribe(AccessEnded, keep)
    bus.subscribe(ContinuedElsewhere, keep)
    bus.subscribe(RecordingConsentChanged, keep)
    try:
        if not MOULD:
            await migrate(engine)
        unit_of_work = units_of_work(engine, bus)
        authority = Authority.load_or_create(folder / "pki", ORGANISATION, clock())
        outbox = OutboxMessages(unit_of_work, clock)
        ports = Ports(
            unit_of_work=unit_of_work,
            clock=clock,
            tokens=Tokens(TOKEN_KEY, clock),
            key=key_for_short_secrets(TOKEN_KEY),
            blobs=LocalBlobStore(folder / "blobs"),
            authority=authority,
            stamper=LocalTimeStamper(authority),
            messages=outbox,
            base_url="http://room.test",
            organisation=ORGANISATION,
            zone=ZoneInfo("Asia/Shanghai"),
            link_days=14,
            recordings=folder / "recordings",
            scratch=folder / "scratch",
        )
        services = build_services(ports)
        demo = MOULD.get("demo") or await services.demo.open()
        assert demo is not None
        yield Product(folder, clock, engine, ports, services, outbox, events, demo, bus)
    finally:
        await engine.dispose()


def with_parts(product: Product, **ports: Any) -> Services:
    """The same product with other ports."""
    return build_services(replace(product.ports, **ports))
