"""Encoded frames into a container that can be cut off at any byte: live WebM or Matroska, short clusters."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

import av
from av.audio.stream import AudioStream
from av.video.stream import VideoStream

Codec = Literal["opus", "vp8", "vp9", "av1", "h264"]

CODECS: dict[str, Codec] = {
    "audio/opus": "opus",
    "video/vp8": "vp8",
    "video/vp9": "vp9",
    "video/av1": "av1",
    "video/h264": "h264",
}
"""What can be recorded, by media type in lower case."""

SUFFIXES: dict[Codec, str] = {"opus": ".webm", "vp8": ".webm", "vp9": ".webm", "av1": ".webm", "h264": ".mkv"}

CLUSTER_MILLISECONDS = 500
"""The muxer holds a cluster back until the next one begins: this much is lost when the process is killed."""


class _Memory:
    """What the muxer writes to. It cannot fail, so a full disk is met in our own code and not inside FFmpeg, where an
    exception of the callback surfaces as the same OSError once and as a meaningless PyAVCallbackError ever after."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        """Keep ``data``. There is no seek: the container must not go back."""
        self.parts.append(data)
        return len(data)


class TrackMuxer:
    """One track in one container. Times are ticks of ``clock_rate``. FFmpeg finds AV1's header in the first frame."""

    def __init__(self, codec: Codec, clock_rate: int, channels: int, size: tuple[int, int] | None) -> None:
        self._memory = _Memory()
        self._time_base = Fraction(1, clock_rate)
        options = {"live": "1", "cluster_time_limit": str(CLUSTER_MILLISECONDS), "flush_packets": "1"}
        form = "matroska" if SUFFIXES[codec] == ".mkv" else "webm"
        self._container = av.open(self._memory, "w", format=form, options=options)
        self._stream: AudioStream | VideoStream
        if codec == "opus":
            # libopus writes the identification header into the track (RFC 7845 §5.1); nothing is encoded with it
            self._stream = self._container.add_stream(
                "libopus", rate=clock_rate, layout="stereo" if channels == 2 else "mono"
            )
        else:
            assert size is not None
            stream = self._container.add_mux_stream(codec, width=size[0], height=size[1])
            assert isinstance(stream, VideoStream)
            self._stream = stream

    def write(self, ticks: int, data: bytes, *, key: bool, duration: int) -> None:
        """Append one frame; ``ticks`` must not go back."""
        packet = av.Packet(data)
        packet.pts = packet.dts = ticks
        if duration:
            packet.duration = duration
        packet.time_base = self._time_base
        packet.is_keyframe = key
        packet.stream = self._stream
        self._container.mux(packet)

    @property
    def pending(self) -> bool:
        """Whether ``take`` would give something."""
        return bool(self._memory.parts)

    def take(self) -> bytes:
        """The bytes that became final since the last call: whole clusters."""
        if not self._memory.parts:
            return b""
        data = b"".join(self._memory.parts)
        self._memory.parts.clear()
        return data

    def close(self) -> None:
        """End the container; what was held back is in the next ``take``."""
        self._container.close()


def picture_size(frame: bytes) -> tuple[int, int] | None:
    """Width and height of an H264 IDR in Annex B form, by decoding it; None if it does not decode."""
    decoder = av.CodecContext.create("h264", "r")
    decoder.thread_count = 1
    try:
        pictures = [*decoder.decode(av.Packet(frame)), *decoder.decode(None)]
    except av.FFmpegError:
        return None
    for picture in pictures:
        if isinstance(picture, av.VideoFrame):
            return picture.width, picture.height
    return None
