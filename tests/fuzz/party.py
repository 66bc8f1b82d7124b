"""People of a room in a router of this process: one UDP socket and real SRTP each, no handshake."""

from __future__ import annotations

import socket
from typing import Any

from aioice import stun

from signaling.ids import ParticipantId, PublicationId, RoomId, SubscriptionId, TransportId
from signaling.messages import Json
from signaling.sfu import control
from signaling.sfu.router import Router
from signaling.sfu.srtp import AEAD_AES_128_GCM, Profile, SrtpContext, SrtpKeys
from signaling.sfu.transport import Direction, Transport
from tests.support.sfu_packets import CAPABILITIES


def binding_request(ufrag: str, password: str, **more: Any) -> bytes:
    """A connectivity check that nominates."""
    request = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    request.attributes |= {"USERNAME": f"{ufrag}:peer", "PRIORITY": 1, "USE-CANDIDATE": None} | more
    request.add_message_integrity(password.encode())
    return bytes(request)


class Party:
    """One transport of a router and the browser at its other end."""

    def __init__(self, router: Router, address: tuple[str, int], transport: Transport, profile: Profile) -> None:
        self.router = router
        self.transport = transport
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setblocking(False)
        self.socket.connect(address)
        name = transport.transport_id.encode()[:28]
        size = profile.key_bytes + profile.salt_bytes
        up, down = name.ljust(size, b"u"), name.ljust(size, b"d")
        transport.inbound = SrtpContext.inbound(SrtpKeys(profile, up, down))
        transport.outbound = SrtpContext.outbound(SrtpKeys(profile, up, down))
        transport._secured = True
        transport._set_state("connected")
        self.seal = SrtpContext.outbound(SrtpKeys(profile, down, up))
        self.open = SrtpContext.inbound(SrtpKeys(profile, down, up))

    @classmethod
    async def enter(
        cls, router: Router, port: int, name: str, direction: Direction, profile: Profile = AEAD_AES_128_GCM
    ) -> Party:
        """A transport through which media can go."""
        transport_id = TransportId(name)
        await router.handle(control.CreateTransport(0, transport_id, RoomId("room"), ParticipantId(name), direction))
        party = cls(router, ("127.0.0.1", port), router._transports[transport_id], profile)
        party.check()
        router.forwarder.on_readable()
        assert party.transport.keys, "the check was believed"
        return party

    def check(self) -> None:
        """Send a connectivity check."""
        credentials = self.transport.agent.current
        self.socket.send(binding_request(credentials.ufrag, credentials.password))

    async def publish(self, name: str, kind: Any, source: Any, parameters: dict[str, Any]) -> None:
        """A track."""
        await self.router.handle(
            control.CreatePublication(0, PublicationId(name), self.transport.transport_id, kind, source, parameters)
        )

    async def follow(self, publication: str, capabilities: Json = CAPABILITIES) -> int:
        """Receive a track; its SSRC here."""
        subscription_id = SubscriptionId(f"{self.transport.transport_id}-{publication}")
        await self.router.handle(
            control.CreateSubscription(
                0, subscription_id, self.transport.transport_id, PublicationId(publication), capabilities
            )
        )
        await self.router.handle(control.SetSubscriptionPaused(0, subscription_id, False))
        return self.router._subscriptions[subscription_id].promised.ssrc

    def send(self, packet: bytes) -> None:
        """Send one RTP packet."""
        self.socket.send(self.seal.seal_packet(packet))

    def receive(self) -> list[bytes]:
        """The RTP packets that arrived since the last call."""
        packets = []
        while True:
            try:
                datagram = self.socket.recv(4096)
            except BlockingIOError:
                return packets
            if datagram[0] > 127 and not 192 <= datagram[1] <= 223:
                packets.append(self.open.open_packet(datagram))

    async def leave(self) -> None:
        """Close the transport."""
        await self.router.handle(control.CloseTransport(0, self.transport.transport_id))
        self.socket.close()
