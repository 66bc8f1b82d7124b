"""One who shows three layers and speaks, one who watches over a narrow way, and a clock of the test's own.

The worker's own forwarding and rounds, real SRTP; the browsers answer soundings and report as Chromium does.
"""

from __future__ import annotations

import copy
import heapq
import itertools
import random
from dataclasses import dataclass, field
from typing import Any, Final

from signaling.ids import PublicationId
from signaling.sfu import control, ortc, rtcp, rtp
from signaling.sfu.arrivals import Arrivals
from signaling.sfu.bandwidth import Downlink
from signaling.sfu.capabilities import NUMBER_ID, TRANSPORT_CC
from signaling.sfu.publication import Publication
from signaling.sfu.reception import Reception
from signaling.sfu.rounds import TICK as ROUND
from signaling.sfu.rounds import Rounds
from signaling.sfu.soundings import HEAD
from tests.support.lossy_ends import Track
from tests.support.sfu_packets import CAPABILITIES, audio_parameters, rtp_packet, simulcast_parameters, vp8_payload
from tests.support.sfu_room import Room

TICK: Final = 0.005
SIZES: Final = [(160, 90), (320, 180), (640, 360)]
FRAME_BYTES: Final = [200, 800, 1100]
"""Thirty times a second; the highest layer in three packets: about 60, 200 and 800 kbit/s."""
SOUND_BYTES: Final = 40
"""Fifty times a second: about 34 kbit/s with everything around it."""
OTHER_CLOCK: Final = 77.0
"""Seconds by which the browser's clock is off."""
VOICE, PICTURE, REPAIR = 100, 101, 102
"""Payload types of what comes down."""
UDP_BYTES: Final = 28
"""Around each datagram on the wire."""
ABLE: Final = copy.deepcopy(CAPABILITIES)
ABLE["headerExtensions"].append({"uri": TRANSPORT_CC, "preferredId": NUMBER_ID, "kind": "video"})


@dataclass
class NarrowLink:
    """A way with a rate (bits per second; None: any), a queue of so many seconds that drops, and jitter (seconds)."""

    chooser: random.Random
    rate: float | None = None
    longest_queue: float = 0.3
    delay: float = 0.01
    jitter: float = 0.0
    loss: float = 0.0
    dropped: int = 0
    _free_at: float = 0.0
    _last: float = 0.0
    _order: Any = field(default_factory=itertools.count)
    _under_way: list[tuple[float, int, bytes]] = field(default_factory=list)

    def put(self, datagram: bytes, now: float) -> None:
        """Send a datagram, perhaps into nothing."""
        if self._free_at - now > self.longest_queue or self.chooser.random() < self.loss:
            self.dropped += 1
            return
        begins = max(now, self._free_at)
        self._free_at = begins if self.rate is None else begins + 8 * (len(datagram) + UDP_BYTES) / self.rate
        self._last = max(self._last, self._free_at + self.delay + self.jitter * self.chooser.random())
        heapq.heappush(self._under_way, (self._last, next(self._order), datagram))

    def take(self, now: float) -> list[tuple[float, bytes]]:
        """What arrived since the last call, and when."""
        arrived = []
        while self._under_way and self._under_way[0][0] <= now:
            at, _, datagram = heapq.heappop(self._under_way)
            arrived.append((at, datagram))
        return arrived


class NarrowCall:
    """``layer`` is what the watcher sees (-1: nothing yet); ``sound``: when each packet of it came, and its number."""

    def __init__(self, room: Room, seed: int) -> None:
        room.now = 100.0
        self.room = room
        self.chooser = random.Random(seed)
        self.notices: list[Any] = []
        self.rounds = Rounds(room.forwarder, room.egress, self.notices.append, lambda: room.now, dealt=True)
        self.ann, self.bob = room.browser("ann", "send"), room.browser("bob", "receive")
        self.way = NarrowLink(self.chooser)
        self.picture = self._publish("picture", "video", simulcast_parameters())
        self.voice = self._publish("voice", "audio", audio_parameters())
        self.shown = room.follow(self.bob, self.picture, ABLE)
        self.heard = room.follow(self.bob, self.voice, ABLE)
        self.left_out = 0.0
        """Share of what the speaker sends that never gets to the worker."""
        self.layer = -1
        self.sound: list[tuple[float, int]] = []
        self.stalled_until = {"worker": 0.0, "browser": 0.0}
        self._arrivals = Arrivals()
        self._receptions: dict[int, Reception] = {}
        self._came: set[int] = set()
        """Of what something came since the last report about it."""
        self._track = Track()
        self._turn = 0
        self._sent = [0, 0, 0]
        self._done: dict[str, float] = {}

    def _publish(self, name: str, kind: Any, parameters: dict[str, Any]) -> Publication:
        offered = ortc.read_publication(kind, parameters)
        source = "camera" if kind == "video" else "microphone"
        publication = Publication(PublicationId(name), self.ann.transport, kind, source, offered)
        self.ann.transport.add(publication)
        self.rounds.enter(publication)
        return publication

    @property
    def given(self) -> int | None:
        """The layer that the worker gives; None: it is given up."""
        return self.shown.granted

    @property
    def told(self) -> list[tuple[int | None, str]]:
        """What the watcher was told of the layer, and why."""
        return [(each.layer, each.reason) for each in self.notices if isinstance(each, control.SubscriptionLayer)]

    @property
    def estimate(self) -> Downlink:
        """What the worker makes of the watcher's way."""
        assert self.bob.transport.way_down is not None
        return self.bob.transport.way_down.estimate

    def move(self, seconds: float) -> None:
        """A router gives the watcher another address, which they notice after so many seconds: until then nothing gets
        through in either direction."""
        self.bob.reopen()
        self.run(seconds)
        self.bob.check()

    def stall(self, who: str, seconds: float) -> None:
        """The worker's or the watcher's process gets no processor for a while."""
        self.stalled_until[who] = self.room.now + seconds

    def run(self, seconds: float) -> None:
        """Let time pass."""
        for _ in range(round(seconds / TICK)):
            self._step()

    def until(self, holds: Any, seconds: float) -> float:
        """Let time pass until ``holds()``; how many seconds. Fails after so many."""
        began = self.room.now
        while not holds():
            assert self.room.now - began < seconds, f"not within {seconds} s: {self.given}, {self.told}"
            self._step()
        return self.room.now - began

    def _step(self) -> None:
        turn, now = self._turn, self.room.now
        self._turn += 1
        if turn % 4 == 0:
            self._show(turn // 4)
        if now >= self.stalled_until["worker"]:
            self.room.forwarder.on_readable()
            self._round()
        self._collect()
        if now >= self.stalled_until["browser"]:
            self._watch()
        self.room.now += TICK

    def _show(self, number: int) -> None:
        packets = [rtp_packet(111, number, 960 * number, 1001, bytes(SOUND_BYTES))]
        for layer in range(3) if number % 5 in (0, 2, 4) else ():
            payload = vp8_payload(number & 0x7FFF, number & 255, key=True, size=SIZES[layer])
            for part in range(3 if layer == 2 else 1):
                body = payload if part == 0 else vp8_payload(number & 0x7FFF, number & 255, key=True, start=False)
                filled = body + bytes(FRAME_BYTES[layer]) + bytes((layer,))
                self._sent[layer] += 1
                packets.append(rtp_packet(96, self._sent[layer], 1800 * number, 3001 + layer, filled, marker=True))
        for packet in packets:
            sealed = self.ann.seal.seal_packet(packet)
            if self.chooser.random() >= self.left_out:
                self.ann.socket.send(sealed)

    def _due(self, name: str, every: float) -> bool:
        """Whether so many seconds went by since the last time, as after an ``asyncio.sleep``."""
        if self.room.now - self._done.get(name, 0.0) < every:
            return False
        self._done[name] = self.room.now
        return True

    def _round(self) -> None:
        if self._due("tick", ROUND):
            self.rounds.tick(2_500_000)

    def _collect(self) -> None:
        while True:
            try:
                self.way.put(self.bob.socket.recv(4096), self.room.now)
            except BlockingIOError:
                break
        while True:
            try:
                self.ann.socket.recv(4096)
            except BlockingIOError:
                break

    def _watch(self) -> None:
        now = self.room.now
        for _, datagram in self.way.take(now):
            if not 192 <= datagram[1] <= 223:
                self._receive(self.bob.open.open_packet(datagram), now)
        if wanted := self._track.wanted(now):
            self.bob.socket.send(self.bob.seal.seal_report(rtcp.nack(self.shown.promised.ssrc, wanted)))
        if self._due("arrivals", 0.1):
            for report in self._arrivals.reports(1):
                self.bob.socket.send(self.bob.seal.seal_report(report))
        if self._due("receptions", 1.0):
            # About sound every 5 s, and about nothing of which nothing came since, as Chromium does.
            sound = self._due("sound", 5.0)
            told = {ssrc for ssrc in self._came if sound or ssrc != self.heard.promised.ssrc}
            self._came -= told
            blocks = [self._receptions[ssrc].report(now) for ssrc in told]
            self.bob.socket.send(self.bob.seal.seal_report(rtcp.receiver_report(blocks)))

    def _receive(self, packet: bytes, now: float) -> None:
        first, second, sequence, timestamp, ssrc = rtp.HEADER.unpack_from(packet)
        kind = second & 0x7F
        number = rtp.transport_sequence(packet, 0, len(packet), NUMBER_ID)
        if kind in (VOICE, PICTURE):
            clock_rate = 48_000 if kind == VOICE else 90_000
            self._came.add(ssrc)
            self._receptions.setdefault(ssrc, Reception(ssrc, clock_rate)).accept(sequence, timestamp, now)
        if packet[0] == HEAD and number >= 0:
            self._arrivals.note(number, now + OTHER_CLOCK)
        elif kind == VOICE:
            self.sound.append((now, sequence))
        elif kind == PICTURE:
            self.layer = packet[-1]
            self._track.put(packet)
        elif kind == REPAIR:
            where = rtp.layout(packet, 0, len(packet)).payload
            again = int.from_bytes(packet[where : where + 2], "big")
            head = rtp.HEADER.pack(first, second & 0x80 | PICTURE, again, timestamp, self.shown.promised.ssrc)
            self._track.put(head + packet[12:where] + packet[where + 2 :], repaired=True)
