"""A real worker process between packet-level peers."""

from __future__ import annotations

import asyncio
import signal
import socket
import struct
import tempfile
from collections.abc import AsyncIterator, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from signaling.errors import ErrorCode, SignalingError
from signaling.framing import Framing
from signaling.ids import CaptureId, PublicationId, TransportId
from signaling.sfu import capabilities, control, feed, rtcp, rtp
from tests.support.sfu_packets import (
    CAPABILITIES,
    VP8_DELTA,
    VP8_KEY,
    audio_parameters,
    rtp_packet,
    video_parameters,
)
from tests.support.sfu_pair import CAMERA, MICROPHONE, REPAIR, Pair, open_pair
from tests.support.sfu_peer import FeedReader, Peer, WorkerProcess

pytestmark = pytest.mark.asyncio(loop_scope="module")


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


@pytest_asyncio.fixture(loop_scope="module")
async def pair(worker: WorkerProcess) -> AsyncIterator[Pair]:
    opened = await open_pair(worker)
    yield opened
    await opened.close()


async def counted(worker: WorkerProcess, names: Iterable[str], before: Mapping[str, int] = {}) -> dict[str, int]:
    counters = (await worker.media.statistics())["counters"]
    return {name: counters[name] - before.get(name, 0) for name in names}


async def test_a_picture_arrives_decrypted_under_the_subscribers_own_numbers(pair: Pair) -> None:
    pair.send(65534, VP8_DELTA)  # nobody can decode this before a key frame
    pair.send(65535, VP8_KEY, extensions={4: b"1", 2: b"\1\2\3", 13: b"\x02"})
    pair.send(0, VP8_DELTA + b"more", marker=True, extensions={4: b"1"})
    pair.send(1, VP8_DELTA, padding=4)
    await pair.arrived(3)
    key, delta, padded = pair.receiver.packets
    _, second, start, timestamp, ssrc = rtp.HEADER.unpack_from(key)
    assert (second, timestamp, ssrc) == (101, 3000 * 65535, pair.ssrc)
    assert key == rtp_packet(101, start, timestamp, pair.ssrc, VP8_KEY)
    assert delta == rtp_packet(101, start + 1, 0, pair.ssrc, VP8_DELTA + b"more", marker=True)
    assert padded == rtp_packet(101, start + 2, 3000, pair.ssrc, VP8_DELTA)


async def test_dropped_padding_leaves_no_gap(pair: Pair) -> None:
    pair.send(10, VP8_KEY)
    pair.send(11, b"", padding=200)
    pair.send(12, b"", padding=200)
    pair.send(13)
    pair.send(14)
    await pair.arrived(3)
    start = pair.sequences[0]
    assert pair.sequences == [start, start + 1, start + 2]


async def test_what_is_lost_upstream_is_asked_for_and_repaired(pair: Pair, worker: WorkerProcess) -> None:
    before = await counted(worker, ["rtp_duplicate"])
    reader = FeedReader(worker.feed_path)
    chosen = await worker.media.start_capture(pair.publication_id, CaptureId(7))
    assert (chosen.mime_type, chosen.clock_rate, chosen.payload_type) == ("video/VP8", 90000, 96)
    sent = [pair.send(10, VP8_KEY), pair.send(12)]
    await pair.sender.changed.until(
        lambda: rtcp.Nack(CAMERA, (11,)) in [each for raw in pair.sender.reports for each in rtcp.parse(raw)], "a NACK"
    )
    lost = rtp_packet(96, 11, 33000, CAMERA, VP8_DELTA + b"lost")
    repair = rtp_packet(97, 500, 33000, REPAIR, struct.pack("!H", 11) + VP8_DELTA + b"lost")
    pair.sender.send(repair)
    pair.sender.send(rtp_packet(97, 501, 33000, REPAIR, struct.pack("!H", 11) + VP8_DELTA + b"lost"))
    await pair.arrived(3)
    start = pair.sequences[0]
    assert pair.sequences == [start, start + 2, start + 1]
    assert pair.receiver.packets[2].endswith(b"lost")
    await reader.changed.until(lambda: len(reader.fed) >= 3, "the feed has all packets")
    assert [each.packet for each in reader.fed] == [*sent, lost]
    assert {(each.capture_id, each.kind) for each in reader.fed} == {(7, feed.RTP)}
    assert await counted(worker, ["rtp_duplicate"], before) == {"rtp_duplicate": 1}
    reader.close()


async def test_what_is_lost_downstream_is_sent_again(pair: Pair) -> None:
    pair.send(10, VP8_KEY)
    pair.send(11, VP8_DELTA + b"again", extensions={4: b"1"})
    await pair.arrived(2)
    wanted = pair.receiver.packets[1]
    sequence = pair.sequences[1]
    pair.receiver.send_report(rtcp.nack(pair.ssrc, [sequence, (sequence + 100) & 0xFFFF]))
    await pair.arrived(3)
    repair = pair.receiver.packets[2]
    _, payload_type, _, timestamp, ssrc = rtp.HEADER.unpack_from(repair)
    assert (payload_type, timestamp, ssrc) == (102, 33000, pair.rtx_ssrc)
    assert repair[12:] == struct.pack("!H", sequence) + wanted[12:]


async def test_a_paused_track_goes_on_at_a_key_frame_without_a_gap(pair: Pair, worker: WorkerProcess) -> None:
    pair.send(10, VP8_KEY)
    await pair.arrived(1)
    await worker.media.set_publication_paused(pair.publication_id, True)
    before = pair.key_requests()
    pair.send(11, VP8_KEY + b"not to be seen")
    await worker.media.statistics()
    await worker.media.set_publication_paused(pair.publication_id, False)
    await pair.asked_for_key_frame(before)
    pair.send(12, VP8_DELTA + b"not decodable")
    pair.send(13, VP8_KEY + b"again")
    await pair.arrived(2)
    assert pair.sequences[1] == pair.sequences[0] + 1
    assert pair.receiver.packets[1].endswith(b"again")


async def test_clocks_reach_subscribers_and_the_recorder(pair: Pair, worker: WorkerProcess) -> None:
    reader = FeedReader(worker.feed_path)
    await worker.media.start_capture(pair.publication_id, CaptureId(8))
    pair.send(10, VP8_KEY)
    await pair.arrived(1)
    report = rtcp.sender_report(CAMERA, 0x1122334455667788, 30000, 1, 6)
    pair.sender.send_report(report)
    await pair.receiver.changed.until(lambda: pair.receiver.reports, "a sender report arrives")
    (relayed,) = rtcp.parse(pair.receiver.reports[0])
    assert isinstance(relayed, rtcp.SenderReport)
    assert relayed[:5] == (pair.ssrc, 0x1122334455667788, 30000, 1, len(VP8_KEY))
    await reader.changed.until(lambda: len(reader.fed) >= 2, "the feed has the report")
    assert (reader.fed[1].kind, reader.fed[1].packet) == (feed.SENDER_REPORT, report)
    reader.close()


async def test_strangers_are_counted_and_media_flows_on(pair: Pair, worker: WorkerProcess) -> None:
    expected = {
        "stun_bad_integrity": 1,
        "stun_unknown_ufrag": 1,
        "stun_malformed": 3,
        "unknown_address": 2,
        "srtp_rejected": 1,
        "unknown_datagram": 2,
        "faults": 0,
    }
    before = await counted(worker, expected)
    pair.send(10, VP8_KEY)
    await pair.arrived(1)
    candidate = pair.sender.created.ice_candidates[0]
    stranger = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    stranger.connect((candidate["ip"], candidate["port"]))
    for garbage in (b"", b"\x00", b"\x00" * 40, b"\x16" * 60, b"\x80" * 60, b"\xff" * 1400, b"\x01" * 3000):
        stranger.send(garbage)
    answers = len(pair.sender.answers)
    pair.sender.check(password="wrong")
    pair.sender.check(ufrag="nobody")
    pair.sender.send_raw(rtp_packet(96, 11, 33000, CAMERA, b"not encrypted" * 4))
    pair.sender.check(controlled=True)
    await pair.sender.changed.until(lambda: len(pair.sender.answers) > answers, "the role conflict is answered")
    assert pair.sender.answers[-1].attributes["ERROR-CODE"][0] == 487
    assert len(pair.sender.answers) == answers + 1
    pair.send(11)
    await pair.arrived(2)
    # Two cores deliver what two sockets sent in an order of their own.
    async with asyncio.timeout(5):
        while (counters := await counted(worker, expected, before)) != expected:
            assert all(counters[name] <= most for name, most in expected.items()), counters
    stranger.close()


async def test_a_killed_worker_is_noticed_and_the_next_one_works(worker: WorkerProcess) -> None:
    first = await open_pair(worker)
    await worker.stop(signal.SIGKILL)
    await worker.changed.until(lambda: worker.lost == 1, "the loss is noticed")
    assert not worker.media.ready
    with pytest.raises(SignalingError) as refused:
        await worker.media.statistics()
    assert (refused.value.code, refused.value.retryable) == (ErrorCode.OVERLOADED, True)
    await first.close()
    await worker.start()
    assert worker.media.capabilities is not None
    second = await open_pair(worker)
    second.send(10, VP8_KEY)
    await second.arrived(1)
    await second.close()


async def test_the_death_of_the_recorder_costs_no_media(pair: Pair, worker: WorkerProcess) -> None:
    reader = FeedReader(worker.feed_path)
    await worker.media.start_capture(pair.publication_id, CaptureId(9))
    pair.send(10, VP8_KEY)
    await reader.changed.until(lambda: reader.fed, "the feed has a packet")
    reader.close()
    for sequence in range(11, 16):
        pair.send(sequence)
    await pair.arrived(6)
    await worker.changed.until(
        lambda: control.FeedDropped(CaptureId(9), 5) in worker.notices, "the loss of the recorder is told"
    )
    before = pair.key_requests()
    second = FeedReader(worker.feed_path)
    await pair.asked_for_key_frame(before)
    packet = pair.send(16, VP8_KEY)
    await second.changed.until(lambda: second.fed, "the new recorder gets packets")
    assert second.fed[0].packet == packet
    second.close()


async def test_a_slow_recorder_gets_a_burst_later_and_media_does_not_wait(pair: Pair, worker: WorkerProcess) -> None:
    reader = FeedReader(worker.feed_path)
    await worker.media.start_capture(pair.publication_id, CaptureId(10))
    reader.pause()
    pair.send(0, VP8_KEY)
    for sequence in range(1, 200):
        pair.send(sequence)
    await pair.arrived(200)
    reader.resume()
    await reader.changed.until(lambda: len(reader.fed) == 200, "the whole burst arrives")
    reader.close()


async def test_a_false_fingerprint_fails_the_transport(worker: WorkerProcess) -> None:
    peer = await Peer.open(worker.media, "room", "eve", "send", fingerprint=":".join(["00"] * 32))
    await worker.changed.until(
        lambda: control.TransportState(peer.transport_id, "failed", "fingerprint_mismatch") in worker.notices,
        "the mismatch is told",
    )
    await peer.close()


async def test_who_speaks_is_told(worker: WorkerProcess) -> None:
    sender = await Peer.open(worker.media, "room", "ann", "send")
    await worker.media.publish(sender.transport_id, "audio", "microphone", audio_parameters())
    for sequence in range(10):
        sender.send(rtp_packet(111, sequence, 960 * sequence, MICROPHONE, b"opus", extensions={1: b"\x94"}))
    await worker.changed.until(lambda: control.Speakers("room", ["ann"]) in worker.notices, "ann speaks")
    await worker.changed.until(lambda: worker.notices[-1] == control.Speakers("room", []), "ann is quiet")
    await sender.close()


async def test_an_unknown_ssrc_is_found_by_its_media_section(worker: WorkerProcess) -> None:
    sender = await Peer.open(worker.media, "room", "ann", "send")
    receiver = await Peer.open(worker.media, "room", "bob", "receive")
    parameters = audio_parameters(mid="5")
    parameters["encodings"] = [{}]
    publication_id = await worker.media.publish(sender.transport_id, "audio", "microphone", parameters)
    await receiver.follow(publication_id, CAPABILITIES)
    sender.send(rtp_packet(111, 1, 960, 77, b"another section", extensions={4: b"6"}))
    sender.send(rtp_packet(111, 1, 960, 78, b"first", extensions={4: b"5", 1: b"\x20"}))
    sender.send(rtp_packet(111, 2, 1920, 78, b"second"))
    await receiver.changed.until(lambda: len(receiver.packets) == 2, "both packets arrive")
    assert receiver.packets[0][12:] == bytes.fromhex("bede0001 a0200000") + b"first"
    await sender.close()
    await receiver.close()


async def test_another_room_cannot_be_heard(pair: Pair, worker: WorkerProcess) -> None:
    outsider = await Peer.open(worker.media, "caucus", "carl", "receive")
    with pytest.raises(SignalingError) as refused:
        await outsider.follow(pair.publication_id, CAPABILITIES)
    assert refused.value.code == ErrorCode.FORBIDDEN
    await outsider.close()


async def test_refusals_have_stable_codes(worker: WorkerProcess) -> None:
    media = worker.media
    created = await media.create_transport("room", "ann", "receive")  # type: ignore[arg-type]
    cases = [
        (media.close_transport(TransportId("tr_none")), ErrorCode.NOT_FOUND),
        (media.start_capture(PublicationId("pub_none"), CaptureId(1)), ErrorCode.NOT_FOUND),
        (media.connect_transport(created.transport_id, {"role": "client"}), ErrorCode.BAD_REQUEST),
        (media.publish(created.transport_id, "audio", "microphone", {}), ErrorCode.WRONG_STATE),
        (media.publish(created.transport_id, "smell", "nose", {}), ErrorCode.BAD_REQUEST),  # type: ignore[arg-type]
    ]
    for call, code in cases:
        with pytest.raises(SignalingError) as refused:
            await call
        assert refused.value.code == code
    assert media.ready


async def test_transports_end_with_the_web_process(worker: WorkerProcess) -> None:
    pair = await open_pair(worker)
    await worker.media.close()
    await worker.media.start()
    await worker.changed.until(lambda: worker.ready == 2, "the web process is back")
    assert (await worker.media.statistics())["transports"] == {}
    await pair.close()


async def test_rubbish_on_the_control_socket_is_survived(worker: WorkerProcess) -> None:
    await worker.media.close()
    union: Any = control.AnyReply
    framing: Framing[Any] = Framing(union)
    reader, writer = await asyncio.open_unix_connection(str(worker.folder / "media.sock"))
    writer.write(struct.pack("!I", 3) + b"\xc1\xc1\xc1")
    answer = await framing.read(reader)
    assert (answer.number, answer.code) == (0, "bad_request")
    writer.write(framing.pack(control.GetCapabilities(4)))
    assert isinstance(await framing.read(reader), control.Done)
    writer.write(b"\xff\xff\xff\xff")
    assert await framing.read(reader) is None
    writer.close()
    await worker.media.start()
    await worker.changed.until(lambda: worker.ready == 2, "the worker serves on")


async def test_sigterm_ends_it_cleanly(worker: WorkerProcess) -> None:
    pair = await open_pair(worker)
    assert await worker.stop() == 0
    assert not (worker.folder / "media.sock").exists()
    await pair.close()


async def test_a_publisher_learns_when_its_packets_arrived(worker: WorkerProcess) -> None:
    ann = await Peer.open(worker.media, "room", "ann", "send")
    parameters = video_parameters()
    parameters["headerExtensions"].append(
        {"uri": capabilities.TRANSPORT_CC, "id": 5, "encrypt": False, "parameters": {}}
    )
    parameters["codecs"][0]["rtcpFeedback"].append({"type": "transport-cc", "parameter": ""})
    await worker.media.publish(ann.transport_id, "video", "camera", parameters)
    for number in (65534, 65535, 1):
        ann.send(rtp_packet(96, number, 0, CAMERA, VP8_KEY, extensions={5: struct.pack("!H", number)}))

    def told() -> list[bytes]:
        return [raw for raw in ann.reports if raw[:2] == bytes((0x80 | 15, 205))]

    await ann.changed.until(told, "feedback comes")
    base, count = struct.unpack_from("!HH", told()[0], 12)
    assert (base, count) == (65534, 4)
    assert not any(b"REMB" in raw for raw in ann.reports), "a publisher with transport-cc finds its own rate"
    await ann.close()
