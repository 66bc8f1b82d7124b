"""A forwarder with a real socket and real SRTP, but without handshakes and timers."""

from __future__ import annotations

import socket
from typing import Any, Self

from aioice import stun

from signaling.ids import ParticipantId, PublicationId, RoomId, SubscriptionId, TransportId
from signaling.messages import Json
from signaling.sfu import feedback, ortc
from signaling.sfu.counters import Counters
from signaling.sfu.dtls import Certificate
from signaling.sfu.egress import Egress
from signaling.sfu.forwarder import Forwarder
from signaling.sfu.ice import IceLite
from signaling.sfu.publication import Publication
from signaling.sfu.srtp import AEAD_AES_128_GCM, SrtpContext, SrtpKeys
from signaling.sfu.subscription import Subscription
from signaling.sfu.transport import Direction, State, Transport
from signaling.sfu.udp import UdpPort
from tests.support.sfu_packets import CAPABILITIES, audio_parameters, rtp_packet, video_parameters

CERTIFICATE = Certificate()


def waiting(at: socket.socket) -> list[bytes]:
    """The datagrams that wait at a socket which does not block."""
    found = []
    while True:
        try:
            found.append(at.recv(4096))
        except BlockingIOError:
            return found


class Browser:
    """One transport and the socket at its other end."""

    def __init__(self, room: Room, name: str, direction: Direction) -> None:
        self._room = room
        self.states: list[tuple[State, str]] = []
        self.sealed: list[bytes] = []
        self.transport = Transport(
            TransportId(name), RoomId("room"), ParticipantId(name), direction,
            certificate=CERTIFICATE, counters=room.counters, clock=lambda: room.now,
            on_state=lambda transport, state, reason: self.states.append((state, reason)),
        )  # fmt: skip
        room.ice.add(self.transport.agent, self.transport)
        self.socket = self._open()
        self.check()
        up, down = name.encode().ljust(28, b"u"), name.encode().ljust(28, b"d")
        self.transport.inbound = SrtpContext.inbound(SrtpKeys(AEAD_AES_128_GCM, up, down))
        self.transport.outbound = SrtpContext.outbound(SrtpKeys(AEAD_AES_128_GCM, up, down))
        self.seal = SrtpContext.outbound(SrtpKeys(AEAD_AES_128_GCM, down, up))
        self.open = SrtpContext.inbound(SrtpKeys(AEAD_AES_128_GCM, down, up))

    def _open(self) -> socket.socket:
        opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        opened.setblocking(False)
        opened.connect(("127.0.0.1", self._room.port.port))
        return opened

    def reopen(self) -> None:
        """From now on everything leaves from another port; what comes to the old one is lost."""
        self.socket.close()
        self.socket = self._open()

    def ask(self) -> bytes:
        """Send a valid connectivity check from here that nobody reads yet; its transaction."""
        request = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
        request.attributes |= {"USERNAME": f"{self.transport.agent.current.ufrag}:x", "USE-CANDIDATE": None}
        request.add_message_integrity(self.transport.agent.current.password.encode())
        self.socket.send(bytes(request))
        return bytes(request.transaction_id)

    def answered(self, transaction: bytes) -> None:
        """The next datagram here must be the answer to this check."""
        answer = stun.parse_message(self.socket.recv(2048))
        assert (answer.message_class, answer.transaction_id) == (stun.Class.RESPONSE, transaction)
        assert answer.attributes["XOR-MAPPED-ADDRESS"] == self.socket.getsockname()

    def check(self) -> None:
        """A valid connectivity check from here, which is answered."""
        transaction = self.ask()
        self._room.forwarder.on_readable()
        self.answered(transaction)

    def send(self, *packets: bytes) -> None:
        """Send RTP and let the forwarder handle it."""
        for packet in packets:
            self.sealed.append(self.seal.seal_packet(packet))
            self.socket.send(self.sealed[-1])
        self._room.forwarder.on_readable()

    def send_report(self, report: bytes) -> None:
        """Send RTCP likewise."""
        self.socket.send(self.seal.seal_report(report))
        self._room.forwarder.on_readable()

    def receive(self) -> tuple[list[bytes], list[bytes]]:
        """The RTP and the RTCP that is waiting here."""
        packets, reports = [], []
        for datagram in waiting(self.socket):
            if 192 <= datagram[1] <= 223:
                reports.append(self.open.open_report(datagram))
            else:
                packets.append(self.open.open_packet(datagram))
        return packets, reports


class Room:
    """``now`` is the clock. Use as a context manager: it holds sockets."""

    def __init__(self) -> None:
        self.now = 0.0
        self.counters = Counters()
        self.port = UdpPort("127.0.0.1", 0, self.counters)
        self.ice: IceLite[Transport] = IceLite(self.counters)
        self.egress = Egress(self.port, self.counters)
        self.forwarder = Forwarder(
            self.port, self.ice, self.counters, self.egress, self._on_report, lambda: 1700000000.0, lambda: self.now
        )
        self.browsers: list[Browser] = []
        self._subscriptions = 0

    def _on_report(self, transport: Transport, report: bytes) -> None:
        feedback.read(transport, report, self.now, 1700000000.0, self.egress)

    def browser(self, name: str, direction: Direction) -> Browser:
        """Somebody comes in."""
        browser = Browser(self, name, direction)
        self.browsers.append(browser)
        return browser

    def camera(self, browser: Browser, parameters: Json | None = None) -> Publication:
        """Somebody publishes a VP8 camera with SSRC 2001."""
        offered = ortc.read_publication("video", parameters or video_parameters())
        publication = Publication(PublicationId("pub"), browser.transport, "video", "camera", offered)
        browser.transport.add(publication)
        return publication

    def microphone(self, browser: Browser) -> Publication:
        """Somebody publishes an Opus microphone with SSRC 1001."""
        offered = ortc.read_publication("audio", audio_parameters())
        publication = Publication(PublicationId("voice"), browser.transport, "audio", "microphone", offered)
        browser.transport.add(publication)
        return publication

    def follow(self, browser: Browser, publication: Publication, capabilities: Json = CAPABILITIES) -> Subscription:
        """Somebody watches it."""
        self._subscriptions += 1
        promised = ortc.promise(publication.offered, capabilities, "0", "ann")
        subscription = Subscription(
            SubscriptionId(f"sub{self._subscriptions}"), publication, browser.transport, promised
        )
        publication.subscriptions.append(subscription)
        browser.transport.subscriptions[promised.ssrc] = subscription
        subscription.set_paused(False)
        return subscription

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.port.close()
        for browser in self.browsers:
            browser.socket.close()


def camera_packet(sequence: int, payload: bytes, **more: Any) -> bytes:
    """A packet of the camera."""
    return rtp_packet(96, sequence, 3000 * sequence, 2001, payload, **more)
