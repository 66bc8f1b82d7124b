"""The two ports of a live room: the product that decides who may do what, and the media worker that moves packets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

import msgspec

from signaling.board import Piece
from signaling.ids import (
    CaptureId,
    CaucusId,
    DocumentId,
    ParticipantId,
    PublicationId,
    RoomId,
    SubscriptionId,
    TransportId,
)
from signaling.kept import NOTHING_KEPT, KeptConduct, KeptMember
from signaling.messages import (
    Device,
    IceRestarted,
    Json,
    Kind,
    RecordingView,
    Role,
    Source,
    Subscribed,
    TransportCreated,
)

if TYPE_CHECKING:
    from signaling.caucus import Caucus
    from signaling.media import CaptureFormat
    from signaling.participant import Participant
    from signaling.room import Room
    from signaling.tracks import Direction, Publication


class Grant(msgspec.Struct, frozen=True):
    """What a token says about its bearer. ``expires_at``: Unix seconds."""

    participant_id: ParticipantId
    display_name: str
    role: Role
    side: str
    admitted: bool
    expires_at: float


class LoadedDocument(msgspec.Struct, frozen=True):
    """A shared document as it was stored: its updates in the order in which they were appended.

    ``authors`` has the writer of each update, or is empty. With it nobody can take over the Yjs client id of somebody
    else after a restart.
    """

    updates: Sequence[bytes]
    frozen: bool
    digest: str | None
    writers: Sequence[ParticipantId]
    authors: Sequence[ParticipantId] = ()


class LoadedCaucus(msgspec.Struct, frozen=True):
    """A caucus that was opened before this node held the room. Unix seconds; ``closed_at`` None: it still runs."""

    caucus_id: CaucusId
    side: str
    members: Sequence[KeptMember]
    opened_at: float
    closed_at: float | None = None


class RoomState(msgspec.Struct, frozen=True):
    """What a room starts with when its first socket comes. ``spoken``: seconds by side (``signaling.balance``).

    ``meeting``: what the policy calls that which takes place in the room.
    """

    meeting: str
    documents: Sequence[DocumentId]
    recording: RecordingView
    board: Mapping[str, Piece]
    caucuses: Sequence[LoadedCaucus] = ()
    begun: bool = False
    """Whether people met here before: such a room opens again however much the node has to do."""
    locked: bool = False
    spoken: Mapping[str, float] = {}
    conduct: KeptConduct = NOTHING_KEPT


class RoomPolicy(Protocol):
    """The product behind the room. A method that raises ``SignalingError`` refuses; the room then stays as it was.

    Requests (``authenticate``, ``open_room``, ``joined``, ``admit``, ``remove``, ``publication_opened``,
    ``start_recording``, ``pause_recording``, ``continue_recording``, ``stop_recording``, ``set_writer``,
    ``freeze_document``, ``unfreeze_document``, ``open_caucus``, ``change_caucus``, ``close_caucus``, ``lock_room``,
    ``close_room``, ``load_document``, ``append_update``) commit before they return. Reports (``connection_lost``,
    ``left``, ``publication_changed``, ``publication_closed``, ``media_lost``, ``media_back``, ``caucus_closed``,
    ``break_began``, ``spoken``, ``keep_conduct``) tell of what has happened: what they raise is logged.
    """

    async def authenticate(self, room_id: RoomId, token: str) -> Grant:
        """Who bears this token. Raises UNAUTHENTICATED, SESSION_EXPIRED, ROOM_LOCKED or FORBIDDEN."""

    async def open_room(self, room_id: RoomId) -> RoomState:
        """The state of a room that becomes live on this node. Raises NOT_FOUND."""

    def may_see(self, room: Room, viewer: Participant, subject: Participant) -> bool:
        """Whether one may know that the other is here; asked after the room's own rule agreed."""

    def may_receive(self, room: Room, viewer: Participant, publication: Publication) -> bool:
        """Whether one may know of and receive a track."""

    async def joined(self, room: Room, participant: Participant) -> None:
        """A socket was opened; on a return ``participant.connections`` is at least 1. Called before anybody is told."""

    async def connection_lost(self, room: Room, participant: Participant) -> None:
        """The socket broke; the person may come back."""

    async def left(self, room: Room, participant: Participant, reason: str) -> None:
        """The person is out: ``left, lost, removed, closed``."""

    async def admit(self, room: Room, by: Participant, subject: Participant) -> None:
        """Let somebody in from the waiting room."""

    async def remove(self, room: Room, by: Participant, subject: Participant, reason: str) -> None:
        """Send somebody out: from its commit on, ``authenticate`` refuses their tokens."""

    async def publication_opened(self, room: Room, publication: Publication) -> None:
        """A track starts; it is not shown to others before this returned."""

    async def publication_changed(self, room: Room, publication: Publication) -> None:
        """A track was paused, muted, or goes on."""

    async def trouble_told(self, room: Room, participant: Participant, source: Device, *, off: bool) -> None:
        """``participant.troubles`` has changed for a microphone or camera, or a new page tells how it is.

        ``off``: it is switched off there, and no track of it will come.
        """

    async def publication_closed(self, room: Room, publication: Publication, reason: str) -> None:
        """A track ended.

        ``reason``: ``unpublished, replaced, left, lost, removed, moved, closed, transport_closed, media_lost,
        refused, not_allowed``.
        """

    async def start_recording(self, room: Room, by: Participant) -> None:
        """Start to record; calls ``room.set_recording``."""

    async def pause_recording(self, room: Room, by: Participant, reason: str) -> None:
        """Record nothing until ``continue_recording``; calls ``room.set_recording``."""

    async def continue_recording(self, room: Room, by: Participant) -> None:
        """Record again; calls ``room.set_recording``."""

    async def stop_recording(self, room: Room, by: Participant, reason: str) -> None:
        """Stop to record; calls ``room.set_recording``."""

    async def set_writer(
        self, room: Room, by: Participant, document_id: DocumentId, subject: Participant, may_write: bool
    ) -> None:
        """Give or take the right to write."""

    async def freeze_document(self, room: Room, by: Participant, document_id: DocumentId, content: Json) -> str:
        """Fix this text (ProseMirror JSON). Returns its digest."""

    async def unfreeze_document(self, room: Room, by: Participant, document_id: DocumentId, reason: str) -> None:
        """Open the text again."""

    async def open_caucus(self, room: Room, caucus: Caucus) -> None:
        """The countdown is over: keep that these people are apart from now on. A refusal calls the caucus off."""

    async def change_caucus(self, room: Room, caucus: Caucus, host: Participant, *, entered: bool) -> None:
        """Keep that a host comes into a caucus or goes out."""

    async def close_caucus(self, room: Room, caucus: Caucus) -> None:
        """Keep that its members are back from now on. A refusal leaves them where they are."""

    async def caucus_closed(self, room: Room, caucus: Caucus) -> None:
        """The members of a caucus are back, and all media of it has ended."""

    async def lock_room(self, room: Room, by: Participant, locked: bool) -> None:
        """Keep that the room takes in nobody new, or does again."""

    async def break_began(self, room: Room, by: Participant, seconds: int) -> None:
        """A break of the joint session."""

    async def spoken(self, room: Room, seconds: Mapping[str, float]) -> None:
        """How long each side has spoken in the joint session so far."""

    async def keep_conduct(self, room: Room, conduct: KeptConduct) -> None:
        """How the room is conducted from now on: given back by ``open_room``. The answers to commands wait for it."""

    async def close_room(self, room: Room, by: Participant, reason: str) -> None:
        """End the session; afterwards the room closes. ``reason``: the host's; a word of the product, or empty."""

    async def load_document(self, room: Room, document_id: DocumentId) -> LoadedDocument:
        """A document of the room."""

    async def append_update(
        self, room: Room, document_id: DocumentId, participant_id: ParticipantId, update: bytes
    ) -> None:
        """Keep an update: durable when this returns, and only then is it relayed."""

    async def media_lost(self, room: Room) -> None:
        """The media worker is gone with every track of the room."""

    async def media_back(self, room: Room) -> None:
        """A media worker is there again; browsers publish anew."""


class MediaPort(Protocol):
    """The media worker of a room. Everything raises ``SignalingError``: OVERLOADED when the worker is not there."""

    @property
    def name(self) -> str:
        """Tells the workers of a node apart."""

    @property
    def ready(self) -> bool:
        """Whether the worker is connected."""

    @property
    def away_seconds(self) -> float:
        """For how long it has not been ready; 0 while it is."""

    @property
    def people(self) -> int:
        """How many people have a transport there."""

    @property
    def cpu_share(self) -> float | None:
        """Share of a core that the worker used over the last seconds; None: not known."""

    @property
    def capabilities(self) -> Json | None:
        """The router's RTP capabilities, None before the worker was ready."""

    async def create_transport(
        self, room_id: RoomId, participant_id: ParticipantId, direction: Direction
    ) -> TransportCreated:
        """Make the server's half of a transport."""

    async def statistics(self, room_id: RoomId | None = None) -> Json:
        """Figures of what it has of this room, as ``signaling.sfu.control.GetStatistics`` says; None: of all rooms."""

    async def connect_transport(self, transport_id: TransportId, dtls_parameters: Json) -> None:
        """Start the handshake."""

    async def restart_ice(self, transport_id: TransportId) -> IceRestarted:
        """New ICE credentials."""

    async def close_transport(self, transport_id: TransportId) -> None:
        """Close it with its publications and subscriptions."""

    async def publish(
        self, transport_id: TransportId, kind: Kind, source: Source, rtp_parameters: Json
    ) -> PublicationId:
        """Accept a track."""

    async def set_publication_paused(self, publication_id: PublicationId, paused: bool) -> None:
        """Drop the packets of a track, or let them through."""

    async def close_publication(self, publication_id: PublicationId) -> None:
        """Forget a track."""

    async def subscribe(
        self, transport_id: TransportId, publication_id: PublicationId, rtp_capabilities: Json
    ) -> Subscribed:
        """Prepare to send a track to somebody, paused."""

    async def set_subscription_paused(self, subscription_id: SubscriptionId, paused: bool) -> None:
        """Send, or stop to send."""

    async def set_subscription_size(self, subscription_id: SubscriptionId, width: int, height: int) -> None:
        """How large it is shown, in device pixels; 0 × 0: not at all."""

    async def close_subscription(self, subscription_id: SubscriptionId) -> None:
        """Stop to send a track to somebody."""

    async def start_capture(self, publication_id: PublicationId, capture_id: CaptureId) -> CaptureFormat:
        """Copy the packets of a track to the recorder."""

    async def stop_capture(self, publication_id: PublicationId) -> None:
        """End that copy."""

    async def ask_key_frame(self, publication_id: PublicationId) -> None:
        """Have the sender of a track make a key frame soon."""
