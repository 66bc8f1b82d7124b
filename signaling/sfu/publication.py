"""A track that somebody sends, and the streams in which it arrives."""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from typing import TYPE_CHECKING, Final

from signaling.ids import ParticipantId, PublicationId, RoomId
from signaling.messages import Json, Kind, Source
from signaling.sfu import rtcp
from signaling.sfu.agenda import Agenda
from signaling.sfu.arrangement import Demand, arrange
from signaling.sfu.cache import PacketCache
from signaling.sfu.capabilities import AUDIO_LEVEL
from signaling.sfu.layers import Position
from signaling.sfu.ortc import Offered
from signaling.sfu.ports import PacketSink
from signaling.sfu.reception import Reception
from signaling.sfu.rtp import ExtensionCarrier, key_frame_test
from signaling.sfu.tap import LayerTap

if TYPE_CHECKING:
    from signaling.sfu.subscription import PlainRoute, Subscription
    from signaling.sfu.transport import Transport

KEY_FRAME_INTERVAL: Final = 0.3
"""Seconds between two requests for a key frame: each costs as much as ten ordinary frames."""
FIRST_PATIENCE: Final = 0.25
"""Seconds after which a request that brought nothing is repeated while somebody waits, or two round trips if that is
more; each time twice as long."""
KEY_FRAME_PATIENCE: Final = 1.0
"""The longest of these times."""
LONGEST_PATIENCE: Final = 30.0
"""The same for a publisher who sends nothing at all."""
REMEMBERED_DROPS: Final = 2048
REMEMBERED_LATE: Final = 512
CAPTURE_SSRC: Final = 2
"""What the recorder sees when no SSRC of a track is known yet."""
LOWEST_RATE: Final = 2000
"""Bits per second; less is a stream that begins or ends."""
RISING, FALLING = 0.5, 0.2
"""What of a new measurement counts: too much assumed costs less than too little."""
SRTP_BYTES: Final = 16
UDP_BYTES: Final = 28
"""Bytes around a packet on the way: what the encryption adds, and the headers of UDP and IPv4."""
ASSUMED_SOUND: Final = 45_000
ASSUMED_RATES: Final = (120_000, 400_000, 1_000_000, 2_000_000)
"""Bits per second of the layers of a picture, low to high, before they were seen."""
ALIVE_FOR: Final = 1.5
"""Seconds without a packet after which a layer counts as not sent: more than the pause of a slow screen share."""


class Stream:
    """One encoding of a publication: one SSRC in, many subscriptions out.

    Packets get gapless *numbers*: extended sequence numbers minus the padding that was dropped before them, so that no
    subscriber asks for what nobody has.
    """

    __slots__ = (
        "_bytes_before",
        "_bytes_taken",
        "_drops",
        "_forgotten",
        "_packets_before",
        "_vain",
        "arrivals",
        "awake",
        "barrier",
        "bits_per_second",
        "cache",
        "carrier",
        "described",
        "dropped",
        "heard_at",
        "key_asked_at",
        "key_frame",
        "key_frames_asked",
        "key_wanted",
        "last_drop",
        "last_number",
        "late",
        "layered",
        "newest_picture",
        "newest_timestamp",
        "newest_tl0",
        "octets",
        "packets",
        "payload_type",
        "publication",
        "reception",
        "report",
        "rid",
        "routes",
        "sink",
        "size",
        "ssrc",
        "usual_rate",
        "waiting",
    )

    def __init__(self, publication: Publication, ssrc: int, rid: str | None) -> None:
        offered = publication.offered
        self.publication = publication
        self.ssrc = ssrc
        self.rid = rid
        self.payload_type = offered.payload_type
        self.reception = Reception(ssrc, offered.clock_rate)
        self.arrivals = publication.transport.arrivals
        self.cache = PacketCache()
        self.carrier = ExtensionCarrier(
            offered.carried, offered.extension_ids.get(AUDIO_LEVEL, 0), offered.transport_cc_id
        )
        self.key_frame = key_frame_test(offered.mime_type)
        self.key_wanted = False
        self.key_asked_at = float("-inf")
        self.key_frames_asked = 0
        self._vain = 0
        """Requests that brought nothing to those who wait."""
        self.awake = False
        """Whether it is on the list of those that timers look at, because packets arrive."""
        self.routes: list[PlainRoute] = []
        self.waiting: list[Subscription | LayerTap] = []
        self.sink: PacketSink | None = None
        """Where each packet goes as it came; of layers those that a ``LayerTap`` chooses go elsewhere."""
        self.barrier = 0
        """The newest number at which a gate opened: older packets must not go through that gate."""
        self.last_number = 0
        self.late: deque[int] = deque(maxlen=REMEMBERED_LATE)
        """Numbers that came behind a newer one: out of turn, or because they were asked for again."""
        self.packets = self.octets = 0
        self.layered = len(offered.encodings) > 1 and offered.mime_type == "video/vp8"
        self.described = self.layered or (len(offered.encodings) > 1 and offered.mime_type == "video/h264")
        """Whether its payload descriptors must be read, because somebody may change from or to it."""
        self.newest_timestamp = self.newest_picture = self.newest_tl0 = 0
        self.heard_at = float("-inf")
        """Monotonic seconds of the newest packet."""
        self.report: tuple[float, int] | None = None
        self.size: tuple[int, int] | None = None
        """Pixels, as the last key frame said."""
        self.bits_per_second = 0
        self.usual_rate = 0.0
        """Bits per second on the way while it was last sent, smoothed; 0: not known."""
        self._bytes_before = self._bytes_taken = self._packets_before = 0
        self._drops: list[int] = []
        self._forgotten = 0
        self.dropped = 0
        """Packets that were not forwarded so far, and the extended sequence number of the last of them."""
        self.last_drop = -1

    def number(self, extended: int) -> int:
        """The gapless number of an extended sequence number."""
        if extended > self.last_drop:
            return extended - self.dropped
        return extended - self._forgotten - bisect_left(self._drops, extended)

    def drop(self, extended: int) -> None:
        """Close the gap that the newest packet leaves because it is not forwarded."""
        self._drops.append(extended)
        self.dropped += 1
        self.last_drop = extended
        if len(self._drops) > REMEMBERED_DROPS:
            half = REMEMBERED_DROPS // 2
            del self._drops[:half]
            self._forgotten += half

    def rebind(self, ssrc: int) -> None:
        """The publisher goes on under another SSRC: begin again, subscribers wait for a key frame."""
        if self.publication.tap is not None:
            self.publication.tap.start_over(self)
        self.ssrc = ssrc
        before, self.reception = self.reception, Reception(ssrc, self.publication.offered.clock_rate)
        self.reception.nacked, self.reception.repaired = before.nacked, before.repaired
        self._drops, self._forgotten, self.dropped, self.last_drop = [], 0, 0, -1
        self.report = None
        self._bytes_before = self._bytes_taken = self._packets_before = 0
        for subscription in self.publication.subscriptions:
            if subscription.stream is self:
                subscription.close_gate()
        self.cache.clear()
        self.late.clear()
        self.barrier = self.last_number = 0
        for subscription in self.publication.subscriptions:
            subscription.refresh()

    def alive(self, now: float) -> bool:
        """Whether its publisher sends it at present."""
        return now - self.heard_at < ALIVE_FOR

    def position(self) -> Position:
        """Where it is, as of its newest packet."""
        return Position(self.newest_timestamp, self.heard_at, self.newest_picture, self.newest_tl0, self.report)

    def measure(self, seconds: float) -> None:
        """Note its rate over the ``seconds`` since the last call."""
        octets, packets = self._bytes(), self.reception.received
        lately, around = octets - self._bytes_before, UDP_BYTES * (packets - self._packets_before)
        self._bytes_before, self._packets_before = octets, packets
        self.bits_per_second = int(8 * lately / seconds) if seconds > 0 else 0
        if self.bits_per_second > LOWEST_RATE:
            step = 8 * (lately + around) / seconds - self.usual_rate
            self.usual_rate += step * ((RISING if step > 0 else FALLING) if self.usual_rate else 1)

    def _bytes(self) -> int:
        return self.reception.octets + SRTP_BYTES * self.reception.received

    def take_bytes(self) -> int:
        """Bytes that arrived since the last call."""
        before, self._bytes_taken = self._bytes_taken, self._bytes()
        return self._bytes_taken - before

    def open_gates(self, number: int, entered: Position) -> None:
        """The packet of this number begins a key frame (or is audio): everybody who waits follows from here."""
        waiting, self.waiting = self.waiting, []
        for subscription in waiting:
            subscription.open_gate(self, number, entered)
        self.barrier = max(self.barrier, number)
        self.key_wanted, self._vain = False, 0
        self.update_routes()

    def update_routes(self) -> None:
        """Rebuild the list that the hot path walks."""
        self.routes = [
            route.plain() for each in self.publication.subscriptions if (route := each.route(self)) is not None
        ]

    def routes_of(self, number: int) -> list[PlainRoute]:
        """The same for a packet that may be from before the gates opened."""
        routes = [each.route(self) for each in self.publication.subscriptions]
        return [route.plain() for route in routes if route is not None and route.first <= number]

    def wait(self, who: Subscription | LayerTap, now: float) -> None:
        """Somebody follows from the next key frame on, and asks for one."""
        if not self.waiting:
            self._vain = 0
        self.waiting.append(who)
        self.ask_key_frame(now)

    def ask_key_frame(self, now: float) -> None:
        """Ask the publisher for a key frame, at most every ``KEY_FRAME_INTERVAL``; a request in between is kept."""
        if self.key_frame is None:
            return
        self.key_wanted = True
        self.tick(now)

    def tick(self, now: float) -> None:
        """Send a request for a key frame when it is due, and note when to look again."""
        if self.key_frame is None:
            return
        since = now - self.key_asked_at
        interval = KEY_FRAME_INTERVAL
        if self.waiting and since >= (patience := self._patience()):
            self.key_wanted, interval = True, min(interval, patience)
        if self.key_wanted and since >= interval and self._ask():
            self.key_wanted = False
            self._vain = self._vain + 1 if self.waiting else 0
            self.key_asked_at = now
            self.key_frames_asked += 1
        if self.key_wanted:
            due = self.key_asked_at + KEY_FRAME_INTERVAL
            self.publication.agenda.set(self, due if due > now else now + KEY_FRAME_PATIENCE)
        elif self.waiting:
            self.publication.agenda.set(self, self.key_asked_at + self._patience())

    def _patience(self) -> float:
        """Seconds from the last request to the next one for those who wait."""
        first = max(FIRST_PATIENCE, 2 * (self.publication.transport.round_trip or 0.0))
        longest = KEY_FRAME_PATIENCE if self.heard_at > self.key_asked_at else LONGEST_PATIENCE
        return float(min(longest, min(first, KEY_FRAME_PATIENCE) * 2 ** min(max(self._vain - 1, 0), 8)))

    def _ask(self) -> bool:
        publication = self.publication
        return bool(self.ssrc) and not publication.paused and publication.transport.send_report(rtcp.pli(self.ssrc))


class Publication:
    """One track: what was negotiated, its streams, who follows it, and where it is recorded."""

    def __init__(
        self, publication_id: PublicationId, transport: Transport, kind: Kind, source: Source, offered: Offered
    ) -> None:
        self.publication_id = publication_id
        self.transport = transport
        self.kind = kind
        self.source = source
        self.offered = offered
        self.paused = False
        self.agenda: Agenda[Stream] = Agenda()
        """Where its streams note when they want a look; a worker has one for all of them."""
        self.sink: PacketSink | None = None
        self.tap: LayerTap | None = None
        """Between the layers and the sink, where there are several."""
        self.subscriptions: list[Subscription] = []
        self.streams = [Stream(self, encoding.ssrc or 0, encoding.rid) for encoding in offered.encodings]
        self.demand = Demand(len(self.streams))
        self.repairs: dict[int, Stream] = {
            encoding.rtx.ssrc: stream
            for encoding, stream in zip(offered.encodings, self.streams, strict=True)
            if encoding.rtx is not None and encoding.rtx.ssrc is not None
        }

    def rates(self) -> tuple[int, ...]:
        """What each layer costs in bits per second, low to high; assumed where it was not sent yet."""
        if self.kind == "audio":
            return (int(self.streams[0].usual_rate or ASSUMED_SOUND),)
        assumed = ASSUMED_RATES[: len(self.streams)]
        known = [stream.usual_rate or rate for stream, rate in zip(self.streams, assumed, strict=True)]
        return tuple(int(max(known[: index + 1])) for index in range(len(known)))

    @property
    def room_id(self) -> RoomId:
        """The room it is sent into."""
        return self.transport.room_id

    @property
    def participant_id(self) -> ParticipantId:
        """Who sends it."""
        return self.transport.participant_id

    @property
    def cname(self) -> str:
        """What subscribers see as canonical name: the same for all tracks of one person's device."""
        return self.offered.cname or self.participant_id

    def set_paused(self, paused: bool, now: float) -> None:
        """Drop its packets from now on, or let them through again from the next key frame."""
        if self.paused == paused:
            return
        self.paused = paused
        for subscription in self.subscriptions:
            subscription.refresh()
        if not paused:
            self.ask_key_frame(now)

    def ask_key_frame(self, now: float) -> None:
        """Ask for a key frame on every stream."""
        for stream in self.streams:
            stream.ask_key_frame(now)

    def capture(self, sink: PacketSink | None, now: float) -> None:
        """Send a copy to this sink (None: to nobody) from now on, beginning with a key frame."""
        if self.tap is not None:
            self.tap.stop()
            self.tap = None
        self.sink = sink
        alone = len(self.streams) == 1
        self.streams[0].sink = sink if alone else None
        if sink is None:
            return
        if not alone:
            self.tap = LayerTap(sink, self.streams[-1].ssrc or CAPTURE_SSRC)
            arrange(self, now)
        else:
            self.ask_key_frame(now)

    def take_loudness(self) -> float | None:
        """The mean loudness since the last call (dB over silence), if this is an audible track that says so."""
        loudness = self.streams[0].carrier.take_loudness()
        return None if self.paused else loudness

    def statistics(self) -> Json:
        """Its counters as JSON values."""
        return {
            "transport_id": self.transport.transport_id,
            "kind": self.kind,
            "source": self.source,
            "mime_type": self.offered.mime_type,
            "paused": self.paused,
            "captured": self.sink is not None,
            "round_trip": self.transport.round_trip,
            "streams": [
                {
                    "ssrc": stream.ssrc,
                    "rid": stream.rid,
                    "received": stream.reception.received,
                    "lost": stream.reception.skipped - stream.reception.reordered,
                    "missing": len(stream.reception.missing),
                    "nacked": stream.reception.nacked,
                    "repaired": stream.reception.repaired,
                    "fraction_lost": stream.reception.fraction_lost,
                    "jitter": stream.reception.jitter / stream.reception.clock_rate,
                    "forwarded": stream.packets,
                    "bits_per_second": stream.bits_per_second,
                    "size": stream.size,
                    "key_frames_asked": stream.key_frames_asked,
                }
                for stream in self.streams
            ],
        }
