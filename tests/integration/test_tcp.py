"""Media over TCP through a real worker process: both ways, next to UDP, and against those who misuse the port."""

from __future__ import annotations

import asyncio
import functools
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from signaling.sfu import rtcp, rtp, tcp
from tests.support.sfu_packets import CAPABILITIES, VP8_DELTA, VP8_KEY, audio_parameters, rtp_packet, video_parameters
from tests.support.sfu_peer import Peer, TcpPeer, WorkerProcess

pytestmark = pytest.mark.asyncio(loop_scope="module")
CAMERA = 2001
SOUNDS = 100


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def process() -> AsyncIterator[WorkerProcess]:
    with tempfile.TemporaryDirectory() as folder:
        running = WorkerProcess(Path(folder))
        yield running
        await running.close()


@pytest_asyncio.fixture(loop_scope="module")
async def worker(process: WorkerProcess) -> WorkerProcess:
    await process.begin_again()
    return process


def _count(peer: Peer, ssrc: int) -> int:
    return sum(rtp.HEADER.unpack_from(packet)[4] == ssrc for packet in peer.packets)


def picture(number: int, payload: bytes = VP8_KEY) -> bytes:
    return rtp_packet(96, number, 3000 * number, CAMERA, payload)


@pytest.mark.parametrize("kinds", [(TcpPeer, TcpPeer), (TcpPeer, Peer), (Peer, TcpPeer)])
async def test_a_picture_goes_over_tcp_in_each_direction(
    worker: WorkerProcess, kinds: tuple[type[Peer], type[Peer]]
) -> None:
    ann = await kinds[0].open(worker.media, "room", "ann", "send")
    bob = await kinds[1].open(worker.media, "room", "bob", "receive")
    publication_id = await worker.media.publish(ann.transport_id, "video", "camera", video_parameters())
    subscribed = await bob.follow(publication_id, CAPABILITIES)
    for number in range(1, 51):
        ann.send(picture(number))
    await bob.changed.until(lambda: len(bob.packets) == 50, "everything arrives")
    sequences = [rtp.HEADER.unpack_from(packet)[2] for packet in bob.packets]
    ssrc = subscribed.rtp_parameters["encodings"][0]["ssrc"]
    bob.send_report(rtcp.nack(ssrc, [sequences[7]]))
    await bob.changed.until(lambda: len(bob.packets) == 51, "a loss is repaired")
    statistics = await worker.media.statistics()
    used = {key: each["protocol"] for key, each in statistics["transports"].items()}
    assert used == {
        ann.transport_id: "tcp" if kinds[0] is TcpPeer else "udp",
        bob.transport_id: "tcp" if kinds[1] is TcpPeer else "udp",
    }
    await ann.close()
    await bob.close()


async def test_a_connection_that_ends_is_a_path_that_ends_and_another_one_goes_on(worker: WorkerProcess) -> None:
    ann = await Peer.open(worker.media, "room", "ann", "send")
    bob = await TcpPeer.open(worker.media, "room", "bob", "receive")
    publication_id = await worker.media.publish(ann.transport_id, "video", "camera", video_parameters())
    await bob.follow(publication_id, CAPABILITIES)
    ann.send(picture(1))
    await bob.changed.until(lambda: len(bob.packets) == 1, "the first arrives")
    await bob.hang_up()
    await worker.changed.until(
        lambda: any(getattr(each, "state", "") == "disconnected" for each in worker.notices), "the loss is noticed"
    )
    await bob.dial()
    bob.check()
    await worker.changed.until(
        lambda: [getattr(each, "state", "") for each in worker.notices][-1] == "connected", "it is back"
    )
    ann.send(picture(2, VP8_DELTA))
    await bob.changed.until(lambda: len(bob.packets) >= 2, "media goes on without a new handshake")
    await ann.close()
    await bob.close()


async def test_strangers_and_garbage_end_their_own_connection_only(worker: WorkerProcess) -> None:
    before = (await worker.media.statistics())["counters"]
    ann = await TcpPeer.open(worker.media, "room", "ann", "send")
    bob = await TcpPeer.open(worker.media, "room", "bob", "receive")
    publication_id = await worker.media.publish(ann.transport_id, "video", "camera", video_parameters())
    await bob.follow(publication_id, CAPABILITIES)
    candidate = next(each for each in ann.created.ice_candidates if each["protocol"] == "tcp")
    reader, writer = await asyncio.open_connection(candidate["ip"], candidate["port"])
    writer.write(b"\xff\xff" + bytes(100))
    assert await asyncio.wait_for(reader.read(), 5) == b"", "an impossible length"
    writer.close()
    reader, writer = await asyncio.open_connection(candidate["ip"], candidate["port"])
    for frame in (b"", b"\x00", b"\x90" + bytes(40), b"\x16" + bytes(40), b"\xc8" * 60, b"\x00\x01" + bytes(30)):
        writer.write(len(frame).to_bytes(2, "big") + frame)
    started = asyncio.get_running_loop().time()
    assert await asyncio.wait_for(reader.read(), tcp.PROVE_WITHIN + 3) == b"", "no check in time"
    assert asyncio.get_running_loop().time() - started > tcp.PROVE_WITHIN - 1
    writer.close()
    ann.send(picture(1))
    await bob.changed.until(lambda: len(bob.packets) == 1, "those who belong here go on")
    after = (await worker.media.statistics())["counters"]
    assert (after["faults"], after["tcp_refused"] - before["tcp_refused"]) == (0, 2)
    await ann.close()
    await bob.close()


async def test_one_address_has_a_bounded_number_of_connections(worker: WorkerProcess) -> None:
    ann = await TcpPeer.open(worker.media, "room", "ann", "send")
    candidate = next(each for each in ann.created.ice_candidates if each["protocol"] == "tcp")
    opened = [await asyncio.open_connection(candidate["ip"], candidate["port"]) for _ in range(tcp.MAXIMUM_PER_ADDRESS)]
    started = asyncio.get_running_loop().time()
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await asyncio.wait_for(opened[0][0].readexactly(1), 5)
    assert asyncio.get_running_loop().time() - started < tcp.PROVE_WITHIN - 1, "it made room for the newest"
    statistics = await worker.media.statistics()
    assert [each["protocol"] for each in statistics["transports"].values()] == ["tcp"], "who proved something stays"
    for _, writer in opened:
        writer.close()
    await ann.close()


async def test_a_slow_reader_loses_pictures_before_sound_and_nobody_else_does(
    worker: WorkerProcess,
) -> None:
    ann = await Peer.open(worker.media, "room", "ann", "send")
    slow = await TcpPeer.open(worker.media, "room", "slow", "receive")
    bob = await Peer.open(worker.media, "room", "bob", "receive")
    publication_id = await worker.media.publish(ann.transport_id, "video", "camera", video_parameters())
    voice_id = await worker.media.publish(ann.transport_id, "audio", "microphone", audio_parameters())
    for peer in (slow, bob):
        await peer.follow(publication_id, CAPABILITIES)
    heard = (await slow.follow(voice_id, CAPABILITIES)).rtp_parameters["encodings"][0]["ssrc"]
    slow.may_read.clear()
    before = (await worker.media.statistics())["counters"]["tcp_dropped"]
    sent = dropped = 0
    while not dropped and sent < 20_000:
        for _ in range(40):
            sent += 1
            ann.send(picture(sent, VP8_KEY + bytes(1100)))
        expected = sent
        await bob.changed.until(lambda wanted=expected: len(bob.packets) >= wanted, "the others get everything")
        dropped = (await worker.media.statistics())["counters"]["tcp_dropped"] - before
    assert dropped > 0
    for number in range(SOUNDS):
        ann.send(rtp_packet(111, number, 960 * number, 1001, bytes(40)))
    ann.send(picture(sent + 1))
    await bob.changed.until(lambda: len(bob.packets) == sent + 1, "the last picture comes")
    slow.may_read.set()
    sounds = functools.partial(_count, slow, heard)
    await slow.changed.until(lambda: sounds() == SOUNDS, "all of the sound comes")
    assert len(slow.packets) - SOUNDS < sent
    for peer in (ann, slow, bob):
        await peer.close()


async def test_a_tcp_port_in_use_leaves_udp_alone(tmp_path: Path) -> None:
    taken = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0)
    process = WorkerProcess(tmp_path, tcp_port=taken.sockets[0].getsockname()[1])
    await process.start()
    ann = await Peer.open(process.media, "room", "ann", "send")
    assert [each["protocol"] for each in ann.created.ice_candidates] == ["udp"]
    await ann.close()
    await process.close()
    taken.close()
