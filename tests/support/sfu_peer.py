"""Packet-level peers and a real worker process: STUN, DTLS and SRTP of a browser on loopback, without its codecs."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self, cast

from aioice import stun
from aiortc.rtcdtlstransport import RTCCertificate, RTCDtlsFingerprint, RTCDtlsParameters, RTCDtlsTransport

from signaling.ids import ParticipantId, PublicationId, RoomId, TransportId
from signaling.media import MediaWorker, Notice
from signaling.messages import Json, Subscribed, TransportCreated
from signaling.sfu import feed

ROOT = Path(__file__).parents[2]
PATIENCE = 8.0
START_SECONDS = 30.0
"""A process loads for half a second, on a machine that does much else for ten."""


class Condition:
    """Lets a test wait until something is true, checked whenever something happened."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def happened(self) -> None:
        """Look again."""
        self._event.set()

    async def until(self, holds: Callable[[], Any], what: str, seconds: float = PATIENCE) -> None:
        """Wait until ``holds()``; fails after so many seconds."""
        deadline = asyncio.get_running_loop().time() + seconds
        while not holds():
            self._event.clear()
            left = deadline - asyncio.get_running_loop().time()
            if left <= 0:
                raise AssertionError(f"waited in vain: {what}")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(left, 0.25)):
                    await self._event.wait()


class WorkerProcess:
    """A media worker in its own process and the web process's handle on it."""

    def __init__(
        self,
        folder: Path,
        tcp_port: int = 0,
        listen: str = "127.0.0.1",
        announce: Sequence[str] = ("127.0.0.1",),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.folder = folder
        self.environment = os.environ if environment is None else environment
        self.addresses = ["--listen", listen, *(part for ip in announce for part in ("--announce", ip))]
        self.tcp_port = tcp_port
        self.feed_path = folder / "feed.sock"
        self.notices: list[Notice] = []
        self.lost = 0
        self.ready = 0
        self.changed = Condition()
        self.media = MediaWorker("0", folder / "media.sock", self._on_notice, self._on_lost, self._on_ready)
        self._process: asyncio.subprocess.Process | None = None

    def _on_notice(self, notice: Notice) -> None:
        self.notices.append(notice)
        self.changed.happened()

    def _on_lost(self, worker: MediaWorker) -> None:
        self.lost += 1
        self.changed.happened()

    def _on_ready(self, worker: MediaWorker) -> None:
        self.ready += 1
        self.changed.happened()

    async def start(self) -> None:
        """Start the process and wait until the handle is ready."""
        before = self.ready
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "signaling.sfu.worker",
            "--control", str(self.folder / "media.sock"), "--feed", str(self.feed_path),
            "--port", "0", "--tcp-port", str(self.tcp_port), *self.addresses,
            cwd=ROOT, stderr=asyncio.subprocess.DEVNULL, env=self.environment,
        )  # fmt: skip
        await self.media.start()
        await self.changed.until(lambda: self.ready > before, "the worker is ready", START_SECONDS)

    async def begin_again(self) -> None:
        """As if it had just been started, but for its counters: transports end with the web process's connection."""
        await self.media.close()
        self.notices.clear()
        self.lost = self.ready = 0
        if self.feed_path.exists():  # a worker that has lost a recorder looks for the next one only now and then
            self.feed_path.unlink()
            await self.stop()
        if self._process is None or self._process.returncode is not None:
            await self.start()
            return
        await self.media.start()
        await self.changed.until(lambda: self.ready, "the worker serves the next test")

    @property
    def pid(self) -> int:
        """The worker's process id."""
        assert self._process is not None
        return self._process.pid

    async def stop(self, number: int = signal.SIGTERM) -> int:
        """End the process; its exit status."""
        assert self._process is not None
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._process.pid, number)
        return await self._process.wait()

    async def close(self) -> None:
        """End both."""
        await self.media.close()
        await self.stop()


class Peer(asyncio.DatagramProtocol):
    """One browser transport. ``packets`` and ``reports`` are the plaintext RTP and RTCP that arrived."""

    role = "controlling"

    def __init__(self, media: MediaWorker, created: TransportCreated) -> None:
        self.media = media
        self.created = created
        self.transport_id: TransportId = created.transport_id
        self.packets: list[bytes] = []
        self.reports: list[bytes] = []
        self.answers: list[stun.Message] = []
        self.changed = Condition()
        self.certificate = RTCCertificate.generateCertificate()
        self.dtls = RTCDtlsTransport(cast(Any, self), [self.certificate])
        self.password = created.ice_parameters["password"]
        self._records: asyncio.Queue[bytes] = asyncio.Queue()
        self._socket: asyncio.DatagramTransport | None = None
        self._keep_alive: asyncio.Task[None] | None = None

    @classmethod
    async def open(
        cls, media: MediaWorker, room: str, participant: str, direction: Any, *, fingerprint: str | None = None
    ) -> Self:
        """A transport through which media can go (with a false ``fingerprint``: one that must fail)."""
        created = await media.create_transport(RoomId(room), ParticipantId(participant), direction)
        peer = cls(media, created)
        candidate = created.ice_candidates[0]
        await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: peer, remote_addr=(candidate["ip"], candidate["port"])
        )
        await peer.connect(fingerprint)
        return peer

    async def connect(self, fingerprint: str | None = None) -> None:
        """Check connectivity and shake hands."""
        self.check()
        await self.changed.until(lambda: self.answers, "the worker answers a connectivity check")
        mine = fingerprint or next(
            each.value for each in self.certificate.getFingerprints() if each.algorithm == "sha-256"
        )
        await self.media.connect_transport(
            self.transport_id, {"role": "client", "fingerprints": [{"algorithm": "sha-256", "value": mine}]}
        )
        self.dtls._set_role("client")
        theirs = [RTCDtlsFingerprint(**each) for each in self.created.dtls_parameters["fingerprints"]]
        await self.dtls.start(RTCDtlsParameters(fingerprints=theirs))
        assert self.dtls.state == "connected"
        self._keep_alive = asyncio.get_running_loop().create_task(self._stay_alive())

    async def _stay_alive(self) -> None:
        while True:
            await asyncio.sleep(2.5)
            self.check()

    def check(self, *, password: str | None = None, ufrag: str | None = None, controlled: bool = False) -> None:
        """Send a connectivity check."""
        request = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
        request.attributes["USERNAME"] = f"{ufrag or self.created.ice_parameters['usernameFragment']}:peer"
        request.attributes["PRIORITY"] = 1
        request.attributes["ICE-CONTROLLED" if controlled else "ICE-CONTROLLING"] = 1
        request.attributes["USE-CANDIDATE"] = None
        request.add_message_integrity((password or self.password).encode())
        self.send_raw(bytes(request))

    def send_raw(self, datagram: bytes) -> None:
        """Send bytes as they are."""
        assert self._socket is not None
        self._socket.sendto(datagram)

    def send(self, packet: bytes) -> None:
        """Send one RTP packet."""
        self.send_raw(self.dtls._tx_srtp.protect(packet))

    def send_report(self, report: bytes) -> None:
        """Send RTCP."""
        self.send_raw(self.dtls._tx_srtp.protect_rtcp(report))

    def connection_made(self, transport: Any) -> None:
        self._socket = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        if data[0] < 4:
            self.answers.append(stun.parse_message(data))
        elif data[0] < 64:
            self._records.put_nowait(data)
        elif 192 <= data[1] <= 223:
            self.reports.append(self.dtls._rx_srtp.unprotect_rtcp(data))
        else:
            self.packets.append(self.dtls._rx_srtp.unprotect(data))
        self.changed.happened()

    async def _recv(self) -> bytes:
        return await self._records.get()

    async def _send(self, data: bytes) -> None:
        self.send_raw(data)

    async def follow(self, publication_id: PublicationId, capabilities: Json, *, resume: bool = True) -> Subscribed:
        """Subscribe on this transport."""
        subscribed = await self.media.subscribe(self.transport_id, publication_id, capabilities)
        if resume:
            await self.media.set_subscription_paused(subscribed.subscription_id, False)
        return subscribed

    async def close(self) -> None:
        """Vanish."""
        if self._keep_alive is not None:
            self._keep_alive.cancel()
        await self.dtls.stop()
        if self._socket is not None:
            self._socket.close()


class TcpPeer(Peer):
    """A browser that reaches the worker over TCP only (RFC 6544 active, RFC 4571 frames)."""

    @classmethod
    async def open(
        cls, media: MediaWorker, room: str, participant: str, direction: Any, *, fingerprint: str | None = None
    ) -> Self:
        """A transport over TCP through which media can go."""
        created = await media.create_transport(RoomId(room), ParticipantId(participant), direction)
        peer = cls(media, created)
        await peer.dial()
        await peer.connect(fingerprint)
        return peer

    async def dial(self) -> None:
        """Connect to the passive candidate."""
        candidate = next(each for each in self.created.ice_candidates if each["protocol"] == "tcp")
        assert candidate["tcpType"] == "passive"
        reader, self.writer = await asyncio.open_connection(candidate["ip"], candidate["port"])
        self.may_read = asyncio.Event()
        """Cleared: it reads no more after the next frame, as a phone on a slow network."""
        self.may_read.set()
        self.reading = asyncio.create_task(self._read(reader))

    async def _read(self, reader: asyncio.StreamReader) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                await self.may_read.wait()
                length = int.from_bytes(await reader.readexactly(2), "big")
                self.datagram_received(await reader.readexactly(length), None)

    def send_raw(self, datagram: bytes) -> None:
        """Send bytes as one frame."""
        self.writer.write(len(datagram).to_bytes(2, "big") + datagram)

    async def hang_up(self) -> None:
        """End the connection, not the transport."""
        self.reading.cancel()
        self.writer.close()
        await asyncio.gather(self.reading, return_exceptions=True)

    async def close(self) -> None:
        """Vanish."""
        await super().close()
        await self.hang_up()


class FeedReader:
    """The recorder's end of the feed."""

    def __init__(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        self.fed: list[feed.Fed] = []
        self.changed = Condition()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.bind(str(path))
        self.resume()

    def _read(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while True:
                self.fed += feed.unpack(self._socket.recv(feed.LARGEST_DATAGRAM))
                self.changed.happened()

    def pause(self) -> None:
        """Read no more, as a recorder whose disk is slow."""
        asyncio.get_running_loop().remove_reader(self._socket)

    def resume(self) -> None:
        """Read on."""
        asyncio.get_running_loop().add_reader(self._socket, self._read)

    def close(self) -> None:
        """Die without removing the socket file."""
        self.pause()
        self._socket.close()
