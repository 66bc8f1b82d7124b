"""Media over TCP for networks without UDP: a passive listener (RFC 6544), each datagram behind its length (RFC 4571).

A connection is a path like any UDP address: it is believed after a valid connectivity check on it, and one that brings
none within a few seconds is closed. A reader that is too slow loses media, whole packets at a time; nothing here waits
or grows without bound.
"""

from __future__ import annotations

import asyncio
import itertools
import socket
from collections import Counter
from collections.abc import Callable
from typing import Any, Final

from signaling.sfu.capabilities import CAPABILITIES
from signaling.sfu.counters import Counters
from signaling.sfu.ports import Address

LARGEST_FRAME: Final = 1500
"""Bytes. What would not fit into a datagram is no media."""
UNSENT_BYTES, UNSENT_PICTURES = 192 * 1024, 96 * 1024
"""Bytes that wait for a slow reader, and those behind which no picture is put: more would be old when it arrives."""
UNSENT_IN_KERNEL: Final = 32 * 1024
"""Bytes of them that the kernel keeps: what is there can no longer be chosen from (tcp(7), TCP_NOTSENT_LOWAT)."""
PROVE_WITHIN: Final = 5.0
"""Seconds until the first valid connectivity check."""
MAXIMUM_CONNECTIONS: Final = 1000
MAXIMUM_PER_ADDRESS: Final = 128
"""Many people of one office or court come from one address; each has two connections."""

PICTURES: Final = frozenset(
    codec["preferredPayloadType"] for codec in CAPABILITIES["codecs"] if codec["kind"] == "video"
)
"""Payload types of pictures and their repairs."""

Handler = Callable[["TcpConnection", bytes], None]


def _is_picture(datagram: bytes) -> bool:
    return datagram[0] >> 6 == 2 and datagram[1] & 0x7F in PICTURES


class TcpConnection(asyncio.Protocol):
    """One browser's connection. ``key`` is its name among the paths of its transport; no UDP address looks like it."""

    def __init__(self, port: TcpPort, number: int) -> None:
        self.key = b"tcp" + number.to_bytes(8, "big")
        self.proven = False
        self.address: Address = ("", 0)
        self._port = port
        self._buffer = bytearray()
        self._transport: asyncio.Transport | None = None
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """A browser connected."""
        self._transport = transport
        peer = transport.get_extra_info("peername")
        if peer is None:  # gone before it was here
            transport.abort()
            return
        self.address = (peer[0], peer[1])
        wire: socket.socket = transport.get_extra_info("socket")
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT_IN_KERNEL)
        if not self._port.admit(self):
            transport.abort()
            return
        self._deadline = asyncio.get_running_loop().call_later(PROVE_WITHIN, self._unproven)

    def prove(self) -> None:
        """A valid connectivity check came in on it."""
        self.proven = True
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _unproven(self) -> None:
        if not self.proven:
            self._port.counters.tcp_refused += 1
            self.close()

    def data_received(self, data: bytes) -> None:
        """Cut the stream into frames; an impossible length ends the connection: nothing after it can be found."""
        self._buffer += data
        position = 0
        while len(self._buffer) - position >= 2:
            length = self._buffer[position] << 8 | self._buffer[position + 1]
            if length > LARGEST_FRAME:
                self._port.counters.tcp_refused += 1
                self.close()
                return
            if len(self._buffer) - position - 2 < length:
                break
            frame = bytes(self._buffer[position + 2 : position + 2 + length])
            position += 2 + length
            self._port.handler(self, frame)
            if self._transport is None:
                return
        del self._buffer[:position]

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over, whoever ended it."""
        self._transport = None
        if self._deadline is not None:
            self._deadline.cancel()
        self._port.dismiss(self)

    def send_to(self, datagram: bytes, address: Address) -> None:
        """Send what is not media."""
        self.send_media(datagram)

    def send_media(self, datagram: bytes) -> None:
        """Send one datagram as a frame, or drop and count it when the reader is too slow: pictures first."""
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        if transport.get_write_buffer_size() > (UNSENT_PICTURES if _is_picture(datagram) else UNSENT_BYTES):
            self._port.counters.tcp_dropped += 1
            return
        transport.write(len(datagram).to_bytes(2, "big") + datagram)

    def close(self) -> None:
        """End it at once."""
        if self._transport is not None:
            self._transport.abort()
            self._transport = None


class TcpPort:
    """The listener. ``handler`` gets every frame, ``on_closed`` every connection that ended."""

    def __init__(self, counters: Counters) -> None:
        self.counters = counters
        self.handler: Handler = lambda connection, frame: None
        self.on_closed: Callable[[TcpConnection], None] = lambda connection: None
        self._numbers = itertools.count(1)
        self._connections: dict[TcpConnection, None] = {}
        self._addresses: Counter[str] = Counter()
        self._server: asyncio.Server | None = None

    async def listen(self, listen_ip: str | list[str], port: int) -> int:
        """Listen; the port in use.

        Raises:
            OSError: the address cannot be bound.
        """
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: TcpConnection(self, next(self._numbers)), listen_ip, port)
        bound: int = self._server.sockets[0].getsockname()[1]
        return bound

    def admit(self, connection: TcpConnection) -> bool:
        """Whether there is room for one more; the oldest one that proved nothing makes room where there is none.

        Else a stranger who dials as often as connections time out would keep everybody out.
        """
        host = connection.address[0]
        if self._addresses[host] >= MAXIMUM_PER_ADDRESS:
            rivals = [each for each in self._connections if each.address[0] == host]
        elif len(self._connections) >= MAXIMUM_CONNECTIONS:
            rivals = list(self._connections)
        else:
            rivals = []
        if rivals:
            self.counters.tcp_refused += 1
            idle = next((each for each in rivals if not each.proven), None)
            if idle is None:
                return False
            idle.close()
            self.dismiss(idle)
        self._connections[connection] = None
        self._addresses[host] += 1
        return True

    def dismiss(self, connection: TcpConnection) -> None:
        """A connection ended."""
        if connection not in self._connections:
            return
        del self._connections[connection]
        host = connection.address[0]
        self._addresses[host] -= 1
        if not self._addresses[host]:
            del self._addresses[host]
        self.on_closed(connection)

    async def close(self) -> None:
        """Listen no more and end every connection."""
        if self._server is not None:
            self._server.close()
        for connection in list(self._connections):
            connection.close()
        await asyncio.sleep(0)
