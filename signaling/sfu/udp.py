"""One UDP socket read and written in batches: recvmmsg and sendmmsg into buffers that are allocated once.

A system call per datagram costs more than the encryption of its contents (3–5 µs against 1.3–1.7 µs), so the hot path
fills the slots of a ``Batch`` and sends all of them with one call.
"""

from __future__ import annotations

import errno
import ipaddress
import socket
import struct
from typing import Any, Final

import structlog
from cffi import FFI
from pylibsrtp._binding import ffi as srtp_ffi

from signaling.sfu.counters import Counters
from signaling.sfu.ports import Address

log = structlog.get_logger(__name__)

ffi = FFI()
ffi.cdef(
    """
    struct iovec { void *iov_base; size_t iov_len; };
    struct msghdr {
        void *msg_name; unsigned int msg_namelen; struct iovec *msg_iov; size_t msg_iovlen;
        void *msg_control; size_t msg_controllen; int msg_flags;
    };
    struct mmsghdr { struct msghdr msg_hdr; unsigned int msg_len; };
    int sendmmsg(int fd, struct mmsghdr *messages, unsigned int count, int flags);
    int recvmmsg(int fd, struct mmsghdr *messages, unsigned int count, int flags, void *timeout);
    """
)
libc = ffi.dlopen(None)

RECEIVE_SLOTS: Final = 64
SEND_SLOTS: Final = 1024
SLOT_BYTES: Final = 2048
MAXIMUM_PACKET: Final = 1500
NAME_BYTES: Final = 28
SOCKET_BUFFER_BYTES: Final = 8 * 1024 * 1024

_LENGTH = struct.Struct("=Q")
_SIN6 = struct.Struct("=H2sI16sI")
_SIN4 = struct.Struct("=H2s4s8x")


class Batch:
    """``count`` datagrams of at most ``SLOT_BYTES`` with their addresses, laid out for recvmmsg and sendmmsg.

    The structs point into ``_buffer``, ``_names`` and ``_vectors``; cffi keeps none of them alive for its own sake, so
    the batch holds every one.
    """

    def __init__(self, count: int, name_bytes: int) -> None:
        self.count = count
        self._buffer = ffi.new("unsigned char[]", count * SLOT_BYTES)
        self._names = ffi.new("unsigned char[]", count * NAME_BYTES)
        self._vectors = ffi.new("struct iovec[]", count)
        self.messages = ffi.new("struct mmsghdr[]", count)
        for index in range(count):
            self._vectors[index].iov_base = self._buffer + index * SLOT_BYTES
            self._vectors[index].iov_len = SLOT_BYTES
            header = self.messages[index].msg_hdr
            header.msg_iov = self._vectors + index
            header.msg_iovlen = 1
            header.msg_name = self._names + index * NAME_BYTES
            header.msg_namelen = name_bytes
        start = int(ffi.cast("uintptr_t", self._buffer))
        # libsrtp's binding takes only pointers of its own ffi.
        self.pointers: list[Any] = [
            srtp_ffi.cast("unsigned char *", start + index * SLOT_BYTES) for index in range(count)
        ]
        self.view = memoryview(ffi.buffer(self._buffer))
        self.names = memoryview(ffi.buffer(self._names))
        self.vectors = memoryview(ffi.buffer(self._vectors))
        self.headers = memoryview(ffi.buffer(self.messages))
        vector, message = ffi.sizeof("struct iovec"), ffi.sizeof("struct mmsghdr")
        length = ffi.offsetof("struct mmsghdr", "msg_len")
        self.bases = [index * SLOT_BYTES for index in range(count)]
        self.length_offsets = [index * vector + ffi.offsetof("struct iovec", "iov_len") for index in range(count)]
        self.name_offsets = [index * message for index in range(count)]
        self.received_offsets = [index * message + length for index in range(count)]

    def set_length(self, index: int, length: int) -> None:
        """How many bytes of a slot are to be sent."""
        _LENGTH.pack_into(self.vectors, self.length_offsets[index], length)


class Name:
    """A destination as the kernel wants it. It may be overwritten in place when its owner moves to another address."""

    def __init__(self) -> None:
        self._bytes = ffi.new("unsigned char[]", NAME_BYTES)
        self.pointer = int(ffi.cast("uintptr_t", self._bytes))

    def set(self, raw: bytes) -> None:
        """Point at the socket address ``raw`` (a C ``sockaddr_in`` or ``sockaddr_in6``)."""
        ffi.buffer(self._bytes)[0 : len(raw)] = raw


class UdpPort:
    """The one UDP socket of a worker, non-blocking, bound at construction.

    Raises:
        OSError: the address cannot be bound.
    """

    def __init__(self, listen_ip: str, port: int, counters: Counters) -> None:
        self.counters = counters
        self.family = socket.AF_INET6 if ipaddress.ip_address(listen_ip).version == 6 else socket.AF_INET
        self.name_bytes = _SIN6.size if self.family == socket.AF_INET6 else _SIN4.size
        # The tail of a sockaddr_in is padding: eight bytes tell two senders apart.
        self.key_bytes = _SIN6.size if self.family == socket.AF_INET6 else 8
        self.socket = socket.socket(self.family, socket.SOCK_DGRAM)
        self.socket.setblocking(False)
        for forced, plain in ((33, socket.SO_RCVBUF), (32, socket.SO_SNDBUF)):  # SO_RCVBUFFORCE, SO_SNDBUFFORCE
            self._enlarge(forced, plain)
        self.socket.bind((listen_ip, port))
        self.port: int = self.socket.getsockname()[1]
        self.inbox = Batch(RECEIVE_SLOTS, self.name_bytes)
        self.outbox = Batch(SEND_SLOTS, self.name_bytes)

    def _enlarge(self, forced: int, plain: int) -> None:
        try:
            self.socket.setsockopt(socket.SOL_SOCKET, forced, SOCKET_BUFFER_BYTES)
        except PermissionError:  # without CAP_NET_ADMIN the system's maximum has to do
            self.socket.setsockopt(socket.SOL_SOCKET, plain, SOCKET_BUFFER_BYTES)

    def receive(self) -> int:
        """Fill the inbox; how many datagrams arrived (0: nothing is waiting)."""
        count: int = libc.recvmmsg(
            self.socket.fileno(), self.inbox.messages, RECEIVE_SLOTS, socket.MSG_DONTWAIT, ffi.NULL
        )
        return max(count, 0)

    def flush(self, count: int) -> int:
        """Send the first ``count`` slots of the outbox; how many left. What the kernel does not take is dropped."""
        sent = index = 0
        while index < count:
            taken = libc.sendmmsg(
                self.socket.fileno(), self.outbox.messages + index, count - index, socket.MSG_DONTWAIT
            )
            if taken > 0:
                sent += taken
                index += taken
            elif ffi.errno in (errno.EAGAIN, errno.ENOBUFS):
                self.counters.send_dropped += count - index
                break
            elif ffi.errno != errno.EINTR:
                self.counters.send_failed += 1  # one destination is unreachable; the others are not to blame
                index += 1
        return sent

    def send_to(self, datagram: bytes, address: Address) -> None:
        """Send one datagram that is not media; drop and count when the kernel refuses."""
        try:
            self.socket.sendto(datagram, address)
        except (BlockingIOError, InterruptedError):
            self.counters.send_dropped += 1
        except OSError:
            self.counters.send_failed += 1

    def address_of(self, raw: bytes) -> Address:
        """The IP address and port in a C socket address."""
        if self.family == socket.AF_INET6:
            _, port, _, packed, _ = _SIN6.unpack(raw[: _SIN6.size])
        else:
            _, port, packed = _SIN4.unpack(raw[: _SIN4.size].ljust(_SIN4.size, b"\0"))
        return str(ipaddress.ip_address(packed)), int.from_bytes(port, "big")

    def close(self) -> None:
        """Give the port back."""
        self.socket.close()
