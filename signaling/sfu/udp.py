"""One UDP socket read and written in batches: recvmmsg and sendmmsg into buffers that are allocated once.

A system call per datagram costs more than the encryption of its contents (3–5 µs against 1.3–1.7 µs), so the hot path
fills the slots of a ``SendBatch`` and sends all of them with one call. Several datagrams of one size to one destination
are one message to the kernel, which cuts it up again behind the routing (UDP_SEGMENT, "GSO"): 2.5 µs a datagram alone,
1.8 in pairs, 1.2 in fours, 0.8 in eights.
"""

from __future__ import annotations

import errno
import ipaddress
import os
import socket
import struct
from socket import MSG_DONTWAIT
from typing import Any, Final

import structlog
from cffi import FFI
from pylibsrtp._binding import ffi as srtp_ffi

from signaling.sfu.counters import Counters
from signaling.sfu.ports import Address, DatagramPort

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
SLOT_BYTES: Final = 2048
MESSAGES: Final = 512
SEGMENTS: Final = 8
"""Datagrams of one message at most. The kernel takes 64; the second half of the gain is not worth their memory."""
SEND_SLOTS: Final = MESSAGES * SEGMENTS
SEND_SLOT_BYTES: Final = 1664
"""Room for ``MAXIMUM_PACKET``, an RTX header and an SRTP tag; no power of two, which would share cache sets."""
MAXIMUM_PACKET: Final = 1500
NAME_BYTES: Final = 28
CONTROL_AT: Final = 32
"""Where a ``Name`` has what tells the kernel from which own address to send (``signaling.sfu.homes``)."""
HOME_BYTES: Final = 40
SOCKET_BUFFER_BYTES: Final = 8 * 1024 * 1024

SOL_UDP: Final = 17
UDP_SEGMENT: Final = 103
CONTROL_BYTES: Final = 24
"""CMSG_SPACE of the one 16-bit number that tells the size of the segments."""

_SIN6 = struct.Struct("=H2sI16sI")
_SIN4 = struct.Struct("=H2s4s8x")
_CONTROL = struct.Struct("=QiiH6x")
_WORD: Final = 8
HEADER_WORDS: Final = ffi.sizeof("struct mmsghdr") // _WORD
"""Messages as 64-bit words: where each begins, and where its fields are."""
_VECTORS_WORD: Final = ffi.offsetof("struct msghdr", "msg_iovlen") // _WORD
CONTROL_WORD: Final = ffi.offsetof("struct msghdr", "msg_control") // _WORD
CONTROL_LENGTH_WORD: Final = ffi.offsetof("struct msghdr", "msg_controllen") // _WORD
_VECTOR_WORDS: Final = ffi.sizeof("struct iovec") // _WORD
_LENGTH_WORD: Final = ffi.offsetof("struct iovec", "iov_len") // _WORD


def _cells(array: Any, kind: str, field: str, count: int) -> list[Any]:
    """Pointers of libsrtp's binding to a length in each struct of an array: it reads and writes them in place."""
    start, size, offset = int(ffi.cast("uintptr_t", array)), ffi.sizeof(kind), ffi.offsetof(kind, field)
    return [srtp_ffi.cast("int *", start + index * size + offset) for index in range(count)]


def _slots(buffer: Any, stride: int, count: int) -> list[Any]:
    # libsrtp's binding takes only pointers of its own ffi.
    start = int(ffi.cast("uintptr_t", buffer))
    return [srtp_ffi.cast("unsigned char *", start + index * stride) for index in range(count)]


class ReceiveBatch:
    """``RECEIVE_SLOTS`` datagrams of at most ``SLOT_BYTES`` with their addresses, laid out for recvmmsg.

    The structs point into ``_buffer``, ``_names`` and ``_vectors``; cffi keeps none of them alive for its own sake, so
    the batch holds every one. ``lengths`` are cells that recvmmsg fills and libsrtp changes in place. ``slots`` has for
    each datagram the pointer to its bytes, their offset in ``view``, the cell of its length, and whom it came from.
    """

    def __init__(self, name_bytes: int, key_bytes: int) -> None:
        count = RECEIVE_SLOTS
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
        self.pointers = _slots(self._buffer, SLOT_BYTES, count)
        self.bases = [index * SLOT_BYTES for index in range(count)]
        self.lengths = _cells(self.messages, "struct mmsghdr", "msg_len", count)
        self.view = memoryview(ffi.buffer(self._buffer))
        names = memoryview(ffi.buffer(self._names))
        starts = [index * NAME_BYTES for index in range(count)]
        self.names = [names[start : start + name_bytes] for start in starts]
        self.keys = [names[start : start + key_bytes] for start in starts]
        self.slots = list(zip(self.pointers, self.bases, self.lengths, self.keys, strict=True))


class SendBatch:
    """``MESSAGES`` messages of up to ``SEGMENTS`` datagrams each, laid out for sendmmsg.

    Slot ``SEGMENTS * m + k`` is datagram ``k`` of message ``m``. ``slots`` has for each slot the pointer to its bytes,
    their offset in ``view``, the cell of their length, and the place in ``words`` for the pointer to the destination's
    ``Name`` (of its message). A message has one datagram unless ``join`` says otherwise.
    """

    def __init__(self, name_bytes: int) -> None:
        self._buffer = ffi.new("unsigned char[]", SEND_SLOTS * SEND_SLOT_BYTES)
        self.vectors = ffi.new("struct iovec[]", SEND_SLOTS)
        self.messages = ffi.new("struct mmsghdr[]", MESSAGES)
        self._single = ffi.new("struct mmsghdr[]", SEGMENTS)
        controls = self._controls = ffi.new("unsigned char[]", MESSAGES * CONTROL_BYTES)
        for slot in range(SEND_SLOTS):
            self.vectors[slot].iov_base = self._buffer + slot * SEND_SLOT_BYTES
        for message in range(MESSAGES):
            header = self.messages[message].msg_hdr
            header.msg_iov = self.vectors + message * SEGMENTS
            header.msg_iovlen = 1
            header.msg_namelen = name_bytes
            header.msg_control = controls + message * CONTROL_BYTES
        ffi.buffer(controls)[:] = _CONTROL.pack(_CONTROL.size - 6, SOL_UDP, UDP_SEGMENT, 0) * MESSAGES
        self.view = memoryview(ffi.buffer(self._buffer))
        self.words = memoryview(ffi.buffer(self.messages)).cast("B").cast("Q")
        self._vector_words = memoryview(ffi.buffer(self.vectors)).cast("B").cast("Q")
        self._sizes = memoryview(ffi.buffer(controls)).cast("B").cast("H")
        self.slots: list[tuple[Any, int, Any, int]] = list(
            zip(
                _slots(self._buffer, SEND_SLOT_BYTES, SEND_SLOTS),
                [slot * SEND_SLOT_BYTES for slot in range(SEND_SLOTS)],
                _cells(self.vectors, "struct iovec", "iov_len", SEND_SLOTS),
                [slot // SEGMENTS * HEADER_WORDS for slot in range(SEND_SLOTS)],
                strict=True,
            )
        )

    def join(self, message: int, segments: int) -> None:
        """Send so many datagrams with this message: all of the first one's size, the last at most of that size."""
        at = message * HEADER_WORDS
        self.words[at + _VECTORS_WORD] = segments
        self.words[at + CONTROL_LENGTH_WORD] = CONTROL_BYTES
        self._sizes[message * CONTROL_BYTES // 2 + 8] = self.size_of(message)

    def size_of(self, message: int) -> int:
        """Bytes of the first datagram of a message."""
        return int(self._vector_words[message * SEGMENTS * _VECTOR_WORDS + _LENGTH_WORD])

    def part(self, message: int) -> None:
        """Send one datagram with this message again."""
        at = message * HEADER_WORDS
        self.words[at + _VECTORS_WORD] = 1
        self.words[at + CONTROL_LENGTH_WORD] = 0

    def apart(self, message: int, segments: int) -> Any:
        """The datagrams of one message as that many messages."""
        whole = self.messages[message].msg_hdr
        for index in range(segments):
            header = self._single[index].msg_hdr
            header.msg_name, header.msg_namelen = whole.msg_name, whole.msg_namelen
            header.msg_iov, header.msg_iovlen = self.vectors + message * SEGMENTS + index, 1
        return self._single


class Name:
    """A destination as the kernel wants it. It may be overwritten in place when its owner moves to another address."""

    def __init__(self) -> None:
        self._bytes = ffi.new("unsigned char[]", CONTROL_AT + HOME_BYTES)
        self.pointer = int(ffi.cast("uintptr_t", self._bytes))

    def set(self, raw: bytes, control: bytes = b"") -> None:
        """Point at the socket address ``raw`` (a C ``sockaddr_in`` or ``sockaddr_in6``)."""
        ffi.buffer(self._bytes)[0 : len(raw)] = raw
        ffi.buffer(self._bytes)[CONTROL_AT : CONTROL_AT + len(control)] = control


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
        self._prepare(self.socket)
        self.socket.bind((listen_ip, port))
        self.port: int = self.socket.getsockname()[1]
        self.inbox = ReceiveBatch(self.name_bytes, self.key_bytes)
        self.outbox = SendBatch(self.name_bytes)
        self.groups = self._takes_groups()
        """Whether several datagrams may leave as one message."""

    def _prepare(self, opened: socket.socket) -> None:
        """What a socket needs before it is bound."""

    def home(self, index: int) -> tuple[DatagramPort, bytes]:
        """From where to answer the datagram in this slot of the inbox: there is only one address."""
        return self, b""

    def _enlarge(self, forced: int, plain: int) -> None:
        try:
            self.socket.setsockopt(socket.SOL_SOCKET, forced, SOCKET_BUFFER_BYTES)
        except PermissionError:  # without CAP_NET_ADMIN the system's maximum has to do
            self.socket.setsockopt(socket.SOL_SOCKET, plain, SOCKET_BUFFER_BYTES)

    def receive(self) -> int:
        """Fill the inbox; how many datagrams arrived (0: nothing is waiting)."""
        count: int = libc.recvmmsg(self.socket.fileno(), self.inbox.messages, RECEIVE_SLOTS, MSG_DONTWAIT, ffi.NULL)
        return max(count, 0)

    def _takes_groups(self) -> bool:
        try:
            self.socket.getsockopt(SOL_UDP, UDP_SEGMENT)
        except OSError:  # Linux before 4.18, or a sandbox that plays Linux
            return False
        return True

    def flush(self, count: int, grouped: dict[int, int]) -> int:
        """Send the first ``count`` messages of the outbox; how many datagrams left.

        ``grouped`` has the number of datagrams of each message that has more than one. What the kernel does not take is
        dropped and counted.
        """
        outbox = self.outbox
        for message, segments in grouped.items():
            outbox.join(message, segments)
        sent = self._send(outbox.messages, count, grouped)
        for message in grouped:
            outbox.part(message)
        return sent

    def _send(self, messages: Any, count: int, grouped: dict[int, int]) -> int:
        taken: int = libc.sendmmsg(self.socket.fileno(), messages, count, MSG_DONTWAIT)
        if taken == count:
            return count + sum(grouped.values()) - len(grouped) if grouped else count
        sent = index = max(taken, 0)
        while index < count:
            taken = libc.sendmmsg(self.socket.fileno(), messages + index, count - index, MSG_DONTWAIT)
            if taken > 0:
                sent += taken
                index += taken
            elif ffi.errno in (errno.EAGAIN, errno.ENOBUFS):
                self.counters.send_dropped += sum(grouped.get(each, 1) for each in range(index, count))
                return sent + sum(segments - 1 for message, segments in grouped.items() if message < index)
            elif ffi.errno != errno.EINTR:
                if index in grouped:  # perhaps only as a group: a device without checksums, a path with a small MTU
                    sent += self._send_apart(index, grouped[index], ffi.errno) - grouped[index] + 1
                else:
                    self.counters.send_failed += 1  # one destination is unreachable; the others are not to blame
                index += 1
        return sent + sum(grouped.values()) - len(grouped)

    def _send_apart(self, message: int, segments: int, error: int) -> int:
        """Send the datagrams of a group that was refused one by one; if it was only the group, make no more groups."""
        sent = self._send(self._apart(message, segments), segments, {})
        if sent == segments and self.groups:
            self.groups = False
            log.warning("datagrams leave one by one: the kernel refuses segmentation", reason=os.strerror(error))
        return sent

    def _apart(self, message: int, segments: int) -> Any:
        return self.outbox.apart(message, segments)

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
        return socket.inet_ntop(self.family, packed), int.from_bytes(port, "big")

    def close(self) -> None:
        """Give the port back."""
        self.socket.close()
