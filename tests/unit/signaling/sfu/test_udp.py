"""The batched socket."""

from __future__ import annotations

import socket
import struct

import pytest

from signaling.sfu.counters import Counters
from signaling.sfu.udp import Name, UdpPort


def sockaddr(ip: str, port: int) -> bytes:
    return struct.pack("=H", socket.AF_INET) + struct.pack("!H", port) + socket.inet_aton(ip) + bytes(8)


def fill(port: UdpPort, slot: int, payload: bytes, name: Name) -> None:
    base = port.outbox.bases[slot]
    port.outbox.view[base : base + len(payload)] = payload
    port.outbox.set_length(slot, len(payload))
    struct.pack_into("=Q", port.outbox.headers, port.outbox.name_offsets[slot], name.pointer)


@pytest.mark.parametrize("ip", ["127.0.0.1", "::1"])
def test_a_batch_is_received_with_its_addresses(ip: str) -> None:
    port = UdpPort(ip, 0, Counters())
    with socket.socket(port.family, socket.SOCK_DGRAM) as sender:
        sender.bind((ip, 0))
        sender.sendto(b"one", (ip, port.port))
        sender.sendto(b"three", (ip, port.port))
        assert port.receive() == 2
        raw = bytes(port.inbox.names[: port.name_bytes])
        assert port.address_of(raw) == (ip, sender.getsockname()[1])
        assert bytes(port.inbox.view[:3]) == b"one"
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
        for slot, (payload, name) in enumerate([(b"one", good), (b"lost", bad), (b"two", good)]):
            fill(port, slot, payload, name)
        assert port.flush(3) == 2
        assert (receiver.recv(100), receiver.recv(100)) == (b"one", b"two")
    assert (counters.send_failed, counters.send_dropped) == (1, 0)
    port.close()


def test_a_single_datagram_to_nowhere_is_counted() -> None:
    counters = Counters()
    port = UdpPort("127.0.0.1", 0, counters)
    port.send_to(b"x", ("127.0.0.1", 0))
    assert counters.send_failed == 1
    port.close()
