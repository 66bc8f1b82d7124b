"""Negotiation in the JSON of mediasoup-client: what the router can do, what a publisher sends, what a subscriber gets.

The worker never reads SDP. What the router can do is in ``signaling.sfu.capabilities``.
"""

from __future__ import annotations

import secrets
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from signaling.errors import ErrorCode, SignalingError
from signaling.messages import Json, Kind
from signaling.sfu.capabilities import (
    CAPABILITIES,
    CARRIED,
    LAYERED,
    NUMBER_ID,
    TRANSPORT_CC,
    as_sent,
    same_codec,
)

MAXIMUM_ENCODINGS: Final = 4
LARGEST_ID: Final = 14
"""Of a header extension with a one-byte head (RFC 8285 §4.2); others are not read."""
MAXIMUM_LINES: Final = 64
"""Codecs, extensions or kinds of feedback that a browser may name; Chromium names about 20."""

PayloadType = Annotated[int, Meta(ge=0, le=127)]
Ssrc = Annotated[int, Meta(ge=0, le=2**32 - 1)]
"""0: not known."""
ExtensionId = Annotated[int, Meta(ge=1, le=255)]
Name = Annotated[str, Meta(max_length=255)]


class Feedback(msgspec.Struct, rename="camel", frozen=True):
    """One kind of RTCP feedback."""

    type: Name
    parameter: Name = ""


class Codec(msgspec.Struct, rename="camel", frozen=True):
    """A codec in RTP parameters."""

    mime_type: Name
    payload_type: PayloadType
    clock_rate: int
    channels: int | None = None
    parameters: dict[str, Any] = {}
    rtcp_feedback: Annotated[tuple[Feedback, ...], Meta(max_length=MAXIMUM_LINES)] = ()


class Extension(msgspec.Struct, rename="camel", frozen=True):
    """A header extension in RTP parameters."""

    uri: Name
    id: ExtensionId


class Repair(msgspec.Struct, rename="camel", frozen=True):
    """The RTX stream of an encoding."""

    ssrc: Ssrc | None = None


class Encoding(msgspec.Struct, rename="camel", frozen=True):
    """One stream of a track: by SSRC, or by RID when there are several."""

    ssrc: Ssrc | None = None
    rid: Name | None = None
    rtx: Repair | None = None


class Rtcp(msgspec.Struct, rename="camel", frozen=True):
    """RTCP settings."""

    cname: Name = ""


class RtpParameters(msgspec.Struct, rename="camel", frozen=True):
    """``rtpParameters`` of mediasoup-client's ``produce``."""

    codecs: Annotated[tuple[Codec, ...], Meta(max_length=MAXIMUM_LINES)]
    encodings: Annotated[tuple[Encoding, ...], Meta(min_length=1, max_length=MAXIMUM_ENCODINGS)]
    mid: Name | None = None
    header_extensions: Annotated[tuple[Extension, ...], Meta(max_length=MAXIMUM_LINES)] = ()
    rtcp: Rtcp = Rtcp()


class CodecCapability(msgspec.Struct, rename="camel", frozen=True):
    """A codec that a browser can receive."""

    mime_type: str
    parameters: dict[str, Any] = {}


class ExtensionCapability(msgspec.Struct, rename="camel", frozen=True):
    """A header extension that a browser can receive."""

    uri: str


class RtpCapabilities(msgspec.Struct, rename="camel", frozen=True):
    """``rtpCapabilities`` of a mediasoup-client device."""

    codecs: tuple[CodecCapability, ...] = ()
    header_extensions: tuple[ExtensionCapability, ...] = ()


class Fingerprint(msgspec.Struct, rename="camel", frozen=True):
    """The digest of a DTLS certificate."""

    algorithm: Name
    value: Name


class DtlsParameters(msgspec.Struct, rename="camel", frozen=True):
    """``dtlsParameters`` of mediasoup-client's ``connect``."""

    fingerprints: Annotated[tuple[Fingerprint, ...], Meta(min_length=1, max_length=MAXIMUM_LINES)]
    role: str = "auto"


class Offered(msgspec.Struct, frozen=True):
    """What a publisher sends, reduced to what the worker needs. Payload types and extension ids are the publisher's."""

    kind: Kind
    codec: Json
    payload_type: int
    rtx_payload_type: int | None
    nack: bool
    feedback: tuple[dict[str, str], ...]
    mid: str | None
    encodings: tuple[Encoding, ...]
    extension_ids: dict[str, int]
    carried: dict[int, int]
    cname: str

    @property
    def transport_cc_id(self) -> int:
        """Extension id of the transport-wide sequence number, 0 when its feedback was not negotiated."""
        wanted = any(each["type"] == "transport-cc" for each in self.feedback)
        return self.extension_ids.get(TRANSPORT_CC, 0) if wanted else 0

    @property
    def mime_type(self) -> str:
        """Lower case, for example ``video/vp8``."""
        return str(self.codec["mimeType"]).lower()

    @property
    def clock_rate(self) -> int:
        """Ticks of the RTP timestamp per second."""
        return int(self.codec["clockRate"])


class Promised(msgspec.Struct, frozen=True):
    """What a subscriber gets: the parameters for ``consume`` and the numbers that the packets must carry."""

    rtp_parameters: Json
    payload_type: int
    ssrc: int
    rtx_payload_type: int | None
    rtx_ssrc: int | None
    sounded: bool = False
    """Whether the browser tells when soundings arrive (``signaling.sfu.soundings``)."""


def _convert(value: Json, into: type[Any], what: str) -> Any:
    try:
        return msgspec.convert(value, into)
    except (ValueError, RecursionError) as error:  # also: half of a surrogate pair
        raise SignalingError(ErrorCode.BAD_REQUEST, f"{what}: {error}") from error


def read_publication(kind: Kind, rtp_parameters: Json) -> Offered:
    """Check and reduce what a publisher announces.

    Raises:
        SignalingError: BAD_REQUEST, the parameters are malformed or name no codec of the router.
    """
    offered: RtpParameters = _convert(rtp_parameters, RtpParameters, "rtp_parameters")
    media = next((codec for codec in offered.codecs if not codec.mime_type.lower().endswith("/rtx")), None)
    if media is None:
        raise SignalingError(ErrorCode.BAD_REQUEST, "rtp_parameters: a codec is needed")
    ours = next((each for each in CAPABILITIES["codecs"] if same_codec(each, media.mime_type, media.parameters)), None)
    if ours is None or ours["kind"] != kind:
        raise SignalingError(ErrorCode.BAD_REQUEST, f"rtp_parameters: {media.mime_type} is not {kind} of this router")
    if len(offered.encodings) > 1 and media.mime_type.lower() not in LAYERED:
        raise SignalingError(ErrorCode.BAD_REQUEST, f"rtp_parameters: {media.mime_type} comes in one encoding here")
    if offered.mid is None and not all(encoding.ssrc for encoding in offered.encodings):
        raise SignalingError(ErrorCode.BAD_REQUEST, "rtp_parameters: an encoding has neither mid nor ssrc")
    names = [encoding.ssrc or encoding.rid for encoding in offered.encodings]
    if len(names) > 1 and (None in names or len(set(names)) < len(names)):
        raise SignalingError(ErrorCode.BAD_REQUEST, "rtp_parameters: several encodings need a rid or ssrc each")
    repair = next(
        (
            codec.payload_type
            for codec in offered.codecs
            if codec.mime_type.lower().endswith("/rtx") and codec.parameters.get("apt") == media.payload_type
        ),
        None,
    )
    numbers = {each["uri"]: each["preferredId"] for each in CAPABILITIES["headerExtensions"] if each["kind"] == kind}
    ids = {extension.uri: extension.id for extension in offered.header_extensions if extension.id <= LARGEST_ID}
    return Offered(
        kind=kind,
        codec=as_sent(ours, media.parameters),
        payload_type=media.payload_type,
        rtx_payload_type=repair,
        nack=any(each.type == "nack" and not each.parameter for each in media.rtcp_feedback),
        feedback=tuple({"type": each.type, "parameter": each.parameter} for each in media.rtcp_feedback),
        mid=offered.mid,
        encodings=offered.encodings,
        extension_ids=ids,
        carried={ids[uri]: numbers[uri] for uri in CARRIED if uri in ids and uri in numbers},
        cname=offered.rtcp.cname,
    )


def _fresh_ssrc() -> int:
    return secrets.randbelow(2**32 - 0x10000) + 0x10000


def promise(offered: Offered, rtp_capabilities: Json, mid: str, cname: str) -> Promised:
    """What a subscriber with these capabilities gets of a publication, with fresh SSRCs.

    Raises:
        SignalingError: BAD_REQUEST, the capabilities are malformed; CONFLICT, they lack the publication's codec.
    """
    theirs: RtpCapabilities = _convert(rtp_capabilities, RtpCapabilities, "rtp_capabilities")
    codec = offered.codec
    if not any(same_codec(codec, each.mime_type, each.parameters) for each in theirs.codecs):
        raise SignalingError(ErrorCode.CONFLICT, f"this browser cannot receive {codec['mimeType']}")
    payload_type: int = codec["preferredPayloadType"]
    repairs = offered.kind == "video" and any(
        each.mime_type.lower() == "video/rtx" and each.parameters.get("apt") == payload_type for each in theirs.codecs
    )
    ssrc, rtx_ssrc = _fresh_ssrc(), _fresh_ssrc() if repairs else None
    known = {each.uri for each in theirs.header_extensions}
    sounded = rtx_ssrc is not None and TRANSPORT_CC in known
    used = set(offered.carried.values()) | ({NUMBER_ID} if sounded else set())
    feedback = ("nack", "ccm", "transport-cc") if sounded else ("nack", "ccm")
    media = {
        "mimeType": codec["mimeType"],
        "payloadType": payload_type,
        "clockRate": codec["clockRate"],
        "parameters": codec["parameters"],
        "rtcpFeedback": [each for each in codec["rtcpFeedback"] if each["type"] in feedback],
    }
    if "channels" in codec:
        media["channels"] = codec["channels"]
    codecs = [media]
    encoding: Json = {"ssrc": ssrc}
    if rtx_ssrc is not None:
        codecs.append(
            {
                "mimeType": "video/rtx",
                "payloadType": payload_type + 1,
                "clockRate": codec["clockRate"],
                "parameters": {"apt": payload_type},
                "rtcpFeedback": [],
            }
        )
        encoding["rtx"] = {"ssrc": rtx_ssrc}
    extensions = [
        {"uri": each["uri"], "id": each["preferredId"], "encrypt": False, "parameters": {}}
        for each in CAPABILITIES["headerExtensions"]
        if each["kind"] == offered.kind and each["preferredId"] in used and each["uri"] in known
    ]
    rtp_parameters: Json = {
        "mid": mid,
        "codecs": codecs,
        "headerExtensions": extensions,
        "encodings": [encoding],
        "rtcp": {"cname": cname, "reducedSize": True, "mux": True},
    }
    return Promised(rtp_parameters, payload_type, ssrc, payload_type + 1 if repairs else None, rtx_ssrc, sounded)


def read_dtls(dtls_parameters: Json) -> DtlsParameters:
    """Check what a browser says about its DTLS.

    Raises:
        SignalingError: BAD_REQUEST, malformed or without a fingerprint.
    """
    parsed: DtlsParameters = _convert(dtls_parameters, DtlsParameters, "dtls_parameters")
    if parsed.role not in ("auto", "client", "server"):
        raise SignalingError(ErrorCode.BAD_REQUEST, "dtls_parameters: the role is auto, client or server")
    return parsed


def candidates(announced_ips: list[str], port: int, tcp_port: int = 0) -> list[Json]:
    """``iceCandidates`` of mediasoup-client: host candidates for each address, the first preferred, TCP after all UDP.

    ``tcp_port`` 0: no TCP. A passive candidate of RFC 6544: the browser connects.
    """
    made = []
    for protocol, number, preference in (("udp", port, 126), ("tcp", tcp_port, 90)):
        for index, ip in enumerate(announced_ips if number else []):
            candidate = {
                "foundation": f"{protocol}candidate",
                "priority": (preference << 24) | ((65535 - index) << 8) | 255,  # RFC 8445 §5.1.2.1
                "ip": ip,
                "address": ip,
                "port": number,
                "protocol": protocol,
                "type": "host",
            }
            made.append(candidate | ({"tcpType": "passive"} if protocol == "tcp" else {}))
    return made
