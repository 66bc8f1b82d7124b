"""The figures of a real worker process: what they say of a bad way, and that they are there at all."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from signaling.ids import ParticipantId, RoomId
from signaling.sfu import COMPILED, control
from tests.support.sfu_packets import CAPABILITIES, VP8_DELTA, VP8_KEY, rtp_packet, video_parameters
from tests.support.sfu_peer import Peer, WorkerProcess


@pytest_asyncio.fixture
async def worker() -> AsyncIterator[WorkerProcess]:
    with tempfile.TemporaryDirectory() as folder:
        process = WorkerProcess(Path(folder))
        await process.start()
        yield process
        await process.close()


async def test_losses_are_told_as_a_poor_connection_and_statistics_say_why(worker: WorkerProcess) -> None:
    def told() -> list[control.PersonQuality]:
        return [each for each in worker.notices if isinstance(each, control.PersonQuality)]

    sender = await Peer.open(worker.media, "room", "ann", "send")
    receiver = await Peer.open(worker.media, "room", "bob", "receive")
    publication_id = await worker.media.publish(sender.transport_id, "video", "camera", video_parameters())
    await receiver.follow(publication_id, CAPABILITIES)
    sequence = 0
    sender.send(rtp_packet(96, sequence, 0, 2001, VP8_KEY))
    async with asyncio.timeout(20):
        while not told():
            for _ in range(10):
                sequence += 1
                if sequence % 4:
                    sender.send(rtp_packet(96, sequence, 3000 * sequence, 2001, VP8_DELTA))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(worker.changed.until(told, "a word on the connection"), 0.1)
    assert told()[0] == control.PersonQuality(RoomId("room"), ParticipantId("ann"), "poor")
    statistics = await worker.media.statistics()
    (ann,) = [each for each in statistics["people"] if each["participant_id"] == "ann"]
    assert (ann["quality"], 0.1 < ann["loss_up"] < 0.5) == ("poor", True)
    (publication,) = statistics["publications"].values()
    (subscription,) = statistics["subscriptions"].values()
    assert publication["streams"][0]["lost"] > 20
    assert (publication["streams"][0]["bits_per_second"] > 0, subscription["bits_per_second"] > 0) == (True, True)
    assert (subscription["freezes"], subscription["given_up"], subscription["layer"]) == (0, False, 0)
    assert statistics["counters"]["bytes_forwarded"] > 0
    assert worker.media.cpu_share is not None
    elsewhere = await Peer.open(worker.media, "room#talk", "carl", "send")
    other = await Peer.open(worker.media, "room2", "dora", "send")
    told_of = {
        room_id: set((await worker.media.statistics(RoomId(room_id)))["transports"])
        for room_id in ("room", "room#talk", "room2", "roo")
    }
    whole = {sender.transport_id, receiver.transport_id, elsewhere.transport_id}
    assert told_of == {
        "room": whole, "room#talk": {elsewhere.transport_id}, "room2": {other.transport_id}, "roo": set()
    }  # fmt: skip
    of_the_other = await worker.media.statistics(RoomId("room2"))
    assert (of_the_other["people"], of_the_other["publications"], of_the_other["subscriptions"]) == ([], {}, {})
    of_the_room = await worker.media.statistics(RoomId("room"))
    (publication,) = of_the_room["publications"].values()
    (subscription,) = of_the_room["subscriptions"].values()
    assert (publication["transport_id"], subscription["transport_id"]) == (sender.transport_id, receiver.transport_id)
    await elsewhere.media.close_transport(elsewhere.transport_id)
    await other.media.close_transport(other.transport_id)
    counted = await worker.media.counters()
    assert statistics["compiled"] is counted["compiled"] is COMPILED
    assert counted["layers"] == {"only": 1}
    assert counted["counters"]["packets_lost"] > 20 and counted["counters"]["packets_asked"] > 20
    assert counted["counters"]["key_frames_asked"] >= 1
    await worker.media.close_transport(sender.transport_id)
    afterwards = await worker.media.counters()
    assert (afterwards["publications"], afterwards["subscriptions"], afterwards["layers"]) == ({}, {}, {})
    for name in ("packets_lost", "packets_asked", "key_frames_asked"):
        assert afterwards["counters"][name] >= counted["counters"][name], "who leaves takes nothing along"
    assert (counted["transports"], counted["publications"], counted["captures"]) == ({"connected": 2}, {"video": 1}, 0)
    for peer in (sender, receiver, elsewhere, other):
        await peer.close()
