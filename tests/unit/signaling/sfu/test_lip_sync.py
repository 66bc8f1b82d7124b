"""Lip sync: what subscribers are told of a publisher's clocks holds for what they get, whatever it is made of.

A browser plays sound and picture together by the sender reports of both (RFC 3550 §6.4.1): each pairs the wall clock
with an RTP time stamp. So the moment at which something was captured is computed here as a browser does.
"""

from __future__ import annotations

import random
from itertools import count

import pytest

from signaling.sfu import rtcp, rtp
from tests.support.sfu_packets import rtp_packet, simulcast_parameters, vp8_payload
from tests.support.sfu_room import Room

SOUND_RATE, PICTURE_RATE = 48_000, 90_000
MID, RID = 4, 10
"""Identifiers of header extensions in the recorded parameters."""
START = 3_900_000_000.0
"""Seconds of NTP at the beginning."""
ONE_TICK = 1.5 / PICTURE_RATE
"""Seconds: what two roundings may cost."""


class Encoding:
    """What a publisher sends under one SSRC. ``base`` is its time stamp when the room's clock is at 0."""

    def __init__(self, payload_type: int, rate: int, ssrc: int, base: int, names: dict[int, bytes]) -> None:
        self.payload_type, self.rate, self.ssrc, self.base, self.names = payload_type, rate, ssrc, base, names
        self.sequence = count(base & 0xFFF)

    def stamp(self, captured_at: float) -> int:
        return (self.base + round(captured_at * self.rate)) & 0xFFFFFFFF

    def packet(self, captured_at: float, payload: bytes) -> bytes:
        stamp = self.stamp(captured_at)
        return rtp_packet(self.payload_type, next(self.sequence), stamp, self.ssrc, payload, extensions=self.names)

    def report(self, now: float) -> bytes:
        return rtcp.sender_report(self.ssrc, int((START + now) * (1 << 32)), self.stamp(now), 1, 1)


class Screening:
    """Ann with a microphone and a camera of three layers, and Bob, who hears and sees her."""

    def __init__(self, room: Room, seed: int) -> None:
        self.room = room
        self.chooser = random.Random(seed)
        self.ann, self.bob = room.browser("ann", "send"), room.browser("bob", "receive")
        self.hears = room.follow(self.bob, room.microphone(self.ann))
        self.camera = room.camera(self.ann, simulcast_parameters())
        self.sees = room.follow(self.bob, self.camera)
        self.voice = self.encoding(111, SOUND_RATE, 1001, {MID: b"0"})
        self.layers = [
            self.encoding(96, PICTURE_RATE, 3001 + layer, {MID: b"1", RID: f"r{layer}".encode()}) for layer in range(3)
        ]
        self.clocks: dict[int, tuple[float, int]] = {}
        self.pictures = count(1)

    def encoding(self, payload_type: int, rate: int, ssrc: int, names: dict[int, bytes]) -> Encoding:
        return Encoding(payload_type, rate, ssrc, self.chooser.randrange(1 << 32), names)

    def listen(self) -> list[bytes]:
        """The packets that Bob got; of the reports he notes the clocks."""
        packets, reports = self.bob.receive()
        for report in (each for raw in reports for each in rtcp.parse(raw)):
            if isinstance(report, rtcp.SenderReport):
                self.clocks[report.ssrc] = report.ntp / (1 << 32) - START, report.timestamp
        return packets

    def captured(self) -> list[float]:
        """When the newest sound and picture that Bob got were captured, as he computes it; seconds of the room."""
        moments = {}
        for packet in self.listen():
            _, _, _, stamp, ssrc = rtp.HEADER.unpack_from(packet)
            rate = SOUND_RATE if ssrc == self.hears.promised.ssrc else PICTURE_RATE
            at, paired = self.clocks[ssrc]
            moments[ssrc] = at + (((stamp - paired + 0x80000000) & 0xFFFFFFFF) - 0x80000000) / rate
        return [moments[each.promised.ssrc] for each in (self.hears, self.sees)]

    def send(self, *, key: bool = False) -> float:
        """Sound and every layer of a picture, captured at the moment that is returned; they arrive one by one."""
        captured_at, picture = self.room.now, next(self.pictures)
        self.ann.send(self.voice.packet(captured_at, b"opus"))
        for layer in self.layers:
            self.room.now += self.chooser.uniform(0.0, 0.05)
            self.ann.send(layer.packet(captured_at, vp8_payload(picture, picture & 255, key=key)))
        self.room.now = captured_at + 0.2
        return captured_at

    def report(self) -> None:
        """The clocks of everything."""
        for each in (self.voice, *self.layers):
            self.ann.send_report(each.report(self.room.now))

    def holds(self, captured_at: float) -> None:
        """What arrived was captured at this moment, sound and picture alike."""
        assert self.captured() == pytest.approx([captured_at] * 2, abs=ONE_TICK)


def opened(room: Room, seed: int) -> Screening:
    """Everything flows, and Bob was told both clocks."""
    room.now = 10.0
    screening = Screening(room, seed)
    screening.send(key=True)
    screening.report()
    screening.listen()
    screening.holds(screening.send())
    return screening


@pytest.mark.parametrize("seed", range(5))
async def test_lips_and_sound_stay_together_across_changes_of_layers(seed: int) -> None:
    with Room() as room:
        screening = opened(room, seed)
        for layer in (0, 1, 2, 0, 2):
            screening.sees.aim(layer)
            screening.holds(screening.send(key=True))  # by the clock that was told before the change
            assert screening.sees.layer == layer
            screening.report()
            screening.holds(screening.send())
            assert layer == 2 or screening.sees.offsets.timestamp, "each layer has a clock of its own"


@pytest.mark.parametrize("seed", range(5))
async def test_lips_and_sound_stay_together_when_a_publisher_goes_on_under_other_numbers(seed: int) -> None:
    with Room() as room:
        screening = opened(room, seed)
        before, room.now = dict(screening.clocks), room.now + 0.7
        screening.voice = screening.encoding(111, SOUND_RATE, 6001, screening.voice.names)
        screening.layers[2] = screening.encoding(96, PICTURE_RATE, 5001, screening.layers[2].names)
        screening.send(key=True)
        assert screening.ann.transport.streams[5001] is screening.sees.stream
        screening.listen()
        screening.report()
        screening.holds(screening.send())
        assert all(screening.clocks[ssrc] != clock for ssrc, clock in before.items())
        screening.sees.aim(1)
        screening.holds(screening.send(key=True))
        screening.report()
        screening.holds(screening.send())
