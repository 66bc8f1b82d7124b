"""The frames of one TCP connection, and what becomes of a connection that is no path any more."""

from __future__ import annotations

import asyncio
from typing import Any, cast

from aioice import stun
from hypothesis import given, settings
from hypothesis import strategies as st

from signaling.sfu.counters import Counters
from signaling.sfu.tcp import (
    LARGEST_FRAME,
    MAXIMUM_PER_ADDRESS,
    UNSENT_BYTES,
    UNSENT_PICTURES,
    TcpConnection,
    TcpPort,
)
from signaling.sfu.transport import MAXIMUM_ADDRESSES
from tests.support.sfu_room import Browser, Room


class Wire:
    """The event loop's end of a connection."""

    def __init__(self, peer: tuple[str, int] | None = ("192.0.2.7", 5000)) -> None:
        self.peer = peer
        self.written = bytearray()
        self.aborted = False
        self.unsent = 0
        self.options: dict[int, int] = {}

    def get_extra_info(self, name: str) -> object:
        return self.peer if name == "peername" else self

    def setsockopt(self, level: int, option: int, value: int) -> None:
        self.options[option] = value

    def write(self, data: bytes) -> None:
        self.written += data

    def get_write_buffer_size(self) -> int:
        return self.unsent

    def is_closing(self) -> bool:
        return self.aborted

    def abort(self) -> None:
        self.aborted = True


def dial(port: TcpPort, number: int = 1, wire: Wire | None = None) -> tuple[TcpConnection, Wire]:
    connection, wire = TcpConnection(port, number), wire or Wire()
    connection.connection_made(wire)
    return connection, wire


def test_pictures_are_dropped_before_sound_and_reports() -> None:
    port = TcpPort(Counters())
    connection, wire = TcpConnection(port, 1), Wire()
    connection._transport = cast(asyncio.Transport, wire)
    sound, picture, repair, report, check = (
        bytes(head) + bytes(20) for head in ((0x80, 100), (0x90, 0x80 | 101), (0x80, 102), (0x80, 200), (0x00, 0x01))
    )
    for unsent, through in (
        (UNSENT_PICTURES, [sound, picture, repair, report, check]),
        (UNSENT_PICTURES + 1, [sound, report, check]),
        (UNSENT_BYTES + 1, []),
    ):
        wire.unsent = unsent
        wire.written.clear()
        for each in (sound, picture, repair, report, check):
            connection.send_media(each)
        assert wire.written == b"".join(len(each).to_bytes(2, "big") + each for each in through)
    assert port.counters.tcp_dropped == 7


@settings(deadline=None)
@given(st.lists(st.binary(max_size=200), max_size=20), st.lists(st.integers(1, 400), min_size=1))
def test_frames_are_found_however_the_stream_is_cut(frames: list[bytes], cuts: list[int]) -> None:
    async def cut() -> list[bytes]:
        port, found = TcpPort(Counters()), list[bytes]()
        port.handler = lambda _, frame: found.append(frame)
        connection, _ = dial(port)
        stream = b"".join(len(each).to_bytes(2, "big") + each for each in frames)
        position = turn = 0
        while position < len(stream):
            step = cuts[turn % len(cuts)]
            connection.data_received(stream[position : position + step])
            position, turn = position + step, turn + 1
        connection.connection_lost(None)
        return found

    assert asyncio.run(cut()) == frames


async def test_nothing_behind_an_impossible_length_is_read() -> None:
    port, found = TcpPort(Counters()), list[bytes]()
    port.handler = lambda _, frame: found.append(frame)
    connection, wire = dial(port)
    connection.data_received(b"\x00\x01a" + (LARGEST_FRAME + 1).to_bytes(2, "big") + b"\x00\x01b")
    assert (found, wire.aborted, port.counters.tcp_refused) == ([b"a"], True, 1)
    connection.connection_lost(None)


async def test_a_connection_that_was_gone_before_it_was_here_is_dropped() -> None:
    port = TcpPort(Counters())
    connection, wire = dial(port, wire=Wire(None))
    assert wire.aborted
    connection.connection_lost(None)


def prove(room: Room, browser: Browser, connection: TcpConnection) -> None:
    request: Any = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    request.attributes |= {"USERNAME": f"{browser.transport.agent.current.ufrag}:x", "USE-CANDIDATE": None}
    request.add_message_integrity(browser.transport.agent.current.password.encode())
    datagram = bytes(request)
    connection.data_received(len(datagram).to_bytes(2, "big") + datagram)
    assert connection.proven


async def test_a_connection_ends_with_its_transport() -> None:
    with Room() as room:
        port = TcpPort(room.counters)
        port.handler, port.on_closed = room.forwarder.on_frame, room.forwarder.on_closed
        ann = room.browser("ann", "send")
        connection, wire = dial(port)
        prove(room, ann, connection)
        assert wire.written and ann.transport.connection is connection
        await ann.transport.close()
        assert wire.aborted
        connection.connection_lost(None)


async def test_the_oldest_of_too_many_connections_of_one_transport_ends() -> None:
    with Room() as room:
        port = TcpPort(room.counters)
        port.handler, port.on_closed = room.forwarder.on_frame, room.forwarder.on_closed
        ann = room.browser("ann", "send")
        dialled = [dial(port, number) for number in range(MAXIMUM_ADDRESSES + 3)]
        for connection, _ in dialled:
            prove(room, ann, connection)
        # One more path is the address of its UDP.
        assert [wire.aborted for _, wire in dialled[:5]] == [True, True, True, False, False]
        assert len(ann.transport.keys) == MAXIMUM_ADDRESSES
        for connection, _ in dialled:
            connection.connection_lost(None)
        assert (ann.transport.keys, room.counters.faults) == ([], 0)


async def test_those_who_prove_nothing_make_room_and_those_who_did_stay() -> None:
    with Room() as room:
        port = TcpPort(room.counters)
        port.handler, port.on_closed = room.forwarder.on_frame, room.forwarder.on_closed
        ann = room.browser("ann", "send")
        proven, wire = dial(port)
        prove(room, ann, proven)
        strangers = [dial(port, number) for number in range(2, MAXIMUM_PER_ADDRESS + 5)]
        assert [index for index, (_, each) in enumerate(strangers) if each.aborted] == [0, 1, 2, 3]
        assert not wire.aborted
        elsewhere, other = dial(port, 500, Wire(("192.0.2.8", 1)))
        assert not other.aborted
        for connection in (proven, elsewhere, *(each for each, _ in strangers)):
            connection.connection_lost(None)
        assert not port._connections and not port._addresses


async def test_where_everybody_proved_something_one_more_is_refused() -> None:
    port = TcpPort(Counters())
    dialled = [dial(port, number) for number in range(MAXIMUM_PER_ADDRESS)]
    for connection, _ in dialled:
        connection.prove()
    late, wire = dial(port, 999)
    assert wire.aborted and not any(each.aborted for _, each in dialled)
    for connection in (late, *(each for each, _ in dialled)):
        connection.connection_lost(None)
    assert not port._addresses
