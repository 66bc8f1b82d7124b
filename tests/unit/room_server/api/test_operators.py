"""Health for everybody, figures for operators."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette
from starlette.routing import Route

from room_server.api import operators
from room_server.app import create_app
from room_server.settings import Settings
from signaling.errors import ErrorCode, SignalingError

HERE, ELSEWHERE = ("127.0.0.1", 50000), ("192.0.2.9", 50000)


class OneRoom:
    def __init__(self, *, lost: bool = False) -> None:
        self.lost = lost

    def rooms(self) -> list[dict[str, Any]]:
        return [{"room_id": "room_a", "people": 1}]

    async def of(self, room_id: str) -> dict[str, Any] | None:
        if self.lost:
            raise SignalingError(ErrorCode.OVERLOADED, "the media worker is not connected")
        return {"room_id": "room_a", "people": []} if room_id == "room_a" else None


async def healthy() -> dict[str, bool]:
    return {"database": True, "media": False}


async def metrics() -> bytes:
    return b"room_a: people 1\n"


async def ask(token: str, client: tuple[str, int], **headers: bytes) -> int:
    """How every route that is not for everybody answers: all in the same way."""
    routes = operators.routes(healthy, metrics, OneRoom(), token)
    paths = [route.path.format(room_id="room_a") for route in routes if isinstance(route, Route)]
    assert paths.pop(0) == "/healthz" and len(paths) == 3
    transport = httpx.ASGITransport(Starlette(routes=routes), client=client)
    async with httpx.AsyncClient(transport=transport, base_url="http://room.example") as browser:
        given = [(name.encode(), each) for name, each in headers.items()]
        answers = [await browser.get(path, headers=given) for path in paths]
    for answer in answers:
        assert ("people" in answer.text) == (answer.status_code == 200)
    [status] = {answer.status_code for answer in answers}
    return status


async def test_a_room_that_is_not_there_and_a_worker_that_is_not_there_are_told_apart() -> None:
    for figures, room, status in ((OneRoom(), "room_b", 404), (OneRoom(lost=True), "room_a", 503)):
        app = Starlette(routes=operators.routes(healthy, metrics, figures, ""))
        transport = httpx.ASGITransport(app, client=HERE)
        async with httpx.AsyncClient(transport=transport, base_url="http://room.example") as browser:
            assert (await browser.get(f"/metrics/rooms/{room}")).status_code == status


async def test_without_a_token_only_this_machine_reads_the_figures() -> None:
    assert await ask("", HERE) == 200
    assert await ask("", ("::1", 50000)) == 200
    assert await ask("", ELSEWHERE) == 404


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"])
async def test_what_a_proxy_passes_on_is_not_from_this_machine(header: str) -> None:
    assert await ask("", HERE, **{header: b"192.0.2.9"}) == 404


async def test_a_token_opens_and_nothing_else_does() -> None:
    assert await ask("secret", ELSEWHERE, Authorization=b"Bearer secret") == 200
    assert await ask("secret", ELSEWHERE, Authorization=b"bearer secret") == 200
    for given in (b"Bearer secrets", b"Bearer", b"Basic secret", b"Bearer \xfc"):
        assert await ask("secret", ELSEWHERE, Authorization=given) == 401
    assert await ask("secret", HERE) == 401


async def test_whoever_asks_for_its_health_without_end_costs_one_look_a_second() -> None:
    looks, now, gate = [0], [100.0], asyncio.Event()

    async def health() -> dict[str, bool]:
        looks[0] += 1
        await gate.wait()
        return {"database": looks[0] == 1}

    app = Starlette(routes=operators.routes(health, metrics, OneRoom(), "", lambda: now[0]))
    transport = httpx.ASGITransport(app, client=ELSEWHERE)
    async with httpx.AsyncClient(transport=transport, base_url="http://room.example") as browser:
        asking = [asyncio.ensure_future(browser.get("/healthz")) for _ in range(50)]
        await asyncio.sleep(0)
        gate.set()
        assert {answer.status_code for answer in await asyncio.gather(*asking)} == {200}
        assert looks[0] == 1
        now[0] += 1
        for look in (2, 3):
            assert (await browser.get("/healthz")).status_code == 503
            assert looks[0] == look, "what is not well is looked at whenever somebody asks"


async def test_the_product_serves_figures_that_prometheus_reads(tmp_path: Path) -> None:
    app = create_app(Settings(data_dir=tmp_path, organisation="甲调解中心"))
    transport = httpx.ASGITransport(app, client=HERE)
    async with httpx.AsyncClient(transport=transport, base_url="http://room.example") as browser:
        answer = await browser.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    found = {family.name: family for family in text_string_to_metric_families(answer.text)}
    assert found["mediation_room_media_up"].samples[0].value == 0
    assert found["mediation_room_live_rooms"].samples[0].value == 0
    assert found["mediation_room_web_process_resident_memory_bytes"].samples[0].value > 0
