"""The socket of a room as a client uses it: numbered commands, each with one answer; events are read and let go."""

from __future__ import annotations

import asyncio
import itertools
import json
import ssl
from typing import Final, Self

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from signaling.errors import ErrorCode
from signaling.messages import VERSION, Json

PATIENCE: Final = 20.0
"""Seconds for one command, waiting because of too many commands included."""
PAUSE: Final = 0.5
"""Seconds after which a command that came too soon is sent again."""


class LineError(Exception):
    """The service refused, or is not there. ``code`` is that of the protocol, ``unreachable`` or ``closed``."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{message} ({code})")
        self.code = code


class Line:
    """One open socket of a room."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Json]] = {}
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def open(cls, url: str, room_id: str, trust: ssl.SSLContext | None) -> Self:
        """Connect to a room of the service at ``url`` (http or https).

        Raises:
            LineError: ``unreachable``.
        """
        address = f"{url.replace('http', 'ws', 1).rstrip('/')}/rooms/{room_id}/socket"
        try:
            socket = await connect(address, ssl=trust, max_size=None, ping_interval=None, proxy=None)
        except (OSError, WebSocketException, TimeoutError) as error:
            raise LineError("unreachable", f"{url} does not open a room's socket: {error}") from error
        return cls(socket)

    async def ask(self, command: str, **data: object) -> Json:
        """The answer to a command.

        Raises:
            LineError: it was refused, or not answered in time.
        """
        try:
            async with asyncio.timeout(PATIENCE):
                while True:
                    answer = await self._exchange(command, data)
                    if answer["type"] == "ok":
                        return dict(answer["data"])
                    refusal = answer["data"]
                    if refusal["code"] != ErrorCode.RATE_LIMITED:
                        raise LineError(refusal["code"], f"{command}: {refusal['message']}")
                    await asyncio.sleep(PAUSE)
        except TimeoutError:
            raise LineError("unreachable", f"{command} was not answered within {PATIENCE:.0f} s") from None

    async def _exchange(self, command: str, data: dict[str, object]) -> Json:
        number = next(self._numbers)
        answer: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        try:
            await self._socket.send(json.dumps({"v": VERSION, "id": number, "type": command, "data": data}))
            return await answer
        except WebSocketException as error:
            raise LineError("closed", f"the socket closed: {error}") from error
        finally:
            del self._waiting[number]

    async def _read(self) -> None:
        async for text in self._socket:
            message = json.loads(text)
            waiting = self._waiting.get(message.get("id", 0))
            if waiting is not None and not waiting.done():
                waiting.set_result(message)
        code = self._socket.close_code
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(LineError("closed", f"the service closed the socket with {code}"))

    async def close(self) -> None:
        """Leave on purpose: the place is given up at once."""
        await self._socket.close(1000)
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)
