"""A worker on several addresses at once: IPv4 and IPv6 people in one room, each answered from where they asked."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_asyncio

from signaling.ids import ParticipantId, RoomId
from signaling.sfu import rtp
from tests.support.sfu_packets import CAPABILITIES, VP8_KEY, rtp_packet, video_parameters
from tests.support.sfu_peer import Peer, WorkerProcess

HOMES = ("127.0.0.1", "::1")


@pytest_asyncio.fixture
async def worker() -> AsyncIterator[WorkerProcess]:
    with tempfile.TemporaryDirectory() as folder:
        process = WorkerProcess(Path(folder), listen="::", announce=HOMES)
        await process.start()
        yield process
        await process.close()


async def open_at(worker: WorkerProcess, home: str, participant: str, direction: Any) -> Peer:
    """A transport over the candidate of this address; its socket hears nothing from any other."""
    created = await worker.media.create_transport(RoomId("room"), ParticipantId(participant), direction)
    peer = Peer(worker.media, created)
    (candidate,) = [each for each in created.ice_candidates if (each["ip"], each["protocol"]) == (home, "udp")]
    await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: peer, remote_addr=(candidate["ip"], candidate["port"])
    )
    await peer.connect()
    return peer


async def test_people_of_both_kinds_of_addresses_meet_on_one_port(worker: WorkerProcess) -> None:
    ann = await open_at(worker, "127.0.0.1", "ann", "send")
    watchers = [await open_at(worker, home, f"watcher{home}", "receive") for home in HOMES]
    eva = await open_at(worker, "::1", "eva", "send")
    (port,) = {each["port"] for each in ann.created.ice_candidates if each["protocol"] == "udp"}
    assert port
    for index, sender in enumerate((ann, eva)):
        publication_id = await worker.media.publish(
            sender.transport_id, "video", "camera", video_parameters(2001 + 10 * index, 2002 + 10 * index)
        )
        for watcher in watchers:
            await watcher.follow(publication_id, CAPABILITIES)
        for number in range(20):
            sender.send(rtp_packet(96, number, 3000 * number, 2001 + 10 * index, VP8_KEY))
        for watcher in watchers:
            await watcher.changed.until(lambda w=watcher: len(w.packets) == 20, "everything arrives")  # type: ignore[misc]
            ssrcs = {rtp.HEADER.unpack_from(packet)[4] for packet in watcher.packets}
            assert len(ssrcs) == 1
            watcher.packets.clear()
    addresses = {each["address"][0] for each in (await worker.media.statistics())["transports"].values()}
    assert addresses == set(HOMES)
    for peer in (ann, eva, *watchers):
        await peer.close()
