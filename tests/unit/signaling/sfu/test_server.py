"""The control socket of a worker, in front of a router that says what a test wants."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, cast

from signaling import framing
from signaling.framing import Framing
from signaling.messages import Json
from signaling.sfu import control
from signaling.sfu.router import Router
from signaling.sfu.server import ControlServer


class Talkative:
    """Answers with more than one message may hold."""

    def __init__(self) -> None:
        self.on_notice: Any = None
        self.closed = 0

    async def handle(self, request: control.Request) -> Json:
        return {"told": "x" * framing.MAXIMUM_BYTES} if isinstance(request, control.GetStatistics) else {}

    async def close_all(self) -> None:
        self.closed += 1


async def test_an_answer_that_is_too_long_is_refused_and_nobody_loses_their_media(tmp_path: Path) -> None:
    router = Talkative()
    server = ControlServer(tmp_path / "media.sock", cast(Router, router))
    await server.start()
    replies: Framing[Any] = Framing(cast(Any, control.AnyReply))
    try:
        async with asyncio.timeout(5):
            reader, writer = await asyncio.open_unix_connection(str(tmp_path / "media.sock"))
            writer.write(replies.pack(control.GetStatistics(1)) + replies.pack(control.GetCounters(2)))
            refused, done = await replies.read(reader), await replies.read(reader)
            assert (refused.number, refused.code) == (1, "overloaded")
            assert done == control.Done(2, {})
            assert router.closed == 0
            writer.close()
    finally:
        await server.close()
