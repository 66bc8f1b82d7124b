"""Opus as browsers send it: pauses in which hardly anything is sent (DTX), packets that repeat the one before (FEC)."""

from __future__ import annotations

import math
import wave
from array import array
from pathlib import Path
from typing import Any

from signaling.ids import PublicationId
from signaling.sfu import control, ortc, rtcp, rtp
from signaling.sfu.publication import Publication
from signaling.sfu.rounds import TICK, Rounds
from signaling.sfu.watch import Watch
from tests.support.opus import FRAME, RATE, Decoder, Encoder
from tests.support.sfu_packets import audio_parameters, rtp_packet
from tests.support.sfu_room import Browser, Room
from tests.support.voice import write_voice

LEVEL = 1
"""Chromium's id of the audio level (RFC 6464)."""
LOUD, SILENT = 30, 127
CHECK_EVERY, REPORT_EVERY = 125, 50
"""Turns of 20 ms between two connectivity checks, and between two receiver reports."""


def voice(folder: Path, seconds: float) -> list[array[int]]:
    """Speech in frames of 20 ms."""
    with wave.open(str(write_voice(folder / "voice.wav"))) as file:
        heard = array("h", file.readframes(file.getnframes()))
        repeat = RATE // file.getframerate()
    samples = [heard[index // repeat % len(heard)] for index in range(int(seconds * RATE))]
    return [array("h", samples[start : start + FRAME]) for start in range(0, len(samples), FRAME)]


class Recorder:
    """What the recorder is fed; that its files keep the pause is shown in ``tests/unit/recorder/test_capture.py``."""

    def __init__(self) -> None:
        self.stamps: list[int] = []

    def rtp(self, packet: bytes, arrived_at: float) -> None:
        self.stamps.append(rtp.HEADER.unpack_from(packet)[3])

    def sender_report(self, report: bytes, arrived_at: float) -> None:
        raise AssertionError("nobody sends a sender report here")


class Talk:
    """Ann's microphone, whom Bob and Carl hear, and the worker's rounds on virtual time."""

    def __init__(self, room: Room) -> None:
        self.room = room
        room.now = 100.0
        self.notices: list[Any] = []
        self.ann = room.browser("ann", "send")
        self.listeners = [room.browser(name, "receive") for name in ("bob", "carl")]
        self.rounds = Rounds(room.forwarder, room.egress, self.notices.append, lambda: room.now, dealt=True)
        self.watch = Watch(room.counters, self.notices.append, dealt=True)
        for each in (self.ann, *self.listeners):
            each.transport._secured = True
            self.watch.enter(each.transport)
        parameters = audio_parameters()
        parameters["codecs"][0]["parameters"] = {"usedtx": 1, "useinbandfec": 1}
        offered = ortc.read_publication("audio", parameters)
        self.publication = Publication(PublicationId("voice"), self.ann.transport, "audio", "microphone", offered)
        self.ann.transport.add(self.publication)
        self.rounds.enter(self.publication)
        self.recorder = Recorder()
        self.publication.capture(self.recorder, room.now)
        self.heard = [room.follow(each, self.publication) for each in self.listeners]
        self.got: list[list[bytes]] = [[], []]
        self.asked: list[Any] = []
        self.turn = 0
        self.sequence = 0xFFF0
        self.encoder = Encoder(dtx=True)

    def pass_turn(self, samples: array[int] | None) -> bytes:
        """20 ms in which this is said; None: the device sends nothing at all. What the encoder made of it."""
        packet = b"" if samples is None else self.encoder.encode(samples)
        if len(packet) > 2:
            level = LOUD if any(samples or ()) else SILENT
            extensions = {LEVEL: bytes((level,))}
            self.ann.send(rtp_packet(111, self.sequence, FRAME * self.turn, 1001, packet, extensions=extensions))
            self.sequence += 1
        for got, listener, subscription in zip(self.got, self.listeners, self.heard, strict=True):
            got.extend(listener.receive()[0])
            if self.turn % REPORT_EVERY == 0 and got:
                _report(listener, subscription.promised.ssrc, got)
        self.asked += [each for raw in self.ann.receive()[1] for each in rtcp.parse(raw) if isinstance(each, rtcp.Nack)]
        self._clockwork()
        return packet

    def _clockwork(self) -> None:
        self.turn += 1
        self.room.now += TICK
        self.rounds.tick(2_500_000)
        self.watch.look(self.room.now, self.room.forwarder.awake)
        if self.turn % CHECK_EVERY == 0:
            for each in (self.ann, *self.listeners):
                each.check()

    def said(self, kind: type[Any]) -> list[Any]:
        return [each for each in self.notices if isinstance(each, kind)]


def _report(listener: Browser, ssrc: int, got: list[bytes]) -> None:
    """What a browser reports that missed nothing; else the report says so."""
    numbers = [rtp.HEADER.unpack_from(packet)[2] for packet in got]
    lost = (numbers[-1] - numbers[0] + 1 & 0xFFFF) - len(numbers)
    share = 255 if lost else 0
    listener.send_report(rtcp.receiver_report([rtcp.ReportBlock(ssrc, share, lost, 0x10000 | numbers[-1], 0, 0, 0)]))


def nothing_is_wrong(talk: Talk) -> None:
    """No loss, no request, no bad word, no jitter; everybody got the same packets in one row."""
    (stream,) = talk.publication.streams
    assert (stream.reception.skipped, stream.reception.missing, talk.asked) == (0, {}, [])
    assert stream.reception.report(talk.room.now).fraction_lost == 0
    assert stream.reception.jitter / RATE < 0.005
    assert talk.said(control.PersonQuality) == []
    assert {each["quality"] for each in talk.watch.statistics()} == {"good"}
    for got, subscription in zip(talk.got, talk.heard, strict=True):
        assert subscription.is_open
        assert (subscription.lost, subscription.fraction_lost, subscription.freezes.count) == (0, 0.0, 0)
        heads = [rtp.HEADER.unpack_from(packet) for packet in got]
        assert [head[2] - heads[0][2] & 0xFFFF for head in heads] == list(range(len(heads)))
        assert [head[3] for head in heads] == talk.recorder.stamps, "time goes on through the pause"
    assert [packet[16:] for packet in talk.got[0]] == [packet[16:] for packet in talk.got[1]]
    assert all(each.transport.state != "failed" for each in talk.listeners)
    assert talk.rounds.attempt.failures == talk.room.counters.faults == 0


def test_a_pause_of_dtx_is_silence_and_nothing_else(tmp_path: Path) -> None:
    spoken = voice(tmp_path, 1.0)
    nothing = array("h", bytes(2 * FRAME))
    with Room() as room:
        talk = Talk(room)
        for frame in spoken:
            talk.pass_turn(frame)
        assert [each.participant_ids for each in talk.said(control.Speakers)] == [["ann"]]
        paused = [len(talk.pass_turn(nothing)) for _ in range(250)]
        kept = sum(size > 2 for size in paused[50:])
        assert 8 <= kept <= 15, "the encoder sends one in twenty (RFC 6716 §2.1.9)"
        assert [each.participant_ids for each in talk.said(control.Speakers)] == [["ann"], []]
        nothing_is_wrong(talk)
        before = len(talk.got[0])
        for frame in spoken[:5]:
            talk.pass_turn(frame)
        assert [len(got) for got in talk.got] == [before + 5] * 2, "each in the turn in which it was sent"
        for frame in spoken[5:]:
            talk.pass_turn(frame)
        assert [each.participant_ids for each in talk.said(control.Speakers)] == [["ann"], [], ["ann"]]
        nothing_is_wrong(talk)
        assert talk.recorder.stamps[-1] - talk.recorder.stamps[0] == FRAME * (talk.turn - 1)


def test_a_microphone_that_sends_nothing_at_all_sleeps_and_is_heard_at_its_first_packet(tmp_path: Path) -> None:
    spoken = voice(tmp_path, 1.0)
    with Room() as room:
        talk = Talk(room)
        for frame in spoken:
            talk.pass_turn(frame)
        for _ in range(250):
            talk.pass_turn(None)
        (stream,) = talk.publication.streams
        assert not stream.awake
        assert room.forwarder.awake == []
        assert stream.bits_per_second == 0
        nothing_is_wrong(talk)
        before = len(talk.got[0])
        talk.pass_turn(spoken[10])
        assert [len(got) for got in talk.got] == [before + 1] * 2
        assert room.forwarder.awake == [stream]
        assert talk.recorder.stamps[-1] - talk.recorder.stamps[-2] == FRAME * 251
        for frame in spoken[11:30]:
            talk.pass_turn(frame)
        assert talk.said(control.Speakers)[-1].participant_ids == ["ann"]
        nothing_is_wrong(talk)


def test_the_packet_after_a_lost_one_still_holds_what_was_lost(tmp_path: Path) -> None:
    spoken = voice(tmp_path, 1.0)
    encoder = Encoder(fec=True)
    packets = [encoder.encode(frame) for frame in spoken]
    lost = {5, 22, 40}
    with Room() as room:
        ann, bob = room.browser("ann", "send"), room.browser("bob", "receive")
        subscription = room.follow(bob, room.microphone(ann))
        sent = [rtp_packet(111, each, FRAME * each, 1001, packet) for each, packet in enumerate(packets)]
        ann.send(*(packet for number, packet in enumerate(sent) if number not in lost))
        arrived = {}
        for packet in bob.receive()[0]:
            _, _, sequence, timestamp, _ = rtp.HEADER.unpack_from(packet)
            arrived[timestamp // FRAME] = sequence, packet[12:]
        assert set(range(len(packets))) - set(arrived) == lost
        assert all(body == packets[number] for number, (_, body) in arrived.items()), "byte for byte"
        first = subscription.first + subscription.offset
        assert all(sequence == (first + number) & 0xFFFF for number, (sequence, _) in arrived.items()), "a gap each"
    whole, repaired, concealed = Decoder(), Decoder(), Decoder()
    wanted, mended, guessed = [], [], []
    for number in range(len(packets)):
        wanted.append(whole.decode(packets[number]))
        body = None if number in lost else arrived[number][1]
        successor = arrived[number + 1][1] if number in lost else b""
        mended.append(repaired.decode(successor, repair=True) if body is None else repaired.decode(body))
        guessed.append(concealed.decode(body))
    for number in lost:
        assert error(mended[number], wanted[number]) < 0.5 * error(guessed[number], wanted[number])


def error(heard: array[int], wanted: array[int]) -> float:
    """Root of the mean square of the difference."""
    return math.sqrt(sum((a - b) ** 2 for a, b in zip(heard, wanted, strict=True)) / len(wanted))
