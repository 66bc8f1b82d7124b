"""Two media workers under one service: rooms are on both, and what happens to one concerns its own rooms only."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from pathlib import Path

import httpx
import pytest

from signaling.load.traffic import send
from signaling.load.visitor import Kit
from tests.support.room_client import mediator, room_socket
from tests.support.second_session import second_session
from tests.support.service import Service, running_service
from tests.support.spoken import SOUND, Call, admitted, speaking
from tests.support.waiting import until

pytestmark = pytest.mark.slow

LONGEST_ABSENCE = 9.0
"""Seconds: one to two, but a process may start slowly beside other tests."""
LOOK_EVERY = 0.005
LONGEST_SILENCE = 0.3
"""Seconds. One sound is 20 ms long; the machine does much else."""


async def figures(service: Service, name: str) -> dict[str, float]:
    """The values of a figure of the media by worker."""
    async with httpx.AsyncClient(base_url=service.url) as browser:
        lines = (await browser.get("/metrics")).text.splitlines()
    found = [line.rsplit(" ", 1) for line in lines if line.startswith(f"mediation_room_media_{name}{{")]
    return {head.split('worker="')[1].split('"')[0]: float(value) for head, value in found}


async def homes(service: Service) -> dict[str, str]:
    """The worker of each live room."""
    async with httpx.AsyncClient(base_url=service.url) as browser:
        return {each["room_id"]: each["worker"] for each in (await browser.get("/metrics/rooms")).json()["rooms"]}


async def up(service: Service, wanted: dict[str, float], seconds: float) -> None:
    """Until these workers are there."""
    async with asyncio.timeout(seconds):
        while await figures(service, "up") != wanted:
            await asyncio.sleep(0.02)


async def recording(call: Call, service: Service) -> tuple[str, float]:
    """Whether it is recorded, and how many seconds are lost, as a screen of the clerk would show it."""
    async with httpx.AsyncClient(base_url=service.url) as browser:
        access = await mediator(browser, service, "jilu")
        async with room_socket(service, access.room_id) as room:
            shown = (await room.done("hello", token=access.token))["snapshot"]["recording"]
            assert access.session_id == call.session_id
            return shown["state"], shown["lost_seconds"]


async def longest_silence(call: Call, until_done: asyncio.Event) -> float:
    """Seconds in which nobody of a call heard anything, at most; those in which this process itself stood still, and
    sent nothing, do not count."""
    longest, silence, heard, before = 0.0, 0.0, call.heard, time.monotonic()
    while not until_done.is_set():
        await asyncio.sleep(LOOK_EVERY)
        now = time.monotonic()
        silence = 0.0 if call.heard != heard else silence + min(now - before, 2 * LOOK_EVERY)
        longest, heard, before = max(longest, silence), call.heard, now
    return longest


def logged(data: Path, session_id: str) -> list[str]:
    """The kinds of events on the record of a session."""
    with sqlite3.connect(data / "room.sqlite3", timeout=20) as database:
        rows = database.execute("SELECT kind FROM event_log WHERE session_id = ? ORDER BY seq", (session_id,))
        return [kind for (kind,) in rows]


def files(data: Path, session_id: str) -> list[Path]:
    return sorted((data / "recordings" / session_id).glob("*.webm"))


async def test_one_worker_is_killed_and_the_room_of_the_other_does_not_even_pause(tmp_path: Path) -> None:
    async with running_service(tmp_path / "data", workers=2) as service:
        other = await second_session(service)
        kit = Kit(service.url, None)
        first = await speaking(kit, await admitted(service), (0, 1))
        second = await speaking(kit, await admitted(other), (2, 3))
        assert (first.ports, second.ports) == ({service.media_port}, {service.media_port + 1})
        assert await figures(service, "rooms") == {"0": 1, "1": 1}
        assert await homes(service) == {first.accesses[0].room_id: "0", second.accesses[0].room_id: "1"}
        for call in (first, second):
            await call.people[0].line.ask("start_recording")
        talking = [asyncio.create_task(send([each.person for each in [*first.people, *second.people]], SOUND, 60))]
        await until(lambda: first.heard > 50 and second.heard > 50)
        done = asyncio.Event()
        watching = asyncio.create_task(longest_silence(second, done))

        killed = time.monotonic()
        service.kill("media-0.sock")
        await until(lambda: "media_lost" in logged(service.data, first.session_id))  # it is away for a moment only
        await up(service, {"0": 1, "1": 1}, LONGEST_ABSENCE)
        again = await speaking(kit, first.accesses, (4, 5))
        talking.append(asyncio.create_task(send([each.person for each in again.people], SOUND, 60)))
        await until(lambda: again.heard > 0)
        back = time.monotonic() - killed
        await until(lambda: "recording_resumed" in logged(service.data, first.session_id))
        await until(lambda: again.heard > 50)
        done.set()
        silence = await watching
        print(f"worker killed -> its room speaks again {back:.2f} s; longest silence of the other {silence:.3f} s")
        assert back < LONGEST_ABSENCE
        assert silence < LONGEST_SILENCE
        assert second.missing == 0
        assert again.ports == {service.media_port}, "a room waits for its worker"

        state, lost = await recording(again, service)
        assert state == "on" and 0 < lost < LONGEST_ABSENCE
        assert await recording(second, other) == ("on", 0)
        for call in (again, second):
            await call.people[0].line.ask("stop_recording", reason="enough")
        for task in talking:
            task.cancel()
        await asyncio.gather(*talking, return_exceptions=True)
        for each in [*first.people, *again.people, *second.people]:
            await each.close()
        interrupted = [logged(service.data, each.session_id).count("recording_interrupted") for each in (first, second)]
        assert interrupted == [1, 0]
        assert [logged(service.data, each.session_id).count("media_lost") for each in (first, second)] == [1, 0]
        assert [len(files(service.data, each.session_id)) for each in (first, second)] == [4, 2]
        assert "media worker 0" in service.text and "Traceback" not in service.text, service.text
        assert service.text.count("restart_in") == 1


async def test_a_web_process_that_is_started_again_places_its_rooms_anew(tmp_path: Path) -> None:
    async with running_service(tmp_path / "data", workers=2) as service:
        other = await second_session(service)
        kit = Kit(service.url, None)
        people = [await admitted(each) for each in (service, other)]
        calls = [await speaking(kit, each, (4 * place, 4 * place + 1)) for place, each in enumerate(people)]
        await service.replace("room_server.cli web")
        back = [await speaking(kit, each, (4 * place + 2, 4 * place + 3)) for place, each in enumerate(people)]
        assert sorted(port for call in back for port in call.ports) == [service.media_port, service.media_port + 1]
        talking = asyncio.create_task(send([each.person for call in back for each in call.people], SOUND, 20))
        await until(lambda: all(call.heard > 20 for call in back))
        talking.cancel()
        await asyncio.gather(talking, return_exceptions=True)
        for call in (*calls, *back):
            await asyncio.gather(*(each.close() for each in call.people), return_exceptions=True)
