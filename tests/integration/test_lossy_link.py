"""A picture and a sound over a network that loses, repeats and reorders, both ways, at each hop; on virtual time.

Real VP8, real SRTP, the worker's own forwarding and rounds; only the wire and the clock are the test's.
"""

from __future__ import annotations

import copy
import os
import random
from itertools import groupby, pairwise
from typing import Any

import av
import pytest

from signaling.ids import PublicationId
from signaling.sfu import control, ortc, rtp
from signaling.sfu.arrivals import Arrivals
from signaling.sfu.capabilities import NUMBER_ID, TRANSPORT_CC
from signaling.sfu.publication import Publication
from signaling.sfu.rounds import Rounds
from signaling.sfu.soundings import HEAD
from signaling.sfu.srtp import SrtpError
from tests.support.lossy import Link, Weather
from tests.support.lossy_ends import FRAMES_PER_SECOND, PLI_AGAIN, Camera, Viewer
from tests.support.sfu_packets import CAPABILITIES, audio_parameters, video_parameters
from tests.support.sfu_room import Browser, Room

TICK = 0.005
SECONDS = 6.0
CLEARED = 1.2
"""Seconds of fair weather at the end: what was lost last is noticed by what follows it, and asked for again."""
TELLS_WITHIN = 0.3
"""Seconds from one look at layers to the next, and a little."""
IN_FLIGHT = 0.3
"""Seconds of pictures at the end that may still be on their way."""
STORM_GAP = 2.5
"""Seconds without a new picture, at most, while a tenth is lost on each of four ways."""
ABLE = copy.deepcopy(CAPABILITIES)
ABLE["headerExtensions"].append({"uri": TRANSPORT_CC, "preferredId": NUMBER_ID, "kind": "video"})


class End:
    """A browser of the room behind two links."""

    def __init__(self, browser: Browser, chooser: random.Random, weather: Weather) -> None:
        self.browser = browser
        self.up, self.down = Link(chooser, weather), Link(chooser, weather)
        self.replayed = 0

    def arrive(self, room: Room) -> None:
        """The worker reads what came up by now, and what it sent goes down."""
        for datagram in self.up.take(room.now):
            self.browser.socket.send(datagram)
        room.forwarder.on_readable()

    def collect(self, now: float) -> tuple[list[bytes], list[bytes]]:
        """RTP and RTCP that came down by now."""
        while (datagram := _waiting(self.browser)) is not None:
            self.down.put(datagram, now)
        packets, reports = [], []
        for datagram in self.down.take(now):
            try:
                if 192 <= datagram[1] <= 223:
                    reports.append(self.browser.open.open_report(datagram))
                else:
                    packets.append(self.browser.open.open_packet(datagram))
            except SrtpError:  # the network repeated it
                self.replayed += 1
        return packets, reports


def _waiting(browser: Browser) -> bytes | None:
    try:
        return browser.socket.recv(4096)
    except BlockingIOError:
        return None


class Call:
    """One who shows and one who watches, and the time."""

    def __init__(self, room: Room, seed: int, weather: Weather) -> None:
        room.now = 100.0
        chooser = random.Random(seed)
        self.room = room
        self.notices: list[Any] = []
        self.rounds = Rounds(room.forwarder, room.egress, self.notices.append, lambda: room.now, dealt=True)
        self.ann = End(room.browser("ann", "send"), chooser, weather)
        self.bob = End(room.browser("bob", "receive"), chooser, weather)
        picture = room.camera(self.ann.browser, video_parameters())
        offered = ortc.read_publication("audio", audio_parameters())
        sound = Publication(PublicationId("voice"), self.ann.browser.transport, "audio", "microphone", offered)
        self.ann.browser.transport.add(sound)
        for publication in (picture, sound):
            self.rounds.enter(publication)
        self.picture, self.sound = picture, sound
        self.shown, self.heard = (room.follow(self.bob.browser, each, ABLE) for each in (picture, sound))
        self.camera = Camera(
            chooser,
            lambda packet: self.ann.up.put(self.ann.browser.seal.seal_packet(packet), room.now),
            lambda report: self.ann.up.put(self.ann.browser.seal.seal_report(report), room.now),
        )
        self.viewer = Viewer(
            *(each.promised.rtp_parameters["encodings"][0] for each in (self.shown, self.heard)),
            lambda report: self.bob.up.put(self.bob.browser.seal.seal_report(report), room.now),
        )
        self.arrivals = Arrivals()
        self._turn = 0

    @property
    def seconds(self) -> float:
        """How long it has been going on."""
        return self._turn * TICK

    def change(self, anns: Weather, bobs: Weather) -> None:
        """From now on the ways of the two, up and down, are these."""
        for end, weather in ((self.ann, anns), (self.bob, bobs)):
            end.up.weather = end.down.weather = weather

    def run(self, seconds: float) -> None:
        """Let time pass."""
        for _ in range(round(seconds / TICK)):
            turn = self._turn
            self._turn += 1
            self._publish(turn)
            for end in (self.ann, self.bob):
                end.arrive(self.room)
            self._rounds(turn)
            _, reports = self.ann.collect(self.room.now)
            for report in reports:
                self.camera.hear(report)
            for packet in self.bob.collect(self.room.now)[0]:
                self._watch(packet)
            if turn % 4 == 0:
                self.viewer.act(self.room.now)
            self.room.now += TICK

    def _publish(self, turn: int) -> None:
        if turn % 4 == 0:
            self.camera.sound(turn // 4)
        if int(turn * TICK * FRAMES_PER_SECOND) != int((turn - 1) * TICK * FRAMES_PER_SECOND):
            self.camera.picture()
        if turn % 200 == 0:
            self.camera.tell_clock(turn * TICK)

    def _rounds(self, turn: int) -> None:
        """As ``signaling.sfu.worker`` does them."""
        if turn % 4 == 0:
            self.rounds.tick(2_500_000)
        if turn % 20 == 10:
            for report in self.arrivals.reports(1):
                self.bob.up.put(self.bob.browser.seal.seal_report(report), self.room.now)
        if turn % 150 == 0:
            self.viewer.report()

    def _watch(self, packet: bytes) -> None:
        if packet[0] == HEAD and (number := rtp.transport_sequence(packet, 0, len(packet), NUMBER_ID)) >= 0:
            self.arrivals.note(number, self.room.now)
        self.viewer.receive(packet, self.room.now)


def decoded(frames: list[tuple[int, bytes]]) -> int:
    """How many of these a decoder that stops at the first error decodes."""
    decoder: Any = av.CodecContext.create("vp8", "r")
    return sum(len(decoder.decode(av.Packet(data))) for _, data in frames)


def chain(camera: Camera, frames: list[tuple[int, bytes]]) -> list[int]:
    """Time stamps of frames that neither follow the frame before nor are key frames: a decoder would show garbage."""
    order = {timestamp: index for index, timestamp in enumerate(camera.frames)}
    broken, before = [], -2
    for timestamp, data in frames:
        assert data == camera.frames[timestamp], "a frame is put together from its own packets"
        if order[timestamp] != before + 1 and timestamp not in camera.key_frames:
            broken.append(timestamp)
        before = order[timestamp]
    return broken


def longest_run(numbers: list[int]) -> int:
    """The most numbers in a row."""
    rows = groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0])
    return max((len(list(row)) for _, row in rows), default=0)


def seeds(*chosen: int) -> pytest.MarkDecorator:
    """These calls; with ``LOSSY_SEEDS`` (``make soak-lossy``) the first so many."""
    return pytest.mark.parametrize("seed", range(1, int(os.environ.get("LOSSY_SEEDS", "0")) + 1) or chosen)


def bad(loss: float) -> Weather:
    """A way that loses this share, repeats a quarter as many, and brings half as many late."""
    return Weather(loss=loss, repeated=loss / 4, reordered=loss / 2)


def everything_arrived(call: Call) -> None:
    """Each frame was whole and in turn, each number is there, and nobody asked for more than was lost."""
    camera, viewer = call.camera, call.viewer
    shown = {timestamp for timestamp, _ in viewer.frames}
    first, last = min(shown), (SECONDS + CLEARED - IN_FLIGHT) * 90_000
    # Nobody knows of a packet that was lost before any came: then the second key frame is the first, a second later, or
    # two if the request for it is lost as well.
    unheard = call.shown.stream.key_frames_asked - camera.asked_for_key_frame
    assert first <= (1.5 + unheard) * 90_000
    assert {each for each in camera.frames if first <= each < last} <= shown
    assert chain(camera, viewer.frames) == []
    assert decoded(viewer.frames) == len(viewer.frames)
    newest = call.shown.stream.reception.highest
    assert [each for each in call.shown.stream.reception.missing if each < newest - 30] == []
    assert [each for each in viewer.video.holes if each < viewer.video.newest - 30] == []
    # Ten requests at 60 ms reach through a fifth lost each way but for one in 25,000.
    assert longest_run(viewer.audio.holes) <= 1, "20 ms of sound"
    gone = call.ann.up.lost + call.ann.up.late
    # A round trip (40 to 60 ms) is about the time after which the worker asks again, and the answer may be lost too.
    assert camera.asked_again <= 2 * gone + 5
    # One at the beginning; each other one because a viewer was stuck.
    assert camera.asked_for_key_frame <= 2 + viewer.key_frames_asked
    assert viewer.key_frames_asked <= 1 + (SECONDS + CLEARED) / 2
    assert call.room.counters.packets_retransmitted <= viewer.video.asked_again + viewer.audio.asked_again
    assert call.room.counters.faults == call.room.counters.srtp_failed == call.rounds.attempt.failures == 0


def longest_gap(frames: list[tuple[int, bytes]], until: float) -> float:
    """Seconds for which no new picture was complete, from the beginning until then."""
    times = [0, *sorted(timestamp for timestamp, _ in frames), int(until * 90_000)]
    return max(later - earlier for earlier, later in pairwise(times)) / 90_000


def stormy(call: Call) -> None:
    """What holds while much is lost on both hops, whatever is shown."""
    camera, viewer = call.camera, call.viewer
    assert longest_run(viewer.audio.holes) <= 5, "100 ms of sound"
    assert chain(camera, viewer.frames) == [], "nothing is shown that a decoder could not show right"
    assert decoded(viewer.frames) == len(viewer.frames)
    assert camera.asked_again <= 2 * (call.ann.up.lost + call.ann.up.late) + 5
    assert camera.asked_for_key_frame <= 2 + viewer.key_frames_asked
    assert viewer.key_frames_asked <= 1 + call.seconds / PLI_AGAIN
    assert call.room.counters.packets_retransmitted <= viewer.video.asked_again + viewer.audio.asked_again
    assert call.room.counters.faults == call.room.counters.srtp_failed == call.rounds.attempt.failures == 0


def fair(call: Call, since: float) -> None:
    """Every picture from then on (a way takes 0.3 s to clear) was seen, but for those that are on their way."""
    shown = {timestamp for timestamp, _ in call.viewer.frames}
    first, last = (since + IN_FLIGHT) * 90_000, max(call.camera.frames) - IN_FLIGHT * 90_000
    due = {each for each in call.camera.frames if first <= each < last}
    assert due
    assert due <= shown
    stormy(call)


@seeds(1)
@pytest.mark.parametrize("loss", [0.0, 0.02, 0.05])
def test_every_picture_and_sound_arrives_over_bad_ways_at_both_hops(loss: float, seed: int) -> None:
    with Room() as room:
        call = Call(room, seed, bad(loss))
        call.run(SECONDS)
        call.change(Weather(), Weather())
        call.run(CLEARED)
        everything_arrived(call)
        assert call.shown.granted == 0, "the picture was never given up"


@seeds(5)
@pytest.mark.parametrize("loss", [0.1, 0.2])
def test_a_publisher_on_a_very_bad_way_is_repaired_for_everybody(loss: float, seed: int) -> None:
    with Room() as room:
        call = Call(room, seed, Weather())
        call.change(bad(loss), Weather())
        call.run(SECONDS)
        call.change(Weather(), Weather())
        call.run(CLEARED)
        everything_arrived(call)


@seeds(4)
def test_a_viewer_who_loses_a_tenth_by_chance_keeps_the_picture(seed: int) -> None:
    with Room() as room:
        call = Call(room, seed, Weather())
        call.change(Weather(), bad(0.1))
        call.run(SECONDS)
        call.change(Weather(), Weather())
        call.run(CLEARED)
        everything_arrived(call)
        assert [each.reason for each in call.notices if isinstance(each, control.SubscriptionLayer)] == [""]


@seeds(1, 2)
def test_where_a_tenth_is_lost_on_every_way_nothing_stands_still_for_long_and_nobody_asks_too_much(seed: int) -> None:
    with Room() as room:
        call = Call(room, seed, Weather())
        call.change(bad(0.1), bad(0.1))
        call.run(SECONDS)
        stormy(call)
        assert longest_gap(call.viewer.frames, SECONDS) <= STORM_GAP
        assert [each.reason for each in call.notices if isinstance(each, control.SubscriptionLayer)] == [""]
        call.change(Weather(), Weather())
        call.run(CLEARED)
        fair(call, SECONDS)


@seeds(2, 14)
def test_where_a_fifth_is_lost_on_every_way_sound_goes_on_and_the_picture_comes_back(seed: int) -> None:
    with Room() as room:
        call = Call(room, seed, Weather())
        call.change(bad(0.2), bad(0.2))
        call.run(SECONDS)
        stormy(call)
        reasons = [each.reason for each in call.notices if isinstance(each, control.SubscriptionLayer)]
        assert longest_gap(call.viewer.frames, SECONDS) <= 2 * STORM_GAP or "bandwidth" in reasons, "it says so"
        call.change(Weather(), Weather())
        call.run(12.0)
        fair(call, SECONDS + 10.5)


@seeds(6)
@pytest.mark.parametrize("loss", [0.15, 0.2])
def test_a_viewer_on_a_very_bad_way_sees_whole_pictures_or_none_hears_on_and_gets_the_picture_back(
    loss: float, seed: int
) -> None:
    with Room() as room:
        call = Call(room, seed, Weather())
        call.change(Weather(), bad(loss))
        call.run(SECONDS)
        camera, viewer = call.camera, call.viewer
        assert longest_run(viewer.audio.holes) <= 5, "100 ms of sound"
        assert chain(camera, viewer.frames) == [], "nothing is shown that a decoder could not show right"
        assert decoded(viewer.frames) == len(viewer.frames)
        given_up = call.shown.granted is None
        call.run(TELLS_WITHIN)
        reasons = [each.reason for each in call.notices if isinstance(each, control.SubscriptionLayer)]
        assert not given_up or "bandwidth" in reasons, "a picture that is given up says so"
        before = camera.asked_for_key_frame
        assert before <= SECONDS / 1.0 + 2, "a viewer that is stuck does not make a publisher send key frames only"
        call.change(Weather(), Weather())
        call.run(12.0)
        late = {timestamp for timestamp, _ in viewer.frames if timestamp > (SECONDS + 11.0) * 90_000}
        assert len(late) >= 0.6 * FRAMES_PER_SECOND, "the picture is back"
        assert chain(camera, viewer.frames) == []
        assert room.counters.faults == 0


@seeds(3)
def test_the_first_picture_comes_soon_though_the_request_for_it_was_lost(seed: int) -> None:
    with Room() as room:
        call = Call(room, seed, Weather())
        call.shown.set_paused(True)
        call.run(1.0)
        before = call.camera.asked_for_key_frame
        call.ann.down.weather = Weather(loss=1.0)
        call.shown.set_paused(False)
        call.run(0.1)
        call.ann.down.weather = Weather()
        call.run(0.4)
        assert call.viewer.frames
        call.run(SECONDS)
        assert call.camera.asked_for_key_frame == before + 1


def test_the_same_seed_is_the_same_call() -> None:
    ends = []
    for _ in range(2):
        with Room() as room:
            call = Call(room, 5, bad(0.1))
            call.run(1.0)
            ends.append((call.ann.up.lost, call.bob.down.lost, call.camera.asked_again, len(call.viewer.frames)))
    assert ends[0] == ends[1]
