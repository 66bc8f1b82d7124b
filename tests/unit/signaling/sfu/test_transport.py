"""One browser transport: addresses, silence, SSRCs."""

from __future__ import annotations

import itertools
import socket

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signaling.errors import ErrorCode, SignalingError
from signaling.sfu import rtcp
from signaling.sfu.transport import LOST_AFTER, MAXIMUM_ADDRESSES, SILENT_AFTER
from tests.support.sfu_packets import VP8_KEY, rtp_packet, video_parameters
from tests.support.sfu_room import Room, camera_packet, waiting

FINGERPRINT = {"role": "client", "fingerprints": [{"algorithm": "sha-256", "value": "AA"}]}


async def test_silence_disconnects_then_fails_and_a_check_before_the_handshake_heals_nothing() -> None:
    with Room() as room:
        ann = room.browser("ann", "send")
        ann.transport.connect(FINGERPRINT)
        room.now = SILENT_AFTER
        ann.transport.check_silence(room.now)
        assert ann.states == [("connecting", "")]
        room.now = LOST_AFTER
        ann.transport.check_silence(room.now)
        ann.check()
        assert ann.states[1:] == [("failed", "silent")]
        await ann.transport.close()


async def test_a_connected_transport_comes_back_from_silence() -> None:
    with Room() as room:
        ann = room.browser("ann", "send")
        ann.transport.state, ann.transport._secured = "connected", True
        room.now = SILENT_AFTER
        ann.transport.check_silence(room.now)
        ann.check()
        room.now += LOST_AFTER
        ann.transport.check_silence(room.now)
        ann.transport.check_silence(room.now)
        ann.check()
        assert [state for state, _ in ann.states] == [
            "disconnected", "connected", "disconnected", "failed", "connected",
        ]  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0.0, 50.0), max_size=8), st.booleans())
def test_who_is_looked_at_only_when_due_changes_when_others_do(pauses: list[float], secured: bool) -> None:
    checks = list(itertools.accumulate(pauses))
    often, seldom = (silences(checks, secured, seldom=seldom) for seldom in (False, True))
    assert often == seldom


def silences(checks: list[float], secured: bool, *, seldom: bool) -> list[tuple[int, str]]:
    """What a transport says of itself by the second when checks come at these times."""
    with Room() as room:
        transport = room.browser("ann", "send").transport
        transport.state, transport._secured = ("connected", True) if secured else ("connecting", False)
        said, due, waiting = [], SILENT_AFTER, list(checks)
        for second in range(1, 500):
            while waiting and waiting[0] <= second:
                room.now = waiting.pop(0)
                assert transport.selected is not None
                transport.checked(transport.selected, nominated=True)
            room.now = float(second)
            before = transport.state
            if not seldom or due <= second:
                due = transport.check_silence(room.now)
            if transport.state != before:
                said.append((second, transport.state))
        return said


async def test_a_handshake_is_begun_once() -> None:
    with Room() as room:
        ann = room.browser("ann", "send")
        ann.transport.connect(FINGERPRINT)
        with pytest.raises(SignalingError) as refused:
            ann.transport.connect(FINGERPRINT)
        assert refused.value.code == ErrorCode.WRONG_STATE
        await ann.transport.close()


async def test_media_follows_a_browser_to_its_new_address() -> None:
    with Room() as room:
        ann, bob = room.browser("ann", "send"), room.browser("bob", "receive")
        room.follow(bob, room.camera(ann))
        before = bob.socket
        bob.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        bob.socket.setblocking(False)
        bob.socket.connect(("127.0.0.1", room.port.port))
        bob.check()
        ann.send(camera_packet(1, VP8_KEY))
        assert len(bob.receive()[0]) == 1
        with pytest.raises(BlockingIOError):
            before.setblocking(False)
            while before.recv(2048):
                continue
        before.close()


@pytest.mark.parametrize("who", ["ann", "bob"])
async def test_after_a_restart_pictures_begin_with_a_key_frame_on_either_side(who: str) -> None:
    with Room() as room:
        ann, bob = room.browser("ann", "send"), room.browser("bob", "receive")
        room.follow(bob, room.camera(ann))
        ann.send(camera_packet(10, VP8_KEY))
        ann.receive(), bob.receive()
        room.now += 10
        restarted = {"ann": ann, "bob": bob}[who].transport
        (path,) = restarted._paths.values()
        restarted.agent.restart()
        restarted.checked(path, nominated=True)
        assert ann.receive() == ([], []), "the old credentials are in use"
        restarted.agent.confirm(restarted.agent.current.ufrag)
        for _ in range(2):
            restarted.checked(path, nominated=True)
        assert ann.receive() == ([], [rtcp.pli(2001)])


@pytest.mark.parametrize("who", ["ann", "bob"])
async def test_at_another_address_pictures_begin_with_a_key_frame_on_either_side(who: str) -> None:
    with Room() as room:
        ann, bob = room.browser("ann", "send"), room.browser("bob", "receive")
        room.follow(bob, room.camera(ann))
        ann.send(camera_packet(10, VP8_KEY))
        ann.receive(), bob.receive()
        room.now += 10
        moved = {"ann": ann, "bob": bob}[who]
        moved.check()
        assert ann.receive() == ([], []), "the address is the same"
        moved.reopen()
        for _ in range(2):
            moved.ask()
            room.forwarder.on_readable()
        assert [ann.open.open_report(each) for each in waiting(ann.socket) if each[0] >= 128] == [rtcp.pli(2001)]


async def test_a_browser_has_a_bounded_number_of_addresses() -> None:
    with Room() as room:
        ann = room.browser("ann", "send")
        first = ann.socket
        for _ in range(MAXIMUM_ADDRESSES + 3):
            if ann.socket is not first:
                ann.socket.close()
            ann.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            ann.socket.connect(("127.0.0.1", room.port.port))
            ann.check()
        assert len(ann.transport.keys) == MAXIMUM_ADDRESSES
        first.send(camera_packet(1, VP8_KEY))
        room.forwarder.on_readable()
        assert room.counters.unknown_address == 1
        first.close()


async def test_an_ssrc_belongs_to_one_track() -> None:
    with Room() as room:
        ann = room.browser("ann", "send")
        room.camera(ann)
        with pytest.raises(SignalingError) as refused:
            room.camera(ann, video_parameters(2002, 3000))
        assert refused.value.code == ErrorCode.CONFLICT


async def test_simulcast_layers_are_found_by_their_names() -> None:
    with Room() as room:
        ann = room.browser("ann", "send")
        parameters = video_parameters() | {"encodings": [{"rid": "l"}, {"rid": "h"}]}
        publication = room.camera(ann, parameters)
        low, high = publication.streams
        ann.send(rtp_packet(96, 1, 1, 501, VP8_KEY, extensions={4: b"1", 10: b"h"}))
        ann.send(rtp_packet(96, 1, 1, 502, VP8_KEY, extensions={4: b"1", 10: b"l"}))
        ann.send(rtp_packet(97, 1, 1, 503, b"\0\2" + VP8_KEY, extensions={4: b"1", 11: b"h"}))
        assert (low.ssrc, high.ssrc) == (502, 501)
        assert (low.reception.received, high.reception.received) == (1, 2)


async def test_a_publisher_who_changes_the_ssrc_goes_on_without_a_gap() -> None:
    with Room() as room:
        ann, bob = room.browser("ann", "send"), room.browser("bob", "receive")
        room.follow(bob, room.camera(ann))
        ann.send(camera_packet(1000, VP8_KEY), camera_packet(1001, VP8_KEY))
        ann.send(rtp_packet(96, 7, 1, 9999, VP8_KEY, extensions={4: b"1"}))
        sequences = [int.from_bytes(each[2:4], "big") for each in bob.receive()[0]]
        assert sequences == [sequences[0], sequences[0] + 1, sequences[0] + 2]
