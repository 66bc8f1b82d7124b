"""What the web process asks of a media worker, and what the worker tells it. Framed by ``signaling.framing``.

Every request has a number; every request gets one ``Done`` or ``Refused`` with that number. Notices have none. When the
control connection breaks the worker closes every transport: the web process that comes back starts from nothing.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from signaling.ids import CaptureId, ParticipantId, PublicationId, RoomId, SubscriptionId, TransportId
from signaling.messages import Json, Kind, LayerReason, Quality, Source


class Request(msgspec.Struct, tag=True):
    """Base of requests. ``number`` is unique on the connection."""

    number: int


class GetCapabilities(Request):
    """Result: the router's RTP capabilities."""


class CreateTransport(Request):
    """Result: ``{"ice_parameters", "ice_candidates", "dtls_parameters"}``."""

    transport_id: TransportId
    room_id: RoomId
    participant_id: ParticipantId
    direction: Literal["send", "receive"]


class ConnectTransport(Request):
    """Give the browser's DTLS parameters. The handshake goes on after the answer; see ``TransportState``."""

    transport_id: TransportId
    dtls_parameters: Json


class RestartIce(Request):
    """Result: ``{"ice_parameters"}``. The old credentials hold until the new ones are used."""

    transport_id: TransportId


class CloseTransport(Request):
    """Close it with its publications and subscriptions."""

    transport_id: TransportId


class CreatePublication(Request):
    """Accept a track that the browser sends on this transport."""

    publication_id: PublicationId
    transport_id: TransportId
    kind: Kind
    source: Source
    rtp_parameters: Json


class SetPublicationPaused(Request):
    """Drop the packets of a publication at the worker, or let them through (asks for a key frame)."""

    publication_id: PublicationId
    paused: bool


class ClosePublication(Request):
    """Forget a track and everything that follows it."""

    publication_id: PublicationId


class CreateSubscription(Request):
    """Result: ``{"kind", "rtp_parameters"}``. Starts paused."""

    subscription_id: SubscriptionId
    transport_id: TransportId
    publication_id: PublicationId
    rtp_capabilities: Json


class SetSubscriptionPaused(Request):
    """Resume asks the publisher for a key frame and opens at the next one."""

    subscription_id: SubscriptionId
    paused: bool


class SetSubscriptionSize(Request):
    """Choose the layer by the size of the tile, in device pixels; 0 × 0: send nothing."""

    subscription_id: SubscriptionId
    width: int
    height: int


class CloseSubscription(Request):
    """Stop sending a track to somebody."""

    subscription_id: SubscriptionId


class StartCapture(Request):
    """Send a copy of a publication's packets to the recorder's feed under this number (see ``signaling.sfu.feed``).

    Result: ``{"mime_type", "clock_rate", "channels", "payload_type"}`` of the packets in the feed.
    """

    publication_id: PublicationId
    capture_id: CaptureId


class StopCapture(Request):
    """End that copy."""

    publication_id: PublicationId


class AskKeyFrame(Request):
    """Ask the publisher for a key frame, because the recorder can keep nothing before one comes."""

    publication_id: PublicationId


class GetCounters(Request):
    """Result: the worker's counters, its load, and how many there are of what. Cheap, for monitoring."""


class GetStatistics(Request):
    """Result: counters and load of the worker, its people, transports, publications and subscriptions, as JSON values.

    With ``room_id`` only what is in that room and in its caucuses; counters and load are always the whole worker's.
    Without it the answer of a worker with more than about a thousand people is too long: OVERLOADED.
    Times are seconds, losses shares of packets before repairs. Rates and people are as of the last look, once a second;
    of publications each layer has ``lost`` packets, ``jitter`` and ``bits_per_second``, of subscriptions there are the
    subscriber's reports, the ``layer``, and ``freezes`` as ``signaling.sfu.freezes`` defines them.
    """

    room_id: RoomId | None = None


AnyRequest = (
    GetCapabilities
    | CreateTransport
    | ConnectTransport
    | RestartIce
    | CloseTransport
    | CreatePublication
    | SetPublicationPaused
    | ClosePublication
    | CreateSubscription
    | SetSubscriptionPaused
    | SetSubscriptionSize
    | CloseSubscription
    | StartCapture
    | StopCapture
    | AskKeyFrame
    | GetCounters
    | GetStatistics
)


class Done(msgspec.Struct, tag=True):
    """The request was carried out."""

    number: int
    result: dict[str, Any] = {}


class Refused(msgspec.Struct, tag=True):
    """The request was not carried out; ``code`` is one of ``signaling.errors.ErrorCode``."""

    number: int
    code: str
    message: str


class TransportState(msgspec.Struct, tag=True):
    """A transport changed its state; ``reason`` says why it failed (for example ``fingerprint_mismatch``)."""

    transport_id: TransportId
    state: Literal["connecting", "connected", "disconnected", "failed", "closed"]
    reason: str = ""


class Speakers(msgspec.Struct, tag=True):
    """Who speaks in a room, the loudest first."""

    room_id: RoomId
    participant_ids: list[ParticipantId]


class FeedDropped(msgspec.Struct, tag=True):
    """The recorder did not keep up: so many datagrams of a capture were dropped since the last notice."""

    capture_id: CaptureId
    dropped: int


class SubscriptionLayer(msgspec.Struct, tag=True):
    """Another layer reaches a subscriber, or none and why (``signaling.messages.SubscriptionChanged``)."""

    subscription_id: SubscriptionId
    layer: int | None
    layers: int
    reason: LayerReason


class PublicationDemand(msgspec.Struct, tag=True):
    """Which layers of a track anybody needs (``signaling.messages.PublicationLayers``)."""

    publication_id: PublicationId
    active: list[int]


class PersonQuality(msgspec.Struct, tag=True):
    """How good the connection of somebody in a room is now. Begins as good when they have their first transport."""

    room_id: RoomId
    participant_id: ParticipantId
    quality: Quality


class WorkerLoad(msgspec.Struct, tag=True):
    """How hard the worker has worked over the last seconds: share of one core, packets in and out a second."""

    cpu_share: float
    packets_per_second: int


AnyNotice = TransportState | Speakers | FeedDropped | SubscriptionLayer | PublicationDemand | PersonQuality | WorkerLoad
AnyReply = Done | Refused | AnyNotice
