// Generated from signaling/messages.py by `python -m signaling.schema --write`. Do not edit.

export const VERSION = 1;

export type RoomId = string;
export type ParticipantId = string;
export type TransportId = string;
export type PublicationId = string;
export type SubscriptionId = string;
export type DocumentId = string;
export type CaucusId = string;
export type Role = "host" | "party" | "observer";
export type Presence = "waiting" | "present" | "dropped" | "away";
export type Source = "microphone" | "camera" | "screen";
export type Kind = "audio" | "video";
export type Quality = "good" | "poor" | "lost";
export type LayerReason = "" | "bandwidth" | "size" | "paused";
export type Device = "microphone" | "camera";
export type TimerKind = "break" | "talk";
export type Trouble = "absent" | "unavailable" | "interrupted";
export type CancelReason = "called_off" | "nobody" | "elsewhere" | "refused" | "no_host";
export type Json = Record<string, unknown>;

export type ErrorCode =
  | "bad_request"
  | "unsupported_version"
  | "unauthenticated"
  | "forbidden"
  | "not_found"
  | "conflict"
  | "room_locked"
  | "room_full"
  | "lobby_denied"
  | "wrong_state"
  | "rate_limited"
  | "overloaded"
  | "recording_unavailable"
  | "session_expired"
  | "internal";

/** Close codes of a room's sockets. */
export const CloseCode = {
  BAD_REQUEST: 4400,
  UNAUTHENTICATED: 4401,
  FORBIDDEN: 4403,
  NOT_FOUND: 4404,
  REPLACED: 4409,
  FROZEN: 4423,
  SLOW_READER: 4429,
  ROOM_CLOSED: 4410,
} as const;

/** A host's wish that somebody switches a microphone or camera on themselves. `declined`: they said no. */
export interface AskView {
  source: Device;
  asked_at: number;
  declined: boolean;
}

/** Why nothing comes from somebody's microphone or camera, as their own device says. */
export interface TroubleView {
  source: Device;
  trouble: Trouble;
}

/**
 * A person as another person of the room sees them. `side` is a word of the product, opaque here.
 *
 * `caucus_id`: the caucus that they are in; None: the joint session. `hand_since`: Unix seconds; `hand_place`:
 * where they stand in the queue of the place they are in, from 1; 0: their hand is down. `wants_break`,
 * `may_share` (their screen) and `asks` are told to hosts and to the person alone. `troubles`: what they lack.
 */
export interface ParticipantView {
  participant_id: ParticipantId;
  display_name: string;
  role: Role;
  side: string;
  presence: Presence;
  quality: Quality;
  hand_raised: boolean;
  caucus_id: CaucusId | null;
  hand_since: number | null;
  hand_place: number;
  wants_break: boolean;
  may_share: boolean;
  asks: AskView[];
  troubles: TroubleView[];
}

/** One track that somebody sends. `paused`: its owner switched it off. `muted_by_host`: the server drops it. */
export interface PublicationView {
  publication_id: PublicationId;
  participant_id: ParticipantId;
  kind: Kind;
  source: Source;
  paused: boolean;
  muted_by_host: boolean;
}

/**
 * Whether a recording runs, as every screen must show it. Times are Unix seconds.
 *
 * `failed`: it was running and does not run now; `reason` is one of `disk_full, recorder_lost, media_lost,
 * write_failed, server_restarted, not_continued`. `lost_seconds` adds up the gaps of this session so far.
 * `paused`: on purpose; `reason` is `caucus` while a private talk runs (nothing is recorded then, anywhere),
 * else a host's words; None for those who wait to be let in.
 */
export interface RecordingView {
  state: "off" | "on" | "paused" | "failed";
  started_at: number | null;
  failed_at: number | null;
  reason: string | null;
  lost_seconds: number;
}

/**
 * A private talk of one side, as everybody who was admitted may know it: that it is, whose, since when.
 *
 * Times are Unix seconds. `changes_at`: when its members are moved (`announced`) or come back (`closing`).
 * Closed ones stay: the time that each side had is the sum over its caucuses. `sealed`: the media worker has
 * confirmed that nothing of the members' tracks goes on in the joint session, nor the other way round.
 */
export interface CaucusView {
  caucus_id: CaucusId;
  side: string;
  state: "announced" | "open" | "closing" | "closed";
  with_host: boolean;
  changes_at: number | null;
  opened_at: number | null;
  closed_at: number | null;
  sealed: boolean;
}

/** A countdown that everybody in one place sees. Times are Unix seconds. */
export interface TimerView {
  kind: TimerKind;
  started_at: number;
  ends_at: number;
}

/**
 * How the place that one is in is conducted. `locked`: the room takes in nobody new.
 *
 * `spotlight`: who is shown large on every screen; `timer` is taken away a while after it has ended. `ahead`:
 * for whoever waits to be let in, how many who wait came before them, of whatever side; the rest is not for them.
 */
export interface StageView {
  locked: boolean;
  spotlight: ParticipantId | null;
  timer: TimerView | null;
  ahead: number;
}

/** A shared document: who may write now, and the digest once it is frozen (lower-case hex SHA-256). */
export interface DocumentView {
  document_id: DocumentId;
  frozen: boolean;
  writers: ParticipantId[];
  digest: string | null;
}

/** Everything that one person may know of the room at sequence `seq`. */
export interface Snapshot {
  room_id: RoomId;
  seq: number;
  me: ParticipantId;
  participants: ParticipantView[];
  publications: PublicationView[];
  recording: RecordingView;
  documents: DocumentView[];
  caucuses: CaucusView[];
  stage: StageView;
  board: Json;
  media_epoch: number;
  server_time: number;
}

/**
 * First message on a socket. Answer: `Welcome`. `resume` and `last_seq` come from the socket that broke.
 *
 * `page` is a random name of the page, on which `attempt` counts up from one socket to the next.
 */
export interface Hello {
  token: string;
  resume?: string | null;
  last_seq?: number | null;
  page?: string | null;
  attempt?: number;
}

/** Answer: `TransportCreated`. Asking again for a direction closes the transport that was there. */
export interface CreateTransport {
  direction: "send" | "receive";
}

/** Give the browser's DTLS parameters (role and fingerprints). */
export interface ConnectTransport {
  transport_id: TransportId;
  dtls_parameters: Json;
}

/** Answer: `IceRestarted`. */
export interface RestartIce {
  transport_id: TransportId;
}

/** Start to send one track. Answer: `Published`. */
export interface Publish {
  transport_id: TransportId;
  kind: Kind;
  source: Source;
  rtp_parameters: Json;
  paused?: boolean;
}

/** Stop to send one's own track. */
export interface Unpublish {
  publication_id: PublicationId;
}

/** Switch one's own microphone or camera off and on. */
export interface SetPublicationPaused {
  publication_id: PublicationId;
  paused: boolean;
}

/**
 * Host: drop somebody's track at the server, also when they publish it anew. The person is told.
 *
 * Taking it back leaves the track paused: nobody is switched on from afar.
 */
export interface MutePublication {
  publication_id: PublicationId;
  muted: boolean;
}

/** Start to receive a track. Answer: `Subscribed`, paused until `resume_subscription`. */
export interface Subscribe {
  publication_id: PublicationId;
  rtp_capabilities: Json;
}

/** The browser is ready to decode: let packets through (video waits for a key frame). */
export interface ResumeSubscription {
  subscription_id: SubscriptionId;
}

/** Keep the subscription, send nothing. */
export interface PauseSubscription {
  subscription_id: SubscriptionId;
}

/** How large a picture is shown, in device pixels; 0 × 0: nobody looks at it, and it is not sent. */
export interface SetSubscriptionSize {
  subscription_id: SubscriptionId;
  width: number;
  height: number;
}

/** Stop to receive a track. */
export interface Unsubscribe {
  subscription_id: SubscriptionId;
}

/** Ask to speak, or take it back. Who asks again keeps their place in the queue. */
export interface RaiseHand {
  raised: boolean;
}

/** Ask for a break, or take it back: hosts are told. */
export interface WantBreak {
  wanted: boolean;
}

/**
 * Write what is said, for the people of one's place: by oneself, or a host for somebody who speaks there.
 *
 * `place`: the caucus in which the writer believes to be, empty for the joint session; what was typed in one place
 * is refused in another. `participant_id`: who speaks; left out: oneself.
 */
export interface WriteCaption {
  text: string;
  place: string;
  participant_id?: ParticipantId | null;
}

/**
 * Say what is the matter with one's own microphone or camera, so that others do not take silence for silence.
 *
 * None: nothing is, any more. What is sent does not change by it. A page that begins anew, or was moved, says it once
 * of each device, and whether it is switched `off` there: nothing else tells that a track will not come.
 */
export interface TellTrouble {
  source: Device;
  trouble?: Trouble | null;
  off?: boolean;
}

/** Answer a host's wish: `agreed` is said by whoever then switches on themselves. */
export interface AnswerAsk {
  source: Device;
  agreed: boolean;
}

/** Host: take somebody's hand down, and their wish for a break. */
export interface LowerHand {
  participant_id: ParticipantId;
}

/** Host: put somebody elsewhere in the queue. `place` counts from 1; beyond the end is the end. */
export interface MoveHand {
  participant_id: ParticipantId;
  place: number;
}

/** Host: somebody speaks now. Their hand goes down, they are shown large and, if need be, asked to switch on. */
export interface GiveWord {
  participant_id: ParticipantId;
}

/** Host: ask somebody to switch on their microphone or camera; a mute of theirs is taken back. */
export interface AskToSwitchOn {
  participant_id: ParticipantId;
  source: Device;
}

/** Host: mute everybody in the host's place but hosts. */
export type MuteAll = Record<string, never>;

/** Host: let somebody share their screen, or take that back, which ends the sharing at once. */
export interface AllowSharing {
  participant_id: ParticipantId;
  allowed: boolean;
}

/** Host: show one person large to everybody in the host's place; None: nobody. */
export interface Spotlight {
  participant_id: ParticipantId | null;
}

/** Host: a countdown for everybody in the host's place, instead of the one that runs there. 1 to 7200 s. */
export interface StartTimer {
  kind: TimerKind;
  seconds: number;
}

/** Host: take the countdown of the host's place away. */
export type StopTimer = Record<string, never>;

/** Host: take in nobody new, or do so again. Whoever was let in may still come back. */
export interface LockRoom {
  locked: boolean;
}

/** Host: let somebody in from the waiting room. */
export interface Admit {
  participant_id: ParticipantId;
}

/** Host: send somebody out. Their token, resume handle and media are dead at once. */
export interface Remove {
  participant_id: ParticipantId;
  reason?: string;
}

/** Host: record every published track from now on. */
export type StartRecording = Record<string, never>;

/** Host: stop the recording, for a reason that goes on the record; every screen is told that it stopped. */
export interface StopRecording {
  reason: string;
}

/** Host: record nothing for a while; `reason` goes on the record and on every screen. */
export interface PauseRecording {
  reason: string;
}

/** Host: record again what was recorded before the pause. */
export type ContinueRecording = Record<string, never>;

/** Host: give or take the right to write in a document. */
export interface SetWriter {
  document_id: DocumentId;
  participant_id: ParticipantId;
  may_write: boolean;
}

/** Host: no more writing; the server fixes the text and its digest. Answer: `Frozen`. */
export interface FreezeDocument {
  document_id: DocumentId;
}

/** Host: open the text again. What was signed so far is void. `reason` is read by all and goes on the record. */
export interface UnfreezeDocument {
  document_id: DocumentId;
  reason: string;
}

/**
 * Host: a private talk with parties of one side, in two steps: everybody is told now, and after `in_seconds` the
 * members are moved. Answer: `CaucusAnnounced`. A host takes part when they name themselves.
 */
export interface OpenCaucus {
  participant_ids: ParticipantId[];
  in_seconds?: number;
}

/** Host: call off an announced caucus at once, or bring its members back after `in_seconds`. */
export interface CloseCaucus {
  caucus_id: CaucusId;
  in_seconds?: number;
}

/** Host: go into a caucus that runs. */
export interface EnterCaucus {
  caucus_id: CaucusId;
}

/** Host: go back to the joint session; the members of the caucus stay among themselves. */
export type LeaveCaucus = Record<string, never>;

/** Host: end the session for everybody and file it. `reason`: a word of the product; empty: as it sees it. */
export interface CloseRoom {
  reason?: string;
}

/** Answered with `ok`; keeps idle connections open through middle boxes. */
export type Ping = Record<string, never>;

/** Answer to `hello`. `resumed`: the missed events follow and `snapshot` is None. */
export interface Welcome {
  resume: string;
  resumed: boolean;
  snapshot: Snapshot | null;
  router_capabilities: Json;
  ice_servers: Json[];
  ping_seconds: number;
}

/** What `mediasoup-client` needs to make its half of a transport. */
export interface TransportCreated {
  transport_id: TransportId;
  ice_parameters: Json;
  ice_candidates: Json[];
  dtls_parameters: Json;
}

/** New credentials of the server's half. */
export interface IceRestarted {
  ice_parameters: Json;
}

/** Name of the new publication. */
export interface Published {
  publication_id: PublicationId;
}

/** What `transport.consume()` needs. */
export interface Subscribed {
  subscription_id: SubscriptionId;
  publication_id: PublicationId;
  kind: Kind;
  rtp_parameters: Json;
}

/** The digest of the frozen text (lower-case hex SHA-256 over RFC 8785 JSON). */
export interface Frozen {
  digest: string;
}

/** Name of the new caucus. */
export interface CaucusAnnounced {
  caucus_id: CaucusId;
}

/** Data of an `error` answer. */
export interface Failure {
  code: string;
  message: string;
  retryable: boolean;
  detail: Json;
}

/** What one may know has changed as a whole (admitted, moved): forget the old state. */
export interface SnapshotEvent {
  snapshot: Snapshot;
}

/** Somebody came, changed or is back. */
export interface ParticipantChanged {
  participant: ParticipantView;
}

/** Somebody is gone: `left, lost, removed, hidden`. */
export interface ParticipantLeft {
  participant_id: ParticipantId;
  reason: string;
}

/** A track is new or changed its state. */
export interface PublicationChanged {
  publication: PublicationView;
}

/** A track ended. */
export interface PublicationClosed {
  publication_id: PublicationId;
}

/** The recording started, stopped or failed. */
export interface RecordingChanged {
  recording: RecordingView;
}

/** A document was frozen, opened, or its writers changed. */
export interface DocumentChanged {
  document: DocumentView;
}

/** A caucus was announced, began, ends or is over. */
export interface CaucusChanged {
  caucus: CaucusView;
}

/** An announced caucus does not take place. */
export interface CaucusCancelled {
  caucus_id: CaucusId;
  reason: CancelReason;
}

/** The room was locked or opened, somebody is shown large, a countdown began or is over. */
export interface StageChanged {
  stage: StageView;
}

/** A piece of the product's own state (for example the agreement) is new. `value` None removes it. */
export interface BoardChanged {
  topic: string;
  value: unknown;
}

/** Who speaks now, the loudest first. Not logged for resume: only the latest matters. */
export interface ActiveSpeakers {
  participant_ids: ParticipantId[];
}

/** The state of one's own transport at the server, with the reason when it failed. */
export interface TransportChanged {
  transport_id: TransportId;
  state: "connecting" | "connected" | "disconnected" | "failed" | "closed";
  reason: string;
}

/**
 * Another layer of a track reaches this person, or none (`layer` None). Layers count from 0, the smallest.
 *
 * `reason`: why there is none: `bandwidth` (given up so that the sound gets through), `size` (nobody looks),
 * `paused`; empty while there is one.
 */
export interface SubscriptionChanged {
  subscription_id: SubscriptionId;
  layer: number | null;
  layers: number;
  reason: LayerReason;
}

/** Which layers of one's own track anybody needs; none: it need not be sent at all. */
export interface PublicationLayers {
  publication_id: PublicationId;
  active: number[];
}

/** The media worker was lost and is back: every transport is gone, build new ones in `epoch`. */
export interface MediaReset {
  epoch: number;
  router_capabilities: Json;
}

/** You were sent out. The socket closes after this. */
export interface Removed {
  reason: string;
}

/** The session is over. The socket closes after this. */
export interface RoomClosed {
  reason: string;
}

/** Commands by their name: what they carry and what `ok` answers. */
export interface CommandMap {
  hello: { data: Hello; answer: Welcome };
  create_transport: { data: CreateTransport; answer: TransportCreated };
  connect_transport: { data: ConnectTransport; answer: Record<string, never> };
  restart_ice: { data: RestartIce; answer: IceRestarted };
  publish: { data: Publish; answer: Published };
  unpublish: { data: Unpublish; answer: Record<string, never> };
  set_publication_paused: { data: SetPublicationPaused; answer: Record<string, never> };
  mute_publication: { data: MutePublication; answer: Record<string, never> };
  subscribe: { data: Subscribe; answer: Subscribed };
  resume_subscription: { data: ResumeSubscription; answer: Record<string, never> };
  pause_subscription: { data: PauseSubscription; answer: Record<string, never> };
  set_subscription_size: { data: SetSubscriptionSize; answer: Record<string, never> };
  unsubscribe: { data: Unsubscribe; answer: Record<string, never> };
  raise_hand: { data: RaiseHand; answer: Record<string, never> };
  want_break: { data: WantBreak; answer: Record<string, never> };
  write_caption: { data: WriteCaption; answer: Record<string, never> };
  answer_ask: { data: AnswerAsk; answer: Record<string, never> };
  tell_trouble: { data: TellTrouble; answer: Record<string, never> };
  lower_hand: { data: LowerHand; answer: Record<string, never> };
  move_hand: { data: MoveHand; answer: Record<string, never> };
  give_word: { data: GiveWord; answer: Record<string, never> };
  ask_to_switch_on: { data: AskToSwitchOn; answer: Record<string, never> };
  mute_all: { data: MuteAll; answer: Record<string, never> };
  allow_sharing: { data: AllowSharing; answer: Record<string, never> };
  spotlight: { data: Spotlight; answer: Record<string, never> };
  start_timer: { data: StartTimer; answer: Record<string, never> };
  stop_timer: { data: StopTimer; answer: Record<string, never> };
  lock_room: { data: LockRoom; answer: Record<string, never> };
  admit: { data: Admit; answer: Record<string, never> };
  remove: { data: Remove; answer: Record<string, never> };
  start_recording: { data: StartRecording; answer: Record<string, never> };
  stop_recording: { data: StopRecording; answer: Record<string, never> };
  pause_recording: { data: PauseRecording; answer: Record<string, never> };
  continue_recording: { data: ContinueRecording; answer: Record<string, never> };
  set_writer: { data: SetWriter; answer: Record<string, never> };
  freeze_document: { data: FreezeDocument; answer: Frozen };
  unfreeze_document: { data: UnfreezeDocument; answer: Record<string, never> };
  open_caucus: { data: OpenCaucus; answer: CaucusAnnounced };
  close_caucus: { data: CloseCaucus; answer: Record<string, never> };
  enter_caucus: { data: EnterCaucus; answer: Record<string, never> };
  leave_caucus: { data: LeaveCaucus; answer: Record<string, never> };
  close_room: { data: CloseRoom; answer: Record<string, never> };
  ping: { data: Ping; answer: Record<string, never> };
}

/** Events by their name. */
export interface EventMap {
  snapshot: SnapshotEvent;
  participant_changed: ParticipantChanged;
  participant_left: ParticipantLeft;
  publication_changed: PublicationChanged;
  publication_closed: PublicationClosed;
  recording_changed: RecordingChanged;
  document_changed: DocumentChanged;
  caucus_changed: CaucusChanged;
  caucus_cancelled: CaucusCancelled;
  stage_changed: StageChanged;
  board_changed: BoardChanged;
  active_speakers: ActiveSpeakers;
  transport_changed: TransportChanged;
  subscription_changed: SubscriptionChanged;
  publication_layers: PublicationLayers;
  media_reset: MediaReset;
  removed: Removed;
  room_closed: RoomClosed;
}

export type CommandName = keyof CommandMap;
export type EventName = keyof EventMap;

/** A command as it goes over the wire. */
export type CommandMessage = {
  [Name in CommandName]: { v: typeof VERSION; id: number; type: Name; data: CommandMap[Name]["data"] };
}[CommandName];

/** The answer to a command that was carried out; the type of `data` follows from the command with this `id`. */
export interface OkMessage {
  v: typeof VERSION;
  id: number;
  type: "ok";
  data: unknown;
}

/** The answer to a command that was refused. Without `id`: the frame was no command that could be answered. */
export interface ErrorMessage {
  v: typeof VERSION;
  id?: number;
  type: "error";
  data: Failure;
}

/** Events as they come over the wire: tell them apart by `type`. */
export type EventMessage = {
  [Name in EventName]: { v: typeof VERSION; seq: number; type: Name; data: EventMap[Name] };
}[EventName];

export type ServerMessage = OkMessage | ErrorMessage | EventMessage;
