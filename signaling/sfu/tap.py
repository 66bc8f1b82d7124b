"""The recorder's end of a simulcast track: one continuous stream out of whichever layer is the best that lives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from signaling.sfu import rtcp, rtp
from signaling.sfu.layers import Offsets, Position, join
from signaling.sfu.ports import PacketSink
from signaling.sfu.vp8 import Descriptor, shift

if TYPE_CHECKING:
    from signaling.sfu.publication import Stream


class LayerTap:
    """Copies one layer after the other to a sink under one SSRC, as a subscriber would see them.

    It waits for a key frame in ``Stream.waiting`` like a subscription. Sequence numbers are the gapless ones: padding
    that was dropped must not look like a loss in a recording.
    """

    def __init__(self, sink: PacketSink, ssrc: int) -> None:
        self.sink = sink
        self.stream: Stream | None = None
        self._ssrc = ssrc
        self._target: Stream | None = None
        self._offset = 0
        self._first = 0
        self._next = 0
        self._left: Position | None = None
        self._offsets = Offsets()

    def aim(self, stream: Stream, now: float) -> None:
        """Follow this layer from its next key frame on."""
        if stream is self._target:
            return
        self.stop()
        self._target = stream
        if stream is not self.stream:
            stream.wait(self, now)

    def stop(self) -> None:
        """Wait for nothing any more."""
        if self._target is not None and self in self._target.waiting:
            self._target.waiting.remove(self)
        self._target = None

    def open_gate(self, stream: Stream, number: int, entered: Position) -> None:
        """A key frame of the layer that is waited for."""
        self.leave()
        if self._left is not None:
            self._offsets = join(self._left, self._offsets, entered, stream.reception.clock_rate)
            self._offset = self._next - number
        self.stream = stream
        self._first = number

    def leave(self) -> None:
        """Note where the stream is that was followed so far, and follow it no longer."""
        if self.stream is not None:
            self._left, self._next = self.stream.position(), self.stream.last_number + 1 + self._offset
            self.stream = None

    def start_over(self, stream: Stream) -> None:
        """A layer goes on under another SSRC, with numbers and times of its own: wait for its next key frame."""
        if stream is self.stream:
            self.leave()
            if stream is self._target and self not in stream.waiting:
                stream.waiting.append(self)

    def rtp(self, number: int, packet: bytearray, where: Descriptor, base: int, arrived_at: float) -> bool:
        """One packet of ``stream``; its descriptor was read ``base`` bytes further on. Whether it was copied."""
        if number < self._first:
            return False  # late, from before the switch
        first, second, _, timestamp, _ = rtp.HEADER.unpack_from(packet)
        rtp.HEADER.pack_into(
            packet, 0, first, second, (number + self._offset) & 0xFFFF,
            (timestamp + self._offsets.timestamp) & 0xFFFFFFFF, self._ssrc,
        )  # fmt: skip
        shift(packet, -base, where, self._offsets.picture, self._offsets.tl0)
        self.sink.rtp(packet, arrived_at)
        return True

    def sender_report(self, stream: Stream, report: rtcp.SenderReport, arrived_at: float) -> None:
        """The clock of a layer, told as that of the one stream."""
        if stream is self.stream:
            timestamp = report.timestamp + self._offsets.timestamp
            rewritten = rtcp.sender_report(self._ssrc, report.ntp, timestamp, report.packets, report.octets)
            self.sink.sender_report(rewritten, arrived_at)
