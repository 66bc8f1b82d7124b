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
from signaling.ids import TransportId
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
