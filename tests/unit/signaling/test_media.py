"""The handle on a media worker, against a worker that says what a test wants."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from signaling import media
from signaling.errors import SignalingError
from signaling.framing import Framing
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
    worker = MediaWorker(tmp_path / "media.sock", lambda notice: None, tell(lost), tell(ready))
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
