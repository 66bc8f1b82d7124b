"""What the router can do, in the JSON of mediasoup-client, and when a codec of somebody is one of the router's.

Announced is only what is done: transport-cc to publishers, who get feedback (without it Chromium would stay at 30
kbit/s), and to subscribers for the soundings of ``signaling.sfu.soundings``; MID but no RID towards subscribers.

The orientation of a picture (urn:3gpp:video-orientation) is not among it: a browser that may not send it turns the
picture itself. Firefox, and everything that plays a recording, would show that of an upright phone lying on its side.
"""

from __future__ import annotations

from typing import Final

from signaling.messages import Json, Kind

MID: Final = "urn:ietf:params:rtp-hdrext:sdes:mid"
RID: Final = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"
REPAIRED_RID: Final = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"
SEND_TIME: Final = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
TRANSPORT_CC: Final = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
AUDIO_LEVEL: Final = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
NUMBER_ID: Final = 5
"""Of the transport-wide sequence number. Towards subscribers only soundings carry it."""
CARRIED: Final = frozenset({AUDIO_LEVEL})
"""Header extensions that reach subscribers; the others mean something only on the first hop."""


def _video(mime_type: str, payload_type: int, parameters: Json) -> list[Json]:
    feedback = [("nack", ""), ("nack", "pli"), ("ccm", "fir"), ("goog-remb", ""), ("transport-cc", "")]
    media = {
        "kind": "video",
        "mimeType": mime_type,
        "preferredPayloadType": payload_type,
        "clockRate": 90000,
        "parameters": parameters,
        "rtcpFeedback": [{"type": kind, "parameter": parameter} for kind, parameter in feedback],
    }
    repair = {
        "kind": "video",
        "mimeType": "video/rtx",
        "preferredPayloadType": payload_type + 1,
        "clockRate": 90000,
        "parameters": {"apt": payload_type},
        "rtcpFeedback": [],
    }
    return [media, repair]


def _extensions() -> list[Json]:
    rows: list[tuple[Kind, str, int, str]] = [
        ("audio", MID, 1, "sendrecv"),
        ("video", MID, 1, "sendrecv"),
        ("video", RID, 2, "recvonly"),
        ("video", REPAIRED_RID, 3, "recvonly"),
        ("audio", SEND_TIME, 4, "recvonly"),
        ("video", SEND_TIME, 4, "recvonly"),
        ("audio", TRANSPORT_CC, 5, "recvonly"),
        ("video", TRANSPORT_CC, NUMBER_ID, "sendrecv"),
        ("audio", AUDIO_LEVEL, 10, "sendrecv"),
    ]
    return [
        {"kind": kind, "uri": uri, "preferredId": number, "preferredEncrypt": False, "direction": direction}
        for kind, uri, number, direction in rows
    ]


def router_capabilities() -> Json:
    """``routerRtpCapabilities`` for mediasoup-client's ``Device.load``, the preferred codecs first."""
    opus = {
        "kind": "audio",
        "mimeType": "audio/opus",
        "preferredPayloadType": 100,
        "clockRate": 48000,
        "channels": 2,
        "parameters": {"useinbandfec": 1},
        "rtcpFeedback": [{"type": "nack", "parameter": ""}, {"type": "transport-cc", "parameter": ""}],
    }
    h264 = {"packetization-mode": 1, "level-asymmetry-allowed": 1, "profile-level-id": "42e01f"}
    return {
        "codecs": [
            opus,
            *_video("video/VP8", 101, {}),
            *_video("video/H264", 103, h264),
            *_video("video/VP9", 105, {"profile-id": 0}),
            *_video("video/AV1", 107, {}),
        ],
        "headerExtensions": _extensions(),
    }


CAPABILITIES: Final = router_capabilities()

LAYERED: Final = frozenset({"audio/opus", "video/vp8", "video/h264"})
"""Codecs that may come in several encodings: those whose streams go on where another one stopped."""
OPUS_WISHES: Final = ("useinbandfec", "usedtx", "sprop-stereo")
"""What a publisher says of its Opus (RFC 7587 §6.1) that a subscriber's decoder has to know."""


def same_codec(ours: Json, mime_type: str, parameters: Json) -> bool:
    """Whether a codec with these parameters can be sent or received as this one of the router."""
    kind = mime_type.lower()
    if str(ours["mimeType"]).lower() != kind:
        return False
    if kind == "video/h264":
        mode = str(parameters.get("packetization-mode", 0))
        return mode == "1" and constrained_baseline(str(parameters.get("profile-level-id", "")))
    if kind == "video/vp9":
        return str(parameters.get("profile-id", 0)) == "0"
    if kind == "video/av1":
        return str(parameters.get("profile", 0)) == "0"
    return True


def constrained_baseline(profile_level_id: str) -> bool:
    """Whether an H264 ``profile-level-id`` is constrained baseline, which every decoder takes (RFC 6184 §8.1)."""
    try:
        profile, constraints, _ = bytes.fromhex(profile_level_id)
    except ValueError:
        return False
    first, second = bool(constraints & 0x80), bool(constraints & 0x40)
    if constraints & 0x0F:
        return False
    return (profile == 0x42 and second) or (profile == 0x4D and first) or (profile == 0x58 and first and second)


def as_sent(ours: Json, parameters: Json) -> Json:
    """The router's codec with what a publisher says of its own encoder."""
    if str(ours["mimeType"]).lower() != "audio/opus":
        return ours
    said = {name: 1 for name in OPUS_WISHES if str(parameters.get(name, 0)) == "1"}
    return {**ours, "parameters": said}
