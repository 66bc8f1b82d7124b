"""The UDP socket of a machine with several addresses: one port, IPv4 and IPv6, each answer from where it was asked.

A socket that listens everywhere answers from whatever address the route prefers, and a browser drops an answer that
does not come from where it sent to (RFC 8445 §7.2.5.2.1). So the kernel tells with each datagram to which address it
came (IPV6_PKTINFO, RFC 3542 §6; for IPv4 in mapped form), and is told with each that leaves from where. Machines with
one address use ``UdpPort`` itself and pay nothing for this.
"""

from __future__ import annotations

import socket
import struct
from typing import Any, Final

from signaling.sfu.counters import Counters
from signaling.sfu.ports import Address, DatagramPort
from signaling.sfu.udp import (
    CONTROL_AT,
    CONTROL_BYTES,
    CONTROL_LENGTH_WORD,
    CONTROL_WORD,
    HEADER_WORDS,
    HOME_BYTES,
    MESSAGES,
    RECEIVE_SLOTS,
    SOL_UDP,
    UDP_SEGMENT,
    UdpPort,
    ffi,
)

EVERYWHERE: Final = "::"
MAPPED: Final = bytes(10) + b"\xff\xff"
_HOME = struct.Struct("=Qii16sI4x")
_SEGMENT = struct.Struct("=QiiH6x")
_BOTH: Final = CONTROL_BYTES + HOME_BYTES
_ADDRESS_IN_CONTROL: Final = slice(16, 32)


class Home:
    """One of the machine's own addresses, as a way out for what is not media."""

    def __init__(self, port: HomesPort, packed: bytes) -> None:
        self.control = _HOME.pack(_HOME.size - 4, socket.IPPROTO_IPV6, socket.IPV6_PKTINFO, packed, 0)
        self._port = port
        self._ancillary = [(socket.IPPROTO_IPV6, socket.IPV6_PKTINFO, packed + bytes(4))]

    def send_to(self, datagram: bytes, address: Address) -> None:
        """Send one datagram from here; drop and count when the kernel refuses."""
        host, number = address
        self._port.send_from(datagram, self._ancillary, (host if ":" in host else f"::ffff:{host}", number))


class HomesPort(UdpPort):
    """A ``UdpPort`` on every address of the machine.

    Raises:
        OSError: the port cannot be bound, or the machine knows no IPv6.
    """

    def __init__(self, port: int, counters: Counters) -> None:
        super().__init__(EVERYWHERE, port, counters)
        self._homes: dict[bytes, Home] = {}
        self._filled = 0
        self._asked = ffi.new("unsigned char[]", RECEIVE_SLOTS * HOME_BYTES)
        self._asked_view = memoryview(ffi.buffer(self._asked))
        for slot in range(RECEIVE_SLOTS):
            self.inbox.messages[slot].msg_hdr.msg_control = self._asked + slot * HOME_BYTES
        self._make_room(RECEIVE_SLOTS)
        self._controls = ffi.new("unsigned char[]", MESSAGES * _BOTH)
        segment = _SEGMENT.pack(_SEGMENT.size - 6, SOL_UDP, UDP_SEGMENT, 0)
        ffi.buffer(self._controls)[:] = (segment + bytes(HOME_BYTES)) * MESSAGES
        self._controls_at = int(ffi.cast("uintptr_t", self._controls))
        self._sizes = memoryview(ffi.buffer(self._controls)).cast("B").cast("H")

    def _prepare(self, opened: socket.socket) -> None:
        opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)

    def _make_room(self, count: int) -> None:
        """The kernel writes how much it told over how much it may tell."""
        messages = self.inbox.messages
        for slot in range(count):
            messages[slot].msg_hdr.msg_controllen = HOME_BYTES

    def receive(self) -> int:
        """Fill the inbox; how many datagrams arrived (0: nothing is waiting)."""
        self._make_room(self._filled)
        self._filled = super().receive()
        return self._filled

    def home(self, index: int) -> tuple[DatagramPort, bytes]:
        """From where to answer the datagram in this slot of the inbox, and what the kernel is to be told for it."""
        start = index * HOME_BYTES
        packed = bytes(self._asked_view[start : start + HOME_BYTES][_ADDRESS_IN_CONTROL])
        home = self._homes.get(packed)
        if home is None:  # as many as the machine has addresses
            home = self._homes[packed] = Home(self, packed)
        return home, home.control

    def address_of(self, raw: bytes) -> Address:
        """The IP address and port in a C socket address; IPv4 in its own form."""
        host, port = super().address_of(raw)
        packed = raw[8:24]
        return (socket.inet_ntop(socket.AF_INET, packed[12:]) if packed[:12] == MAPPED else host), port

    def send_from(self, datagram: bytes, ancillary: list[tuple[int, int, bytes]], address: Address) -> None:
        """Send one datagram that is not media."""
        try:
            self.socket.sendmsg([datagram], ancillary, 0, address)
        except (BlockingIOError, InterruptedError):
            self.counters.send_dropped += 1
        except OSError:
            self.counters.send_failed += 1

    def flush(self, count: int, grouped: dict[int, int]) -> int:
        """Send the first ``count`` messages of the outbox, each from its destination's home."""
        words = self.outbox.words
        for message, segments in grouped.items():
            self.outbox.join(message, segments)
        for message in range(count):
            at = message * HEADER_WORDS
            home = words[at] + CONTROL_AT
            if message in grouped:
                self._write_both(message, home)
                words[at + CONTROL_WORD] = self._controls_at + message * _BOTH
                words[at + CONTROL_LENGTH_WORD] = _BOTH
            else:
                words[at + CONTROL_WORD] = home
                words[at + CONTROL_LENGTH_WORD] = HOME_BYTES
        sent = self._send(self.outbox.messages, count, grouped)
        for message in grouped:
            self.outbox.part(message)
        return sent

    def _write_both(self, message: int, home: int) -> None:
        start = message * _BOTH
        self._sizes[start // 2 + 8] = self.outbox.size_of(message)
        ffi.memmove(self._controls + start + CONTROL_BYTES, ffi.cast("void *", home), HOME_BYTES)

    def _apart(self, message: int, segments: int) -> Any:
        single = super()._apart(message, segments)
        for index in range(segments):
            header = single[index].msg_hdr
            header.msg_control = ffi.cast("char *", header.msg_name) + CONTROL_AT
            header.msg_controllen = HOME_BYTES
        return single
