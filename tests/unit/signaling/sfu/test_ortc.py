"""Negotiation with what mediasoup-client 3.18 in Chromium really sent."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signaling.errors import ErrorCode, SignalingError
from signaling.ids import PublicationId
from signaling.sfu import capabilities, ortc, rtcp
from signaling.sfu.publication import Publication
from tests.support.sfu_packets import CAPABILITIES, RECORDED, audio_parameters, video_parameters
from tests.support.sfu_room import Room


def test_a_microphone_is_read() -> None:
    offered = ortc.read_publication("audio", RECORDED["audio"])
    assert (offered.mime_type, offered.clock_rate, offered.payload_type) == ("audio/opus", 48000, 111)
    assert (offered.rtx_payload_type, offered.nack, offered.mid) == (None, True, "0")
    assert offered.carried == {1: 10}  # the audio level, Chromium's id to the router's
    assert offered.cname == RECORDED["audio"]["rtcp"]["cname"]


def test_a_camera_is_read_with_its_repair_stream() -> None:
    offered = ortc.read_publication("video", video_parameters(2001, 2002))
    assert (offered.mime_type, offered.payload_type, offered.rtx_payload_type) == ("video/vp8", 96, 97)
    assert offered.encodings == (ortc.Encoding(ssrc=2001, rtx=ortc.Repair(ssrc=2002)),)
    assert offered.carried == {}


def test_an_h264_camera_is_read() -> None:
    assert ortc.read_publication("video", RECORDED["h264"]).mime_type == "video/h264"


def test_simulcast_encodings_without_ssrc_are_read() -> None:
    parameters = video_parameters()
    parameters["encodings"] = [{"rid": "l"}, {"rid": "m"}, {"rid": "h"}]
    assert [each.rid for each in ortc.read_publication("video", parameters).encodings] == ["l", "m", "h"]


def broken(change: dict[str, Any]) -> dict[str, Any]:
    return audio_parameters() | change


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        broken({"codecs": []}),
        broken({"codecs": "opus"}),
        broken({"codecs": [{"mimeType": "audio/PCMU", "payloadType": 0, "clockRate": 8000}]}),
        broken({"codecs": [{"mimeType": "video/VP8", "payloadType": 96, "clockRate": 90000}]}),
        broken({"encodings": []}),
        broken({"encodings": [{"ssrc": 1}] * 5}),
        broken({"encodings": [{"ssrc": "one"}]}),
        broken({"encodings": [{}], "mid": None}),
        broken({"headerExtensions": [{"uri": 1}]}),
        broken({"headerExtensions": [{"uri": capabilities.AUDIO_LEVEL, "id": 0}]}),
        broken({"headerExtensions": [{"uri": capabilities.AUDIO_LEVEL, "id": 1000}]}),
        broken({"headerExtensions": [{"uri": capabilities.AUDIO_LEVEL, "id": 1}] * 100}),
        broken({"encodings": [{"ssrc": 2**32}]}),
        broken({"encodings": [{"ssrc": -1}]}),
        broken({"encodings": [{"ssrc": 1, "rtx": {"ssrc": 2**40}}]}),
        broken({"encodings": [{}, {}]}),
        broken({"encodings": [{"rid": "a"}, {"rid": "a"}]}),
        broken({"codecs": [{"mimeType": "audio/opus", "payloadType": 128, "clockRate": 48000}]}),
        broken({"rtcp": {"cname": "x" * 256}}),
    ],
)
def test_parameters_that_make_no_sense_are_refused(parameters: dict[str, Any]) -> None:
    with pytest.raises(SignalingError) as refused:
        ortc.read_publication("audio", parameters)
    assert refused.value.code == ErrorCode.BAD_REQUEST


SCALARS = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=8)
ODD = st.recursive(
    SCALARS
    | st.sampled_from(["video/VP8", "video/rtx", "audio/opus", "video/H264", "nack", "42e01f", capabilities.MID]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)
LISTS = ("codecs", "encodings", "headerExtensions")


@st.composite
def strange(draw: st.DrawFn) -> dict[str, Any]:
    """Recorded parameters with something strange in them."""
    parameters: dict[str, Any] = copy.deepcopy(RECORDED[draw(st.sampled_from(["audio", "video", "h264"]))])
    for _ in range(draw(st.integers(1, 4))):
        where = draw(st.sampled_from(LISTS))
        lines = parameters[where]
        if isinstance(lines, list) and lines and isinstance(line := draw(st.sampled_from(lines)), dict) and line:
            line[draw(st.sampled_from(sorted(line)))] = draw(ODD)
        else:
            parameters[where] = draw(ODD)
    return parameters


@settings(deadline=None)
@given(strange(), st.sampled_from(["audio", "video"]))
def test_strange_parameters_are_refused_or_make_a_publication_that_can_be_reported_on(
    parameters: dict[str, Any], kind: Any
) -> None:
    try:
        offered = ortc.read_publication(kind, parameters)
    except SignalingError as refused:
        assert refused.code == ErrorCode.BAD_REQUEST
        return
    with Room() as room:
        ann = room.browser("ann", "send")
        publication = Publication(PublicationId("p"), ann.transport, kind, "camera", offered)
        ann.transport.add(publication)
        for stream in publication.streams:
            assert rtcp.pli(stream.ssrc) and rtcp.receiver_report([stream.reception.report(0.0)])
        assert rtcp.source_description(1, publication.cname)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(["codecs", "headerExtensions", "fingerprints", "role"]), ODD))
def test_strange_capabilities_and_fingerprints_are_refused_or_taken(strange: dict[str, Any]) -> None:
    offered = ortc.read_publication("video", video_parameters())
    for read, codes in (
        (lambda: ortc.promise(offered, strange, "0", "ann"), {ErrorCode.BAD_REQUEST, ErrorCode.CONFLICT}),
        (lambda: ortc.read_dtls(strange), {ErrorCode.BAD_REQUEST}),
    ):
        try:
            read()
        except SignalingError as refused:
            assert refused.code in codes


def test_extensions_that_only_fit_into_two_bytes_are_not_read() -> None:
    parameters = audio_parameters()
    parameters["headerExtensions"] = [{"uri": capabilities.AUDIO_LEVEL, "id": 15}, {"uri": capabilities.MID, "id": 14}]
    offered = ortc.read_publication("audio", parameters)
    assert (offered.carried, offered.extension_ids) == ({}, {capabilities.MID: 14})


def test_a_subscriber_gets_the_routers_payload_types_and_own_ssrcs() -> None:
    offered = ortc.read_publication("video", video_parameters())
    promised = ortc.promise(offered, CAPABILITIES, "3", "ann")
    parameters = promised.rtp_parameters
    assert [(each["mimeType"], each["payloadType"]) for each in parameters["codecs"]] == [
        ("video/VP8", 101),
        ("video/rtx", 102),
    ]
    assert parameters["encodings"] == [{"ssrc": promised.ssrc, "rtx": {"ssrc": promised.rtx_ssrc}}]
    assert parameters["headerExtensions"] == []
    assert {each["type"] for each in parameters["codecs"][0]["rtcpFeedback"]} == {"nack", "ccm"}
    assert (parameters["mid"], parameters["rtcp"]["cname"]) == ("3", "ann")
    assert len({promised.ssrc, promised.rtx_ssrc, ortc.promise(offered, CAPABILITIES, "4", "ann").ssrc}) == 3


def test_a_browser_without_repair_or_extensions_gets_none() -> None:
    offered = ortc.read_publication("video", video_parameters())
    promised = ortc.promise(offered, {"codecs": [{"mimeType": "video/vp8"}]}, "0", "ann")
    assert promised.rtx_ssrc is None
    assert [each["mimeType"] for each in promised.rtp_parameters["codecs"]] == ["video/VP8"]
    assert promised.rtp_parameters["headerExtensions"] == []


def test_a_browser_without_the_codec_is_refused() -> None:
    offered = ortc.read_publication("video", RECORDED["h264"])
    high = {"mimeType": "video/H264", "parameters": {"packetization-mode": 1, "profile-level-id": "640c1f"}}
    for codecs in ([], [high]):
        with pytest.raises(SignalingError) as refused:
            ortc.promise(offered, {"codecs": codecs}, "0", "ann")
        assert refused.value.code == ErrorCode.CONFLICT
    with pytest.raises(SignalingError) as refused:
        ortc.promise(offered, {"codecs": 5}, "0", "ann")
    assert refused.value.code == ErrorCode.BAD_REQUEST


def test_nothing_is_announced_that_is_not_done() -> None:
    announced = capabilities.router_capabilities()
    wide = [each for each in announced["headerExtensions"] if "transport-wide-cc" in each["uri"]]
    assert {each["kind"]: each["direction"] for each in wide} == {"audio": "recvonly", "video": "sendrecv"}


def test_soundings_are_for_browsers_that_answer_them() -> None:
    offered = ortc.read_publication("video", video_parameters())
    able = {**CAPABILITIES, "headerExtensions": [*CAPABILITIES["headerExtensions"], {"uri": capabilities.TRANSPORT_CC}]}
    promised = ortc.promise(offered, able, "3", "ann")
    assert promised.sounded
    assert {"uri": capabilities.TRANSPORT_CC, "id": 5, "encrypt": False, "parameters": {}} in promised.rtp_parameters[
        "headerExtensions"
    ]
    assert "transport-cc" in {each["type"] for each in promised.rtp_parameters["codecs"][0]["rtcpFeedback"]}
    without_repairs = {**able, "codecs": [each for each in able["codecs"] if not each["mimeType"].endswith("/rtx")]}
    assert not ortc.promise(offered, without_repairs, "3", "ann").sounded
    assert not ortc.promise(offered, CAPABILITIES, "3", "ann").sounded
    promised = ortc.promise(ortc.read_publication("video", video_parameters()), CAPABILITIES, "0", "ann")
    assert "transport" not in str(promised.rtp_parameters) and "remb" not in str(promised.rtp_parameters)


def test_dtls_parameters_need_a_fingerprint() -> None:
    good = {"role": "client", "fingerprints": [{"algorithm": "sha-256", "value": "AA"}]}
    assert ortc.read_dtls(good).role == "client"
    for change in ({"fingerprints": []}, {"role": "both"}, {"fingerprints": [{"value": "AA"}]}):
        with pytest.raises(SignalingError) as refused:
            ortc.read_dtls(good | change)
        assert refused.value.code == ErrorCode.BAD_REQUEST


def test_the_first_announced_address_is_preferred() -> None:
    first, second = ortc.candidates(["192.0.2.1", "2001:db8::1"], 40000)
    *_, tcp = ortc.candidates(["192.0.2.1", "2001:db8::1"], 40000, 40001)
    assert (tcp["protocol"], tcp["tcpType"], tcp["port"]) == ("tcp", "passive", 40001)
    assert tcp["priority"] < second["priority"], "TCP is the last resort"
    assert (first["ip"], first["port"], first["protocol"]) == ("192.0.2.1", 40000, "udp")
    assert first["priority"] > second["priority"]


def codec_of(mime_type: str, **parameters: Any) -> dict[str, Any]:
    return {"mimeType": mime_type, "payloadType": 98, "clockRate": 90000, "parameters": parameters}


def test_vp8_is_preferred_and_then_h264_vp9_and_av1() -> None:
    codecs = [each["mimeType"] for each in capabilities.CAPABILITIES["codecs"]]
    assert [each for each in codecs if each != "video/rtx"] == [
        "audio/opus", "video/VP8", "video/H264", "video/VP9", "video/AV1",
    ]  # fmt: skip
    numbers = [each["preferredPayloadType"] for each in capabilities.CAPABILITIES["codecs"]]
    assert len(set(numbers)) == len(numbers)


@pytest.mark.parametrize(
    ("profile", "fits"),
    [
        ("42e01f", True),
        ("42c015", True),
        ("42401f", True),
        ("4d801f", True),  # main with constraint 0
        ("58c01f", True),  # extended with constraints 0 and 1
        ("42001f", False),  # plain baseline may have slices in any order
        ("4d001f", False),
        ("640c1f", False),
        ("42e0", False),
        ("baseline", False),
        ("", False),
    ],
)
def test_h264_is_constrained_baseline_in_packetization_mode_1(profile: str, fits: bool) -> None:
    ours = next(each for each in capabilities.CAPABILITIES["codecs"] if each["mimeType"] == "video/H264")
    parameters = {"packetization-mode": 1, "profile-level-id": profile}
    assert capabilities.same_codec(ours, "video/h264", parameters) is fits
    assert not capabilities.same_codec(ours, "video/h264", {**parameters, "packetization-mode": 0})


@pytest.mark.parametrize("mime_type", ["video/VP9", "video/AV1"])
def test_newer_codecs_pass_where_both_ends_have_them_in_their_first_profile(mime_type: str) -> None:
    parameters = {**video_parameters(), "codecs": [codec_of(mime_type)]}
    offered = ortc.read_publication("video", parameters)
    name = "profile-id" if mime_type == "video/VP9" else "profile"
    able = {"codecs": [{"mimeType": mime_type, "parameters": {name: 1}}, {"mimeType": mime_type}]}
    assert ortc.promise(offered, able, "0", "ann").rtp_parameters["codecs"][0]["mimeType"] == mime_type
    for codecs in (able["codecs"][:1], [{"mimeType": "video/VP8"}]):
        with pytest.raises(SignalingError) as refused:
            ortc.promise(offered, {"codecs": codecs}, "0", "ann")
        assert refused.value.code == ErrorCode.CONFLICT
    with pytest.raises(SignalingError, match="one encoding"):
        ortc.read_publication("video", {**parameters, "encodings": [{"rid": "l"}, {"rid": "h"}]})


def test_what_a_publisher_says_of_its_opus_reaches_subscribers_and_nothing_else() -> None:
    parameters = audio_parameters()
    parameters["codecs"][0]["parameters"] = {"useinbandfec": 1, "usedtx": "1", "sprop-stereo": 0, "x-other": 1}
    offered = ortc.read_publication("audio", parameters)
    promised = ortc.promise(offered, CAPABILITIES, "0", "ann").rtp_parameters["codecs"][0]
    assert promised["parameters"] == {"useinbandfec": 1, "usedtx": 1}
    plain = ortc.read_publication("audio", audio_parameters())
    assert ortc.promise(plain, CAPABILITIES, "0", "ann").rtp_parameters["codecs"][0]["parameters"] == {
        "useinbandfec": 1
    }


def test_sound_is_repaired_in_both_directions() -> None:
    offered = ortc.read_publication("audio", RECORDED["audio"])
    assert offered.nack
    promised = ortc.promise(offered, CAPABILITIES, "0", "ann").rtp_parameters["codecs"][0]
    assert {"type": "nack", "parameter": ""} in promised["rtcpFeedback"]
