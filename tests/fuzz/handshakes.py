"""Garbage into real DTLS associations and real TCP connections: both need an event loop that turns."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from contextlib import suppress
from typing import Any

from signaling.errors import SignalingError
from signaling.ids import ParticipantId, RoomId, TransportId, new_id
from signaling.messages import Json, TransportCreated
from signaling.sfu import control
from tests.fuzz.garbage import Garbage
from tests.fuzz.stage import Stage
from tests.support.sfu_packets import VP8_KEY, rtp_packet, video_parameters
from tests.support.sfu_peer import Peer

ENDS_WITHIN = 20.0
"""Seconds, generous: PROVE_WITHIN of the worker and a busy machine."""


class Desk:
    """What a peer of the tests asks a media worker for, answered by a router of this process."""

    def __init__(self, stage: Stage) -> None:
        self._router = stage.router

    async def create_transport(
        self, room_id: RoomId, participant_id: ParticipantId, direction: Any
    ) -> TransportCreated:
        """A new transport."""
        transport_id = TransportId(new_id("tr"))
        asked = control.CreateTransport(0, transport_id, room_id, participant_id, direction)
        return TransportCreated(transport_id=transport_id, **await self._router.handle(asked))

    async def connect_transport(self, transport_id: TransportId, dtls_parameters: Json) -> None:
        """Begin its handshake."""
        await self._router.handle(control.ConnectTransport(0, transport_id, dtls_parameters))


class Noisy(Peer):
    """A peer whose every flight is preceded by ``noise`` broken records, from its own address."""

    garbage: Garbage
    sent: list[bytes]
    noise = 0

    async def _send(self, data: bytes) -> None:
        self.sent.append(data)
        for _ in range(self.noise):
            self.send_raw(self.garbage.record())
        self.send_raw(data)

    @classmethod
    async def try_to_enter(cls, desk: Any, name: str) -> bool:
        """Whether the handshake succeeds among the noise; a record in the clear that says "stop" may stop it."""
        created = await desk.create_transport(RoomId("room"), ParticipantId(name), "receive")
        peer = cls(desk, created)
        candidate = created.ice_candidates[0]
        await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: peer, remote_addr=(candidate["ip"], candidate["port"])
        )
        try:
            await peer.connect()
        except AssertionError:
            return False
        finally:
            await peer.close()
        return True


async def associations(stage: Stage, chooser: random.Random, datagrams: int, handshakes: int) -> None:
    """An association that stands under so many broken records, and handshakes among them."""
    loop = asyncio.get_running_loop()
    loop.add_reader(stage.port.socket, stage.forwarder.on_readable)
    desk: Any = Desk(stage)
    try:
        Noisy.garbage, Noisy.sent, Noisy.noise = Garbage(chooser), [], 0
        dora = await Noisy.open(desk, "room", "dora", "send")
        transport = stage.router._transports[dora.transport_id]
        for _ in range(datagrams):
            made = chooser.choice((Noisy.garbage.record, lambda: Noisy.garbage.mutate(chooser.choice(Noisy.sent))))()
            if made and 19 < made[0] < 64:
                dora.send_raw(made)
            await asyncio.sleep(0)
        if transport.state != "connected":
            stage.findings.append(f"broken records ended an association: {transport.state}")
        await _publish(stage, dora)
        Noisy.noise = 3
        succeeded = [await Noisy.try_to_enter(desk, f"guest{index}") for index in range(handshakes)]
        states = Counter(each.state for each in stage.router._transports.values() if each.participant_id[:5] == "guest")
        if not states.keys() <= {"connected", "closed", "failed"}:
            stage.findings.append(f"handshakes that neither succeed nor fail: {states}, {sum(succeeded)} succeeded")
        for transport_id, each in list(stage.router._transports.items()):
            if each.participant_id == "dora" or each.participant_id.startswith("guest"):
                await stage.router.handle(control.CloseTransport(0, transport_id))
        await dora.close()
    finally:
        loop.remove_reader(stage.port.socket)


async def _publish(stage: Stage, peer: Peer) -> None:
    request = control.CreatePublication(
        0,
        "dora-camera",
        peer.transport_id,
        "video",
        "camera",
        video_parameters(),
    )
    try:
        await stage.router.handle(request)
    except SignalingError as error:
        stage.findings.append(f"a track after broken records: {error}")
        return
    before = stage.router._publications[request.publication_id].streams[0].reception.received
    peer.send(rtp_packet(96, 1, 1, 2001, VP8_KEY))
    stage.read()
    if stage.router._publications[request.publication_id].streams[0].reception.received != before + 1:
        stage.findings.append("media does not pass after broken records")


async def connections(stage: Stage, chooser: random.Random, count: int) -> None:
    """Real connections with frames that make no sense; every one must end."""
    garbage = Garbage(chooser)
    port = await stage.tcp.listen("127.0.0.1", 0)
    for index in range(count):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.writelines(garbage.cut([garbage.anything() for _ in range(4)]))
        if index % 3 == 0:
            writer.transport.abort()
            continue
        if index % 3 == 1:
            writer.write(b"\xff\xff" * 800)  # whatever frame is open, an impossible length follows
            with suppress(ConnectionError):
                async with asyncio.timeout(ENDS_WITHIN):
                    await reader.read()
        writer.close()
    async with asyncio.timeout(ENDS_WITHIN):
        while stage.tcp._connections:
            await asyncio.sleep(0.01)
    await stage.tcp.close()
