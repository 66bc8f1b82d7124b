"""One person's recorded parts as one seekable file that a browser plays: remuxed, never transcoded.

The container follows the picture: WebM for VP8 (or sound alone), MP4 for H264, because WebM does not admit H264 and
browsers other than Chromium do not play it in Matroska. Sound and pictures are laid on the wall clock; what the index
beside a part says about the drift of its sender's clock is followed. A gap stays as long as it was: pictures stand
still, and sound is filled with silent Opus frames, because players run sound together where nothing is stored.

The view is for people to look at. The evidence is the parts.
"""

from __future__ import annotations

import heapq
import os
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Literal, NamedTuple

import av
from av.container import OutputContainer
from av.stream import Stream

from recorder.depacketise import opus_duration
from recorder.index import FragmentLine, index_of, read_index

OPUS_RATE = 48000
OPUS_FRAME = 960
"""20 ms."""

LARGEST_SILENCE_FRAMES = 6
"""An Opus packet holds up to 120 ms (RFC 6716 §3.2.5)."""

SOUND_TOLERANCE = 3 * OPUS_FRAME
"""Sound that runs ahead of the wall clock by more than this loses a frame: 60 ms is where lips and voice part."""


class CannotComposeError(ValueError):
    """Nothing in the parts plays, or their pictures have more than one codec."""


@dataclass(frozen=True, slots=True)
class ViewPart:
    """One recorded file. ``started_at``: Unix seconds of its first media (``Track.started_at``)."""

    file: Path
    kind: Literal["audio", "video"]
    started_at: float


@dataclass(frozen=True, slots=True)
class View:
    """What was built. ``started_at``: Unix time of second 0; ``duration``: seconds; ``mime_type``: to serve it with."""

    started_at: float
    duration: float
    has_audio: bool
    has_video: bool
    mime_type: str


class _Timed(NamedTuple):
    """One frame of the view; times in seconds from its beginning."""

    at: float
    kind: Literal["audio", "video"]
    ticks: int
    data: bytes
    key: bool
    duration: int


@dataclass(slots=True)
class _Playing:
    """A part that has at least one packet, and the offset of its media time from the view's."""

    part: ViewPart
    until: float
    anchors: list[tuple[float, float]]

    def wall(self, media: float) -> float:
        """Unix time of a media time: the start, plus what the sender's clock had drifted by then."""
        return self.part.started_at + media + _interpolate(self.anchors, media)


def build_view(parts: Sequence[ViewPart], destination: Path) -> View:
    """Lay the parts on the wall clock and write them to ``destination``, which is replaced as a whole or not at all.

    Where two parts of one kind overlap, the later one cuts the earlier one off.

    Raises:
        CannotComposeError: there is nothing to show, or pictures of two codecs.
        OSError: a part cannot be read or the destination not written.
    """
    sounds = _playing(parts, "audio")
    pictures = _playing(parts, "video")
    if not sounds and not pictures:
        raise CannotComposeError("nothing in the parts plays")
    codecs = {_codec(picture.part.file) for picture in pictures}
    if len(codecs) > 1:
        raise CannotComposeError(f"the pictures have more than one codec: {', '.join(sorted(codecs))}")
    started_at = min(playing.part.started_at for playing in [*sounds, *pictures])
    mp4 = codecs == {"h264"}
    unfinished = destination.with_name(destination.name + ".part")
    try:
        duration = _write(unfinished, sounds, pictures, started_at, mp4=mp4)
        with unfinished.open("rb") as written:
            os.fsync(written.fileno())
        unfinished.replace(destination)
    finally:
        unfinished.unlink(missing_ok=True)
    kind = "video" if pictures else "audio"
    return View(started_at, duration, bool(sounds), bool(pictures), "video/mp4" if mp4 else f"{kind}/webm")


def _write(file: Path, sounds: list[_Playing], pictures: list[_Playing], started_at: float, *, mp4: bool) -> float:
    options = {"movflags": "faststart"} if mp4 else {}
    duration = 0.0
    with av.open(str(file), "w", format="mp4" if mp4 else "webm", options=options) as container:
        streams: dict[str, tuple[Stream, Fraction]] = {}
        if pictures:
            streams["video"] = (_copy_stream(container, pictures[0].part.file), Fraction(1, 1000))
        if sounds:
            streams["audio"] = (_copy_stream(container, sounds[0].part.file), Fraction(1, OPUS_RATE))
        for frame in heapq.merge(
            _sound(sounds, started_at), _picture(pictures, started_at), key=lambda timed: timed.at
        ):
            stream, time_base = streams[frame.kind]
            packet = av.Packet(frame.data)
            packet.pts = packet.dts = frame.ticks
            packet.duration = frame.duration
            packet.time_base = time_base
            packet.is_keyframe = frame.key
            packet.stream = stream
            container.mux(packet)
            duration = max(duration, frame.at + float(frame.duration * time_base))
    return duration


def _copy_stream(container: OutputContainer, file: Path) -> Stream:
    with av.open(str(file)) as source:
        return container.add_stream_from_template(source.streams[0], opaque=True)  # nothing is encoded


def _codec(file: Path) -> str:
    with av.open(str(file)) as source:
        return source.streams[0].codec_context.name


def _playing(parts: Sequence[ViewPart], kind: str) -> list[_Playing]:
    """The parts of a kind that hold something, in order, each until the next one begins."""
    ordered = sorted((part for part in parts if part.kind == kind and _holds_media(part.file)), key=_start)
    starts = [part.started_at for part in ordered] + [float("inf")]
    return [_Playing(part, starts[index + 1], _anchors(part)) for index, part in enumerate(ordered)]


def _start(part: ViewPart) -> float:
    return part.started_at


def _holds_media(file: Path) -> bool:
    return next(_packets(file), None) is not None


def _packets(file: Path) -> Iterator[tuple[float, bytes, bool]]:
    """Media time, bytes and whether it is a key frame, of every whole packet; a torn end is the end."""
    try:
        with av.open(str(file)) as container:
            for packet in container.demux(container.streams[0]):
                if packet.pts is not None and packet.time_base is not None and packet.size:
                    yield float(packet.pts * packet.time_base), bytes(packet), packet.is_keyframe
    except av.FFmpegError:
        return


def _anchors(part: ViewPart) -> list[tuple[float, float]]:
    """How far wall time had moved from media time, by the index: pairs of media time and seconds."""
    index = index_of(part.file)
    if not index.is_file():
        return []
    lines, _, _ = read_index(index)
    facts = [line.facts for line in lines if isinstance(line, FragmentLine)]
    return [
        (fact.media_to, fact.wall_to - fact.started_at - fact.media_to)
        for fact in facts
        if fact.wall_to is not None and fact.started_at is not None
    ]


def _interpolate(anchors: list[tuple[float, float]], media: float) -> float:
    if not anchors:
        return 0.0
    position = bisect_left(anchors, (media, float("-inf")))
    if position == 0:
        return anchors[0][1]
    if position == len(anchors):
        return anchors[-1][1]
    (left, before), (right, after) = anchors[position - 1 : position + 1]
    return before + (after - before) * (media - left) / (right - left) if right > left else after


def _picture(playing: list[_Playing], started_at: float) -> Iterator[_Timed]:
    """Pictures at their wall time in milliseconds, never going back."""
    least = 0
    for part in playing:
        for media, data, key in _packets(part.part.file):
            wall = part.wall(media)
            if wall >= part.until:
                break
            least = max(least, round((wall - started_at) * 1000))
            yield _Timed(least / 1000, "video", least, data, key, 0)


def _sound(playing: list[_Playing], started_at: float) -> Iterator[_Timed]:
    """Sound without holes from second 0 on: packets follow each other, silence stands where there are none."""
    position = 0
    for part in playing:
        for media, data, _ in _packets(part.part.file):
            wall = part.wall(media)
            if wall >= part.until:
                break
            due = round((wall - started_at) * OPUS_RATE)
            for silent in _silence((due - position) // OPUS_FRAME):
                yield _sounding(position, silent)
                position += opus_duration(silent)
            if position - due > SOUND_TOLERANCE:
                continue
            yield _sounding(position, data)
            position += opus_duration(data)


def _sounding(position: int, data: bytes) -> _Timed:
    return _Timed(position / OPUS_RATE, "audio", position, data, True, opus_duration(data))


def _silence(frames: int) -> Iterator[bytes]:
    """Silent Opus packets of 20 ms frames in full band CELT, mono, several to a packet (RFC 6716 §3.1, §3.2.5)."""
    while frames > 0:
        count = min(frames, LARGEST_SILENCE_FRAMES)
        yield bytes((0xFB, count)) + b"\xff\xfe" * count
        frames -= count
