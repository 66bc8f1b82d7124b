"""Somebody who takes part with pymediasoup: a third implementation of WebRTC beside Chromium's and Firefox's."""

from __future__ import annotations

import asyncio
import fractions
import math
from array import array
from typing import Any

import av
from aiortc import AudioStreamTrack, MediaStreamTrack, VideoStreamTrack
from pymediasoup import AiortcHandler, Device
from pymediasoup.models.transport import DtlsParameters, IceCandidate, IceParameters
from pymediasoup.rtp_parameters import RtpCapabilities, RtpParameters
from pymediasoup.transport import Transport

from tests.support.room_client import RoomSocket

WIDTH, HEIGHT, RATE = 320, 240, 10
SAMPLE_RATE = 48_000
SAMPLES = 960
"""Of a frame of sound: 20 ms."""


class Picture(VideoStreamTrack):
    """A plain grey picture of this brightness (0 to 255), ten times a second."""

    def __init__(self, brightness: int) -> None:
        super().__init__()
        self._brightness = brightness
        self._count = 0

    async def recv(self) -> av.VideoFrame:
        await asyncio.sleep(1 / RATE)
        frame = av.VideoFrame(WIDTH, HEIGHT, "yuv420p")
        for plane, value in zip(frame.planes, (self._brightness, 128, 128), strict=True):
            plane.update(bytes((value,)) * plane.buffer_size)
        frame.pts, frame.time_base = self._count, fractions.Fraction(1, RATE)
        self._count += 1
        return frame


class Tone(AudioStreamTrack):
    """A sine of this many hertz."""

    def __init__(self, hertz: float) -> None:
        super().__init__()
        self._hertz = hertz
        self._position = 0
        self._began: float | None = None

    async def recv(self) -> av.AudioFrame:
        now = asyncio.get_running_loop().time()
        self._began = now if self._began is None else self._began
        await asyncio.sleep(self._began + self._position / SAMPLE_RATE - now)
        turn = 2 * math.pi * self._hertz / SAMPLE_RATE
        samples = array("h", (int(8000 * math.sin(turn * (self._position + place))) for place in range(SAMPLES)))
        frame = av.AudioFrame(format="s16", layout="mono", samples=SAMPLES)
        frame.planes[0].update(samples.tobytes())
        frame.sample_rate = SAMPLE_RATE
        frame.pts, frame.time_base = self._position, fractions.Fraction(1, SAMPLE_RATE)
        self._position += SAMPLES
        return frame


class PythonClient:
    """One person: the room's socket and two transports of pymediasoup on it."""

    def __init__(self, room: RoomSocket, device: Device) -> None:
        self.room = room
        self.device = device
        self._asking = asyncio.Lock()
        self._transports: list[Transport] = []

    @classmethod
    async def enters(cls, room: RoomSocket, router_capabilities: dict[str, Any]) -> PythonClient:
        """Learn what the router can do."""
        device = Device(handlerFactory=AiortcHandler.createFactory())
        await device.load(RtpCapabilities.model_validate(router_capabilities))
        return cls(room, device)

    async def sends(self, *tracks: MediaStreamTrack) -> None:
        """Publish these on one transport."""
        transport = await self._transport("send")

        async def publish(kind: str, parameters: RtpParameters, _: Any) -> str:
            answer = await self._ask(
                "publish",
                transport_id=transport.id,
                kind=kind,
                source="microphone" if kind == "audio" else "camera",
                rtp_parameters=parameters.model_dump(exclude_none=True),
            )
            return str(answer["publication_id"])

        transport.on("produce", publish)
        for track in tracks:
            await transport.produce(track=track, stopTracks=False)

    async def receives(self, publication_ids: list[str]) -> dict[str, MediaStreamTrack]:
        """Subscribe to these; a track of each kind."""
        transport = await self._transport("receive")
        capabilities = self.device.recvRtpCapabilities.model_dump(exclude_none=True)
        tracks = {}
        for publication_id in publication_ids:
            offered = await self._ask("subscribe", publication_id=publication_id, rtp_capabilities=capabilities)
            consumer = await transport.consume(
                id=offered["subscription_id"],
                producerId=publication_id,
                kind=offered["kind"],
                rtpParameters=RtpParameters.model_validate(offered["rtp_parameters"]),
            )
            await self._ask("resume_subscription", subscription_id=offered["subscription_id"])
            tracks[offered["kind"]] = consumer.track
        return tracks

    async def leaves(self) -> None:
        for transport in self._transports:
            await transport.close()

    async def _transport(self, direction: str) -> Transport:
        made = await self._ask("create_transport", direction=direction)
        create = self.device.createSendTransport if direction == "send" else self.device.createRecvTransport
        transport: Transport = create(
            id=made["transport_id"],
            iceParameters=IceParameters.model_validate(made["ice_parameters"]),
            iceCandidates=[IceCandidate.model_validate(each) for each in made["ice_candidates"]],
            dtlsParameters=DtlsParameters.model_validate(made["dtls_parameters"]),
            sctpParameters=None,
            iceServers=[],  # else aiortc asks a server in the Internet
        )
        self._transports.append(transport)

        async def connect(parameters: DtlsParameters) -> None:
            said = parameters.model_dump(exclude_none=True)
            await self._ask("connect_transport", transport_id=transport.id, dtls_parameters=said)

        transport.on("connect", connect)
        return transport

    async def _ask(self, command: str, **data: Any) -> dict[str, Any]:
        async with self._asking:  # pymediasoup connects a transport while it goes on
            return await self.room.done(command, **data)
