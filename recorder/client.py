"""The web process's handle on the recorder process: requests and answers over its control socket, reconnecting."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import structlog

from recorder.control import (
    AnyReply,
    AnyRequest,
    Done,
    ListTracks,
    Notice,
    Refused,
    StartTrack,
    StopTrack,
    Track,
)
from signaling.errors import ErrorCode, SignalingError
from signaling.framing import Framing, FramingError
from signaling.ids import CaptureId

ANSWER_SECONDS = 10.0
FIRST_RETRY_SECONDS = 0.05
LAST_RETRY_SECONDS = 0.2

log = structlog.get_logger(__name__)


class RecorderClient:
    """One connection to one recorder, made again whenever it breaks.

    ``on_ready`` is called with the open tracks after each connection, ``on_lost`` when one breaks; the recorder goes on
    recording meanwhile. Requests raise ``SignalingError``: RECORDING_UNAVAILABLE while there is no connection or the
    recorder cannot write, CONFLICT, NOT_FOUND or BAD_REQUEST as it refuses.
    """

    def __init__(
        self,
        control_path: Path,
        on_notice: Callable[[Notice], None],
        on_lost: Callable[[], None],
        on_ready: Callable[[list[Track]], None],
    ) -> None:
        self._control_path = control_path
        self._on_notice = on_notice
        self._on_lost = on_lost
        self._on_ready = on_ready
        requests: Any = AnyRequest  # a union is no class: Framing's parameter cannot say so
        replies: Any = AnyReply
        self._requests: Framing[AnyRequest] = Framing(requests)
        self._replies: Framing[AnyReply] = Framing(replies)
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Done]] = {}
        self._writer: asyncio.StreamWriter | None = None
        self._task: asyncio.Task[None] | None = None
        self._ready = False

    @property
    def ready(self) -> bool:
        """Whether requests reach the recorder now."""
        return self._ready

    async def start(self) -> None:
        """Begin to connect; returns at once."""
        if self._task is None:
            self._task = asyncio.create_task(self._keep_connected())

    async def close(self) -> None:
        """End the connection. The recorder goes on recording; ``on_lost`` is not called."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def start_track(
        self,
        capture_id: CaptureId,
        path: str,
        kind: Literal["audio", "video"],
        mime_type: str,
        clock_rate: int,
        channels: int,
        payload_type: int,
    ) -> None:
        """Record what the feed brings under ``capture_id`` to ``path`` (relative, without suffix)."""
        number = next(self._numbers)
        await self._ask(
            StartTrack(number, capture_id, path, kind, mime_type, clock_rate, channels, payload_type), ready=True
        )

    async def stop_track(self, capture_id: CaptureId) -> Track:
        """Close a track's file; of one that failed before, what is in its file."""
        done = await self._ask(StopTrack(next(self._numbers), capture_id), ready=True)
        return done.tracks[0]

    async def list_tracks(self) -> list[Track]:
        """The open tracks."""
        return (await self._ask(ListTracks(next(self._numbers)), ready=True)).tracks

    async def _ask(self, request: AnyRequest, *, ready: bool) -> Done:
        if self._writer is None or (ready and not self._ready):
            raise SignalingError(ErrorCode.RECORDING_UNAVAILABLE, "the recorder is not connected")
        future: asyncio.Future[Done] = asyncio.get_running_loop().create_future()
        self._waiting[request.number] = future
        try:
            self._writer.write(self._requests.pack(request))
            return await asyncio.wait_for(future, ANSWER_SECONDS)
        except TimeoutError as error:
            raise SignalingError(ErrorCode.RECORDING_UNAVAILABLE, "the recorder does not answer") from error
        finally:
            self._waiting.pop(request.number, None)

    async def _keep_connected(self) -> None:
        wait = FIRST_RETRY_SECONDS
        while True:
            try:
                reader, writer = await asyncio.open_unix_connection(self._control_path)
            except OSError:
                await asyncio.sleep(wait)
                wait = min(2 * wait, LAST_RETRY_SECONDS)
                continue
            was_ready = await self._use(reader, writer)
            wait = FIRST_RETRY_SECONDS if was_ready else min(2 * wait, LAST_RETRY_SECONDS)
            await asyncio.sleep(wait)

    async def _use(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Work with one connection until it breaks; whether it ever was of use."""
        self._writer = writer
        greeting = asyncio.create_task(self._greet())
        try:
            while (reply := await self._replies.read(reader)) is not None:
                self._receive(reply)
        except (FramingError, ConnectionError) as error:
            log.warning("recorder_connection_broke", error=str(error))
        finally:
            self._writer = None
            self._fail_waiting()
            greeting.cancel()
            await asyncio.gather(greeting, return_exceptions=True)
            was_ready, self._ready = self._ready, False
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
        if was_ready:
            self._call(self._on_lost)
        return was_ready

    async def _greet(self) -> None:
        try:
            done = await self._ask(ListTracks(next(self._numbers)), ready=False)
        except SignalingError as error:
            log.warning("recorder_does_not_answer", error=str(error))
            if self._writer is not None:
                self._writer.close()
            return
        self._ready = True
        self._call(lambda: self._on_ready(done.tracks))

    def _receive(self, reply: AnyReply) -> None:
        if not isinstance(reply, Done | Refused):
            self._call(lambda: self._on_notice(reply))
            return
        future = self._waiting.get(reply.number)
        if future is None or future.done():
            return
        if isinstance(reply, Done):
            future.set_result(reply)
        else:
            detail = {"reason": reply.reason} if reply.reason else {}
            future.set_exception(SignalingError(_code(reply.code), reply.message, **detail))

    def _fail_waiting(self) -> None:
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(
                    SignalingError(ErrorCode.RECORDING_UNAVAILABLE, "the connection to the recorder broke")
                )

    def _call(self, callback: Callable[[], None]) -> None:
        """A callback's fault must not end the connection that all recordings depend on."""
        try:
            callback()
        except Exception:
            log.exception("recorder_callback_failed")


def _code(word: str) -> ErrorCode:
    try:
        return ErrorCode(word)
    except ValueError:
        return ErrorCode.INTERNAL
