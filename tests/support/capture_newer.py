"""VP9 and AV1 as a browser would send them: really encoded, packetised by their payload formats."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from recorder.av1 import HAS_SIZE, leb128, read_leb128
from tests.support.capture_rtp import AV1, PAYLOAD_BYTES, VP9, Sent, video_frames


def vp9_packets(
    seconds: float, *, sequence: int = 4000, timestamp: int = 8000, rate: int = 30, key_every: int = 60, **size: int
) -> list[Sent]:
    """Frames cut into payloads with a 15 bit picture id, no layers (RFC 9628 §4.2)."""
    packets: list[Sent] = []
    for number, frame in enumerate(video_frames("libvpx-vp9", seconds, rate=rate, key_every=key_every, **size)):
        parts = [frame[i : i + PAYLOAD_BYTES] for i in range(0, len(frame), PAYLOAD_BYTES)]
        for index, part in enumerate(parts):
            last = index == len(parts) - 1
            predicted = 0x40 if number % key_every else 0
            first = 0x80 | predicted | (0x08 if index == 0 else 0) | (0x04 if last else 0)
            descriptor = struct.pack("!BH", first, 0x8000 | number & 0x7FFF)
            at, time = number / rate, timestamp + number * 90000 // rate
            packets.append(Sent(at, sequence, time, VP9.payload_type, marker=last, payload=descriptor + part))
            sequence += 1
    return packets


def av1_packets(
    seconds: float, *, sequence: int = 5000, timestamp: int = 6000, rate: int = 30, key_every: int = 60, **size: int
) -> list[Sent]:
    """Temporal units: small OBUs with a length in one packet, large ones in fragments (AV1 RTP 1.0 §4)."""
    packets: list[Sent] = []
    for number, frame in enumerate(video_frames("libsvtav1", seconds, rate=rate, key_every=key_every, **size)):
        payloads = list(av1_payloads(list(obus(frame)), begins_sequence=number % key_every == 0))
        for index, payload in enumerate(payloads):
            last = index == len(payloads) - 1
            at, time = number / rate, timestamp + number * 90000 // rate
            packets.append(Sent(at, sequence, time, AV1.payload_type, marker=last, payload=payload))
            sequence += 1
    return packets


def obus(frame: bytes) -> Iterator[bytes]:
    """The OBUs of a temporal unit without size fields and without the temporal delimiter."""
    position = 0
    while position < len(frame):
        assert frame[position] & 0x06 == HAS_SIZE
        length, start = read_leb128(frame, position + 1)
        if frame[position] >> 3 & 15 != 2:
            yield bytes((frame[position] & ~HAS_SIZE,)) + frame[start : start + length]
        position = start + length


def av1_payloads(units: list[bytes], *, begins_sequence: bool) -> Iterator[bytes]:
    """Small units first, each with its length (W = 0); then each large one, in as many packets as it needs (W = 1)."""
    head = 0x08 if begins_sequence else 0
    small = [unit for unit in units if len(unit) < 100]
    if small:
        yield bytes((head,)) + b"".join(leb128(len(unit)) + unit for unit in small)
        head = 0
    for unit in units:
        if unit in small:
            continue
        parts = [unit[i : i + PAYLOAD_BYTES] for i in range(0, len(unit), PAYLOAD_BYTES)]
        for index, part in enumerate(parts):
            continues, goes_on = (0x80 if index else 0), (0x40 if index < len(parts) - 1 else 0)
            yield bytes((0x10 | head | continues | goes_on,)) + part
            head = 0
