"""The control socket of a worker: requests in, one reply each, notices out."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, Final

import msgspec
import structlog

from signaling.errors import ErrorCode, SignalingError
from signaling.framing import Framing, FramingError, UndecodableError
from signaling.sfu import control
from signaling.sfu.router import Router

log = structlog.get_logger(__name__)

UNREAD_BYTES: Final = 8 * 1024 * 1024
"""A web process that does not read its notices is as good as gone."""


class ControlServer:
    """Listens on a local stream socket. One web process at a time; a newer connection ends the one before it."""

    def __init__(self, path: Path, router: Router) -> None:
        self._path = path
        self._router = router
        union: Any = control.AnyRequest
        self._framing: Framing[control.Request] = Framing(union)
        self._server: asyncio.Server | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._turn = asyncio.Lock()
        self._connections: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        router.on_notice = self._notify

    async def start(self) -> None:
        """Listen; a socket file left by a dead worker is removed.

        Raises:
            OSError: the path cannot be bound.
        """
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._accept, path=str(self._path))
        self._path.chmod(0o600)

    async def close(self) -> None:
        """Listen no more and end the connection."""
        if self._server is not None:
            self._server.close()
        for writer in self._connections.values():
            writer.transport.abort()  # ends the reading like a web process that went away
        await asyncio.gather(*self._connections, return_exceptions=True)
        self._path.unlink(missing_ok=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections[task] = writer
        try:
            if self._writer is not None:
                self._writer.transport.abort()
            async with self._turn:  # the one before must have closed its transports
                self._writer = writer
                await self._converse(reader, writer)
        finally:
            del self._connections[task]
            writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        log.info("the web process is connected")
        try:
            await self._serve(reader, writer)
        except (FramingError, ConnectionError) as error:
            log.warning("the control connection broke", reason=str(error))
        finally:
            self._writer = None
            await self._router.close_all()
            log.info("the web process is gone; all transports are closed")

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            try:
                request = await self._framing.read(reader)
            except UndecodableError as error:
                writer.write(self._framing.pack(_refuse_unreadable(error)))
                continue
            if request is None:
                return
            writer.write(self._pack(await self._answer(request)))
            await writer.drain()

    def _pack(self, answer: control.Done | control.Refused) -> bytes:
        """One that is too long is refused: an end of the connection would close every transport."""
        try:
            return self._framing.pack(answer)
        except FramingError as error:
            return self._framing.pack(control.Refused(answer.number, ErrorCode.OVERLOADED, str(error)))

    async def _answer(self, request: control.Request) -> control.Done | control.Refused:
        try:
            return control.Done(request.number, await self._router.handle(request))
        except SignalingError as error:
            return control.Refused(request.number, error.code, error.message)
        except Exception:  # the room of this request has a problem; the others must not
            log.exception("a request failed", request=type(request).__name__)
            return control.Refused(request.number, ErrorCode.INTERNAL, "the media worker failed")

    def _notify(self, notice: control.AnyNotice) -> None:
        writer = self._writer
        if writer is None or writer.is_closing():
            return
        if writer.transport.get_write_buffer_size() > UNREAD_BYTES:
            log.warning("the web process does not read; the connection is ended")
            writer.transport.abort()
            return
        writer.write(self._framing.pack(notice))


def _refuse_unreadable(error: UndecodableError) -> control.Refused:
    """A refusal under the number of the request, if it has one that can be read (else 0)."""
    try:
        fields = msgspec.msgpack.decode(error.body)
    except (ValueError, RecursionError):
        fields = None
    number = fields.get("number", 0) if isinstance(fields, dict) else 0
    return control.Refused(number if isinstance(number, int) else 0, ErrorCode.BAD_REQUEST, str(error))
