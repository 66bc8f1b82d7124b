"""``mediation-room loadtest`` against a running service: people come in by its sockets, and nothing of them stays."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import sys
import urllib.request
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio

from room_server import cli
from room_server.auth import Tokens
from room_server.settings import PREFIX
from signaling.load.endpoint import connect_all
from signaling.load.figures import delivery
from signaling.load.line import LineError
from signaling.load.traffic import Person, Shape, send
from signaling.load.visitor import Kit, Visitor
from tests.support.service import Service, running_service
from tests.support.waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

SECRET = "a secret of the operator that is long enough"
FULL = "loadtest-full"
SPARE = Shape(sound_rate=8, picture_rate=4)
"""So little that the test costs little; limits of people and tracks do not depend on it."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    async with running_service(tmp_path_factory.mktemp("service") / "data", load_test_secret=SECRET) as running:
        yield running
        assert "Traceback" not in running.text, running.text


async def started(url: str, *arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "room_server.cli", "loadtest", url, *arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=os.environ | {PREFIX + "LOAD_TEST_SECRET": SECRET},
    )


async def outcome(process: asyncio.subprocess.Process) -> tuple[int | None, str, str]:
    async with asyncio.timeout(60):
        printed, complained = await process.communicate()
    return process.returncode, printed.decode(), complained.decode()


def gauge(service: Service, name: str) -> float:
    return gauges(service)[name]


def gauges(service: Service) -> dict[str, float]:
    with urllib.request.urlopen(f"{service.url}/metrics", timeout=5) as answer:
        lines = [line for line in answer.read().decode().splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def refused(service: Service) -> dict[str, float]:
    """Every counter of packets that were not forwarded, where it is not 0, and faults."""
    counted = gauges(service)
    kinds = ("mediation_room_media_dropped_total", "mediation_room_media_faults_total")
    return {name: count for name, count in counted.items() if name.startswith(kinds) and count}


def rows(service: Service) -> dict[str, int]:
    """How many rows every table of the service has."""
    with sqlite3.connect(service.data / "room.sqlite3", timeout=20) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables}


def files(folder: Path) -> set[Path]:
    return {each for each in folder.rglob("*") if each.is_file()}


async def test_two_rooms_of_three_people_hear_and_see_each_other_and_leave_nothing(service: Service) -> None:
    before, recorded = rows(service), files(service.data / "recordings")
    process = await started(service.url, "--rooms", "2", "--people", "3", "--seconds", "2")
    status, printed, complained = await outcome(process)
    assert (status, complained) == (0, ""), complained
    figures = json.loads(printed.splitlines()[-1])
    assert figures["streams"] == figures["streams_expected"] == 2 * 3 * 2 * 2
    assert (figures["people"], figures["unreadable"]) == (6, 0)
    assert figures["delivered"] > 0.98
    assert figures["packets_per_s"] > 1000  # 2,040 are sent
    assert 0 < figures["p50_ms"] <= figures["p99_ms"]
    await until(lambda: gauge(service, "mediation_room_live_rooms") == 0, 10)
    assert rows(service) == before
    assert files(service.data / "recordings") == recorded


async def test_ctrl_c_ends_it_cleanly_and_the_rooms_are_gone(service: Service) -> None:
    process = await started(service.url, "--rooms", "1", "--people", "3", "--seconds", "600")
    await until(lambda: gauge(service, "mediation_room_people") == 3, 30)
    process.send_signal(signal.SIGINT)
    assert await outcome(process) == (130, "", "mediation-room loadtest: stopped; everybody has left\n")
    await until(lambda: gauge(service, "mediation_room_live_rooms") == 0, 10)


async def test_another_secret_opens_no_room(
    service: Service, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(PREFIX + "LOAD_TEST_SECRET", "x" * 40)
    assert await asyncio.to_thread(cli.main, ["loadtest", service.url]) == 1
    complained = capsys.readouterr().err
    assert "does not allow this load test" in complained
    assert "load_test_secret" in complained


async def test_a_service_that_is_not_there_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(PREFIX + "LOAD_TEST_SECRET", SECRET)
    assert await asyncio.to_thread(cli.main, ["loadtest", "http://127.0.0.1:9"]) == 1
    assert "http://127.0.0.1:9 does not open a room's socket" in capsys.readouterr().err


@dataclass
class Full:
    """A room of the service at both of its limits."""

    senders: list[Visitor]
    listeners: list[Visitor]

    @property
    def everybody(self) -> list[Visitor]:
        return [*self.senders, *self.listeners]

    @property
    def people(self) -> list[Person]:
        return [each.person for each in self.everybody]


async def enter(kit: Kit, number: int, *, sends: bool) -> Visitor:
    """Somebody comes into the full room."""
    token = Tokens(SECRET, lambda: datetime.now(UTC)).room(f"load{number}", FULL)
    visitor = await Visitor.enter(kit, FULL, token, number, SPARE)
    if not sends:
        visitor.person.sound = visitor.person.picture = None
    return visitor


async def filled(kit: Kit) -> Full:
    """Twelve who send, fifty who listen, and everybody follows every sender but themselves."""
    senders = await asyncio.gather(*(enter(kit, number, sends=True) for number in range(12)))
    listeners = await asyncio.gather(*(enter(kit, 12 + number, sends=False) for number in range(50)))
    full = Full(list(senders), list(listeners))
    await connect_all([end for each in full.people for end in (each.sender, each.listener)])
    for each in senders:
        await each.publish()

    async def follow_all(visitor: Visitor) -> None:
        for other in senders:
            if other is not visitor:
                await visitor.follow(other)

    await asyncio.gather(*(follow_all(each) for each in full.everybody))
    return full


async def test_a_room_at_both_limits_carries_twelve_who_send_and_fifty_who_listen(service: Service) -> None:
    kit = Kit(service.url, None)
    full = await filled(kit)
    with pytest.raises(LineError, match="room_full"):
        await full.listeners[0].publish()
    with pytest.raises(LineError, match="room_full"):
        await enter(kit, 62, sends=False)
    names = {f"load{number}" for number in range(12)}

    def who_speaks(visitor: Visitor) -> set[str]:
        return set(visitor.line.told.get("active_speakers", {}).get("participant_ids", ()))

    async with asyncio.timeout(20):
        while not all(who_speaks(each) == names for each in full.everybody):
            await send(full.people, SPARE, 0.5)
    tracks = [track for each in full.people for track in (each.sound, each.picture) if track is not None]
    sent = sorted(track.sequence for track in tracks)
    assert len(sent) == 24
    await until(lambda: delivery(full.people).packets == 61 * sum(sent), 10)
    got = delivery(full.people)
    assert (got.streams, got.delivered, got.unreadable) == (62 * 24 - 24, 1.0, 0)
    for each in full.listeners:
        assert sorted(stream.count for stream in each.person.listener.streams.values()) == sent
    assert gauge(service, 'mediation_room_people_by_quality{quality="good"}') == 62
    assert gauge(service, 'mediation_room_media_transports{state="connected"}') == 124
    assert gauge(service, 'mediation_room_media_subscriptions{kind="video"}') == 12 * 11 + 12 * 50
    assert refused(service) == {}
    await asyncio.gather(*(each.close() for each in full.everybody))
