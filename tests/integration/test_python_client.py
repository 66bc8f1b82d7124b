"""Two people with pymediasoup (aiortc's codecs and ICE) in a running service: sound and picture in both directions."""

from __future__ import annotations

import asyncio
import itertools
from array import array
from pathlib import Path
from typing import Any

import aioice.ice
import httpx
import pytest
from aiortc import MediaStreamTrack

from tests.support.python_client import Picture, PythonClient, Tone
from tests.support.room_client import Access, RoomSocket, agrees, identified, mediator, room_socket
from tests.support.service import running_service

pytestmark = pytest.mark.slow

BRIGHT, DARK = 200, 60
HIGH, LOW = 1000.0, 400.0
HALF_A_SECOND = 24_000
LOUD = 1000
PATIENCE = 20


async def test_a_third_implementation_sends_and_receives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda use_ipv4, use_ipv6: ["127.0.0.1"])
    async with (
        running_service(tmp_path / "data") as service,
        httpx.AsyncClient(base_url=service.url, timeout=20) as host_browser,
        httpx.AsyncClient(base_url=service.url, timeout=20) as party_browser,
    ):
        host, party = await mediator(host_browser, service), await identified(party_browser, service, "applicant")
        await agrees(party_browser, party)
        async with room_socket(service, host.room_id) as ours, room_socket(service, party.room_id) as theirs:
            bright, dark = await welcomed(ours, host), await welcomed(theirs, party)
            await ours.done("admit", participant_id=party.participant_id)
            await asyncio.gather(bright.sends(Tone(HIGH), Picture(BRIGHT)), dark.sends(Tone(LOW), Picture(DARK)))
            at_bright = await bright.receives(await published(ours, party.participant_id))
            at_dark = await dark.receives(await published(theirs, host.participant_id))
            async with asyncio.timeout(PATIENCE):
                await asyncio.gather(
                    until_brightness(at_bright["video"], DARK),
                    until_brightness(at_dark["video"], BRIGHT),
                    until_tone(at_bright["audio"], LOW),
                    until_tone(at_dark["audio"], HIGH),
                )
            await asyncio.gather(bright.leaves(), dark.leaves())
    assert "Traceback" not in service.text


async def welcomed(room: RoomSocket, access: Access) -> PythonClient:
    welcome = await room.done("hello", token=access.token)
    return await PythonClient.enters(room, welcome["router_capabilities"])


async def published(room: RoomSocket, participant_id: str) -> list[str]:
    """The names of both tracks of this person, as the room tells of them."""
    found: dict[str, str] = {}
    while len(found) < 2:
        view: dict[str, Any] = (await room.event("publication_changed"))["publication"]
        if view["participant_id"] == participant_id:
            found[view["kind"]] = view["publication_id"]
    return list(found.values())


async def until_brightness(track: MediaStreamTrack, brightness: int) -> None:
    """Until five pictures in a row were this bright."""
    matching = 0
    while matching < 5:
        plane = (await track.recv()).planes[0]
        first_line = bytes(plane)[: plane.width]
        matching = matching + 1 if abs(sum(first_line) / plane.width - brightness) < 15 else 0


async def until_tone(track: MediaStreamTrack, hertz: float) -> None:
    """Until half a second is loud and crosses zero as often as this tone."""
    heard: list[int] = []
    while True:
        frame = await track.recv()
        channels = len(frame.layout.channels)
        heard += array("h", bytes(frame.planes[0]))[: frame.samples * channels : channels]
        if len(heard) < HALF_A_SECOND:
            continue
        crossings = sum(before < 0 <= after for before, after in itertools.pairwise(heard))
        if max(heard) > LOUD and abs(crossings - hertz / 2) < hertz / 20:
            return
        heard.clear()
