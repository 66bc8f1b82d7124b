"""A media worker in this process with a well-behaved pair and a troublemaker in one room, on a clock of its own."""

from __future__ import annotations

import copy
import random
import traceback
from collections.abc import Callable
from typing import Any, Self

import msgspec

from signaling.errors import SignalingError
from signaling.ids import CaptureId, PublicationId, SubscriptionId
from signaling.sfu import control
from signaling.sfu.capabilities import NUMBER_ID, TRANSPORT_CC
from signaling.sfu.capture import FeedSocket
from signaling.sfu.counters import Counters
from signaling.sfu.publication import REMEMBERED_DROPS
from signaling.sfu.reception import LARGEST_GAP, WINDOW
from signaling.sfu.router import Router
from signaling.sfu.srtp import PREFERRED
from signaling.sfu.tcp import TcpConnection, TcpPort
from signaling.sfu.transport import MAXIMUM_ADDRESSES, MAXIMUM_REPORTERS
from signaling.sfu.udp import UdpPort
from tests.fuzz.party import Party
from tests.support.sfu_packets import (
    CAPABILITIES,
    RECORDED,
    VP8_KEY,
    audio_parameters,
    rtp_packet,
    simulcast_parameters,
    video_parameters,
)

ABLE = copy.deepcopy(CAPABILITIES)
ABLE["headerExtensions"].append({"uri": TRANSPORT_CC, "preferredId": NUMBER_ID, "kind": "video"})
BEAT = 0.01
"""Virtual seconds between two packets of the well-behaved pair."""


class Wire:
    """What asyncio would put between a connection and its socket. What is written is counted and gone."""

    def __init__(self, chooser: random.Random) -> None:
        self.chooser = chooser
        self.written = 0
        self.gone = False

    def get_extra_info(self, name: str) -> object:
        return ("192.0.2.9", 4000) if name == "peername" else self

    def setsockopt(self, level: int, option: int, value: int) -> None:
        """A socket that has every option."""

    def write(self, data: bytes) -> None:
        self.written += len(data)

    def get_write_buffer_size(self) -> int:
        return self.chooser.choice((0, 1000, 10**6))

    def is_closing(self) -> bool:
        return self.gone

    def abort(self) -> None:
        self.gone = True


class Stage:
    """``findings`` are sentences about what must not be; ``answered`` counts the answers of the well-behaved pair."""

    def __init__(self, folder: Any, chooser: random.Random) -> None:
        self.chooser = chooser
        self.now = 1000.0
        self.counters = Counters()
        self.port = UdpPort("127.0.0.1", 0, self.counters)
        self.tcp = TcpPort(self.counters)
        self.router = Router(self.port, FeedSocket(folder / "feed"), self.counters, ["127.0.0.1"], 0, lambda: self.now)
        self.forwarder = self.router.forwarder
        self.tcp.handler, self.tcp.on_closed = self.forwarder.on_frame, self.forwarder.on_closed
        self.findings: list[str] = []
        self.answered = 0
        self._turn = 0
        self._renewed = 0
        self._rounds: list[tuple[int, Callable[[], None]]] = [
            (2, lambda: self.router.tick(1_000_000)), (100, self.router.watch),
        ]  # fmt: skip

    async def enter(self) -> Self:
        """Let the pair and the troublemaker in."""
        self.ann = await Party.enter(self.router, self.port.port, "ann", "send")
        self.bob = await Party.enter(self.router, self.port.port, "bob", "receive")
        await self.ann.publish("ann-camera", "video", "camera", video_parameters())
        await self.ann.publish("ann-voice", "audio", "microphone", audio_parameters())
        self.followed = [await self.bob.follow("ann-camera"), await self.bob.follow("ann-voice")]
        self.ann.send(rtp_packet(96, 0, 0, 2001, VP8_KEY))
        self.read()
        self.bob.receive()
        await self.invite()
        return self

    async def invite(self) -> None:
        """A troublemaker with every kind of track, who also listens to everything."""
        self._renewed += 1
        name = f"mallory{self._renewed}"
        profile = PREFERRED[self._renewed % len(PREFERRED)]
        self.mallory = await Party.enter(self.router, self.port.port, f"{name}-up", "send", profile)
        self.ear = await Party.enter(self.router, self.port.port, f"{name}-down", "receive", profile)
        tracks: list[tuple[str, str, str, dict[str, Any]]] = [
            ("voice", "audio", "microphone", audio_parameters(5001, "0")),
            ("camera", "video", "camera", video_parameters(5101, 5102, "1")),
            ("layers", "video", "screen", simulcast_parameters(5201, "2")),
            ("named", "video", "screen", simulcast_parameters(0, "3")),
            ("square", "video", "camera", {**RECORDED["h264"], "mid": "5", "encodings": [{"ssrc": 5401}]}),
        ]
        for encoding in tracks[3][3]["encodings"]:
            encoding["ssrc"] = 0
        for _, _, _, parameters in tracks[1:]:
            parameters["headerExtensions"] = [
                *parameters["headerExtensions"],
                {"uri": TRANSPORT_CC, "id": 5},
            ]
            media = parameters["codecs"][0]
            media["rtcpFeedback"] = [*media["rtcpFeedback"], {"type": "transport-cc", "parameter": ""}]
        for track, kind, source, parameters in tracks:
            await self.mallory.publish(f"{name}-{track}", kind, source, parameters)
        self.tracks = [PublicationId(f"{name}-{track}") for track, *_ in tracks]
        followed = [*self.tracks, "ann-camera", "ann-voice"]
        self.heard = [await self.ear.follow(track, ABLE) for track in followed]
        self.subscriptions = [SubscriptionId(f"{name}-down-{track}") for track in followed]
        square = RECORDED["h264"]["codecs"][0]["payloadType"]
        self.sent = {5001: 111, 5101: 96, 5102: 97, 5201: 96, 5202: 96, 5203: 96, 5401: square, 777: 96}

    async def fiddle(self) -> None:
        """Something that the web process may ask for about the troublemaker's tracks."""
        track, subscription = self.chooser.choice(self.tracks), self.chooser.choice(self.subscriptions)
        flag = self.chooser.random() < 0.3
        size = self.chooser.choice((0, 1, 200, 4000))
        request = self.chooser.choice(
            (
                control.SetPublicationPaused(0, track, flag),
                control.SetSubscriptionPaused(0, subscription, flag),
                control.SetSubscriptionSize(0, subscription, size, size),
                control.RestartIce(0, self.mallory.transport.transport_id),
                control.StartCapture(0, track, CaptureId(self.chooser.randrange(1, 100))),
                control.StopCapture(0, track),
                control.AskKeyFrame(0, track),
                control.GetStatistics(0),
            )
        )
        try:
            msgspec.json.encode(await self.router.handle(request))
        except SignalingError:
            pass  # captured already
        except Exception:
            self.findings.append(f"{type(request).__name__} failed:\n" + traceback.format_exc(limit=-3))

    async def renew(self) -> None:
        """The troublemaker goes and comes again: nothing of them may stay."""
        await self.mallory.leave()
        await self.ear.leave()
        kept = {id(each) for each in self.forwarder._transports.values()}
        if not kept <= {id(self.ann.transport), id(self.bob.transport)}:
            self.findings.append("addresses of a closed transport are still believed")
        if self.router._publications.keys() != {"ann-camera", "ann-voice"} or len(self.router._transports) != 2:
            self.findings.append("tracks or transports outlive their person")
        if any(each.publication.transport is not self.ann.transport for each in self.forwarder.awake):
            self.findings.append("streams of a closed track are still looked at")
        await self.invite()

    def read(self) -> None:
        """Let the worker read what waits at its port."""
        while self.forwarder.on_readable():
            pass

    def dial(self) -> TcpConnection:
        """A connection over TCP."""
        connection = TcpConnection(self.tcp, self.chooser.getrandbits(40))
        connection.connection_made(Wire(self.chooser))
        return connection

    def beat(self) -> None:
        """The pair sends a picture and a sound; both must be there at once, as they were sent. Time goes on."""
        self._turn += 1
        turn = self._turn
        body = VP8_KEY + turn.to_bytes(4, "big")
        self.ann.send(rtp_packet(96, turn, 900 * turn, 2001, body, marker=True))
        self.ann.send(rtp_packet(111, turn, 480 * turn, 1001, body))
        if turn % 10 == 0:  # garbage that is believed by chance takes paths: those that are used must stay
            for party in (self.ann, self.bob, self.mallory, self.ear):
                party.check()
        self.read()
        got = [packet[12:] for packet in self.bob.receive() if int.from_bytes(packet[8:12], "big") in self.followed]
        if got != [body, body]:
            self.findings.append(f"turn {turn}: the pair sent 2 packets, and {len(got)} arrived")
        self.answered += len(got)
        self.now += BEAT
        for every, act in self._rounds:
            if turn % every == 0:
                self._attempt(act)

    def _attempt(self, act: Callable[[], None]) -> None:
        try:
            act()
        except Exception:
            self.findings.append("a periodic task failed:\n" + traceback.format_exc(limit=-3))

    def inspect(self) -> None:
        """Nothing may be larger than its limit."""
        transports = self.router._transports.values()
        sizes = {
            "addresses": (len(self.forwarder._transports), MAXIMUM_ADDRESSES * len(transports)),
            "connections": (len(self.tcp._connections), 64),
            "agenda": (len(self.router.rounds._agenda._heap), 2000),
        }
        for each in transports:
            streams = {stream for publication in each.publications for stream in publication.streams}
            sizes |= {
                "paths": (len(each.keys), MAXIMUM_ADDRESSES),
                "reporters": (len(each.reporters), MAXIMUM_REPORTERS),
                "SSRCs": (len(each.streams), len(streams)),
                "repairs": (len(each.repairs), len(streams)),
                "arrivals": (len(each.arrivals._times), 4000),
            }
            for stream in streams:
                sizes["missing"] = (len(stream.reception.missing), WINDOW + LARGEST_GAP)
                sizes["drops"] = (len(stream._drops), REMEMBERED_DROPS)
                sizes["waiting"] = (len(stream.waiting), len(stream.publication.subscriptions) + 1)
            if each.way_down is not None:
                way = each.way_down
                sizes["soundings"] = (len(way._soundings._sent), 4000)
                sizes["losses"] = (len(way.estimate.losses._told), 20_000)
                sizes["delays"] = (len(way.estimate.trips._recent), 20_000)
        for name, (size, limit) in sizes.items():
            if size > limit:
                self.findings.append(f"{size} {name}, at most {limit} may be")
        if self.router.rounds.attempt.failures:
            self.findings.append(f"{self.router.rounds.attempt.failures} rounds raised an exception")
            self.router.rounds.attempt.failures = 0
        if self.counters.faults:
            self.findings.append(f"{self.counters.faults} datagrams raised an exception")
            self.counters.faults = 0

    async def close(self) -> None:
        """Everybody goes."""
        for party in (self.ann, self.bob, self.mallory, self.ear):
            await party.leave()
        if self.router._transports or self.router._subscriptions or self.forwarder._transports or self.tcp._connections:
            self.findings.append("something is left when everybody is gone")
        self.port.close()
