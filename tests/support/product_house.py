"""The product's services behind live rooms in memory: real database, real policy, browsers, no media, no recorder."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import event

from recorder.control import Track
from room_server.bus import Bus
from room_server.domain.people import Authority, Participant, Role, Side
from room_server.live.policy import SessionPolicy
from room_server.live.recording import Director
from room_server.services.entry import new_link
from room_server.services.everything import build_services
from room_server.store.unit_of_work import units_of_work
from signaling.errors import ErrorCode, SignalingError
from signaling.hub import Hub
from signaling.ids import CaptureId, RoomId
from signaling.messages import Kind
from signaling.pool import MediaPool
from tests.support.databases import copy_database, database_of, drop_database, keep_database
from tests.support.product_room import Product, new_mould, opened_product
from tests.support.room_ports import WAIT, Browser, House, MemoryClock, MemoryMedia

GUESTS = {
    "clerk": (Side.MEDIATOR, Role.HOST),
    "a2": (Side.APPLICANT, Role.PARTY),
    "r2": (Side.RESPONDENT, Role.PARTY),
    "o": (Side.APPLICANT, Role.OBSERVER),
}
"""People besides those of the demonstration case (host, a1, r1), by name."""


class NoRecorder:
    """The recorder process is not there."""

    ready = False

    async def start_track(
        self, capture_id: CaptureId, path: str, kind: Kind, mime: str, clock_rate: int, channels: int, payload_type: int
    ) -> None:
        raise SignalingError(ErrorCode.RECORDING_UNAVAILABLE, "no recorder")

    async def stop_track(self, capture_id: CaptureId) -> Track:
        raise SignalingError(ErrorCode.NOT_FOUND, "no recorder")


class ProductHouse(House):
    """A hub whose policy is the product. ``ids``: participant ids by name."""

    def __init__(self, product: Product, room_id: str, ids: Mapping[str, str]) -> None:
        self.product = product
        self.room_id = RoomId(room_id)
        self.ids = ids
        self.clock = MemoryClock(product.clock().timestamp())
        self.media = MemoryMedia()
        self.workers = [self.media]
        self.hub = self.open_hub()
        self.browsers: list[Browser] = []

    def open_hub(self) -> Hub:
        services = self.product.services
        self.director = Director(services.recording, NoRecorder(), lambda: self.product.clock().timestamp())
        self.product_policy = policy = SessionPolicy(services, self.director, self._ended, self.clock.later)
        hub = Hub(policy, MediaPool(self.workers), clock=self.clock, hello_seconds=WAIT, monotonic=self.clock.now)
        policy.listen(self.product.bus, hub)
        return hub

    def advance(self, seconds: float) -> None:
        """Time passes for the room and for the product."""
        self.product.clock.forward(seconds=seconds)
        self.clock.advance(seconds)

    async def _ended(self, session_id: str) -> None:
        return

    async def token(self, name: str) -> str:
        """A fresh token of somebody's newest link, for the device that owns it."""
        person = self.ids[name]
        async with self.product.ports.unit_of_work() as unit:
            link = await unit.links.newest(person)
        owned = ("", "") if link is None else (link.link_id, link.device_mark)
        return self.product.ports.tokens.room(person, self.product.session_id, *owned)

    async def visitor(self, name: str) -> Browser:
        """A browser with somebody's token, not connected yet."""
        browser = Browser(self, await self.token(name))
        self.browsers.append(browser)
        return browser


async def seat_guests(product: Product) -> dict[str, str]:
    """Add the guests and let everybody accept the notices. Returns participant ids by name."""
    sides = {"host": "mediator", "a1": "applicant", "r1": "respondent"}
    ids = {name: await product.person(side) for name, side in sides.items()}
    for name, (side, role) in GUESTS.items():
        person = Participant(name, product.session_id, f"客人{name}", side, role, Authority.SELF, name, "10000000000")
        async with product.ports.unit_of_work() as unit:
            await unit.participants.add(person, None)
            if role is not Role.HOST:
                await new_link(product.ports, unit, person)
        ids[name] = name
    for name, person_id in ids.items():
        if name not in ("host", "clerk"):
            await product.consent(person_id)
    return ids


async def copied_product(template: Product, folder: Path) -> Product:
    """The same product on a copy of its database: faster than to open a new one."""
    await copy_database(template.folder, folder)
    bus = Bus()
    engine = database_of(folder)
    if engine.dialect.name == "sqlite":
        event.listen(engine.sync_engine, "connect", _without_waiting_for_the_disk)
    ports = replace(template.ports, unit_of_work=units_of_work(engine, bus))
    return replace(
        template, folder=folder, engine=engine, ports=ports, services=build_services(ports), events=[], bus=bus
    )


def _without_waiting_for_the_disk(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA synchronous = OFF")
    cursor.close()


SEATED: dict[str, Any] = {}
"""A folder in which everybody took their seats once, and their participant ids: that takes a second."""


@asynccontextmanager
async def seated_house(folder: Path) -> AsyncIterator[ProductHouse]:
    """A house on a real database in ``folder``, with everybody's seat in it."""
    if not SEATED:
        mould = new_mould()
        async with opened_product(mould) as first:
            ids = await seat_guests(first)
            keep_database(mould)
        SEATED.update(folder=mould, ids=ids)
    async with opened_product(folder, SEATED["folder"]) as template:
        ids = SEATED["ids"]
        await template.engine.dispose()  # everything is in the file before it is copied
        (folder / "copy").mkdir()
        product = await copied_product(template, folder / "copy")
        found = await product.services.sessions.get(product.session_id)
        opened = ProductHouse(product, found.session.room_id, ids)
        try:
            yield opened
        finally:
            await opened.close()
            await _left_behind()
            await product.engine.dispose()
            await drop_database(folder / "copy")


async def _left_behind() -> None:
    """What a killed process had begun ends before the database is closed: a connection of it would be lost."""
    if begun := asyncio.all_tasks() - {asyncio.current_task()}:
        await asyncio.wait(begun, timeout=1)
