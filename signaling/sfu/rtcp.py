"""RTCP of a forwarder: RFC 3550 §6, RFC 3611, RFC 4585, RFC 5104, draft-alvestrand-rmcat-remb-03."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

SENDER_REPORT: Final = 200
RECEIVER_REPORT: Final = 201
SOURCE_DESCRIPTION: Final = 202
TRANSPORT_FEEDBACK: Final = 205
PAYLOAD_FEEDBACK: Final = 206
EXTENDED_REPORT: Final = 207
NACK: Final = 1
ARRIVALS: Final = 15
PLI: Final = 1
FIR: Final = 4
APPLICATION: Final = 15
REFERENCE_TIME: Final = 4
REFERENCE_ECHO: Final = 5

OWN_SSRC: Final = 1
"""The SSRC under which the worker reports; it sends no media of its own."""

_HEAD = struct.Struct("!BBH")
_PAIR = struct.Struct("!II")
_SENDER = struct.Struct("!IQIII")
_BLOCK = struct.Struct("!IIIIII")
_ECHO = struct.Struct("!III")
_ITEM = struct.Struct("!HH")


class ReportBlock(NamedTuple):
    """How one SSRC is received. ``fraction_lost`` in 1/256, ``jitter`` in clock ticks, ``delay`` in 1/65,536 s."""

    ssrc: int
    fraction_lost: int
    lost: int
    highest: int
    jitter: int
    last_report: int
    delay: int


class SenderReport(NamedTuple):
    """The clocks of a sender: ``ntp`` (64 bits) and ``timestamp`` are the same instant; ``raw`` is the whole packet."""

    ssrc: int
    ntp: int
    timestamp: int
    packets: int
    octets: int
    blocks: tuple[ReportBlock, ...]
    raw: bytes


class ReceiverReport(NamedTuple):
    """What a subscriber received."""

    ssrc: int
    blocks: tuple[ReportBlock, ...]


class Nack(NamedTuple):
    """A subscriber asks for packets again."""

    media_ssrc: int
    sequences: tuple[int, ...]


class TransportFeedback(NamedTuple):
    """When packets with transport-wide numbers arrived; ``raw`` is the whole packet (``signaling.sfu.soundings``)."""

    raw: bytes


class ReferenceEcho(NamedTuple):
    """A publisher returns the worker's reference time: its middle 32 bits, and how long it kept it in 1/65,536 s."""

    reference: int
    delay: int


class KeyFrameRequest(NamedTuple):
    """A subscriber asks for a key frame (PLI or FIR)."""

    media_ssrc: int


Feedback = SenderReport | ReceiverReport | Nack | TransportFeedback | KeyFrameRequest | ReferenceEcho


def parse(compound: bytes) -> list[Feedback]:
    """What a compound packet says, without what a forwarder has no use for (SDES, BYE, REMB, unknown types).

    Raises:
        ValueError: it is not RTCP or is cut off.
    """
    found: list[Feedback] = []
    position = 0
    while position < len(compound):
        if len(compound) < position + _HEAD.size:
            raise ValueError("RTCP is cut off in a header")
        first, kind, words = _HEAD.unpack_from(compound, position)
        end = position + 4 * (words + 1)
        if first >> 6 != 2 or end > len(compound):
            raise ValueError("RTCP of another version, or cut off")
        # RFC 3550 §6.4.1: the last byte says how many are padding; none is more than there are behind the head.
        padding = compound[end - 1] if first & 0x20 else 0
        if padding > end - position - _HEAD.size:
            raise ValueError("RTCP with more padding than bytes")
        try:
            _parse_one(compound[position:end], first & 0x1F, kind, padding, found)
        except struct.error as error:
            raise ValueError("RTCP is shorter than its count announces") from error
        position = end
    return found


def _parse_one(raw: bytes, count: int, kind: int, padding: int, found: list[Feedback]) -> None:
    end = len(raw) - padding
    if kind == SENDER_REPORT:
        ssrc, ntp, timestamp, packets, octets = _SENDER.unpack_from(raw, 4)
        found.append(SenderReport(ssrc, ntp, timestamp, packets, octets, _blocks(raw, 28, count), raw))
    elif kind == RECEIVER_REPORT:
        (ssrc,) = struct.unpack_from("!I", raw, 4)
        found.append(ReceiverReport(ssrc, _blocks(raw, 8, count)))
    elif kind == TRANSPORT_FEEDBACK and count == NACK:
        _, media = _PAIR.unpack_from(raw, 4)
        found.append(Nack(media, tuple(_sequences(raw[12:end]))))
    elif kind == TRANSPORT_FEEDBACK and count == ARRIVALS:
        found.append(TransportFeedback(raw))
    elif kind == EXTENDED_REPORT:
        found.extend(_echoes(raw))
    elif kind == PAYLOAD_FEEDBACK and count == PLI:
        found.append(KeyFrameRequest(_PAIR.unpack_from(raw, 4)[1]))
    elif kind == PAYLOAD_FEEDBACK and count == FIR:  # the SSRCs are in the entries (RFC 5104 §4.3.1)
        found.extend(KeyFrameRequest(*struct.unpack_from("!I", raw, at)) for at in range(12, end - 7, 8))


def _echoes(raw: bytes) -> Iterable[ReferenceEcho]:
    """The answers to our reference time among the blocks of an extended report (RFC 3611 §4.5)."""
    position = 8
    while position + 4 <= len(raw):
        kind, _, words = _HEAD.unpack_from(raw, position)
        end = position + 4 * (words + 1)
        if end > len(raw):
            raise ValueError("a block of an extended report is cut off")
        if kind == REFERENCE_ECHO:
            for at in range(position + 4, end - _ECHO.size + 1, _ECHO.size):
                ssrc, reference, delay = _ECHO.unpack_from(raw, at)
                if ssrc == OWN_SSRC:
                    yield ReferenceEcho(reference, delay)
        position = end


def _blocks(packet: bytes, position: int, count: int) -> tuple[ReportBlock, ...]:
    blocks = []
    for index in range(count):
        ssrc, loss, highest, jitter, last_report, delay = _BLOCK.unpack_from(packet, position + 24 * index)
        lost = loss & 0xFFFFFF
        lost -= (lost & 0x800000) << 1  # 24 bits with a sign
        blocks.append(ReportBlock(ssrc, loss >> 24, lost, highest, jitter, last_report, delay))
    return tuple(blocks)


def _sequences(items: bytes) -> Iterable[int]:
    for first, mask in _ITEM.iter_unpack(items[: len(items) & ~3]):
        yield first
        for bit in range(16):
            if mask >> bit & 1:
                yield (first + bit + 1) & 0xFFFF


def packet(kind: int, count: int, body: bytes) -> bytes:
    """One RTCP packet around a body of whole words; ``count`` is the count or format field."""
    return _HEAD.pack(0x80 | count, kind, len(body) // 4) + body


def pli(media_ssrc: int) -> bytes:
    """Picture loss indication (RFC 4585 §6.3.1)."""
    return packet(PAYLOAD_FEEDBACK, PLI, _PAIR.pack(OWN_SSRC, media_ssrc))


def nack(media_ssrc: int, sequences: Sequence[int]) -> bytes:
    """Generic NACK (RFC 4585 §6.2.1) for 16-bit sequence numbers in the order of sending."""
    items: list[tuple[int, int]] = []
    for sequence in sequences:
        if items and 0 < (distance := (sequence - items[-1][0]) & 0xFFFF) <= 16:
            items[-1] = (items[-1][0], items[-1][1] | 1 << (distance - 1))
        else:
            items.append((sequence, 0))
    body = _PAIR.pack(OWN_SSRC, media_ssrc) + b"".join(_ITEM.pack(*item) for item in items)
    return packet(TRANSPORT_FEEDBACK, NACK, body)


def _pack_block(block: ReportBlock) -> bytes:
    lost = max(-0x800000, min(0x7FFFFF, block.lost)) & 0xFFFFFF
    return _BLOCK.pack(
        block.ssrc, block.fraction_lost << 24 | lost, block.highest, block.jitter, block.last_report, block.delay
    )


def receiver_report(blocks: Sequence[ReportBlock]) -> bytes:
    """Receiver report of at most 31 blocks (RFC 3550 §6.4.2)."""
    body = struct.pack("!I", OWN_SSRC) + b"".join(_pack_block(block) for block in blocks)
    return packet(RECEIVER_REPORT, len(blocks), body)


def reference_time(ntp: int) -> bytes:
    """A time (64 bits) that whoever sends media returns at once, so that the way there and back is known to one who
    only receives (RFC 3611 §4.4)."""
    body = struct.pack("!I", OWN_SSRC) + _HEAD.pack(REFERENCE_TIME, 0, 2) + struct.pack("!Q", ntp & (1 << 64) - 1)
    return packet(EXTENDED_REPORT, 0, body)


def sender_report(ssrc: int, ntp: int, timestamp: int, packets: int, octets: int) -> bytes:
    """Sender report without blocks (RFC 3550 §6.4.1); counts wrap at 32 bits."""
    body = _SENDER.pack(ssrc, ntp, timestamp & 0xFFFFFFFF, packets & 0xFFFFFFFF, octets & 0xFFFFFFFF)
    return packet(SENDER_REPORT, 0, body)


def source_description(ssrc: int, cname: str) -> bytes:
    """The canonical name of an SSRC (RFC 3550 §6.5.1): what tells a browser which tracks belong together."""
    name = cname.encode()[:255]
    body = struct.pack("!IBB", ssrc, 1, len(name)) + name + b"\0"
    return packet(SOURCE_DESCRIPTION, 1, body + bytes(-len(body) % 4))


def bitrate_limit(bits_per_second: int, ssrcs: Sequence[int]) -> bytes:
    """REMB: how much these SSRCs may send together (draft-alvestrand-rmcat-remb-03 §2.2)."""
    exponent = max(0, bits_per_second.bit_length() - 18)
    mantissa = bits_per_second >> exponent
    body = _PAIR.pack(OWN_SSRC, 0) + b"REMB"
    body += struct.pack("!BBH", len(ssrcs), exponent << 2 | mantissa >> 16, mantissa & 0xFFFF)
    return packet(PAYLOAD_FEEDBACK, APPLICATION, body + b"".join(struct.pack("!I", ssrc) for ssrc in ssrcs))
