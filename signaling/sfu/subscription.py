"""A track that somebody receives: which layer of it, its gate, and the numbers that its packets carry."""

from __future__ import annotations

import secrets
from collections import deque
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from signaling.ids import SubscriptionId
from signaling.messages import Json, LayerReason
from signaling.sfu import rtcp
from signaling.sfu.freezes import Freezes
from signaling.sfu.layers import Offsets, Position, join
from signaling.sfu.ortc import Promised
from signaling.sfu.publication import Publication, Stream
from signaling.sfu.reported import ReportedLosses
from signaling.sfu.tcp import TcpConnection

if TYPE_CHECKING:
    from signaling.sfu.transport import Transport

REMEMBERED_SEGMENTS: Final = 4
"""Switches of layers after which a packet from before can no longer be repaired: each takes at least a key frame."""


PACKET_BYTES: Final = 28
"""Bytes of a packet around its payload: header and encryption tag."""


class Route(NamedTuple):
    """What the hot path needs to send a stream to one subscriber."""

    handle: Any
    payload_type: int
    offset: int
    timestamp_offset: int
    ssrc: int
    name: int
    first: int
    picture_offset: int
    tl0_offset: int
    connection: TcpConnection | None

    def plain(self) -> PlainRoute:
        """As the hot path takes it."""
        rare = self.picture_offset or self.tl0_offset or self.connection is not None
        return (
            self.handle, self.payload_type, self.offset, self.timestamp_offset, self.ssrc, self.name,
            self if rare else None,
        )  # fmt: skip


PlainRoute = tuple[Any, int, int, int, int, int, Route | None]
"""The first six of a ``Route``, and the whole of it where one of its last three says something: CPython takes plain
tuples apart 0.1 µs faster, and what is rare need not be asked for one by one."""


class Segment(NamedTuple):
    """A stretch of what a subscriber got from one stream without a break, up to number ``last``, for repairs."""

    stream: Stream
    route: Route
    last: int


class Subscription:
    """One publication on its way to one person. It starts paused; its gate opens at a key frame.

    While the gate is open a packet of number ``n`` leaves with sequence number ``n + offset``. When it opens again the
    sequence goes on where it stopped: a gap would be asked for again and again, and a number used twice with other
    contents would break the encryption. ``stream`` is the layer that is (or was last) followed, ``target`` the one that
    is to be followed from its next key frame on.
    """

    def __init__(
        self, subscription_id: SubscriptionId, publication: Publication, receiver: Transport, promised: Promised
    ) -> None:
        self.subscription_id = subscription_id
        self.publication = publication
        self.receiver = receiver
        self.promised = promised
        self.description = rtcp.source_description(promised.ssrc, publication.cname)
        """What goes with every sender report (RFC 3550 §6.1)."""
        self.stream: Stream = publication.streams[0]
        self.target: Stream = publication.streams[-1]
        self.wish: int | None = len(publication.streams) - 1
        """The layer that the tile deserves; None: nobody looks."""
        self.ceiling = len(publication.streams) - 1
        """The layer that the way to the subscriber bears."""
        self.pixels = 0
        """Device pixels of the tile; 0: not told yet."""
        self.round_trip: float | None = None
        """Seconds there and back, from receiver reports."""
        self.reported: tuple[int, float] | None = None
        """The last sender report: the middle of its NTP time (RFC 3550 §6.4.1), and when it left."""
        self.losses = ReportedLosses()
        self.paused = True
        self.given_up = False
        """The picture was given up, so that the sound gets through."""
        self.is_open = False
        self.offset = 0
        self.offsets = Offsets()
        self.first = 0
        # RFC 3711 §3.3.1: a start in the lower half keeps a loss at the beginning from confusing the roll-over counter.
        self.next_sequence = secrets.randbelow(0x4000) + 1
        self._began_behind = self.next_sequence - 1
        self.next_repair = secrets.randbelow(0x4000) + 1
        self.fraction_lost = self.jitter = 0.0
        """From the last receiver report; the jitter in seconds."""
        self.lost = 0
        """Packets that the subscriber did not get, as their last report says."""
        self.bits_per_second = 0
        self.freezes = Freezes(publication.source)
        self.asked_again = self.repaired = self.key_frames_asked = self.switches = 0
        self.told: tuple[int | None, LayerReason] | None = None
        self._newest_asked = -1
        self._came_before = -1
        """The newest number at which the gate opened: where a key frame was late, what follows it was here already."""
        self._left: Position | None = None
        self._ssrc = 0
        self._segments: deque[Segment] = deque(maxlen=REMEMBERED_SEGMENTS)
        self._packets = self._octets = self._bytes_before = 0
        self._packets_at_opening = self._octets_at_opening = 0

    @property
    def asks(self) -> bool:
        """Whether the subscriber's browser asks again for what it misses."""
        return self.promised.rtx_ssrc is not None

    @property
    def wished(self) -> bool:
        """Whether the subscriber would like to have it now."""
        return not self.paused and self.wish is not None and not self.publication.paused

    @property
    def granted(self) -> int | None:
        """The best layer that the way to the subscriber allows; None: the picture is given up."""
        return None if self.given_up or self.wish is None else min(self.wish, self.ceiling)

    @property
    def wanted(self) -> bool:
        """Whether packets are to reach the subscriber now."""
        hidden = self.paused or self.wish is None or self.given_up
        return not hidden and not self.publication.paused and self.receiver.outbound is not None

    def set_paused(self, paused: bool) -> None:
        """Stop the packets, or let them through from the next key frame."""
        self.paused = paused
        self.refresh()

    def aim(self, layer: int | None) -> None:
        """Follow this layer from its next key frame on; None: give the picture up at once."""
        self.given_up = layer is None
        if layer is not None:
            self.target = self.publication.streams[layer]
        self.refresh()

    def refresh(self) -> None:
        """Open, change or close after anything changed on which sending depends."""
        for stream in self.publication.streams:
            if self in stream.waiting and (stream is not self.target or not self.wanted):
                stream.waiting.remove(self)
        if not self.wanted:
            self.close_gate()
            self._segments.clear()
        elif not (self.is_open and self.stream is self.target) and self not in self.target.waiting:
            self.target.wait(self, self.receiver.clock())

    def open_gate(self, stream: Stream, number: int, entered: Position) -> None:
        """Follow this stream from the packet of this number, which lies at ``entered``."""
        self.close_gate()
        if self._left is not None and stream is not self.stream:
            self.offsets = join(self._left, self.offsets, entered, stream.reception.clock_rate)
            self.switches += 1
        elif self._left is not None and stream.ssrc != self._ssrc:  # another SSRC begins at a time stamp of its own
            joined = join(self._left, self.offsets, entered, stream.reception.clock_rate)
            self.offsets = joined if stream.layered else Offsets(joined.timestamp)
        self.stream, self._ssrc = stream, stream.ssrc
        self.is_open = True
        self.first = number
        self._came_before = stream.last_number
        self.offset = self.next_sequence - number
        self._packets_at_opening, self._octets_at_opening = stream.packets, stream.octets

    def close_gate(self) -> None:
        """Follow the stream no longer; the caller's routes are rebuilt."""
        if not self.is_open:
            return
        stream, reached = self.stream, self._reached
        if (route := self.route(stream)) is not None:
            self._segments.append(Segment(stream, route, reached - self.offset))
        self._left = stream.position()
        self._packets, self._octets = self.packets, self.octets
        self.is_open = False
        self.next_sequence = reached + 1
        stream.update_routes()

    def route(self, stream: Stream) -> Route | None:
        """How its packets leave, while the gate is open."""
        outbound = self.receiver.outbound
        if not self.is_open or stream is not self.stream or outbound is None:
            return None
        promised = self.promised
        return Route(
            outbound.handle,
            promised.payload_type,
            self.offset,
            self.offsets.timestamp,
            promised.ssrc,
            self.receiver.name.pointer,
            self.first,
            self.offsets.picture,
            self.offsets.tl0,
            self.receiver.connection,
        )

    def find(self, sequence: int) -> tuple[Stream, Route, int] | None:
        """Which packet left with this 16-bit sequence number: its stream, how it left, its number. None: none did."""
        if self.is_open and (route := self.route(self.stream)) is not None:
            number = _nearest(sequence - self.offset, self.stream.last_number)
            if number >= self.first:
                return self.stream, route, number
        for segment in reversed(self._segments):
            number = _nearest(sequence - segment.route.offset, segment.last)
            if segment.route.first <= number <= segment.last:
                return segment.stream, segment.route._replace(connection=self.receiver.connection), number
        return None

    def newly_asked(self, sequences: Iterable[int]) -> int:
        """How many of these left and are asked for again for the first time: so many were lost on the way down.

        What its publisher never got through to here is asked for as well, and says nothing of the way down; nor does
        what came before the gate opened, nor what came late: whoever has its successor asks for it while it is on its
        way. A tenth lost on a publisher's way counted as 6 % on everybody's way down.
        """
        count = 0
        for sequence in sequences:
            if self._newest_asked >= 0 and (sequence - self._newest_asked - 1) & 0xFFFF >= 0x8000:
                continue
            self._newest_asked = sequence
            if (found := self.find(sequence)) is not None:
                stream, _, number = found
                left = stream is not self.stream or number > self._came_before
                count += left and number not in stream.late and stream.cache.get(number) is not None
        return count

    def overlook(self) -> None:
        """What was lost of what left until now is not counted, whether a NACK tells of it or a report."""
        self._newest_asked = self._reached & 0xFFFF
        self.losses.overlook(self._reached)

    def forgive(self) -> None:
        """The same, and what left of an earlier layer is not repaired any more."""
        self._segments.clear()
        self.overlook()

    @property
    def _reached(self) -> int:
        """The newest sequence number that left, not wrapped."""
        return max(self.stream.last_number, self.first) + self.offset if self.is_open else self.next_sequence - 1

    @property
    def never_left(self) -> int:
        """How many sequence numbers were passed over so far, because what they stood for did not come here."""
        return self._reached - self._began_behind - self.packets

    @property
    def layer(self) -> int | None:
        """The layer that the subscriber gets; None: no picture at present."""
        return self.publication.streams.index(self.stream) if self.is_open else None

    def left(self) -> tuple[int, int]:
        """``packets`` and ``octets`` at once."""
        if not self.is_open:
            return self._packets, self._octets
        stream = self.stream
        return (
            self._packets + stream.packets - self._packets_at_opening,
            self._octets + stream.octets - self._octets_at_opening,
        )

    @property
    def packets(self) -> int:
        """Packets sent so far, for sender reports."""
        return self._packets + (self.stream.packets - self._packets_at_opening if self.is_open else 0)

    @property
    def octets(self) -> int:
        """Payload bytes sent so far, for sender reports."""
        return self._octets + (self.stream.octets - self._octets_at_opening if self.is_open else 0)

    def flow(self, seconds: float) -> int:
        """The bytes that left since the last call, so many ``seconds`` ago (0: it is over)."""
        total = self.octets + PACKET_BYTES * self.packets
        flown, self._bytes_before = total - self._bytes_before, total
        self.bits_per_second = int(8 * flown / seconds) if seconds > 0 else 0
        return flown

    def look_for_freeze(self, now: float) -> None:
        """Four times a second: whether the picture stands still."""
        if self.is_open:
            newest = self.stream.heard_at
        else:
            newest = float("-inf") if self._left is None else self._left.arrived_at
        self.freezes.look(now, wanted=self.wanted, newest=newest)

    def statistics(self) -> Json:
        """Its counters as JSON values."""
        return {
            "publication_id": self.publication.publication_id,
            "transport_id": self.receiver.transport_id,
            "paused": self.paused,
            "open": self.is_open,
            "layer": self.layer,
            "wish": self.wish,
            "switches": self.switches,
            "packets": self.packets,
            "bits_per_second": self.bits_per_second,
            "lost": self.lost,
            "fraction_lost": self.fraction_lost,
            "jitter": self.jitter,
            "round_trip": self.round_trip,
            "asked_again": self.asked_again,
            "repaired": self.repaired,
            "key_frames_asked": self.key_frames_asked,
            "given_up": self.given_up,
            "freezes": self.freezes.count,
            "frozen_seconds": round(self.freezes.seconds, 3),
        }


def _nearest(number: int, newest: int) -> int:
    """The number that is ``number`` modulo 2^16 and at most 65,535 before ``newest``."""
    return newest - ((newest - number) & 0xFFFF)
