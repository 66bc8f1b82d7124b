"""Every header extension that a browser sends, on its way through the hot path: what arrives, and under which id."""

from __future__ import annotations

import copy
import struct
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signaling.ids import PublicationId
from signaling.sfu import ortc, rtcp, rtp
from signaling.sfu.capabilities import (
    AUDIO_LEVEL,
    CAPABILITIES,
    MID,
    NUMBER_ID,
    REPAIRED_RID,
    RID,
    SEND_TIME,
    TRANSPORT_CC,
)
from signaling.sfu.publication import Publication
from signaling.sfu.soundings import read_feedback
from tests.support.sfu_packets import RECORDED, VP8_DELTA, VP8_KEY, rtp_packet
from tests.support.sfu_room import Browser, Room

ORIENTATION = "urn:3gpp:video-orientation"
SENT_AS = {AUDIO_LEVEL: 1, SEND_TIME: 2, TRANSPORT_CC: 3, MID: 4, RID: 10, REPAIRED_RID: 11, ORIENTATION: 13}
"""The ids of Chromium."""
SOUND, PICTURE, REPAIR = 1001, 2001, 2002
NUMBER = b"\x12\x34"
H264_KEY, H264_DELTA = b"\x65\x88\x80", b"\x41\x9a\x80"
CODECS = [("video", 96, 97, 101, VP8_KEY, VP8_DELTA), ("h264", 108, 109, 103, H264_KEY, H264_DELTA)]


def offered(recorded: str, encodings: list[dict[str, Any]]) -> dict[str, Any]:
    """``rtpParameters`` that name every extension and ask for feedback about arrivals."""
    made = copy.deepcopy(RECORDED[recorded])
    made["headerExtensions"] = [{"uri": uri, "id": identifier} for uri, identifier in SENT_AS.items()]
    made["codecs"][0]["rtcpFeedback"].append({"type": "transport-cc", "parameter": ""})
    made["encodings"] = encodings
    return dict(made)


def microphone(room: Room, ann: Browser) -> Publication:
    """A microphone that names all of them."""
    read = ortc.read_publication("audio", offered("audio", [{"ssrc": SOUND}]))
    publication = Publication(PublicationId("voice"), ann.transport, "audio", "microphone", read)
    ann.transport.add(publication)
    return publication


def values(**more: bytes) -> dict[int, bytes]:
    """One value for each extension; ``more`` by the end of its name."""
    sent = {
        SEND_TIME: b"\1\2\3",
        TRANSPORT_CC: NUMBER,
        MID: b"1",
        RID: b"r0",
        REPAIRED_RID: b"r0",
        ORIENTATION: b"\x02",
    }
    return {SENT_AS[uri]: value for uri, value in sent.items()} | {7: b"unknown"}


def told_numbers(browser: Browser) -> list[int]:
    """The transport-wide numbers of which the publisher will be told."""
    return [number for raw in browser.transport.arrivals.reports(1) for number, _ in read_feedback(raw)]


@pytest.mark.parametrize("level", [0x80 | 30, 30, 127])
def test_of_a_sound_only_its_level_arrives_with_the_voice_bit_under_the_routers_id(level: int) -> None:
    with Room() as room:
        ann, bob = room.browser("ann", "send"), room.browser("bob", "receive")
        publication = microphone(room, ann)
        subscription = room.follow(bob, publication, CAPABILITIES)
        ann.send(rtp_packet(111, 5, 960, SOUND, b"opus", extensions=values() | {SENT_AS[AUDIO_LEVEL]: bytes((level,))}))
        ((packet,), _) = bob.receive()
        where = rtp.layout(packet, 0, len(packet))
        assert rtp.extensions(packet, where.extension, where.payload) == {10: bytes((level,))}
        assert packet[where.payload : where.end] == b"opus"
        assert [(each["uri"], each["id"]) for each in subscription.promised.rtp_parameters["headerExtensions"]] == [
            (AUDIO_LEVEL, 10)
        ]
        assert publication.take_loudness() == pytest.approx(127 - (level & 0x7F))
        assert told_numbers(ann) == [0x1234]


@pytest.mark.parametrize(("recorded", "kind", "repairs_as", "leaves_as", "key", "delta"), CODECS)
def test_of_a_picture_no_extension_arrives_first_or_repaired(
    recorded: str, kind: int, repairs_as: int, leaves_as: int, key: bytes, delta: bytes
) -> None:
    with Room() as room:
        ann, bob = room.browser("ann", "send"), room.browser("bob", "receive")
        camera = room.camera(ann, offered(recorded, [{"ssrc": PICTURE, "rtx": {"ssrc": REPAIR}}]))
        subscription = room.follow(bob, camera, CAPABILITIES)
        ann.send(
            rtp_packet(kind, 8, 9000, PICTURE, key, extensions=values()),
            rtp_packet(repairs_as, 1, 9000, REPAIR, b"\x00\x0a" + delta + b"3", extensions=values(), marker=True),
            rtp_packet(kind, 9, 9000, PICTURE, delta + b"2", extensions=values()),
        )
        packets, _ = bob.receive()
        ssrc, first = subscription.promised.ssrc, rtp.HEADER.unpack_from(packets[0])[2]
        expected = [(first, key, False), (first + 2, delta + b"3", True), (first + 1, delta + b"2", False)]
        assert packets == [
            rtp_packet(leaves_as, sequence, 9000, ssrc, payload, marker=last) for sequence, payload, last in expected
        ]
        bob.send_report(rtcp.nack(ssrc, [first + 1]))
        ((again,), _) = bob.receive()
        assert again[12:] == struct.pack("!H", first + 1) + delta + b"2"
        assert again[1] == leaves_as + 1
        promised = subscription.promised.rtp_parameters["headerExtensions"]
        assert [(each["uri"], each["id"]) for each in promised] == [(TRANSPORT_CC, NUMBER_ID)], "for soundings only"
        assert told_numbers(ann) == [0x1234], "one number, whatever it came on"


def test_a_layer_and_its_repairs_are_known_by_mid_rid_and_repaired_rid() -> None:
    with Room() as room:
        ann, bob = room.browser("ann", "send"), room.browser("bob", "receive")
        layers = [{"rid": "r0"}, {"rid": "r1"}]
        camera = room.camera(ann, offered("video", layers))
        room.follow(bob, camera, CAPABILITIES).aim(1)
        named = {SENT_AS[MID]: b"1", SENT_AS[RID]: b"r1"}
        repair = {SENT_AS[MID]: b"1", SENT_AS[REPAIRED_RID]: b"r1"}
        ann.send(
            rtp_packet(96, 3, 0, 7007, VP8_KEY, extensions=named),
            rtp_packet(96, 5, 0, 7007, VP8_DELTA + b"5"),  # the name rides on a few packets only
            rtp_packet(97, 1, 0, 8008, b"\x00\x04" + VP8_DELTA + b"4", extensions=repair),
            rtp_packet(97, 2, 0, 9009, b"\x00\x06" + VP8_DELTA, extensions=repair | {SENT_AS[REPAIRED_RID]: b"r7"}),
        )
        assert [packet[12:] for packet in bob.receive()[0]] == [VP8_KEY, VP8_DELTA + b"5", VP8_DELTA + b"4"]
        assert camera.streams[1].ssrc == 7007
        assert ann.transport.repairs == {8008: camera.streams[1]}
        assert room.counters.rtp_unknown_stream == 1


ELEMENTS = st.lists(
    st.tuples(
        st.sampled_from([0, 0, SENT_AS[AUDIO_LEVEL], SENT_AS[TRANSPORT_CC], SENT_AS[MID], 7, 15]), st.integers(1, 4)
    ),
    min_size=1,
    max_size=4,
)
"""Ids and sizes; 0 is padding."""


@settings(max_examples=80)
@given(
    shapes=st.lists(st.tuples(ELEMENTS, st.integers(0, 3)), min_size=1, max_size=3),
    order=st.lists(st.integers(0, 2), min_size=3, max_size=12),
    data=st.data(),
)
def test_what_lies_as_before_is_read_like_what_lies_otherwise(
    shapes: list[tuple[list[tuple[int, int]], int]], order: list[int], data: st.DataObject
) -> None:
    """A stream learns where its extensions lie; one that has learned nothing must find the same in every packet."""
    with Room() as room:
        ann, bob = room.browser("ann", "send"), room.browser("bob", "receive")
        publication = microphone(room, ann)
        room.follow(bob, publication, CAPABILITIES)
        heard = rtp.ExtensionCarrier({SENT_AS[AUDIO_LEVEL]: 10}, SENT_AS[AUDIO_LEVEL], SENT_AS[TRANSPORT_CC])
        packets, numbers = [], []
        for sequence, which in enumerate(order):
            elements, cut = shapes[which % len(shapes)]
            block = b""
            for identifier, size in elements:
                value = data.draw(st.binary(min_size=size, max_size=size))
                block += bytes((identifier << 4 | (size - 1),)) + value if identifier else b"\0"
            block = block[: max(1, len(block) - cut)].ljust(-(-len(block) // 4) * 4, b"\0")
            header = rtp_packet(111, sequence, 960 * sequence, SOUND, b"")
            extensions = rtp.EXTENSION.pack(rtp.ONE_BYTE_PROFILE, len(block) // 4) + block
            packets.append(bytes((header[0] | 0x10,)) + header[1:] + extensions + b"opus")
            fresh = rtp.ExtensionCarrier({SENT_AS[AUDIO_LEVEL]: 10}, 0, SENT_AS[TRANSPORT_CC])
            expected = fresh.carry(packets[-1], 16, 16 + len(block))
            heard.carry(packets[-1], 16, 16 + len(block))
            numbers += [fresh.sequence] if fresh.sequence >= 0 else []
            ann.send(packets[-1])
            ((packet,), _) = bob.receive()
            assert packet[rtp.HEADER_BYTES :] == expected + b"opus"
            assert packet[0] == (0x90 if expected else 0x80)
        assert publication.take_loudness() == pytest.approx(heard.take_loudness())
        assert [number for number, _ in ann.transport.arrivals._fresh] == numbers
        assert room.counters.faults == 0


def test_what_is_cut_off_in_its_extensions_never_has_their_shape() -> None:
    """libsrtp refuses such packets as well."""
    carrier = rtp.ExtensionCarrier({1: 10}, 1, 3)
    whole = rtp_packet(111, 1, 960, SOUND, b"opus", extensions={1: b"\x90", 3: NUMBER, 7: b"abcd"})
    payload = len(whole) - 4
    carrier.learn(whole, payload)
    end, mask, heads, number_at, level_at = carrier.shape
    values = int.from_bytes(whole[rtp.HEADER_BYTES : payload], "big")
    assert (end, values & mask, values >> level_at & 0xFF) == (payload, heads, 0x90)
    assert values >> number_at & 0xFFFF == 0x1234
    for length in range(payload):
        assert int.from_bytes(whole[rtp.HEADER_BYTES : length], "big") & mask != heads


def test_who_never_settles_is_not_learned_from_for_ever() -> None:
    with Room() as room:
        ann = room.browser("ann", "send")
        publication = microphone(room, ann)
        carrier = publication.streams[0].carrier
        for sequence in range(2 * rtp.MAXIMUM_SHAPES):
            other = {7: bytes(1 + sequence % 2)} | {SENT_AS[TRANSPORT_CC]: sequence.to_bytes(2, "big")}
            before = carrier.shape
            ann.send(rtp_packet(111, sequence, 960 * sequence, SOUND, b"opus", extensions=other))
            assert (carrier.shape != before) == (sequence < rtp.MAXIMUM_SHAPES)
        assert told_numbers(ann) == [*range(2 * rtp.MAXIMUM_SHAPES)]


def test_nobody_is_offered_the_orientation() -> None:
    """A browser without it turns the picture before it encodes, and it is upright in Firefox and in the recording."""
    assert ORIENTATION not in {each["uri"] for each in CAPABILITIES["headerExtensions"]}
    read = ortc.read_publication("video", offered("video", [{"ssrc": PICTURE}]))
    knows_all = {"codecs": CAPABILITIES["codecs"], "headerExtensions": [{"uri": uri} for uri in SENT_AS]}
    assert ortc.promise(read, knows_all, "0", "ann").rtp_parameters["headerExtensions"] == [
        {"uri": TRANSPORT_CC, "id": NUMBER_ID, "encrypt": False, "parameters": {}}
    ]


def two_bytes(packet: bytes, elements: dict[int, bytes]) -> bytes:
    """The packet with these extensions behind heads of two bytes (RFC 8285 §4.3)."""
    body = b"".join(bytes((identifier, len(value))) + value for identifier, value in elements.items())
    body += bytes(-len(body) % 4)
    return bytes((packet[0] | 0x10,)) + packet[1:12] + struct.pack("!HH", 0x1000, len(body) // 4) + body + packet[12:]


def test_heads_of_two_bytes_say_the_same() -> None:
    """A browser that may mix both forms uses this one where any element needs it, here one of twenty bytes."""
    long = {20: bytes(20), 0: b"", 6: b"", SENT_AS[AUDIO_LEVEL]: b"\x9e"}
    with Room() as room:
        ann, bob = room.browser("ann", "send"), room.browser("bob", "receive")
        publication = microphone(room, ann)
        room.follow(bob, publication, CAPABILITIES)
        plain = rtp_packet(111, 5, 960, 55, b"opus", padding=4)  # an SSRC that only its MID names
        ann.send(two_bytes(plain, long | values() | {SENT_AS[MID]: b"0"}))
        ((packet,), _) = bob.receive()
        assert packet[12:] == bytes.fromhex("bede0001 a09e0000") + b"opus"
        assert publication.take_loudness() == pytest.approx(127 - 30)
        ann.send(two_bytes(rtp_packet(111, 5, 960, 77, b"nobody's"), {SENT_AS[TRANSPORT_CC]: b"\x12\x35"}))
        assert told_numbers(ann) == [0x1234, 0x1235]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"\x01\x01\x9e\x00", b"\x10\x9e"),
        (b"\x00\x00\x01\x01", b""),  # the value is cut off
        (b"\x01\x09\x9e\x00", b""),
        (b"\x0f\x01\x07\x00", b""),  # id 15 ends a list of the other form
        (b"\x01\x00\x02\x00", b""),  # nothing at all has no form of one byte
        (b"\x03\x02\x12\x34", b"\x31\x12\x34"),
    ],
)
def test_what_is_cut_off_or_does_not_fit_is_left_out(body: bytes, expected: bytes) -> None:
    packet = b"\x90" + bytes(11) + b"\x10\x03\x00\x01" + body + b"payload"
    assert rtp.shortened(packet, 0, len(packet)) == expected
    assert rtp.shortened(packet, 0, 17) == b""
    assert rtp.shortened(b"\x90" + bytes(11) + b"\x10", 0, 13) == b""
    assert rtp.shortened(b"\x90" + bytes(11) + b"\xbe\xde\x00\x01" + body, 0, 20) == b""
    assert rtp.shortened(b"\x80" + packet[1:], 0, len(packet)) == b""
