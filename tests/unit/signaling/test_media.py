"""The handle on a media worker, against a worker that says what a test wants."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from signaling import media
from signaling.errors import ErrorCode, SignalingError
from signaling.framing import Framing, UndecodableError
from signaling.ids import ParticipantId, RoomId, TransportId
from signaling.media import MediaWorker
from signaling.sfu import control


async def test_a_worker_that_does_not_answer_loses_its_connection_and_with_it_all_media(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media, "ANSWER_WITHIN", 0.05)
    requests: Any = control.AnyRequest
    framing: Framing[control.Request] = Framing(requests)
    ended, ready, lost = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while (request := await framing.read(reader)) is not None:
            if isinstance(request, control.GetCapabilities):
                writer.write(framing.pack(control.Done(request.number, {})))
        ended.set()
        writer.close()

    def tell(event: asyncio.Event) -> Callable[..., None]:
        return lambda *_: event.set()

    server = await asyncio.start_unix_server(serve, tmp_path / "media.sock")
    worker = MediaWorker("0", tmp_path / "media.sock", lambda notice: None, tell(lost), tell(ready))
    await worker.start()
    try:
        async with asyncio.timeout(5):
            await ready.wait()
            with pytest.raises(SignalingError, match="does not answer"):
                await worker.close_transport(TransportId("of somebody who was removed"))
            await ended.wait()
            await lost.wait()
    finally:
        await worker.close()
        server.close()
        await server.wait_closed()


async def test_a_handle_knows_who_has_media_there_and_for_how_long_the_worker_is_away(tmp_path: Path) -> None:
    requests: Any = control.AnyRequest
    framing: Framing[control.Request] = Framing(requests)
    parts = {"ice_parameters": {}, "ice_candidates": [], "dtls_parameters": {}}
    ready, lost, now = asyncio.Event(), asyncio.Event(), 100.0
    writers: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        while (request := await framing.read(reader)) is not None:
            if isinstance(request, control.CloseTransport):
                writer.write(framing.pack(control.Refused(request.number, "not_found", "gone before")))
            else:
                writer.write(framing.pack(control.Done(request.number, parts)))
        writer.close()

    server = await asyncio.start_unix_server(serve, tmp_path / "media.sock")
    given: list[MediaWorker] = []

    def came(worker: MediaWorker) -> None:
        given.append(worker)
        ready.set()

    handle = MediaWorker("3", tmp_path / "media.sock", lambda _: None, lambda _: lost.set(), came, lambda: now)
    now = 104.0
    assert (handle.people, handle.away_seconds) == (0, 4.0)
    await handle.start()
    try:
        async with asyncio.timeout(5):
            await ready.wait()
            assert given == [handle] and handle.away_seconds == 0
            ends = [
                await handle.create_transport(RoomId(room), ParticipantId(person), "send")
                for room, person in (("r", "a"), ("r", "a"), ("r", "b"), ("r#talk", "a"))
            ]
            assert handle.people == 3
            with pytest.raises(SignalingError):
                await handle.close_transport(ends[2].transport_id)
            assert handle.people == 2, "what the worker knows no more is gone"
            server.close()
            writers[0].close()
            await lost.wait()
        now = 105.5
        assert (handle.people, handle.away_seconds) == (0, 1.5)
    finally:
        await handle.close()
        server.close()
        await server.wait_closed()


def nested(depth: int) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for _ in range(depth):
        value = {"a": value}
    return value


@pytest.mark.parametrize("said", [nested(media.DEEPEST + 1), nested(950), {"a": 2**70}, {"a": "\ud800"}])
async def test_what_the_worker_could_not_read_is_refused_here_and_ends_nobodys_media(
    tmp_path: Path, said: dict[str, Any]
) -> None:
    requests: Any = control.AnyRequest
    framing: Framing[control.Request] = Framing(requests)
    ready = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while (request := await framing.read(reader)) is not None:
            writer.write(framing.pack(control.Done(request.number, {})))
        writer.close()

    server = await asyncio.start_unix_server(serve, tmp_path / "media.sock")
    worker = MediaWorker("0", tmp_path / "media.sock", lambda notice: None, lambda _: None, lambda _: ready.set())
    await worker.start()
    try:
        async with asyncio.timeout(5):
            await ready.wait()
            with pytest.raises(SignalingError) as refused:
                await worker.connect_transport(TransportId("mine"), said)
            assert refused.value.code == ErrorCode.BAD_REQUEST
            await worker.connect_transport(TransportId("mine"), nested(media.DEEPEST - 1))
        assert worker.ready
    finally:
        await worker.close()
        server.close()
        await server.wait_closed()


async def test_a_frame_that_is_nested_too_deep_does_not_decode_and_the_next_one_does() -> None:
    requests: Any = control.AnyRequest
    framing: Framing[control.Request] = Framing(requests)
    body = b"\x81\xa1a" * 100_000 + b"\x80"
    reader = asyncio.StreamReader()
    reader.feed_data(len(body).to_bytes(4, "big") + body + framing.pack(control.GetStatistics(7)))
    with pytest.raises(UndecodableError):
        await framing.read(reader)
    assert await framing.read(reader) == control.GetStatistics(7)


async def test_a_worker_that_is_away_is_looked_for_ten_times_a_second(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    sleep = asyncio.sleep

    async def counted(seconds: float) -> None:
        waits.append(seconds)
        await sleep(0)

    monkeypatch.setattr(media.asyncio, "sleep", counted)
    worker = MediaWorker("0", tmp_path / "media.sock", *[lambda *_: None] * 3)
    await worker.start()
    async with asyncio.timeout(5):
        while len(waits) < 20:
            await sleep(0)
    await worker.close()
    assert max(waits) <= 0.1, "its successor is there before one has waited longer"
