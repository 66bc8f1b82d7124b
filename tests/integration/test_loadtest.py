"""``mediation-room loadtest`` against a running service: people come in by its sockets, and nothing of them stays."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import sys
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from room_server import cli
from room_server.settings import PREFIX
from tests.support.service import Service, running_service
from tests.support.waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

SECRET = "a secret of the operator that is long enough"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    data = tmp_path_factory.mktemp("service") / "data"
    async with running_service(data, workers=2, load_test_secret=SECRET) as running:
        yield running
        assert "Traceback" not in running.text, running.text


async def started(url: str, *arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "room_server.cli", "loadtest", url, *arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=os.environ | {PREFIX + "LOAD_TEST_SECRET": SECRET},
        preexec_fn=_heed_ctrl_c,
    )


def _heed_ctrl_c() -> None:
    """What is started in the background of a shell ignores Ctrl-C, and so do its children unless they are told."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


async def outcome(process: asyncio.subprocess.Process) -> tuple[int | None, str, str]:
    async with asyncio.timeout(60):
        printed, complained = await process.communicate()
    return process.returncode, printed.decode(), complained.decode()


def gauge(service: Service, name: str) -> float:
    """The value of a figure; with a label in ``name`` it is that one's."""
    with urllib.request.urlopen(f"{service.url}/metrics", timeout=5) as answer:
        lines = answer.read().decode().splitlines()
    return float(next(line.split()[1] for line in lines if line.startswith(f"{name} ")))


def figures_of(service: Service, path: str = "") -> dict[str, Any]:
    with urllib.request.urlopen(f"{service.url}/metrics/rooms{path}", timeout=5) as answer:
        found: dict[str, Any] = json.load(answer)
        return found


def flowing(service: Service) -> bool:
    """Whether the figures of the one room say of everybody's every track that it gets through."""
    [room] = figures_of(service)["rooms"]
    told = figures_of(service, f"/{room['room_id']}")
    layers = [each["streams"][0] for each in told["publications"].values()]
    followed = list(told["subscriptions"].values())
    if len(followed) < 12 or not all(each["bits_per_second"] > 0 for each in (*layers, *followed)):
        return False
    assert room["people"] == 3 and len(told["transports"]) == len(layers) == 6
    assert {each["quality"] for each in told["people"]} == {"good"}
    assert all({"jitter", "fraction_lost"} <= each.keys() for each in layers)
    assert all(
        {"lost", "jitter", "round_trip", "layer", "freezes", "frozen_seconds"} <= each.keys() for each in followed
    )
    assert "address" not in json.dumps(told)
    return True


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
    forwarded = [gauge(service, f'mediation_room_media_packets_forwarded_total{{worker="{each}"}}') for each in "01"]
    assert min(forwarded) > 0.4 * sum(forwarded), "each room was on a worker of its own"
    await until(lambda: gauge(service, "mediation_room_live_rooms") == 0, 10)
    assert rows(service) == before
    assert files(service.data / "recordings") == recorded


async def test_ctrl_c_ends_it_cleanly_and_the_rooms_are_gone(service: Service) -> None:
    process = await started(service.url, "--rooms", "1", "--people", "3", "--seconds", "600")
    await until(lambda: gauge(service, "mediation_room_people") == 3, 30)
    await until(lambda: flowing(service), 20)
    with pytest.raises(urllib.error.HTTPError) as refused:
        figures_of(service, "/room_none")
    with refused.value as answer:
        assert answer.code == 404
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
