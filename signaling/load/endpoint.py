"""One WebRTC transport of a packet-level person: connectivity checks, DTLS, SRTP, and nothing that a codec does."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
import struct
import time
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from aioice import stun

from signaling.sfu import rtp
from signaling.sfu.dtls import Certificate, DtlsOutcome, DtlsSession
from signaling.sfu.ports import Address
from signaling.sfu.srtp import PREFERRED, Profile, SrtpContext, SrtpKeys, unprotect_in_place
from signaling.sfu.udp import RECEIVE_SLOTS, ReceiveBatch, ffi, libc

PATIENCE: Final = 15.0
"""Seconds for connectivity and handshake together: a server under load is slow, one that is away is away."""
CHECK_AGAIN: Final = 0.25
SOCKET_BUFFER_BYTES: Final = 4 * 1024 * 1024
"""A pause of the generator must not count as a loss of the server's."""
OWN_UFRAG: Final = "load"
OWN_PASSWORD: Final = "nobodysSecretOfAnySort22"  # noqa: S105 - the server has to know it
SAMPLED: Final = 16
"""Each packet is counted; of one sequence number in so many the contents are decrypted and their age is taken."""
STAMP = struct.Struct("!Q")
"""What every payload ends with: the monotonic microsecond at which it was sent, on this machine."""

_unpack_header = rtp.HEADER.unpack_from
_unpack_stamp = STAMP.unpack_from


class EndpointError(Exception):
    """A transport could not be built; the text says how far it came."""


class Remote(NamedTuple):
    """What the server said about its end of a transport. ``fingerprint`` is the sha-256 one, in hex with colons."""

    address: Address
    ufrag: str
    password: str
    fingerprint: str


class Arrivals:
    """What one endpoint got of one stream: packets, and the first and newest sequence number without wraps."""

    __slots__ = ("count", "first", "last")

    def __init__(self, sequence: int) -> None:
        self.first = self.last = sequence
        self.count = 0

    @property
    def expected(self) -> int:
        """How many packets there are from the first to the newest."""
        return self.last - self.first + 1


class Inlet:
    """The buffers into which all endpoints of a process read, one after the other."""

    def __init__(self) -> None:
        self.batch = ReceiveBatch(name_bytes=16, key_bytes=8)


class Endpoint:
    """One transport to a server; this side checks (RFC 8445 §7.2), answers checks, and is the DTLS client.

    What arrives is counted in ``streams`` by SSRC; ``delays`` are the ages of sampled packets in microseconds, and
    ``unreadable`` those that failed authentication.
    """

    def __init__(
        self, inlet: Inlet, certificate: Certificate, remote: Remote, profiles: Sequence[Profile] = PREFERRED
    ) -> None:
        self.remote = remote
        self.streams: dict[int, Arrivals] = {}
        self.delays: list[int] = []
        self.unreadable = self.reports = 0
        self.outbound: SrtpContext | None = None
        self._inbound: SrtpContext | None = None
        self._inlet = inlet
        self._loop = asyncio.get_running_loop()
        self._outcome: asyncio.Future[str] = self._loop.create_future()
        self._reachable = asyncio.Event()
        self._controlling = True
        version = ipaddress.ip_address(remote.address[0]).version
        self.socket = socket.socket(socket.AF_INET6 if version == 6 else socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setblocking(False)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SOCKET_BUFFER_BYTES)
        self.socket.connect(remote.address)
        self._dtls = DtlsSession(certificate, self._send, self._on_outcome, profiles)
        self._loop.add_reader(self.socket.fileno(), self._drain)

    async def connect(self) -> None:
        """Check connectivity and shake hands.

        Raises:
            EndpointError: the server did not answer, or the handshake failed.
        """
        self._dtls.start("client", [("sha-256", self.remote.fingerprint)], self._reachable)
        try:
            async with asyncio.timeout(PATIENCE):
                while not self._reachable.is_set():
                    self.check()
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(self._reachable.wait(), CHECK_AGAIN)
                failure = await self._outcome
        except TimeoutError:
            stage = "the handshake" if self._reachable.is_set() else "a connectivity check"
            raise EndpointError(f"{self.remote.address[0]}:{self.remote.address[1]} did not answer {stage}") from None
        if failure:
            raise EndpointError(f"the handshake failed: {failure}")

    def check(self) -> None:
        """Send one connectivity check that selects this path; also what keeps the transport alive."""
        request = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
        request.attributes["USERNAME"] = f"{self.remote.ufrag}:{OWN_UFRAG}"
        request.attributes["PRIORITY"] = 1
        if self._controlling:
            request.attributes["ICE-CONTROLLING"] = 1
            request.attributes["USE-CANDIDATE"] = None
        else:
            request.attributes["ICE-CONTROLLED"] = 1
        request.add_message_integrity(self.remote.password.encode())
        self._send(bytes(request))

    def adopt(self, keys: SrtpKeys) -> None:
        """Send and receive under these keys from now on."""
        self._inbound, self.outbound = SrtpContext.inbound(keys), SrtpContext.outbound(keys)

    def report(self, packet: bytes) -> None:
        """Send one RTCP packet."""
        if self.outbound is not None:
            self._send(self.outbound.seal_report(packet))

    def forget(self) -> None:
        """Begin to count anew."""
        self.streams, self.delays = {}, []

    async def close(self) -> None:
        """End the association and give the socket back."""
        await self._dtls.close()
        self._loop.remove_reader(self.socket.fileno())
        self.socket.close()

    def _send(self, datagram: bytes) -> None:
        with contextlib.suppress(OSError):  # the server may be away: who waits for an answer will say so
            self.socket.send(datagram)

    def _on_outcome(self, outcome: DtlsOutcome, reason: str) -> None:
        keys = self._dtls.keys
        if outcome == "connected" and keys is not None:
            self.adopt(keys)
        if not self._outcome.done():
            self._outcome.set_result("" if outcome == "connected" else reason or outcome)

    def _drain(self) -> None:
        """Count what is waiting at the socket. Locals, because this is what bounds the load of one generator."""
        batch, streams = self._inlet.batch, self.streams
        view, bases, lengths = batch.view, batch.bases, batch.lengths
        while True:
            count: int = libc.recvmmsg(
                self.socket.fileno(), batch.messages, RECEIVE_SLOTS, socket.MSG_DONTWAIT, ffi.NULL
            )
            for index in range(count):
                base = bases[index]
                if view[base] < 128 or 192 <= view[base + 1] <= 223:
                    self._control(bytes(view[base : base + lengths[index][0]]))
                    continue
                _, _, sequence, _, ssrc = _unpack_header(view, base)
                stream = streams.get(ssrc)
                if stream is None:
                    stream = streams[ssrc] = Arrivals(sequence)
                stream.count += 1
                ahead = (sequence - stream.last) & 0xFFFF
                if ahead < 0x8000:
                    stream.last += ahead
                if not sequence % SAMPLED:
                    self._sample(index, base)
            if count < RECEIVE_SLOTS:
                return

    def _sample(self, index: int, base: int) -> None:
        batch = self._inlet.batch
        length = batch.lengths[index]
        if self._inbound is None or unprotect_in_place(self._inbound.handle, batch.pointers[index], length):
            self.unreadable += 1
            return
        (sent,) = _unpack_stamp(batch.view, base + length[0] - STAMP.size)
        self.delays.append(time.monotonic_ns() // 1000 - sent)

    def _control(self, datagram: bytes) -> None:
        first = datagram[0] if datagram else 255
        if first < 4:
            with contextlib.suppress(ValueError, IndexError, struct.error):
                message = stun.parse_message(datagram)
                if message.message_class == stun.Class.RESPONSE:
                    self._reachable.set()
                elif message.message_class == stun.Class.ERROR:  # role conflict: a full agent that offered is in charge
                    self._controlling = False
                elif message.message_class == stun.Class.REQUEST:
                    self._answer(message)
        elif first < 64:
            self._dtls.receive(datagram)
        else:
            self.reports += 1

    def _answer(self, request: stun.Message) -> None:
        """Answer a check, which a server that is not ICE-lite makes."""
        answer = stun.Message(stun.Method.BINDING, stun.Class.RESPONSE, request.transaction_id)
        answer.attributes["XOR-MAPPED-ADDRESS"] = self.remote.address
        answer.add_message_integrity(OWN_PASSWORD.encode())
        self._send(bytes(answer))


async def connect_all(endpoints: Sequence[Endpoint], at_once: int = 16) -> None:
    """Connect many, a few at a time: what is to be measured is not how a server survives a stampede.

    Raises:
        EndpointError: one of them could not.
    """
    gate = asyncio.Semaphore(at_once)

    async def one(endpoint: Endpoint) -> None:
        async with gate:
            await endpoint.connect()

    outcomes = await asyncio.gather(*(one(each) for each in endpoints), return_exceptions=True)
    failures = [each for each in outcomes if isinstance(each, BaseException)]
    if failures:
        raise EndpointError(f"{len(failures)} of {len(endpoints)} transports failed; the first: {failures[0]}")


def own_certificate() -> tuple[Certificate, str]:
    """One certificate for all endpoints of a process, and its sha-256 fingerprint."""
    certificate = Certificate()
    prints: Any = certificate.parameters["fingerprints"]
    return certificate, str(prints[0]["value"])
