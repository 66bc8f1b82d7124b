"""RTP packets and negotiation JSON as a browser makes them."""

from __future__ import annotations

import copy
import json
import struct
from pathlib import Path
from typing import Any

RECORDED = json.loads((Path(__file__).parent / "sfu_mediasoup_client.json").read_text())
CAPABILITIES: dict[str, Any] = RECORDED["rtpCapabilities"]
VP8_KEY = b"\x90\x80\x01\x10\x02\x00"
VP8_DELTA = b"\x90\x80\x02\x11\x02\x00"


def rtp_packet(
    payload_type: int,
    sequence: int,
    timestamp: int,
    ssrc: int,
    payload: bytes,
    *,
    marker: bool = False,
    extensions: dict[int, bytes] | None = None,
    padding: int = 0,
    csrcs: tuple[int, ...] = (),
) -> bytes:
    """One RTP packet; ``padding`` bytes are added behind the payload."""
    first = 0x80 | len(csrcs) | (0x10 if extensions else 0) | (0x20 if padding else 0)
    packet = struct.pack("!BBHII", first, marker << 7 | payload_type, sequence & 0xFFFF, timestamp & 0xFFFFFFFF, ssrc)
    packet += b"".join(struct.pack("!I", csrc) for csrc in csrcs)
    if extensions:
        body = b"".join(bytes(((key << 4) | (len(value) - 1),)) + value for key, value in extensions.items())
        body += bytes(-len(body) % 4)
        packet += struct.pack("!HH", 0xBEDE, len(body) // 4) + body
    packet += payload
    if padding:
        packet += bytes(padding - 1) + bytes((padding,))
    return packet


def audio_parameters(ssrc: int = 1001, mid: str = "0") -> dict[str, Any]:
    """``rtpParameters`` of a microphone, as Chromium's mediasoup-client made them, under another SSRC and MID."""
    parameters = copy.deepcopy(RECORDED["audio"])
    parameters["mid"] = mid
    parameters["encodings"] = [{"ssrc": ssrc, "dtx": False}]
    return dict(parameters)


def video_parameters(ssrc: int = 2001, rtx_ssrc: int = 2002, mid: str = "1") -> dict[str, Any]:
    """``rtpParameters`` of a VP8 camera, likewise."""
    parameters = copy.deepcopy(RECORDED["video"])
    parameters["mid"] = mid
    parameters["encodings"] = [{"ssrc": ssrc, "rtx": {"ssrc": rtx_ssrc}, "dtx": False}]
    return dict(parameters)


def simulcast_parameters(ssrc: int = 3001, mid: str = "1") -> dict[str, Any]:
    """``rtpParameters`` of a VP8 camera in three layers with known SSRCs, low to high."""
    parameters = video_parameters(mid=mid)
    parameters["encodings"] = [{"ssrc": ssrc + layer, "rid": f"r{layer}", "dtx": False} for layer in range(3)]
    return parameters


def vp8_payload(
    picture: int, tl0: int, *, wide: bool = True, key: bool, start: bool = True, size: tuple[int, int] = (640, 360)
) -> bytes:
    """The payload of one VP8 packet with picture id and TL0PICIDX (RFC 7741 §4.2)."""
    first = 0x80 | (0x10 if start else 0)
    ids = bytes((0x80 | picture >> 8, picture & 0xFF)) if wide else bytes((picture,))
    body = bytes((0x10 if key else 0x11, 0x02, 0x00))
    if key and start:
        body += b"\x9d\x01\x2a" + struct.pack("<HH", *size)
    return bytes((first, 0xE0)) + ids + bytes((tl0, 0x20)) + body
