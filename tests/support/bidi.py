"""WebDriver BiDi (W3C) over one WebSocket: commands with their answers, and events to whoever listens."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import websockets

LONGEST_ANSWER = 60.0

Json = dict[str, Any]


class BidiError(Exception):
    """What the browser answered instead of a result."""


class Bidi:
    """One session of a browser."""

    def __init__(self, socket: websockets.ClientConnection, heard: Callable[[str, Json], None]) -> None:
        self._socket = socket
        self._heard = heard
        self._asked: dict[int, asyncio.Future[Json]] = {}
        self._last = 0

    async def command(self, method: str, **parameters: Any) -> Json:
        """Ask for something; fails with ``BidiError``, after ``LONGEST_ANSWER`` seconds with ``TimeoutError``."""
        self._last += 1
        number = self._last
        answer = self._asked[number] = asyncio.get_running_loop().create_future()
        try:
            await self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
            async with asyncio.timeout(LONGEST_ANSWER):
                return await answer
        finally:
            del self._asked[number]

    async def read(self) -> None:
        """Read until the browser closes; whoever still waits then is told."""
        with suppress(websockets.ConnectionClosed):
            async for message in self._socket:
                self._take(json.loads(message))
        for answer in self._asked.values():
            if not answer.done():
                answer.set_exception(BidiError("the browser has closed"))

    def _take(self, message: Json) -> None:
        if message["type"] == "event":
            self._heard(message["method"], message["params"])
            return
        answer = self._asked.get(message["id"])
        if answer is None or answer.done():
            return
        if message["type"] == "success":
            answer.set_result(message["result"])
        else:
            answer.set_exception(BidiError(f"{message['error']}: {message['message']}"))


@asynccontextmanager
async def session(url: str, heard: Callable[[str, Json], None]) -> AsyncIterator[Bidi]:
    """A session with the browser that listens at ``url``; a self-signed certificate is accepted."""
    async with websockets.connect(f"{url}/session", max_size=None) as socket:
        bidi = Bidi(socket, heard)
        reading = asyncio.create_task(bidi.read())
        try:
            await bidi.command("session.new", capabilities={"alwaysMatch": {"acceptInsecureCerts": True}})
            yield bidi
        finally:
            await socket.close()
            await reading
