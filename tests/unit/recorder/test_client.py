"""The handle of the web process, against a recorder that misbehaves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from recorder import client as client_module
from recorder.client import RecorderClient
from recorder.control import AnyRequest, Done, FragmentSealed, ListTracks, Refused
from signaling.errors import ErrorCode, SignalingError
from signaling.framing import Framing
from signaling.ids import CaptureId
from tests.support.waiting import until

Answer = Callable[[Any], Any]


@asynccontextmanager
async def serving(path: Path, answer: Answer) -> AsyncIterator[None]:
    """A recorder that answers each request with what ``answer`` gives: a message, bytes, or None for silence."""
    union: Any = AnyRequest
    talks: set[asyncio.Task[Any]] = set()
    framing: Framing[Any] = Framing(union)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        talks.add(task)
        while (request := await framing.read(reader)) is not None:
            reply = answer(request)
            if reply is not None:
                writer.write(reply if isinstance(reply, bytes) else framing.pack(reply))
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_unix_server(talk, path)
    yield
    server.close()
    await asyncio.wait_for(asyncio.gather(*talks), 10)


def polite(request: Any) -> Any:
    return Done(request.number) if isinstance(request, ListTracks) else None


async def refused(call: Awaitable[Any]) -> SignalingError:
    with pytest.raises(SignalingError) as refusal:
        await call
    return refusal.value


async def test_without_a_recorder_requests_are_refused_as_retryable(tmp_path: Path) -> None:
    client = RecorderClient(tmp_path / "c.sock", lambda _: None, lambda: None, lambda _: None)
    await client.start()
    error = await refused(client.stop_track(CaptureId(1)))
    assert error.code is ErrorCode.RECORDING_UNAVAILABLE
    assert error.retryable
    await client.close()
    await client.close()


async def test_it_connects_as_soon_as_there_is_a_recorder(tmp_path: Path) -> None:
    ready: list[object] = []
    client = RecorderClient(tmp_path / "c.sock", lambda _: None, lambda: None, ready.append)
    await client.start()
    async with serving(tmp_path / "c.sock", polite):
        await until(lambda: client.ready)
        assert ready == [[]]
        await client.close()
        assert not client.ready


async def test_a_silent_recorder_is_given_up_after_a_while(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    client = RecorderClient(tmp_path / "c.sock", lambda _: None, lambda: None, lambda _: None)
    async with serving(tmp_path / "c.sock", polite):
        await client.start()
        await until(lambda: client.ready)
        monkeypatch.setattr(client_module, "ANSWER_SECONDS", 0.05)
        error = await refused(client.stop_track(CaptureId(1)))
        assert error.code is ErrorCode.RECORDING_UNAVAILABLE
        await client.close()


async def test_garbage_ends_the_connection_and_it_connects_again(tmp_path: Path) -> None:
    ready: list[object] = []
    lost: list[bool] = []
    client = RecorderClient(tmp_path / "c.sock", lambda _: None, lambda: lost.append(True), ready.append)

    def rude(request: Any) -> Any:
        return polite(request) or b"\x00\x00\x00\x02\xc1\xc1"

    async with serving(tmp_path / "c.sock", rude):
        await client.start()
        await until(lambda: client.ready)
        error = await refused(client.stop_track(CaptureId(1)))
        assert error.code is ErrorCode.RECORDING_UNAVAILABLE
        await until(lambda: len(ready) == 2)
        assert lost == [True]
        await client.close()


async def test_a_refusal_keeps_its_code_and_an_unknown_code_is_internal(tmp_path: Path) -> None:
    codes = iter(["conflict", "something_new"])

    def refusing(request: Any) -> Any:
        return polite(request) or Refused(request.number, next(codes), "no")

    client = RecorderClient(tmp_path / "c.sock", lambda _: None, lambda: None, lambda _: None)
    async with serving(tmp_path / "c.sock", refusing):
        await client.start()
        await until(lambda: client.ready)
        assert (await refused(client.stop_track(CaptureId(1)))).code is ErrorCode.CONFLICT
        assert (await refused(client.stop_track(CaptureId(1)))).code is ErrorCode.INTERNAL
        await client.close()


async def test_a_callback_that_fails_does_not_end_the_connection(tmp_path: Path) -> None:
    seen: list[object] = []

    def noisy(request: Any) -> Any:
        seen.append(request)
        return FragmentSealed(CaptureId(1), 0, 0, 1, "", "") if not isinstance(request, ListTracks) else polite(request)

    def broken(_: object) -> None:
        seen.append("called")
        raise RuntimeError("the web process has a fault")

    client = RecorderClient(tmp_path / "c.sock", broken, lambda: None, lambda _: None)
    async with serving(tmp_path / "c.sock", noisy):
        await client.start()
        await until(lambda: client.ready)
        waiting = asyncio.create_task(refused(client.stop_track(CaptureId(1))))
        await until(lambda: "called" in seen)
        assert await client.list_tracks() == []
        await client.close()
        assert (await waiting).code is ErrorCode.RECORDING_UNAVAILABLE


async def test_a_recorder_that_is_away_is_looked_for_five_times_a_second(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    sleep = asyncio.sleep

    async def counted(seconds: float) -> None:
        waits.append(seconds)
        await sleep(0)

    monkeypatch.setattr(client_module.asyncio, "sleep", counted)
    client = RecorderClient(tmp_path / "recorder.sock", *[lambda *_: None] * 3)
    await client.start()
    async with asyncio.timeout(5):
        while len(waits) < 20:
            await sleep(0)
    await client.close()
    assert max(waits) <= 0.2
