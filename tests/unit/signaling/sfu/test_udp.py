"""The batched socket."""

from __future__ import annotations

import errno
import socket
import struct
from collections.abc import Iterator
from typing import Any

import pytest

from signaling.sfu import udp
from signaling.sfu.counters import Counters
from signaling.sfu.udp import SEGMENTS, Name, UdpPort
from tests.support.sfu_room import waiting

SO_NO_CHECK = 11


def sockaddr(ip: str, port: int) -> bytes:
    return struct.pack("=H", socket.AF_INET) + struct.pack("!H", port) + socket.inet_aton(ip) + bytes(8)


def fill(port: UdpPort, message: int, name: Name, *payloads: bytes) -> None:
    for place, payload in enumerate(payloads):
        _, base, length, name_at = port.outbox.slots[SEGMENTS * message + place]
        port.outbox.view[base : base + len(payload)] = payload
        length[0] = len(payload)
        port.outbox.words[name_at] = name.pointer


@pytest.mark.parametrize("ip", ["127.0.0.1", "::1"])
def test_a_batch_is_received_with_its_addresses(ip: str) -> None:
    port = UdpPort(ip, 0, Counters())
    with socket.socket(port.family, socket.SOCK_DGRAM) as sender:
        sender.bind((ip, 0))
        sender.sendto(b"one", (ip, port.port))
        sender.sendto(b"three", (ip, port.port))
        assert port.receive() == 2
        raw = bytes(port.inbox.names[0])
        assert port.address_of(raw) == (ip, sender.getsockname()[1])
        assert bytes(port.inbox.view[: port.inbox.lengths[0][0]]) == b"one"
        assert bytes(port.inbox.keys[0]) == bytes(port.inbox.keys[1]) == raw[: port.key_bytes]
        assert port.receive() == 0
    port.close()


def test_a_batch_leaves_in_one_call_and_an_unreachable_address_costs_only_itself() -> None:
    counters = Counters()
    port = UdpPort("127.0.0.1", 0, counters)
    good, bad = Name(), Name()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        good.set(sockaddr(*receiver.getsockname()))
        bad.set(sockaddr("127.0.0.1", 0))  # port 0 is no destination
        for message, (payload, name) in enumerate([(b"one", good), (b"lost", bad), (b"two", good)]):
            fill(port, message, name, payload)
        assert port.flush(3, {}) == 2
        assert (receiver.recv(100), receiver.recv(100)) == (b"one", b"two")
    assert (counters.send_failed, counters.send_dropped) == (1, 0)
    port.close()


@pytest.fixture
def receiver() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.setblocking(False)
        yield receiver


def test_a_message_of_several_datagrams_arrives_as_those(receiver: socket.socket) -> None:
    counters = Counters()
    port, name = UdpPort("127.0.0.1", 0, counters), Name()
    name.set(sockaddr(*receiver.getsockname()))
    assert port.groups
    fill(port, 0, name, b"aaaa", b"bbbb", b"cc")
    fill(port, 1, name, b"alone")
    fill(port, 2, name, *(bytes((each,)) * 1500 for each in range(SEGMENTS)))
    assert port.flush(3, {0: 3, 2: SEGMENTS}) == 4 + SEGMENTS
    large = [bytes((each,)) * 1500 for each in range(SEGMENTS)]
    assert waiting(receiver) == [b"aaaa", b"bbbb", b"cc", b"alone", *large]
    fill(port, 0, name, b"aaaa", b"left over")
    assert port.flush(1, {}) == 1
    assert waiting(receiver) == [b"aaaa"]
    assert counters == Counters()
    port.close()


def test_a_group_to_an_unreachable_address_costs_only_itself(receiver: socket.socket) -> None:
    counters = Counters()
    port, good, bad = UdpPort("127.0.0.1", 0, counters), Name(), Name()
    good.set(sockaddr(*receiver.getsockname()))
    bad.set(sockaddr("127.0.0.1", 0))
    fill(port, 0, good, b"1", b"2")
    fill(port, 1, bad, b"a", b"b", b"c")
    fill(port, 2, good, b"3", b"4")
    assert port.flush(3, {0: 2, 1: 3, 2: 2}) == 4
    assert waiting(receiver) == [b"1", b"2", b"3", b"4"]
    assert (counters.send_failed, counters.send_dropped, port.groups) == (3, 0, True)
    port.close()


def test_where_the_kernel_refuses_groups_every_datagram_leaves_alone(receiver: socket.socket) -> None:
    counters = Counters()
    port, name = UdpPort("127.0.0.1", 0, counters), Name()
    name.set(sockaddr(*receiver.getsockname()))
    port.socket.setsockopt(socket.SOL_SOCKET, SO_NO_CHECK, 1)  # segmentation needs checksums
    fill(port, 0, name, b"1", b"2", b"3")
    fill(port, 1, name, b"4")
    fill(port, 2, name, b"5", b"6")
    assert port.flush(3, {0: 3, 2: 2}) == 6
    assert waiting(receiver) == [b"1", b"2", b"3", b"4", b"5", b"6"]
    assert (counters.send_failed, port.groups) == (0, False)
    port.close()


class FullAfterOne:
    """A kernel whose send buffer takes one message."""

    def __init__(self, kernel: Any) -> None:
        self._kernel = kernel
        self._taken = 0

    def sendmmsg(self, descriptor: int, messages: Any, count: int, flags: int) -> int:
        if not self._taken:
            self._taken = int(self._kernel.sendmmsg(descriptor, messages, 1, flags))
            return self._taken
        udp.ffi.errno = errno.EAGAIN
        return -1


def test_what_the_kernel_has_no_room_for_is_counted_by_datagram(
    receiver: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    counters = Counters()
    port, name = UdpPort("127.0.0.1", 0, counters), Name()
    name.set(sockaddr(*receiver.getsockname()))
    fill(port, 0, name, b"1", b"2")
    fill(port, 1, name, b"3", b"4", b"5")
    fill(port, 2, name, b"6")
    monkeypatch.setattr(udp, "libc", FullAfterOne(udp.libc))
    assert port.flush(3, {0: 2, 1: 3}) == 2
    assert waiting(receiver) == [b"1", b"2"]
    assert (counters.send_dropped, counters.send_failed) == (4, 0)
    port.close()


def test_a_single_datagram_to_nowhere_is_counted() -> None:
    counters = Counters()
    port = UdpPort("127.0.0.1", 0, counters)
    port.send_to(b"x", ("127.0.0.1", 0))
    assert counters.send_failed == 1
    port.close()
