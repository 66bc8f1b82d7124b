"""One track: RTP packets as they come in, fragments of a crash-safe file out. No disk, no socket, no clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from recorder.av1 import Av1Depacketiser
from recorder.depacketise import (
    Depacketiser,
    H264Depacketiser,
    MediaFrame,
    OpusDepacketiser,
    Vp8Depacketiser,
    sps_of,
)
from recorder.index import FragmentFacts, Picture
from recorder.muxer import CODECS, SUFFIXES, Codec, TrackMuxer, picture_size
from recorder.reorder import Ordered, ReorderBuffer
from recorder.rtp import parse_packet, parse_sender_report
from recorder.timeline import Gap, Timeline
from recorder.vp9 import Vp9Depacketiser

PAUSE_SECONDS = 1.0
"""A hole without lost packets counts as a gap from here on; a silent Opus sender speaks up every 0.4 s."""

KEY_FRAME_SECONDS = 1.0
"""Between two requests for a key frame: the sender needs a round trip, and pauses between two that it makes."""

SOURCE_SILENCE_SECONDS = 1.0
"""A file holds one stream. Of several (simulcast layers come side by side) the first one is kept until it is silent."""

_DEPACKETISERS: dict[Codec, Callable[[], Depacketiser]] = {
    "opus": OpusDepacketiser,
    "vp8": Vp8Depacketiser,
    "vp9": Vp9Depacketiser,
    "av1": Av1Depacketiser,
    "h264": H264Depacketiser,
}


class UnsupportedFormatError(ValueError):
    """A media type, clock rate or channel count that cannot be recorded."""


@dataclass(frozen=True, slots=True)
class TrackFormat:
    """What the packets of a track are. ``mime_type`` such as ``audio/opus``; ``clock_rate`` in Hz."""

    mime_type: str
    clock_rate: int
    channels: int
    payload_type: int

    @property
    def codec(self) -> Codec:
        """The codec by its short name.

        Raises:
            UnsupportedFormatError: there is no way to write it.
        """
        codec = CODECS.get(self.mime_type.lower())
        if codec is None:
            raise UnsupportedFormatError(f"{self.mime_type} cannot be recorded")
        if self.clock_rate != (48000 if codec == "opus" else 90000):  # RFC 7587 §4.1, RFC 7741 §4.1 …
            raise UnsupportedFormatError(f"{self.mime_type} with a clock of {self.clock_rate} Hz")
        return codec

    @property
    def suffix(self) -> str:
        """The file suffix of the container that holds the codec."""
        return SUFFIXES[self.codec]


@dataclass(frozen=True, slots=True)
class Draft:
    """Bytes of the file that are final but not yet on the disk, and what is known about them."""

    data: bytes
    facts: FragmentFacts


class Capture:
    """Packets of one publication in, drafts of fragments out.

    ``arrived_at`` is Unix time, ``now`` is any monotonic clock in seconds; no method waits, and malformed input is
    counted, never raised.
    """

    def __init__(self, track_format: TrackFormat) -> None:
        self._format = track_format
        self._codec = track_format.codec
        self._reorder = ReorderBuffer()
        self._depacketiser: Depacketiser = _DEPACKETISERS[self._codec]()
        self.timeline = Timeline(track_format.clock_rate)
        self._muxer: TrackMuxer | None = None
        self._ssrc: int | None = None
        self._size: tuple[int, int] | None = None
        self._noted_size: tuple[int, int] | None = None
        self._sps: bytes | None = None
        self._lost_before = 0
        self._missing = 0
        self._end_ticks = 0
        self._final_ticks = 0
        self._drafted_to = 0
        self._gaps: list[Gap] = []
        self._pictures: list[Picture] = []
        self._heard_at = 0.0
        self._asked_at = float("-inf")
        self._asked_broken = 0
        self.packets = 0
        self.set_aside = 0
        """Packets of another stream than the one that is kept."""
        self.frames = 0
        self.malformed = 0

    @property
    def lost_packets(self) -> int:
        """Holes in the sequence numbers so far."""
        return self._lost_before + self._reorder.lost

    @property
    def broken_frames(self) -> int:
        """Frames that came but could not be stored: incomplete, or dependent on an incomplete one."""
        return self._depacketiser.broken

    def rtp(self, data: bytes, arrived_at: float, now: float) -> None:
        """One RTP packet."""
        try:
            packet = parse_packet(data)
        except ValueError:
            self.malformed += 1
            return
        if packet.payload_type != self._format.payload_type:
            self.malformed += 1
            return
        if packet.ssrc != self._ssrc:
            if self._ssrc is not None and now - self._heard_at < SOURCE_SILENCE_SECONDS:
                self.set_aside += 1
                return
            self._change_source(packet.ssrc)
        self._heard_at = now
        self.packets += 1
        for ordered in self._reorder.push(packet, arrived_at, now):
            self._take(ordered)

    def sender_report(self, data: bytes, arrived_at: float) -> None:
        """One RTCP sender report."""
        try:
            report = parse_sender_report(data)
        except ValueError:
            self.malformed += 1
            return
        if report.ssrc == self._ssrc:
            self.timeline.sender_report(report, arrived_at)

    def tick(self, now: float) -> None:
        """Stop waiting for what is overdue; call it a few times a second."""
        for ordered in self._reorder.expire(now):
            self._take(ordered)

    def wants_key_frame(self, now: float) -> bool:
        """Whether frames came that cannot be kept for want of a key frame; true at most once a second."""
        broken = self._depacketiser.broken
        if not self._depacketiser.needs_key or broken == self._asked_broken:
            return False
        if now - self._asked_at < KEY_FRAME_SECONDS:
            return False
        self._asked_at, self._asked_broken = now, broken
        return True

    def finish(self) -> None:
        """No more packets come: write what is held and end the container."""
        for ordered in self._reorder.flush():
            self._take(ordered)
        if self._muxer is not None:
            self._muxer.close()
            self._final_ticks = self._end_ticks

    def take(self) -> Draft | None:
        """What became final since the last call, or None."""
        data = self._muxer.take() if self._muxer is not None else b""
        if not data:
            return None
        rate = self._format.clock_rate
        facts = FragmentFacts(
            media_from=self._drafted_to / rate,
            media_to=self._final_ticks / rate,
            started_at=self.timeline.started_at,
            wall_from=self.timeline.wall(self._drafted_to),
            wall_to=self.timeline.wall(self._final_ticks),
            sender_clock_ahead=self.timeline.sender_clock_ahead,
            packets=self.packets,
            lost_packets=self.lost_packets,
            broken_frames=self.broken_frames,
            gaps=self._gaps,
            pictures=self._pictures,
        )
        self._drafted_to = self._final_ticks
        self._gaps, self._pictures = [], []
        return Draft(data, facts)

    def _change_source(self, ssrc: int) -> None:
        """The stream that was kept fell silent: another one is kept from here on."""
        if self._ssrc is not None:
            for ordered in self._reorder.flush():
                self._take(ordered)
            self._lost_before += self._reorder.lost
            self._reorder = ReorderBuffer()
            self._depacketiser.restart()
            self.timeline.restart()
        self._ssrc = ssrc

    def _take(self, ordered: Ordered) -> None:
        self._missing += ordered.lost
        frame = self._depacketiser.push(ordered)
        if frame is None:
            return
        if frame.key and self._codec != "opus" and not self._learn_size(frame):
            self.malformed += 1
            return
        if self._muxer is None:
            self._muxer = TrackMuxer(self._codec, self._format.clock_rate, self._format.channels, self._size)
        ticks = self.timeline.place(frame.timestamp, frame.arrived_at, frame.duration)
        self._note(ticks)
        self._muxer.write(ticks, frame.data, key=frame.key, duration=frame.duration)
        if self._muxer.pending:
            self._final_ticks = self._end_ticks  # the frame that was just written opens the next cluster
        self.frames += 1
        self._end_ticks = ticks + frame.duration

    def _learn_size(self, frame: MediaFrame) -> bool:
        """Keep the picture size of a key frame; False if it has none, so nothing can decode it."""
        size = frame.size
        if self._codec == "h264":
            sps = sps_of(frame.data)
            if sps == self._sps:
                return True
            size = picture_size(frame.data)
            if size is not None:
                self._sps = sps
        if size is None:
            return False
        self._size = size
        return True

    def _note(self, ticks: int) -> None:
        """Put down a gap before the frame at ``ticks``, and a new picture size from it on."""
        rate = self._format.clock_rate
        if self.frames and (self._missing or ticks - self._end_ticks >= PAUSE_SECONDS * rate):
            self._gaps.append(Gap(self._end_ticks / rate, ticks / rate, self._missing))
        self._missing = 0
        if self._size is not None and self._size != self._noted_size:
            self._noted_size = self._size
            self._pictures.append(Picture(ticks / rate, *self._size))
