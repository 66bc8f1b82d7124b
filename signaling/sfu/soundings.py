"""Soundings: packets without contents that the worker sends to a subscriber, to learn when they arrive.

They travel as padding on the SSRC for repairs (RFC 4588), which a browser throws away, and carry a transport-wide
number; the browser answers with times of arrival (draft-holmer-rmcat-transport-wide-cc-extensions-01). A few of them in
a second show how long the queue on the way is, and nothing is added to the packets of media. Many of them show whether
the way would bear more.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final, NamedTuple

from signaling.sfu.arrivals import ABSENT, DELTA, LARGE, LONGEST, REFERENCE, SMALL
from signaling.sfu.capabilities import NUMBER_ID

LARGEST_PADDING: Final = 255
ANSWERED_WITHIN: Final = 0.45
"""Seconds beyond the round trip after which a sounding is late: browsers answer ten times a second or so."""
LOST_AFTER: Final = 1.5
"""Seconds beyond the round trip after which it counts as lost: longer than queues that one meets."""
ASSUMED_TRIP: Final = 0.2
REMEMBERED: Final = 5.0
UNANSWERED: Final = 30
NEVER: Final = (float("-inf"), 0)
HEAD: Final = 0x90 | 0x20
"""First byte of the RTP header: an extension, and padding."""

_BLOCK = struct.Struct("!HHBHx")
_FEEDBACK = struct.Struct("!HH")


class Echo(NamedTuple):
    """What became of a sounding, before which so many ``octets`` were sent in all.

    ``delay``: seconds between two clocks that do not know each other; None: lost.
    """

    sent_at: float
    delay: float | None
    octets: int


def body(number: int, padding: int) -> bytes:
    """A sounding behind its RTP header: the transport-wide number (16 bits) and 1 to 255 bytes of padding."""
    return _BLOCK.pack(0xBEDE, 1, NUMBER_ID << 4 | 1, number & 0xFFFF) + bytes(padding - 1) + bytes((padding,))


def read_feedback(raw: bytes) -> list[tuple[int, float | None]]:
    """Transport-wide number (16 bits) and time of arrival (seconds of the browser's clock; None: not there) of each.

    Raises:
        ValueError: the RTCP packet is cut off, or about more packets than anybody asked for.
    """
    if len(raw) < 20:
        raise ValueError("transport-wide feedback is cut off")
    base, count = _FEEDBACK.unpack_from(raw, 12)
    if count > LONGEST:
        raise ValueError("transport-wide feedback about too many packets")
    clock = int.from_bytes(raw[16:19], "big", signed=True) * REFERENCE
    found: list[tuple[int, float | None]] = []
    try:
        symbols, position = _symbols(raw, count)
        for index, symbol in enumerate(symbols):
            number = (base + index) & 0xFFFF
            if symbol == SMALL:
                clock += raw[position] * DELTA
            elif symbol == LARGE:
                clock += struct.unpack_from("!h", raw, position)[0] * DELTA
            position += symbol
            found.append((number, None if symbol == ABSENT else clock))
    except (IndexError, struct.error) as error:
        raise ValueError("transport-wide feedback is cut off") from error
    return found


def _symbols(raw: bytes, count: int) -> tuple[list[int], int]:
    """The status of each packet (§3.1.2 to §3.1.4), which is also the size of its time; where the times begin."""
    symbols: list[int] = []
    position = 20
    while len(symbols) < count:
        (chunk,) = struct.unpack_from("!H", raw, position)
        position += 2
        symbols += _chunk(chunk)
    del symbols[count:]
    if any(symbol > LARGE for symbol in symbols):
        raise ValueError("transport-wide feedback with a reserved status")
    return symbols, position


def _chunk(chunk: int) -> list[int]:
    if not chunk & 0x8000:
        return [chunk >> 13 & 3] * min(chunk & 0x1FFF, LONGEST)
    if chunk & 0x4000:
        return [chunk >> shift & 3 for shift in range(12, -2, -2)]
    return [chunk >> shift & 1 for shift in range(13, -1, -1)]


class Soundings:
    """The soundings of one transport: numbered here, answered by the browser."""

    def __init__(self) -> None:
        self._sent: dict[int, tuple[float, int]] = {}
        self._next = 0
        self.answered_at = -1.0
        """When the browser last answered; negative: never."""
        self._told_up_to = -1.0
        """When the newest sounding left of which the browser told."""

    @property
    def deaf(self) -> bool:
        """Whether so many had no answer that the browser does not seem to know of them."""
        return self.answered_at < 0 and self._next > UNANSWERED

    def send(self, now: float, octets: int) -> int:
        """The number of the next one, which leaves at ``now`` behind so many ``octets``."""
        number = self._next
        self._next = (number + 1) & 0xFFFF
        self._sent[number] = now, octets
        return number

    def forget(self) -> None:
        """Nothing will ever be known of those that are on their way."""
        self._sent.clear()

    def hear(self, raw: bytes, now: float) -> list[Echo]:
        """The browser's answer. Raises ValueError when it is malformed."""
        echoes = []
        for number, arrived_at in read_feedback(raw):
            sent_at, octets = self._sent.get(number, NEVER)
            if now - sent_at > REMEMBERED:
                continue  # of an earlier round of numbers, or told twice
            del self._sent[number]
            echoes.append(Echo(sent_at, None if arrived_at is None else arrived_at - sent_at, octets))
            self._told_up_to = max(self._told_up_to, sent_at)
        if echoes:
            self.answered_at = now
        return echoes

    def overdue(self, now: float, round_trip: float | None = None) -> bool:
        """Whether one should have been answered by now, on a way of this round trip."""
        patience = ANSWERED_WITHIN + (ASSUMED_TRIP if round_trip is None else round_trip)
        return any(now - sent_at > patience for sent_at, _ in self._sent.values())

    def lost(self, heard_at: float, round_trip: float | None = None) -> Iterator[Echo]:
        """Those that should have been answered before the browser was last heard, on a way of this round trip.

        Of those after it nothing is known: the way back may be the one that is cut. A browser names what it misses: one
        that it passed over without a word is one whose answer was lost. Nobody hears of a loss twice.
        """
        patience = LOST_AFTER + (ASSUMED_TRIP if round_trip is None else round_trip)
        late = [number for number, (sent_at, _) in self._sent.items() if heard_at - sent_at > patience]
        for number in late:
            sent_at, octets = self._sent.pop(number)
            if self.answered_at >= 0 and sent_at > self._told_up_to:  # else it is a browser that never answers
                yield Echo(sent_at, None, octets)
