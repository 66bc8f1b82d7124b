"""RTP as a browser would send it: synthetic sound and pictures, really encoded, packetised by the RFCs."""

from __future__ import annotations

import array
import functools
import math
import random
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import av

from recorder.capture import TrackFormat
from recorder.rtp import NTP_TO_UNIX_SECONDS

OPUS = TrackFormat("audio/opus", 48000, 2, 111)
VP8 = TrackFormat("video/VP8", 90000, 1, 96)
VP9 = TrackFormat("video/VP9", 90000, 1, 98)
AV1 = TrackFormat("video/AV1", 90000, 1, 45)
H264 = TrackFormat("video/H264", 90000, 1, 102)

PAYLOAD_BYTES = 1100
EPOCH = 1_800_000_000.0


@dataclass(frozen=True)
class Sent:
    """One RTP packet and when it was sent, in seconds from the beginning."""

    at: float
    sequence: int
    timestamp: int
    payload_type: int
    marker: bool
    payload: bytes
    ssrc: int = 0x1234
    extension: bytes = b""

    def wire(self) -> bytes:
        head = struct.pack(
            "!BBHII",
            0x90 if self.extension else 0x80,
            self.payload_type | self.marker << 7,
            self.sequence & 0xFFFF,
            self.timestamp & 0xFFFFFFFF,
            self.ssrc,
        )
        if self.extension:
            head += struct.pack("!HH", 0xBEDE, len(self.extension) // 4) + self.extension
        return head + self.payload


@functools.cache
def opus_frames(seconds: float) -> tuple[bytes, ...]:
    """20 ms frames of a 440 Hz tone, stereo."""
    encoder = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format, encoder.bit_rate = 48000, "stereo", "s16", 32000
    tone = [round(8000 * math.sin(2 * math.pi * 440 * n / 48000)) for n in range(48000)]  # 440 Hz repeats each second
    frames: list[bytes] = []
    for number in range(round(seconds * 50)):
        start = number * 960 % 48000
        samples = array.array("h", (value for value in tone[start : start + 960] for _ in range(2)))
        frame = av.AudioFrame(format="s16", layout="stereo", samples=960)
        frame.planes[0].update(samples.tobytes())
        frame.sample_rate, frame.pts = 48000, number * 960
        frames += [bytes(packet) for packet in encoder.encode(frame)]
    return tuple(frames)


@functools.cache
def video_frames(
    codec: str, seconds: float, width: int = 320, height: int = 180, rate: int = 30, key_every: int = 60
) -> tuple[bytes, ...]:
    """Frames of a moving gradient. ``codec``: ``libvpx``, ``libvpx-vp9``, ``libsvtav1`` or ``libx264`` (Annex B)."""
    encoder = av.CodecContext.create(codec, "w")
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.time_base, encoder.bit_rate, encoder.gop_size = Fraction(1, rate), 400_000, key_every
    if codec in ("libvpx", "libvpx-vp9"):
        encoder.options = {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0", "error-resilient": "1"}
    elif codec == "libsvtav1":
        encoder.options = {"preset": "12", "svtav1-params": "pred-struct=1:rc=2:lp=1:lookahead=0"}
    else:
        encoder.options = {"preset": "ultrafast", "tune": "zerolatency", "profile": "baseline"}
    noise = random.Random(7).randbytes(width * height * 2)
    frames: list[bytes] = []
    for number in range(round(seconds * rate)):
        frame = av.VideoFrame(width, height, "yuv420p")
        for plane in frame.planes:
            shift = number * 3 % width
            plane.update(noise[shift : shift + plane.buffer_size])
        frame.pts, frame.time_base = number, Fraction(1, rate)
        frames += [bytes(packet) for packet in encoder.encode(frame)]
    return tuple(frames)


def opus_packets(
    seconds: float, *, sequence: int = 1000, timestamp: int = 5000, dtx: tuple[float, float] | None = None
) -> list[Sent]:
    """One packet each 20 ms; between the two times of ``dtx`` only one each 400 ms, as a silent sender does."""
    packets: list[Sent] = []
    for number, frame in enumerate(opus_frames(seconds)):
        at = number * 0.02
        if dtx is not None and dtx[0] <= at < dtx[1] and number % 20:
            continue
        packets.append(Sent(at, sequence, timestamp + number * 960, OPUS.payload_type, marker=False, payload=frame))
        sequence += 1
    return packets


def vp8_packets(
    seconds: float, *, sequence: int = 2000, timestamp: int = 9000, rate: int = 30, key_every: int = 60, **size: int
) -> list[Sent]:
    """Frames cut into payloads with a 15 bit picture id (RFC 7741 §4.2)."""
    packets: list[Sent] = []
    for number, frame in enumerate(video_frames("libvpx", seconds, rate=rate, key_every=key_every, **size)):
        parts = [frame[i : i + PAYLOAD_BYTES] for i in range(0, len(frame), PAYLOAD_BYTES)]
        for index, part in enumerate(parts):
            descriptor = struct.pack("!BBH", 0x80 | (0x10 if index == 0 else 0), 0x80, 0x8000 | number & 0x7FFF)
            packets.append(
                Sent(
                    number / rate,
                    sequence,
                    timestamp + number * 90000 // rate,
                    VP8.payload_type,
                    marker=index == len(parts) - 1,
                    payload=descriptor + part,
                    extension=b"\x10\x01\x02\x03",
                )
            )
            sequence += 1
    return packets


def h264_packets(
    seconds: float, *, sequence: int = 3000, timestamp: int = 7000, rate: int = 30, key_every: int = 60, **size: int
) -> list[Sent]:
    """Parameter sets in a STAP-A, small NAL units alone, large ones in FU-A (RFC 6184)."""
    packets: list[Sent] = []
    for number, frame in enumerate(video_frames("libx264", seconds, rate=rate, key_every=key_every, **size)):
        payloads = list(_h264_payloads(_nal_units(frame)))
        for index, payload in enumerate(payloads):
            packets.append(
                Sent(
                    number / rate,
                    sequence,
                    timestamp + number * 90000 // rate,
                    H264.payload_type,
                    marker=index == len(payloads) - 1,
                    payload=payload,
                )
            )
            sequence += 1
    return packets


def _nal_units(frame: bytes) -> list[bytes]:
    return [unit for unit in frame.replace(b"\0\0\0\1", b"\0\0\1").split(b"\0\0\1") if unit]


def _h264_payloads(units: list[bytes]) -> Iterator[bytes]:
    small = [unit for unit in units if unit[0] & 0x1F in (6, 7, 8)]
    if small:
        yield bytes([24 | 0x60]) + b"".join(struct.pack("!H", len(unit)) + unit for unit in small)
    for unit in units:
        if unit in small:
            continue
        if len(unit) <= PAYLOAD_BYTES:
            yield unit
            continue
        body = unit[1:]
        for start in range(0, len(body), PAYLOAD_BYTES):
            flags = (0x80 if start == 0 else 0) | (0x40 if start + PAYLOAD_BYTES >= len(body) else 0)
            yield bytes([unit[0] & 0xE0 | 28, flags | unit[0] & 0x1F]) + body[start : start + PAYLOAD_BYTES]


def sender_report(at: float, timestamp: int, ssrc: int = 0x1234) -> bytes:
    """An RTCP sender report without blocks; ``at``: Unix seconds by the sender's clock."""
    seconds = int(at)
    fraction = int((at - seconds) * (1 << 32)) & 0xFFFFFFFF
    head = struct.pack("!BBHI", 0x80, 200, 6, ssrc)
    return head + struct.pack("!IIIII", seconds + NTP_TO_UNIX_SECONDS, fraction, timestamp & 0xFFFFFFFF, 0, 0)


def later(packets: Iterable[Sent], seconds: float) -> list[Sent]:
    """The same packets, sent later."""
    return [replace(packet, at=packet.at + seconds) for packet in packets]


@dataclass(frozen=True)
class Played:
    """What a decoder makes of a file. Seconds; ``pictures`` and ``samples`` are counts."""

    first: float
    end: float
    pictures: int
    samples: int
    sizes: tuple[tuple[int, int], ...]


def play(file: Path) -> Played:
    """Decode everything, strictly: a broken frame raises."""
    first, end, pictures, samples = math.inf, 0.0, 0, 0
    sizes: list[tuple[int, int]] = []
    with av.open(str(file)) as container:
        for stream in container.streams:
            stream.codec_context.options = {"err_detect": "explode"}
        for frame in container.decode():
            first = min(first, frame.time)
            if isinstance(frame, av.AudioFrame):
                samples += frame.samples
                end = max(end, frame.time + frame.samples / frame.sample_rate)
            else:
                pictures += 1
                end = max(end, frame.time)
                if (frame.width, frame.height) not in sizes:
                    sizes.append((frame.width, frame.height))
    return Played(first, end, pictures, samples, tuple(sizes))
