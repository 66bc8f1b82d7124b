"""The wire protocol of a room: every command, event and view that crosses a browser's socket.

JSON text frames, one envelope each: ``{"v": 1, "id": 7, "type": "...", "data": {...}, "seq": 42}``.
``id`` is on commands and on the one ``ok`` or ``error`` that answers each; ``seq`` is on events. The prose is in
PROTOCOL.md; the TypeScript types of the frontend are generated from this file.

size: over 400 lines on purpose, so that the whole wire can be read in one place.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from signaling.ids import CaucusId, DocumentId, ParticipantId, PublicationId, RoomId, SubscriptionId, TransportId

VERSION = 1
MAXIMUM_MESSAGE_BYTES = 256 * 1024

Json = dict[str, Any]
"""A JSON object that this layer passes on without reading (ORTC parameters, product state)."""

Role = Literal["host", "party", "observer"]
Presence = Literal["waiting", "present", "dropped", "away"]
"""``away``: in a caucus; nothing more is told of them outside it."""
Source = Literal["microphone", "camera", "screen"]
Kind = Literal["audio", "video"]
Quality = Literal["good", "poor", "lost"]
LayerReason = Literal["", "bandwidth", "size", "paused"]
Device = Literal["microphone", "camera"]
TimerKind = Literal["break", "talk"]
Trouble = Literal["absent", "unavailable", "interrupted"]
"""There is none; it cannot be opened; a call or another app has it for a while."""


class Envelope(msgspec.Struct, omit_defaults=True):
    """The frame around everything. ``data`` is decoded by the type that ``type`` names."""

    v: int
    type: str
    id: int | None = None
    seq: int | None = None
    data: msgspec.Raw = msgspec.Raw(b"{}")


# ---- views: what one person may know -------------------------------------------------------------------------------


class AskView(msgspec.Struct):
    """A host's wish that somebody switches a microphone or camera on themselves. ``declined``: they said no."""

    source: Device
    asked_at: float
    declined: bool = False


class TroubleView(msgspec.Struct):
    """Why nothing comes from somebody's microphone or camera, as their own device says."""

    source: Device
    trouble: Trouble


class ParticipantView(msgspec.Struct):
    """A person as another person of the room sees them. ``side`` is a word of the product, opaque here.

    ``caucus_id``: the caucus that they are in; None: the joint session. ``hand_since``: Unix seconds; ``hand_place``:
    where they stand in the queue of the place they are in, from 1; 0: their hand is down. ``wants_break``,
    ``may_share`` (their screen) and ``asks`` are told to hosts and to the person alone. ``troubles``: what they lack.
    """

    participant_id: ParticipantId
    display_name: str
    role: Role
    side: str
    presence: Presence
    quality: Quality = "good"
    hand_raised: bool = False
    caucus_id: CaucusId | None = None
    hand_since: float | None = None
    hand_place: int = 0
    wants_break: bool = False
    may_share: bool = False
    asks: list[AskView] = []
    troubles: list[TroubleView] = []


class PublicationView(msgspec.Struct):
    """One track that somebody sends. ``paused``: its owner switched it off. ``muted_by_host``: the server drops it."""

    publication_id: PublicationId
    participant_id: ParticipantId
    kind: Kind
    source: Source
    paused: bool = False
    muted_by_host: bool = False


class RecordingView(msgspec.Struct):
    """Whether a recording runs, as every screen must show it. Times are Unix seconds.

    ``failed``: it was running and does not run now; ``reason`` is one of ``disk_full, recorder_lost, media_lost,
    write_failed, server_restarted, not_continued``. ``lost_seconds`` adds up the gaps of this session so far.
    ``paused``: on purpose; ``reason`` is ``caucus`` while a private talk runs (nothing is recorded then, anywhere),
    else a host's words; None for those who wait to be let in.
    """

    state: Literal["off", "on", "paused", "failed"] = "off"
    started_at: float | None = None
    failed_at: float | None = None
    reason: str | None = None
    lost_seconds: float = 0.0


CancelReason = Literal["called_off", "nobody", "elsewhere", "refused", "no_host"]
"""A host's word; no party of it is left; one of its members is in another; the product; no host came back."""


class CaucusView(msgspec.Struct):
    """A private talk of one side, as everybody who was admitted may know it: that it is, whose, since when.

    Times are Unix seconds. ``changes_at``: when its members are moved (``announced``) or come back (``closing``).
    Closed ones stay: the time that each side had is the sum over its caucuses. ``sealed``: the media worker has
    confirmed that nothing of the members' tracks goes on in the joint session, nor the other way round.
    """

    caucus_id: CaucusId
    side: str
    state: Literal["announced", "open", "closing", "closed"]
    with_host: bool
    changes_at: float | None = None
    opened_at: float | None = None
    closed_at: float | None = None
    sealed: bool = False


class TimerView(msgspec.Struct):
    """A countdown that everybody in one place sees. Times are Unix seconds."""

    kind: TimerKind
    started_at: float
    ends_at: float


class StageView(msgspec.Struct):
    """How the place that one is in is conducted. ``locked``: the room takes in nobody new.

    ``spotlight``: who is shown large on every screen; ``timer`` is taken away a while after it has ended. ``ahead``:
    for whoever waits to be let in, how many who wait came before them, of whatever side; the rest is not for them.
    """

    locked: bool = False
    spotlight: ParticipantId | None = None
    timer: TimerView | None = None
    ahead: int = 0


class DocumentView(msgspec.Struct):
    """A shared document: who may write now, and the digest once it is frozen (lower-case hex SHA-256)."""

    document_id: DocumentId
    frozen: bool
    writers: list[ParticipantId]
    digest: str | None = None


class Snapshot(msgspec.Struct):
    """Everything that one person may know of the room at sequence ``seq``."""

    room_id: RoomId
    seq: int
    me: ParticipantId
    participants: list[ParticipantView]
    publications: list[PublicationView]
    recording: RecordingView
    documents: list[DocumentView]
    caucuses: list[CaucusView]
    stage: StageView
    board: dict[str, Any]
    media_epoch: int
    server_time: float


# ---- commands: browser to server -----------------------------------------------------------------------------------


class Command(msgspec.Struct, forbid_unknown_fields=True):
    """Base of all commands. Each is answered by exactly one ``ok`` or ``error`` with the same ``id``."""


class Hello(Command):
    """First message on a socket. Answer: ``Welcome``. ``resume`` and ``last_seq`` come from the socket that broke.

    ``page`` is a random name of the page, on which ``attempt`` counts up from one socket to the next.
    """

    token: str
    resume: str | None = None
    last_seq: int | None = None
    page: str | None = None
    attempt: int = 0


class CreateTransport(Command):
    """Answer: ``TransportCreated``. Asking again for a direction closes the transport that was there."""

    direction: Literal["send", "receive"]


class ConnectTransport(Command):
    """Give the browser's DTLS parameters (role and fingerprints)."""

    transport_id: TransportId
    dtls_parameters: Json


class RestartIce(Command):
    """Answer: ``IceRestarted``."""

    transport_id: TransportId


class Publish(Command):
    """Start to send one track. Answer: ``Published``."""

    transport_id: TransportId
    kind: Kind
    source: Source
    rtp_parameters: Json
    paused: bool = False


class Unpublish(Command):
    """Stop to send one's own track."""

    publication_id: PublicationId


class SetPublicationPaused(Command):
    """Switch one's own microphone or camera off and on."""

    publication_id: PublicationId
    paused: bool


class MutePublication(Command):
    """Host: drop somebody's track at the server, also when they publish it anew. The person is told.

    Taking it back leaves the track paused: nobody is switched on from afar.
    """

    publication_id: PublicationId
    muted: bool


class Subscribe(Command):
    """Start to receive a track. Answer: ``Subscribed``, paused until ``resume_subscription``."""

    publication_id: PublicationId
    rtp_capabilities: Json


class ResumeSubscription(Command):
    """The browser is ready to decode: let packets through (video waits for a key frame)."""

    subscription_id: SubscriptionId


class PauseSubscription(Command):
    """Keep the subscription, send nothing."""

    subscription_id: SubscriptionId


class SetSubscriptionSize(Command):
    """How large a picture is shown, in device pixels; 0 × 0: nobody looks at it, and it is not sent."""

    subscription_id: SubscriptionId
    width: int
    height: int


class Unsubscribe(Command):
    """Stop to receive a track."""

    subscription_id: SubscriptionId


class RaiseHand(Command):
    """Ask to speak, or take it back. Who asks again keeps their place in the queue."""

    raised: bool


class WantBreak(Command):
    """Ask for a break, or take it back: hosts are told."""

    wanted: bool


class WriteCaption(Command):
    """Write what is said, for the people of one's place: by oneself, or a host for somebody who speaks there.

    ``place``: the caucus in which the writer believes to be, empty for the joint session; what was typed in one place
    is refused in another. ``participant_id``: who speaks; left out: oneself.
    """

    text: str
    place: str
    participant_id: ParticipantId | None = None


class TellTrouble(Command):
    """Say what is the matter with one's own microphone or camera, so that others do not take silence for silence.

    None: nothing is, any more. What is sent does not change by it. A page that begins anew, or was moved, says it once
    of each device, and whether it is switched ``off`` there: nothing else tells that a track will not come.
    """

    source: Device
    trouble: Trouble | None = None
    off: bool = False


class AnswerAsk(Command):
    """Answer a host's wish: ``agreed`` is said by whoever then switches on themselves."""

    source: Device
    agreed: bool


class LowerHand(Command):
    """Host: take somebody's hand down, and their wish for a break."""

    participant_id: ParticipantId


class MoveHand(Command):
    """Host: put somebody elsewhere in the queue. ``place`` counts from 1; beyond the end is the end."""

    participant_id: ParticipantId
    place: int


class GiveWord(Command):
    """Host: somebody speaks now. Their hand goes down, they are shown large and, if need be, asked to switch on."""

    participant_id: ParticipantId


class AskToSwitchOn(Command):
    """Host: ask somebody to switch on their microphone or camera; a mute of theirs is taken back."""

    participant_id: ParticipantId
    source: Device


class MuteAll(Command):
    """Host: mute everybody in the host's place but hosts."""


class AllowSharing(Command):
    """Host: let somebody share their screen, or take that back, which ends the sharing at once."""

    participant_id: ParticipantId
    allowed: bool


class Spotlight(Command):
    """Host: show one person large to everybody in the host's place; None: nobody."""

    participant_id: ParticipantId | None


class StartTimer(Command):
    """Host: a countdown for everybody in the host's place, instead of the one that runs there. 1 to 7200 s."""

    kind: TimerKind
    seconds: int


class StopTimer(Command):
    """Host: take the countdown of the host's place away."""


class LockRoom(Command):
    """Host: take in nobody new, or do so again. Whoever was let in may still come back."""

    locked: bool


class Admit(Command):
    """Host: let somebody in from the waiting room."""

    participant_id: ParticipantId


class Remove(Command):
    """Host: send somebody out. Their token, resume handle and media are dead at once."""

    participant_id: ParticipantId
    reason: str = ""


class StartRecording(Command):
    """Host: record every published track from now on."""


class StopRecording(Command):
    """Host: stop the recording, for a reason that goes on the record; every screen is told that it stopped."""

    reason: str


class PauseRecording(Command):
    """Host: record nothing for a while; ``reason`` goes on the record and on every screen."""

    reason: str


class ContinueRecording(Command):
    """Host: record again what was recorded before the pause."""


class SetWriter(Command):
    """Host: give or take the right to write in a document."""

    document_id: DocumentId
    participant_id: ParticipantId
    may_write: bool


class FreezeDocument(Command):
    """Host: no more writing; the server fixes the text and its digest. Answer: ``Frozen``."""

    document_id: DocumentId


class UnfreezeDocument(Command):
    """Host: open the text again. What was signed so far is void. ``reason`` is read by all and goes on the record."""

    document_id: DocumentId
    reason: str


class OpenCaucus(Command):
    """Host: a private talk with parties of one side, in two steps: everybody is told now, and after ``in_seconds`` the
    members are moved. Answer: ``CaucusAnnounced``. A host takes part when they name themselves."""

    participant_ids: list[ParticipantId]
    in_seconds: float = 3.0


class CloseCaucus(Command):
    """Host: call off an announced caucus at once, or bring its members back after ``in_seconds``."""

    caucus_id: CaucusId
    in_seconds: float = 3.0


class EnterCaucus(Command):
    """Host: go into a caucus that runs."""

    caucus_id: CaucusId


class LeaveCaucus(Command):
    """Host: go back to the joint session; the members of the caucus stay among themselves."""


class CloseRoom(Command):
    """Host: end the session for everybody and file it. ``reason``: a word of the product; empty: as it sees it."""

    reason: str = ""


class Ping(Command):
    """Answered with ``ok``; keeps idle connections open through middle boxes."""


COMMANDS: dict[str, type[Command]] = {
    "hello": Hello,
    "create_transport": CreateTransport,
    "connect_transport": ConnectTransport,
    "restart_ice": RestartIce,
    "publish": Publish,
    "unpublish": Unpublish,
    "set_publication_paused": SetPublicationPaused,
    "mute_publication": MutePublication,
    "subscribe": Subscribe,
    "resume_subscription": ResumeSubscription,
    "pause_subscription": PauseSubscription,
    "set_subscription_size": SetSubscriptionSize,
    "unsubscribe": Unsubscribe,
    "raise_hand": RaiseHand,
    "want_break": WantBreak,
    "write_caption": WriteCaption,
    "answer_ask": AnswerAsk,
    "tell_trouble": TellTrouble,
    "lower_hand": LowerHand,
    "move_hand": MoveHand,
    "give_word": GiveWord,
    "ask_to_switch_on": AskToSwitchOn,
    "mute_all": MuteAll,
    "allow_sharing": AllowSharing,
    "spotlight": Spotlight,
    "start_timer": StartTimer,
    "stop_timer": StopTimer,
    "lock_room": LockRoom,
    "admit": Admit,
    "remove": Remove,
    "start_recording": StartRecording,
    "stop_recording": StopRecording,
    "pause_recording": PauseRecording,
    "continue_recording": ContinueRecording,
    "set_writer": SetWriter,
    "freeze_document": FreezeDocument,
    "unfreeze_document": UnfreezeDocument,
    "open_caucus": OpenCaucus,
    "close_caucus": CloseCaucus,
    "enter_caucus": EnterCaucus,
    "leave_caucus": LeaveCaucus,
    "close_room": CloseRoom,
    "ping": Ping,
}

# ---- answers -------------------------------------------------------------------------------------------------------


class Welcome(msgspec.Struct):
    """Answer to ``hello``. ``resumed``: the missed events follow and ``snapshot`` is None."""

    resume: str
    resumed: bool
    snapshot: Snapshot | None
    router_capabilities: Json
    ice_servers: list[Json]
    ping_seconds: int


class TransportCreated(msgspec.Struct):
    """What ``mediasoup-client`` needs to make its half of a transport."""

    transport_id: TransportId
    ice_parameters: Json
    ice_candidates: list[Json]
    dtls_parameters: Json


class IceRestarted(msgspec.Struct):
    """New credentials of the server's half."""

    ice_parameters: Json


class Published(msgspec.Struct):
    """Name of the new publication."""

    publication_id: PublicationId


class Subscribed(msgspec.Struct):
    """What ``transport.consume()`` needs."""

    subscription_id: SubscriptionId
    publication_id: PublicationId
    kind: Kind
    rtp_parameters: Json


class Frozen(msgspec.Struct):
    """The digest of the frozen text (lower-case hex SHA-256 over RFC 8785 JSON)."""

    digest: str


class CaucusAnnounced(msgspec.Struct):
    """Name of the new caucus."""

    caucus_id: CaucusId


class Failure(msgspec.Struct):
    """Data of an ``error`` answer."""

    code: str
    message: str
    retryable: bool
    detail: Json = {}


ANSWERS: dict[str, type[msgspec.Struct]] = {
    "hello": Welcome,
    "create_transport": TransportCreated,
    "restart_ice": IceRestarted,
    "publish": Published,
    "subscribe": Subscribed,
    "freeze_document": Frozen,
    "open_caucus": CaucusAnnounced,
}
"""What ``ok`` carries, by the name of the command; every other command is answered with an empty object."""


# ---- events: server to browser -------------------------------------------------------------------------------------


class Event(msgspec.Struct):
    """Base of all events. Each carries the room's sequence number in its envelope."""


class SnapshotEvent(Event):
    """What one may know has changed as a whole (admitted, moved): forget the old state."""

    snapshot: Snapshot


class ParticipantChanged(Event):
    """Somebody came, changed or is back."""

    participant: ParticipantView


class ParticipantLeft(Event):
    """Somebody is gone: ``left, lost, removed, hidden``."""

    participant_id: ParticipantId
    reason: str


class PublicationChanged(Event):
    """A track is new or changed its state."""

    publication: PublicationView


class PublicationClosed(Event):
    """A track ended."""

    publication_id: PublicationId


class RecordingChanged(Event):
    """The recording started, stopped or failed."""

    recording: RecordingView


class DocumentChanged(Event):
    """A document was frozen, opened, or its writers changed."""

    document: DocumentView


class CaucusChanged(Event):
    """A caucus was announced, began, ends or is over."""

    caucus: CaucusView


class CaucusCancelled(Event):
    """An announced caucus does not take place."""

    caucus_id: CaucusId
    reason: CancelReason = "called_off"


class StageChanged(Event):
    """The room was locked or opened, somebody is shown large, a countdown began or is over."""

    stage: StageView


class BoardChanged(Event):
    """A piece of the product's own state (for example the agreement) is new. ``value`` None removes it."""

    topic: str
    value: Any


class ActiveSpeakers(Event):
    """Who speaks now, the loudest first. Not logged for resume: only the latest matters."""

    participant_ids: list[ParticipantId]


class TransportChanged(Event):
    """The state of one's own transport at the server, with the reason when it failed."""

    transport_id: TransportId
    state: Literal["connecting", "connected", "disconnected", "failed", "closed"]
    reason: str = ""


class SubscriptionChanged(Event):
    """Another layer of a track reaches this person, or none (``layer`` None). Layers count from 0, the smallest.

    ``reason``: why there is none: ``bandwidth`` (given up so that the sound gets through), ``size`` (nobody looks),
    ``paused``; empty while there is one.
    """

    subscription_id: SubscriptionId
    layer: int | None
    layers: int
    reason: LayerReason = ""


class PublicationLayers(Event):
    """Which layers of one's own track anybody needs; none: it need not be sent at all."""

    publication_id: PublicationId
    active: list[int]


class MediaReset(Event):
    """The media worker was lost and is back: every transport is gone, build new ones in ``epoch``."""

    epoch: int
    router_capabilities: Json


class Removed(Event):
    """You were sent out. The socket closes after this."""

    reason: str


class RoomClosed(Event):
    """The session is over. The socket closes after this."""

    reason: str


EVENTS: dict[str, type[Event]] = {
    "snapshot": SnapshotEvent,
    "participant_changed": ParticipantChanged,
    "participant_left": ParticipantLeft,
    "publication_changed": PublicationChanged,
    "publication_closed": PublicationClosed,
    "recording_changed": RecordingChanged,
    "document_changed": DocumentChanged,
    "caucus_changed": CaucusChanged,
    "caucus_cancelled": CaucusCancelled,
    "stage_changed": StageChanged,
    "board_changed": BoardChanged,
    "active_speakers": ActiveSpeakers,
    "transport_changed": TransportChanged,
    "subscription_changed": SubscriptionChanged,
    "publication_layers": PublicationLayers,
    "media_reset": MediaReset,
    "removed": Removed,
    "room_closed": RoomClosed,
}
EVENT_TYPES: dict[type[Event], str] = {event: name for name, event in EVENTS.items()}


class CloseCode:
    """Close codes of a room's sockets (RFC 6455 private range)."""

    BAD_REQUEST = 4400
    UNAUTHENTICATED = 4401
    FORBIDDEN = 4403
    NOT_FOUND = 4404
    REPLACED = 4409
    FROZEN = 4423
    SLOW_READER = 4429
    ROOM_CLOSED = 4410
