"""What arrived of one SSRC: extended sequence numbers, duplicates, what is missing, and the report about it."""

from __future__ import annotations

from typing import Final

from signaling.sfu.rtcp import ReportBlock

WINDOW: Final = 1000
"""Packets behind the newest that may still be repaired; as long as SRTP's replay window."""
LARGEST_GAP: Final = 400
"""Packets. A larger jump is a break in the stream, not a loss worth asking for."""
ATTEMPTS: Final = 10
REPEAT_AFTER: Final = 0.06
"""Seconds between two requests for the same packet."""


class _Missing:
    __slots__ = ("asked", "next_at")

    def __init__(self) -> None:
        self.asked = 0
        self.next_at = 0.0


class Reception:
    """Receiver state of one SSRC (RFC 3550 §6.4 and appendix A). Sequence numbers are extended to 64 bits and up."""

    __slots__ = (
        "_expected_before",
        "_received_before",
        "_taken",
        "_transit",
        "base",
        "clock_rate",
        "fraction_lost",
        "highest",
        "jitter",
        "last_report",
        "last_report_at",
        "missing",
        "nacked",
        "octets",
        "received",
        "reordered",
        "repaired",
        "skipped",
        "ssrc",
    )

    def __init__(self, ssrc: int, clock_rate: int) -> None:
        self.ssrc = ssrc
        self.clock_rate = clock_rate
        self.base = self.highest = -1
        self.received = self.nacked = self.repaired = self.octets = 0
        self.skipped = self.reordered = 0
        """Packets that did not come in turn, and those of them that came before they were asked for."""
        self.jitter = 0.0
        self.fraction_lost = 0.0
        self.last_report = 0
        self.last_report_at = float("-inf")
        self.missing: dict[int, _Missing] = {}
        self._expected_before = self._received_before = 0
        self._transit = float("inf")
        self._taken = (0, 0)

    def accept(self, sequence: int, timestamp: int, now: float) -> int:
        """The extended sequence number (from 65,536 up) of a packet that is new, or -1 for a duplicate or a relic."""
        extended = self.highest + 1
        if sequence != extended & 0xFFFF or not extended:
            return self._out_of_turn(sequence, timestamp, now)
        self.highest = extended
        self.received += 1
        transit = now * self.clock_rate - timestamp
        difference = abs(transit - self._transit)
        if difference < self.clock_rate:  # a wrapped time stamp is not jitter, nor is the first of all
            self.jitter += (difference - self.jitter) / 16
        self._transit = transit
        return extended

    def _out_of_turn(self, sequence: int, timestamp: int, now: float) -> int:
        """The same for a packet that does not follow the newest one."""
        highest = self.highest
        if highest < 0:
            # One cycle up, so that a packet just before the first one still has a positive number.
            self.base = self.highest = 0x10000 + sequence
            self.received += 1
            self._transit = now * self.clock_rate - timestamp
            return self.highest
        distance = ((sequence - highest + 0x8000) & 0xFFFF) - 0x8000
        if distance > 1:
            self._skip(highest + 1, highest + distance)
            self.highest = highest + distance - 1
            return self.accept(sequence, timestamp, now)
        state = self.missing.pop(highest + distance, None)
        if state is None or distance < -WINDOW:
            return -1
        self.reordered += not state.asked
        self.repaired += state.asked > 0
        self.received += 1  # it says nothing about jitter
        return highest + distance

    def _skip(self, start: int, stop: int) -> None:
        if stop - start > LARGEST_GAP:
            self.missing.clear()
            return
        self.skipped += stop - start
        for each in range(start, stop):
            self.missing[each] = _Missing()
        if len(self.missing) > WINDOW:  # a stream without NACK asks for nothing, so nothing else tidies up
            self._forget_old()

    def _forget_old(self) -> None:
        oldest = self.highest - WINDOW
        for extended in [each for each in self.missing if each < oldest]:
            del self.missing[extended]

    def wanted(self, now: float) -> list[int]:
        """Sequence numbers (16 bits) to ask for again at ``now`` (seconds), each at most ten times."""
        asked: list[int] = []
        self._forget_old()
        for extended, state in self.missing.items():
            if state.asked < ATTEMPTS and now >= state.next_at:
                state.asked += 1
                state.next_at = now + REPEAT_AFTER
                asked.append(extended & 0xFFFF)
        self.nacked += len(asked)
        return asked

    def take_losses(self) -> tuple[int, int]:
        """Packets that the network lost since the last call, repaired or not, and packets sent."""
        lost, expected = self.skipped - self.reordered, self.received + len(self.missing)
        before, self._taken = self._taken, (lost, expected)
        return lost - before[0], max(0, expected - before[1])

    def sender_report(self, ntp: int, now: float) -> None:
        """Note the NTP time (64 bits) of the publisher's latest report."""
        self.last_report = (ntp >> 16) & 0xFFFFFFFF
        self.last_report_at = now

    def report(self, now: float) -> ReportBlock:
        """The report block since the last call (RFC 3550 §6.4.1)."""
        expected = self.highest - self.base + 1
        lately, arrived = expected - self._expected_before, self.received - self._received_before
        self._expected_before, self._received_before = expected, self.received
        lost = max(0, lately - arrived)
        fraction = min(255, (lost << 8) // lately) if lately > 0 else 0
        self.fraction_lost = fraction / 256
        return ReportBlock(
            ssrc=self.ssrc,
            fraction_lost=fraction,
            lost=expected - self.received,
            highest=self.highest & 0xFFFFFFFF,
            jitter=int(self.jitter),
            last_report=self.last_report,
            delay=int((now - self.last_report_at) * 65536) & 0xFFFFFFFF if self.last_report else 0,
        )
