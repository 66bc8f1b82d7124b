"""One port on several addresses: what was asked of one is answered from it."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from signaling.sfu import udp, worker
from signaling.sfu.counters import Counters
from signaling.sfu.homes import HomesPort
from signaling.sfu.udp import Name, UdpPort
from signaling.sfu.worker import WorkerConfig, open_port
from tests.unit.signaling.sfu.test_udp import fill

HOMES = ["127.0.0.1", "127.0.0.2", "::1"]


@pytest.fixture
def port() -> Iterator[HomesPort]:
    opened = HomesPort(0, Counters())
    yield opened
    opened.close()


def ask(port: HomesPort, home: str) -> tuple[socket.socket, Any, Name]:
    """Somebody asks this address; their socket, the way back, and the name for media."""
    asker = socket.socket(socket.AF_INET6 if ":" in home else socket.AF_INET, socket.SOCK_DGRAM)
    asker.settimeout(5)
    asker.connect((home, port.port))  # from now on it hears nobody else
    asker.send(b"question")
    assert port.receive() == 1
    raw = bytes(port.inbox.names[0])
    assert port.address_of(raw) == asker.getsockname()[:2]
    way, control = port.home(0)
    name = Name()
    name.set(raw, control)
    return asker, way, name


@pytest.mark.parametrize("home", HOMES)
def test_an_answer_comes_from_where_it_was_asked(port: HomesPort, home: str) -> None:
    asker, way, _ = ask(port, home)
    with asker:
        way.send_to(b"answer", asker.getsockname()[:2])
        assert asker.recv(100) == b"answer"
    assert port.counters == Counters()


def test_media_leaves_from_the_home_of_each_alone_and_in_groups(port: HomesPort) -> None:
    asked = [ask(port, home) for home in HOMES]
    for message, (_, _, name) in enumerate(asked):
        fill(port, message, name, b"first", b"other", b"end")
    assert port.flush(3, {0: 3, 1: 3, 2: 3}) == 9
    for message, (_, _, name) in enumerate(asked):
        fill(port, message, name, b"alone")
    assert port.flush(3, {}) == 3
    fill(port, 0, asked[1][2], b"again", b"and")
    fill(port, 1, asked[0][2], b"one")
    assert port.flush(2, {0: 2}) == 3
    for index, (asker, _, _) in enumerate(asked):
        heard = [asker.recv(100) for _ in range(4)]
        assert heard == [b"first", b"other", b"end", b"alone"]
        more = {0: [b"one"], 1: [b"again", b"and"], 2: []}[index]
        assert [asker.recv(100) for _ in more] == more
        asker.close()
    assert port.counters == Counters()


def test_what_leaves_one_by_one_keeps_its_home(port: HomesPort, monkeypatch: pytest.MonkeyPatch) -> None:
    asker, _, name = ask(port, "127.0.0.2")
    fill(port, 0, name, b"one", b"two")
    port.outbox.join(0, 2)
    assert port._send(port._apart(0, 2), 2, {}) == 2
    port.outbox.part(0)
    assert [asker.recv(100), asker.recv(100)] == [b"one", b"two"]
    asker.close()
    assert udp.HOME_BYTES == 40


def test_homes_are_told_apart_and_each_is_known_once(port: HomesPort) -> None:
    first = ask(port, "127.0.0.1")
    again = ask(port, "127.0.0.1")
    other = ask(port, "127.0.0.2")
    assert first[1] is again[1]
    assert first[1] is not other[1]
    for asker, _, _ in (first, again, other):
        asker.close()


def config(listen_ip: str, *announced: str) -> WorkerConfig:
    return WorkerConfig(Path("control"), Path("feed"), listen_ip, 0, list(announced))


@pytest.mark.parametrize(
    ("chosen", "kind"),
    [
        (config("::", "127.0.0.1", "::1"), HomesPort),
        (config("::", "127.0.0.1"), UdpPort),
        (config("127.0.0.1", "127.0.0.1", "127.0.0.2"), UdpPort),
    ],
)
def test_homes_are_told_apart_only_where_several_are_announced(chosen: WorkerConfig, kind: type[UdpPort]) -> None:
    opened = open_port(chosen, Counters())
    assert type(opened) is kind
    opened.close()


def test_a_machine_without_ipv6_serves_ipv4(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(port: int, counters: Counters) -> HomesPort:
        raise OSError(errno.EAFNOSUPPORT, "no IPv6")

    monkeypatch.setattr(worker, "HomesPort", refused)
    opened = open_port(config("::", "192.0.2.1", "2001:db8::1"), Counters())
    assert opened.family == socket.AF_INET
    opened.close()
