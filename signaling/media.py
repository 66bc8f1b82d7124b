"""The web process's handle on one media worker: requests with answers, notices, and a connection that heals itself."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Literal, TypeVar

import msgspec
import structlog

from signaling.errors import ErrorCode, SignalingError
from signaling.framing import Framing, FramingError
from signaling.ids import CaptureId, ParticipantId, PublicationId, RoomId, SubscriptionId, TransportId, new_id
from signaling.messages import IceRestarted, Json, Kind, Source, Subscribed, TransportCreated
from signaling.sfu import control

log = structlog.get_logger(__name__)

ANSWER_WITHIN: Final = 10.0
"""Seconds. A worker answers in milliseconds; one that does not is stuck."""
FIRST_RETRY: Final = 0.05
LONGEST_RETRY: Final = 0.1
DEEPEST: Final = 32
"""Containers in containers of what a browser says. How deep a decoder can go depends on its stack; the worker's is not
to be tried."""

Notice = (
    control.Speakers
    | control.TransportState
    | control.FeedDropped
    | control.SubscriptionLayer
    | control.PublicationDemand
    | control.PersonQuality
)
"""What a room hears of; the load of the worker is kept here."""
Result = TypeVar("Result", bound=msgspec.Struct)


class CaptureFormat(msgspec.Struct, frozen=True):
    """What the packets of a capture are. ``channels`` is 0 for video; ``payload_type`` is the publisher's."""

    mime_type: str
    clock_rate: int
    channels: int
    payload_type: int


class MediaWorker:
    """One worker process, found by its control socket. It reconnects by itself.

    ``on_ready`` is called each time the worker answers; ``on_lost`` each time that connection ends: then every
    transport, publication and subscription in it is gone, and their names with them. Both are given this handle. The
    callbacks run on the event loop and must not block. ``name`` tells the workers of a node apart.
    """

    def __init__(
        self,
        name: str,
        control_path: Path,
        on_notice: Callable[[Notice], None],
        on_lost: Callable[[MediaWorker], None],
        on_ready: Callable[[MediaWorker], None],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self._path = control_path
        self._on_notice = on_notice
        self._on_lost = on_lost
        self._on_ready = on_ready
        self._monotonic = monotonic
        self._away_since = monotonic()
        self._people: dict[TransportId, tuple[RoomId, ParticipantId]] = {}
        union: Any = control.AnyReply
        self._framing: Framing[control.Done | control.Refused | control.AnyNotice] = Framing(union)
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Json]] = {}
        self._writer: asyncio.StreamWriter | None = None
        self._capabilities: Json | None = None
        self._load: control.WorkerLoad | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def ready(self) -> bool:
        """Whether a worker is connected and has said what it can do."""
        return self._capabilities is not None

    @property
    def capabilities(self) -> Json | None:
        """The router's RTP capabilities, while ready."""
        return self._capabilities

    @property
    def cpu_share(self) -> float | None:
        """Share of a core that the worker used over the last seconds; None: it did not say yet."""
        return None if self._load is None else self._load.cpu_share

    @property
    def away_seconds(self) -> float:
        """For how long it has not been ready; 0 while it is."""
        return 0.0 if self.ready else self._monotonic() - self._away_since

    @property
    def people(self) -> int:
        """How many people have a transport there."""
        return len(set(self._people.values()))

    async def start(self) -> None:
        """Begin to look for the worker; returns at once (see ``on_ready``)."""
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._keep_connected())

    async def close(self) -> None:
        """End the connection, which closes everything in the worker. ``on_lost`` is not called for this."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    # ---- transports --------------------------------------------------------------------------------------------------

    async def create_transport(
        self, room_id: RoomId, participant_id: ParticipantId, direction: Literal["send", "receive"]
    ) -> TransportCreated:
        """A new transport of one person; everything below raises ``SignalingError`` when it is refused.

        Raises:
            SignalingError: OVERLOADED, the worker is not connected or full.
        """
        transport_id = TransportId(new_id("tr"))
        result = await self._ask(control.CreateTransport(0, transport_id, room_id, participant_id, direction))
        self._people[transport_id] = room_id, participant_id
        return _read({"transport_id": transport_id, **result}, TransportCreated)

    async def connect_transport(self, transport_id: TransportId, dtls_parameters: Json) -> None:
        """Begin the handshake; how it ends comes as ``TransportState``."""
        await self._ask(control.ConnectTransport(0, transport_id, dtls_parameters))

    async def restart_ice(self, transport_id: TransportId) -> IceRestarted:
        """New ICE credentials; the old ones hold until these are used."""
        return _read(await self._ask(control.RestartIce(0, transport_id)), IceRestarted)

    async def close_transport(self, transport_id: TransportId) -> None:
        """Close it with all that travels on it."""
        self._people.pop(transport_id, None)  # a worker that does not confirm it knows it no more, or is lost
        await self._ask(control.CloseTransport(0, transport_id))

    # ---- tracks ------------------------------------------------------------------------------------------------------

    async def publish(
        self, transport_id: TransportId, kind: Kind, source: Source, rtp_parameters: Json
    ) -> PublicationId:
        """Accept a track; the name of the publication."""
        publication_id = PublicationId(new_id("pub"))
        await self._ask(control.CreatePublication(0, publication_id, transport_id, kind, source, rtp_parameters))
        return publication_id

    async def set_publication_paused(self, publication_id: PublicationId, paused: bool) -> None:
        """Drop its packets at the worker, or let them through."""
        await self._ask(control.SetPublicationPaused(0, publication_id, paused))

    async def close_publication(self, publication_id: PublicationId) -> None:
        """Forget a track, its subscriptions and its capture."""
        await self._ask(control.ClosePublication(0, publication_id))

    async def subscribe(
        self, transport_id: TransportId, publication_id: PublicationId, rtp_capabilities: Json
    ) -> Subscribed:
        """Let somebody receive a track; paused until ``set_subscription_paused(…, False)``."""
        subscription_id = SubscriptionId(new_id("sub"))
        result = await self._ask(
            control.CreateSubscription(0, subscription_id, transport_id, publication_id, rtp_capabilities)
        )
        return _read({"subscription_id": subscription_id, "publication_id": publication_id, **result}, Subscribed)

    async def set_subscription_paused(self, subscription_id: SubscriptionId, paused: bool) -> None:
        """Stop a track for one person, or start it at the next key frame."""
        await self._ask(control.SetSubscriptionPaused(0, subscription_id, paused))

    async def set_subscription_size(self, subscription_id: SubscriptionId, width: int, height: int) -> None:
        """Choose the layer by the size of the tile, in device pixels; 0 × 0: send nothing."""
        await self._ask(control.SetSubscriptionSize(0, subscription_id, width, height))

    async def close_subscription(self, subscription_id: SubscriptionId) -> None:
        """End it."""
        await self._ask(control.CloseSubscription(0, subscription_id))

    # ---- recording and counters --------------------------------------------------------------------------------------

    async def start_capture(self, publication_id: PublicationId, capture_id: CaptureId) -> CaptureFormat:
        """Copy a track's packets to the recorder's feed under this number; what they are."""
        return _read(await self._ask(control.StartCapture(0, publication_id, capture_id)), CaptureFormat)

    async def stop_capture(self, publication_id: PublicationId) -> None:
        """End that copy."""
        await self._ask(control.StopCapture(0, publication_id))

    async def ask_key_frame(self, publication_id: PublicationId) -> None:
        """Have the publisher send a key frame soon."""
        await self._ask(control.AskKeyFrame(0, publication_id))

    async def counters(self) -> Json:
        """Counters of the worker, and how many there are of what."""
        return await self._ask(control.GetCounters(0))

    async def statistics(self, room_id: RoomId | None = None) -> Json:
        """Counters of the worker, and its transports, publications and subscriptions: all, or those of one room."""
        return await self._ask(control.GetStatistics(0, room_id))

    # ---- the connection ----------------------------------------------------------------------------------------------

    async def _ask(self, request: control.Request) -> Json:
        writer = self._writer
        if writer is None or writer.is_closing():
            raise SignalingError(ErrorCode.OVERLOADED, "the media worker is not connected")
        request.number = next(self._numbers)
        frame = self._frame(request)
        answer: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._waiting[request.number] = answer
        try:
            writer.write(frame)
            async with asyncio.timeout(ANSWER_WITHIN):
                return await answer
        except TimeoutError:
            # Whoever asked for media to end must not be left with media that goes on: without its control connection
            # the worker closes everything.
            writer.transport.abort()
            raise SignalingError(ErrorCode.OVERLOADED, "the media worker does not answer") from None
        finally:
            self._waiting.pop(request.number, None)

    def _frame(self, request: control.Request) -> bytes:
        """The request as bytes that the worker can read: what a browser said must not end the connection of all."""
        try:
            if any(_deeper(getattr(request, field), DEEPEST) for field in request.__struct_fields__):
                raise FramingError(f"more than {DEEPEST} containers in one another")
            return self._framing.pack(request)
        except FramingError as error:
            raise SignalingError(ErrorCode.BAD_REQUEST, str(error)) from error

    async def _keep_connected(self) -> None:
        delay = FIRST_RETRY
        while True:
            try:
                reader, self._writer = await asyncio.open_unix_connection(str(self._path))
            except OSError:
                await asyncio.sleep(delay)
                delay = min(delay * 2, LONGEST_RETRY)
                continue
            delay = FIRST_RETRY
            try:
                await self._converse(reader)
            except (FramingError, ConnectionError, SignalingError) as error:
                log.warning("the media worker's connection broke", worker=self.name, reason=str(error))
            finally:
                self._disconnect()
            if self._capabilities is not None:
                self._capabilities = None
                self._away_since = self._monotonic()
                self._tell(self._on_lost, self)

    def _tell(self, listener: Callable[..., None], *values: object) -> None:
        try:
            listener(*values)
        except Exception:  # a listener's trouble must not end the connection that all rooms share
            log.exception("a listener of the media worker failed", worker=self.name)

    def _disconnect(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        self._load = None
        self._people.clear()
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(SignalingError(ErrorCode.OVERLOADED, "the media worker was lost"))
                answer.exception()  # whoever asked may be gone; then nobody else retrieves it
        if self._task is None:
            self._capabilities = None

    async def _converse(self, reader: asyncio.StreamReader) -> None:
        reading = asyncio.get_running_loop().create_task(self._read_all(reader))
        try:
            asking = asyncio.get_running_loop().create_task(self._ask(control.GetCapabilities(0)))
            await asyncio.wait((reading, asking), return_when=asyncio.FIRST_COMPLETED)
            if reading.done():
                asking.cancel()
                await asyncio.gather(asking, return_exceptions=True)
            else:
                self._capabilities = await asking
                self._tell(self._on_ready, self)
            await reading
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)

    async def _read_all(self, reader: asyncio.StreamReader) -> None:
        while (message := await self._framing.read(reader)) is not None:
            if isinstance(message, control.WorkerLoad):
                self._load = message
                continue
            if not isinstance(message, control.Done | control.Refused):
                self._tell(self._on_notice, message)
                continue
            answer = self._waiting.get(message.number)
            if answer is None or answer.done():
                continue
            if isinstance(message, control.Done):
                answer.set_result(message.result)
            else:
                answer.set_exception(SignalingError(ErrorCode(message.code), message.message))


def _deeper(value: object, levels: int) -> bool:
    """Whether there are more containers in one another than so many levels."""
    if isinstance(value, dict):
        return levels == 0 or any(_deeper(each, levels - 1) for each in value.values())
    return isinstance(value, list) and (levels == 0 or any(_deeper(each, levels - 1) for each in value))


def _read(result: Json, into: type[Result]) -> Result:
    """The worker's answer as the type that the caller wants."""
    try:
        return msgspec.convert(result, into)
    except msgspec.ValidationError as error:
        raise SignalingError(ErrorCode.INTERNAL, f"the media worker's answer is not understood: {error}") from error
