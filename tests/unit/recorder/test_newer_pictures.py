"""VP9 and AV1 out of their packets: whole or not at all, and in a form that independent tools read."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import av
import pytest

from recorder.av1 import Av1Depacketiser, leb128, picture_size, read_leb128, sequence_header_of, units_of
from recorder.compose import ViewPart, build_view
from recorder.depacketise import Depacketiser
from recorder.vp9 import Vp9Depacketiser, vp9_key_size, vp9_payload
from tests.support.capture_newer import av1_packets, vp9_packets
from tests.support.capture_rtp import AV1, VP9, Sent, video_frames
from tests.unit.recorder.test_capture import record
from tests.unit.recorder.test_depacketise import feed

MAKE = {"vp9": vp9_packets, "av1": av1_packets}
MADE = {"vp9": Vp9Depacketiser, "av1": Av1Depacketiser}


def depacketiser(codec: str) -> Depacketiser:
    return MADE[codec]()


def test_vp9_frames_come_out_as_they_went_in() -> None:
    frames = feed(Vp9Depacketiser(), vp9_packets(1, key_every=15))
    assert [frame.data for frame in frames] == list(video_frames("libvpx-vp9", 1, key_every=15))
    assert [index for index, frame in enumerate(frames) if frame.key] == [0, 15]
    assert frames[0].size == (320, 180)


def test_av1_units_come_out_as_they_went_in_without_delimiters() -> None:
    frames = feed(Av1Depacketiser(), av1_packets(1, key_every=15))
    delimiter = b"\x12\x00"
    assert [delimiter + frame.data for frame in frames] == list(video_frames("libsvtav1", 1, key_every=15))
    assert [index for index, frame in enumerate(frames) if frame.key] == [0, 15]
    assert frames[0].size == (320, 180)


@pytest.mark.parametrize("codec", ["vp9", "av1"])
def test_after_a_hole_the_next_key_frame_is_waited_for(codec: str) -> None:
    packets = MAKE[codec](1, key_every=15)
    lost = next(index for index, packet in enumerate(packets) if packet.at > 0.15)
    made = depacketiser(codec)
    frames = feed(made, packets, frozenset({lost}))
    before = len({packet.timestamp for packet in packets[:lost]} - {packets[lost].timestamp})
    assert len(frames) == before + 15
    came = {packet.timestamp for index, packet in enumerate(packets) if index != lost}
    assert made.broken == len(came) - len(frames)
    assert frames[before].key


@pytest.mark.parametrize(("track_format", "codec"), [(VP9, "vp9"), (AV1, "av1")])
def test_ffprobe_reads_what_was_recorded(track_format: object, codec: str, tmp_path: Path) -> None:
    recorded = record(track_format, MAKE[codec](2, key_every=15), tmp_path)  # type: ignore[arg-type]
    shown = subprocess.run(
        ["ffprobe", "-v", "error", "-count_frames", "-show_entries", "stream=codec_name,width,height,nb_read_frames",
         "-of", "csv=p=0", str(recorded.file)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert (shown.stdout.strip(), shown.stderr) == (f"{codec},320,180,60", "")
    view = build_view([ViewPart(recorded.file, "video", 1_800_000_000.0)], tmp_path / "view.webm")
    assert view.mime_type == "video/webm"
    with av.open(str(tmp_path / "view.webm")) as container:
        assert sum(1 for _ in container.decode()) == 60


@pytest.mark.parametrize(
    ("payload", "piece"),
    [
        (b"\x8c\x05data", (True, True, b"data")),
        (b"\x88\x85\x01data", (True, False, b"data")),
        (b"\x04data", (False, True, b"data")),
        (b"\x2c\x00\x07data", (True, True, b"data")),  # layers, not flexible: TL0PICIDX follows
        (b"\xfc\x05\x00\x03\x02data", (True, True, b"data")),  # flexible, predicted from two pictures
        (b"\x0e\x18\x01\x40\x00\xb4\x01\x04\x01data", (True, True, b"data")),  # a structure of sizes and pictures
        (b"\x2c\x02\x07data", None),  # a higher spatial layer
    ],
)
def test_vp9_descriptors_of_every_kind(payload: bytes, piece: object) -> None:
    assert vp9_payload(payload) == piece


@pytest.mark.parametrize("payload", [b"\x80", b"\x8c\x05", b"\x20", b"\x02", b"\x02\x18\x01", b"\xd0\x05\x03\x03"])
def test_vp9_packets_without_data_are_refused(payload: bytes) -> None:
    with pytest.raises(ValueError, match="VP9"):
        vp9_payload(payload)


def test_a_vp9_key_frame_says_its_size() -> None:
    key = video_frames("libvpx-vp9", 1, key_every=15)[0]
    assert vp9_key_size(key) == (320, 180)
    assert vp9_key_size(key[:8]) is None
    assert vp9_key_size(b"\x86" + key[1:]) is None


@pytest.mark.parametrize(
    "payloads",
    [
        [b"\x90\x30x"],  # goes on with what never began
        [b"\x50\x30x"],  # never ends
        [b"\x50\x30x", b"\x10\x30x"],
        [b"\x00\x05\x30"],  # a length beyond the packet
        [b"\x00\x00"],
        [b"\x20\x01\x30"],  # two elements announced, one there
        [b"\x10\x32\x05x"],  # a size field beyond the unit
        [b"\x00\xff\xff"],
    ],
)
def test_av1_packets_that_contradict_themselves_are_refused(payloads: list[bytes]) -> None:
    with pytest.raises(ValueError, match=r"OBU|AV1|cut off"):
        units_of(payloads)


def test_obus_lose_their_size_fields_and_join_across_packets() -> None:
    assert units_of([b"\x60\x03\x32\x01a\x30b", b"\x90c"]) == [b"\x30a", b"\x30bc"]


@pytest.mark.parametrize("value", [0, 1, 127, 128, 300, 2**28])
def test_numbers_of_seven_bits_a_byte(value: int) -> None:
    assert read_leb128(b"?" + leb128(value), 1) == (value, 1 + len(leb128(value)))


def test_a_sequence_header_says_the_size_also_with_timing_and_delays() -> None:
    plain = sequence_header_of(video_frames("libsvtav1", 1, key_every=15)[0])
    assert plain is not None and picture_size(plain) == (320, 180)
    bits = "0000" + "0" + "1" + "0" * 31 + "1" + "0" * 31 + "1" + "1" + "011" + "1"  # timing, equal intervals, model
    bits += "00100" + "0" * 32 + "00100" + "00100"  # delays of five bits
    bits += "1" + "00000" + "0" * 12 + "01000" + "1" + "1" + "0" * 11 + "1" + "0011"  # one point, its tier and delays
    bits += "1000" + "0111" + format(319, "09b") + format(179, "08b")
    bits += "0" * (-len(bits) % 8)
    body = int(bits, 2).to_bytes(len(bits) // 8, "big")
    assert picture_size(b"\x0a" + leb128(len(body)) + body) == (320, 180)
    with pytest.raises(ValueError, match="truncated"):
        picture_size(b"\x0a\x02\x00\x00")


def test_a_packet_of_a_higher_layer_changes_nothing() -> None:
    base = vp9_packets(1, key_every=15)
    layered: list[Sent] = []
    for packet in base:
        layered += [packet, replace(packet, marker=True, payload=b"\xac\x80\x00\x02\x00x")]
    assert [each.data for each in feed(Vp9Depacketiser(), layered)] == list(video_frames("libvpx-vp9", 1, key_every=15))
