"""A camera with a microphone and a viewer, as browsers are towards a network that loses packets: real VP8, NACK, PLI.

Both know nothing of the worker's code but its RTCP writer; times are passed in.
"""

from __future__ import annotations

import fractions
import math
import random
from collections.abc import Callable
from typing import Any

import av
from PIL import Image

from signaling.sfu import rtcp, rtp
from tests.support.sfu_packets import rtp_packet

CAMERA, CAMERA_REPAIRS, MICROPHONE = 2001, 2002, 1001
FRAMES_PER_SECOND = 15
SIZE = (160, 96)
PIECE = 250
"""Bytes of a frame in one packet: small, so that a frame of a small picture is several packets."""
ASK_AGAIN = 0.08
ASK_TIMES = 10
STUCK_AFTER = 0.6
PLI_AGAIN = 0.5

Send = Callable[[bytes], None]


class Camera:
    """Sends pictures and sound, answers NACK with RTX (sound: with the same packet) and PLI with a key frame."""

    def __init__(self, chooser: random.Random, send: Send, send_report: Send) -> None:
        self.send, self.send_report = send, send_report
        self.frames: dict[int, bytes] = {}
        """Every encoded frame by its RTP time stamp."""
        self.key_frames: set[int] = set()
        self.asked_for_key_frame = self.asked_again = 0
        self._numbers = {CAMERA: chooser.randrange(0xFF00, 0x10000), MICROPHONE: chooser.randrange(0x10000)}
        self._repair = chooser.randrange(0x10000)
        self._kept: dict[tuple[int, int], bytes] = {}
        self._picture = 0
        self._key = True
        self._chooser = chooser
        self._encoder: Any = av.CodecContext.create("libvpx", "w")
        self._encoder.width, self._encoder.height = SIZE
        self._encoder.pix_fmt = "yuv420p"
        self._encoder.time_base = fractions.Fraction(1, FRAMES_PER_SECOND)
        self._encoder.bit_rate = 250_000
        self._encoder.options = {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0", "threads": "1"}
        self._encoder.gop_size = 10_000

    def picture(self) -> None:
        """Encode and send the next frame."""
        image = Image.new("RGB", SIZE)
        noise = Image.frombytes("RGB", (40, 40), self._chooser.randbytes(4800))
        image.paste(noise, (7 * self._picture % (SIZE[0] - 40), 20))
        frame: Any = av.VideoFrame.from_image(image).reformat(format="yuv420p")
        frame.pts = self._picture
        frame.pict_type = av.video.frame.PictureType.I if self._key else av.video.frame.PictureType.NONE
        self._key = False
        [encoded] = self._encoder.encode(frame)
        data, timestamp = bytes(encoded), self._picture * 90_000 // FRAMES_PER_SECOND
        self.frames[timestamp] = data
        if encoded.is_keyframe:
            self.key_frames.add(timestamp)
        pieces = math.ceil(len(data) / PIECE)
        for index in range(pieces):
            start = 0x10 if index == 0 else 0  # RFC 7741 §4.2: a picture id of 15 bits
            head = bytes((0x80 | start, 0x80, 0x80 | self._picture >> 8 & 0x7F, self._picture & 0xFF))
            piece = data[index * PIECE : (index + 1) * PIECE]
            self._send(CAMERA, 96, timestamp, head + piece, marker=index == pieces - 1)
        self._picture += 1

    def sound(self, number: int) -> None:
        """Send 20 ms of sound whose contents are its number."""
        self._send(MICROPHONE, 111, 960 * number, number.to_bytes(4, "big") * 15)

    def tell_clock(self, seconds: float) -> None:
        """Sender reports of both, for the instant so many seconds after the beginning."""
        ntp = int((3_900_000_000 + seconds) * (1 << 32))
        self.send_report(rtcp.sender_report(CAMERA, ntp, int(90_000 * seconds), 1, 1))
        self.send_report(rtcp.sender_report(MICROPHONE, ntp, int(48_000 * seconds), 1, 1))

    def _send(self, ssrc: int, payload_type: int, timestamp: int, payload: bytes, *, marker: bool = False) -> None:
        number = self._numbers[ssrc]
        self._numbers[ssrc] = number + 1 & 0xFFFF
        packet = rtp_packet(payload_type, number, timestamp, ssrc, payload, marker=marker)
        self._kept[ssrc, number] = packet
        self.send(packet)

    def hear(self, compound: bytes) -> None:
        """Act on what the server asks for."""
        for message in rtcp.parse(compound):
            if isinstance(message, rtcp.KeyFrameRequest) and message.media_ssrc == CAMERA:
                self.asked_for_key_frame += 1
                self._key = True
            elif isinstance(message, rtcp.Nack):
                for number in message.sequences:
                    self._again(message.media_ssrc, number)

    def _again(self, ssrc: int, number: int) -> None:
        self.asked_again += 1
        packet = self._kept.get((ssrc, number))
        if packet is None:
            return
        if ssrc == CAMERA:
            self._repair = self._repair + 1 & 0xFFFF
            head = rtp.HEADER.unpack_from(packet)
            packet = rtp_packet(
                97, self._repair, head[3], CAMERA_REPAIRS, number.to_bytes(2, "big") + packet[12:],
                marker=bool(head[1] & 0x80),
            )  # fmt: skip
        self.send(packet)


class Track:
    """What arrived of one SSRC by extended sequence number, and what is missing."""

    def __init__(self) -> None:
        self.packets: dict[int, bytes] = {}
        self.first = self.newest = -1
        self.asked: dict[int, tuple[int, float]] = {}
        self.asked_again = self.repaired = 0

    def put(self, packet: bytes, *, repaired: bool = False) -> None:
        """One packet, new or known; ``repaired``: it came on another SSRC, and reports do not count it."""
        sequence = rtp.HEADER.unpack_from(packet)[2]
        if self.newest < 0:
            self.first = self.newest = 0x10000 + sequence
        extended = self.newest + ((sequence - self.newest + 0x8000 & 0xFFFF) - 0x8000)
        for missing in range(self.newest + 1, extended):
            self.asked[missing] = 0, 0.0
        self.newest = max(self.newest, extended)
        self.asked.pop(extended, None)
        self.repaired += repaired and extended not in self.packets
        known = self.packets.setdefault(extended, packet)
        assert known == packet, "one number is one packet, whether first or repaired"

    def wanted(self, now: float) -> list[int]:
        """The 16-bit numbers to ask for again now."""
        wanted = []
        for number, (times, at) in self.asked.items():
            if times < ASK_TIMES and now >= at:
                self.asked[number] = times + 1, now + ASK_AGAIN
                wanted.append(number & 0xFFFF)
        self.asked_again += len(wanted)
        return wanted

    @property
    def holes(self) -> list[int]:
        """Numbers between the first and the newest that never came."""
        return [each for each in range(self.first, self.newest + 1) if each not in self.packets]


class Viewer:
    """Receives one picture and one sound: asks again for what is missing, for a key frame when it is stuck."""

    def __init__(self, video: dict[str, Any], audio: dict[str, Any], send_report: Send) -> None:
        self.video_ssrc = video["ssrc"]
        self.repair_ssrc = video["rtx"]["ssrc"]
        self.audio_ssrc = audio["ssrc"]
        self.video, self.audio = Track(), Track()
        self.frames: list[tuple[int, bytes]] = []
        """Complete frames in the order of decoding: time stamp and data."""
        self.key_frames_asked = 0
        self._send_report = send_report
        self._next = -1
        self._progress_at = self._asked_key_at = 0.0
        self._told = {self.video_ssrc: (0, 0), self.audio_ssrc: (0, 0)}

    def receive(self, packet: bytes, now: float) -> None:
        """One packet."""
        first, second, _, timestamp, ssrc = rtp.HEADER.unpack_from(packet)
        where = rtp.layout(packet, 0, len(packet))
        payload = packet[where.payload : where.end]
        if ssrc == self.audio_ssrc:
            self.audio.put(packet)
        elif ssrc == self.video_ssrc:
            self.video.put(packet)
        elif ssrc == self.repair_ssrc and payload:
            number = int.from_bytes(payload[:2], "big")
            self.video.put(
                rtp.HEADER.pack(first, second & 0x80 | 101, number, timestamp, self.video_ssrc)
                + packet[12 : where.payload]
                + payload[2:],
                repaired=True,
            )
        self._assemble(now)

    def _assemble(self, now: float) -> None:
        if self._next < 0:
            self._progress_at = self._progress_at or now
            self._skip_to_key_frame()
        if self._next < 0:
            return
        while (frame := self._whole_frame(self._next)) is not None:
            self._next, timestamp, data = frame
            self.frames.append((timestamp, data))
            self._progress_at = now

    def _whole_frame(self, start: int) -> tuple[int, int, bytes] | None:
        """The frame that begins with this packet, if all of it is here, and the number behind it."""
        data, number, of = b"", start, -1
        while (packet := self.video.packets.get(number)) is not None:
            where = rtp.layout(packet, 0, len(packet))
            if of != (of := rtp.HEADER.unpack_from(packet)[3]):
                data = b""  # the frame before was cut off where the picture was given up
            data += packet[where.payload + 4 : where.end]
            number += 1
            if packet[1] & 0x80:
                return number, rtp.HEADER.unpack_from(packet)[3], data
        return None

    def act(self, now: float) -> None:
        """Ask for what is missing, every 20 ms or so."""
        for ssrc, track in ((self.video_ssrc, self.video), (self.audio_ssrc, self.audio)):
            if wanted := track.wanted(now):
                self._send_report(rtcp.nack(ssrc, wanted))
        behind = self.video.newest > self._next
        if behind and now - self._progress_at > STUCK_AFTER:
            self._skip_to_key_frame()
            if now - self._asked_key_at > PLI_AGAIN:
                self._asked_key_at = now
                self.key_frames_asked += 1
                self._send_report(rtcp.pli(self.video_ssrc))

    def _skip_to_key_frame(self) -> None:
        for number in range(self.video.newest, max(self._next, self.video.first - 1), -1):
            packet = self.video.packets.get(number)
            if packet is not None and rtp.vp8_key_frame(
                packet, rtp.layout(packet, 0, len(packet)).payload, len(packet)
            ):
                self._next = number
                return

    def report(self) -> None:
        """A receiver report about both."""
        blocks = []
        for ssrc, track in ((self.video_ssrc, self.video), (self.audio_ssrc, self.audio)):
            if track.newest < 0:
                continue
            expected, got = track.newest - track.first + 1, len(track.packets) - track.repaired
            before_expected, before_got = self._told[ssrc]
            self._told[ssrc] = expected, got
            lost = max(0, expected - before_expected - (got - before_got))
            share = min(255, 256 * lost // max(1, expected - before_expected))
            blocks.append(rtcp.ReportBlock(ssrc, share, expected - got, track.newest & 0xFFFFFFFF, 0, 0, 0))
        self._send_report(rtcp.receiver_report(blocks))
