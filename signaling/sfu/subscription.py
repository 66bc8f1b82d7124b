"""A track that somebody receives: its gate and the numbers that its packets carry."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, NamedTuple

from signaling.ids import SubscriptionId
from signaling.messages import Json
from signaling.sfu.ortc import Promised
from signaling.sfu.publication import Publication, Stream

if TYPE_CHECKING:
    from signaling.sfu.transport import Transport


class Route(NamedTuple):
    """What the hot path needs to send a stream to one subscriber."""

    handle: Any
    payload_type: int
    offset: int
    timestamp_offset: int
    ssrc: int
    name: int
    first: int


class Subscription:
    """One publication on its way to one person. It starts paused; its gate opens at a key frame.

    While the gate is open a packet of number ``n`` leaves with sequence number ``n + offset``. When it opens again the
    sequence goes on where it stopped: a gap would be asked for again and again, and a number used twice with other
    contents would break the encryption.
    """

    def __init__(
        self, subscription_id: SubscriptionId, publication: Publication, receiver: Transport, promised: Promised
    ) -> None:
        self.subscription_id = subscription_id
        self.publication = publication
        self.receiver = receiver
        self.promised = promised
        self.stream: Stream = publication.streams[0]
        self.paused = True
        self.is_open = False
        self.offset = 0
        self.timestamp_offset = 0
        self.first = 0
        # RFC 3711 §3.3.1: a start in the lower half keeps a loss at the beginning from confusing the roll-over counter.
        self.next_sequence = secrets.randbelow(0x4000) + 1
        self.next_repair = secrets.randbelow(0x4000) + 1
        self.fraction_lost = 0.0
        self.asked_again = self.repaired = self.key_frames_asked = 0
        self._packets = self._octets = 0
        self._packets_at_opening = self._octets_at_opening = 0

    def set_paused(self, paused: bool) -> None:
        """Stop the packets, or let them through from the next key frame."""
        self.paused = paused
        self.refresh()

    def refresh(self) -> None:
        """Open or close after anything changed on which sending depends."""
        wanted = not self.paused and not self.publication.paused and self.receiver.outbound is not None
        if not wanted:
            self.close_gate()
        elif not self.is_open and self not in self.stream.waiting:
            self.stream.waiting.append(self)
            self.stream.ask_key_frame(self.receiver.clock())

    def open_gate(self, number: int) -> None:
        """Follow the stream from the packet of this number."""
        self.is_open = True
        self.first = number
        self.offset = self.next_sequence - number
        self._packets_at_opening, self._octets_at_opening = self.stream.packets, self.stream.octets

    def close_gate(self) -> None:
        """Follow the stream no longer; the caller's routes are rebuilt."""
        stream = self.stream
        if self in stream.waiting:
            stream.waiting.remove(self)
        if not self.is_open:
            return
        self._packets, self._octets = self.packets, self.octets
        self.is_open = False
        self.next_sequence = max(stream.last_number, self.first) + self.offset + 1
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
            self.timestamp_offset,
            promised.ssrc,
            self.receiver.name.pointer,
            self.first,
        )

    def number_of(self, sequence: int) -> int | None:
        """Which number left with this 16-bit sequence number since the gate opened; None: none did."""
        newest = self.stream.last_number + self.offset
        number = newest - ((newest - sequence) & 0xFFFF) - self.offset
        return number if self.is_open and number >= self.first else None

    @property
    def packets(self) -> int:
        """Packets sent so far, for sender reports."""
        return self._packets + (self.stream.packets - self._packets_at_opening if self.is_open else 0)

    @property
    def octets(self) -> int:
        """Payload bytes sent so far, for sender reports."""
        return self._octets + (self.stream.octets - self._octets_at_opening if self.is_open else 0)

    def statistics(self) -> Json:
        """Its counters as JSON values."""
        return {
            "publication_id": self.publication.publication_id,
            "paused": self.paused,
            "open": self.is_open,
            "packets": self.packets,
            "fraction_lost": self.fraction_lost,
            "asked_again": self.asked_again,
            "repaired": self.repaired,
            "key_frames_asked": self.key_frames_asked,
        }
