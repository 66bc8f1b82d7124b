/** Types of the wire protocol, from signaling/messages.py. Do not edit. */

export type RoomId = string;
export type ParticipantId = string;
export type TransportId = string;
export type PublicationId = string;
export type SubscriptionId = string;
export type DocumentId = string;
export type Role = "host" | "party" | "observer";
export type Presence = "waiting" | "present" | "dropped";
export type Source = "microphone" | "camera" | "screen";
export type Kind = "audio" | "video";
export type Quality = "good" | "poor" | "lost";
export type Json = Record<string, unknown>;

export interface ParticipantView {
  participant_id: ParticipantId;
  display_name: string;
  role: Role;
  side: string;
  presence: Presence;
  quality: Quality;
  hand_raised: boolean;
}

export interface PublicationView {
  publication_id: PublicationId;
  participant_id: ParticipantId;
  kind: Kind;
  source: Source;
  paused: boolean;
  muted_by_host: boolean;
}

export interface RecordingView {
  state: "off" | "on" | "failed";
  started_at: number | null;
  failed_at: number | null;
  reason: string | null;
  lost_seconds: number;
}

export interface DocumentView {
  document_id: DocumentId;
  frozen: boolean;
  writers: ParticipantId[];
  digest: string | null;
}

export interface Snapshot {
  room_id: RoomId;
  seq: number;
  me: ParticipantId;
  participants: ParticipantView[];
  publications: PublicationView[];
  recording: RecordingView;
  documents: DocumentView[];
  board: Record<string, unknown>;
  media_epoch: number;
  server_time: number;
}

export interface Hello {
  token: string;
  resume?: string | null;
  last_seq?: number | null;
}

export interface CreateTransport {
  direction: "send" | "receive";
}

export interface ConnectTransport {
  transport_id: TransportId;
  dtls_parameters: Record<string, unknown>;
}

export interface RestartIce {
  transport_id: TransportId;
}

export interface Publish {
  transport_id: TransportId;
  kind: Kind;
  source: Source;
  rtp_parameters: Record<string, unknown>;
  paused?: boolean;
}

export interface Unpublish {
  publication_id: PublicationId;
}

export interface SetPublicationPaused {
  publication_id: PublicationId;
  paused: boolean;
}

export interface MutePublication {
  publication_id: PublicationId;
  muted: boolean;
}

export interface Subscribe {
  publication_id: PublicationId;
  rtp_capabilities: Record<string, unknown>;
}

export interface ResumeSubscription {
  subscription_id: SubscriptionId;
}

export interface PauseSubscription {
  subscription_id: SubscriptionId;
}

export interface Unsubscribe {
  subscription_id: SubscriptionId;
}

export interface RaiseHand {
  raised: boolean;
}

export interface Admit {
  participant_id: ParticipantId;
}

export interface Remove {
  participant_id: ParticipantId;
  reason?: string;
}

export interface StartRecording {
}

export interface StopRecording {
  reason?: string;
}

export interface SetWriter {
  document_id: DocumentId;
  participant_id: ParticipantId;
  may_write: boolean;
}

export interface FreezeDocument {
  document_id: DocumentId;
}

export interface UnfreezeDocument {
  document_id: DocumentId;
  reason: string;
}

export interface CloseRoom {
}

export interface Ping {
}

export interface Welcome {
  resume: string;
  resumed: boolean;
  snapshot: Snapshot | null;
  router_capabilities: Record<string, unknown>;
  ice_servers: Record<string, unknown>[];
  ping_seconds: number;
}

export interface TransportCreated {
  transport_id: TransportId;
  ice_parameters: Record<string, unknown>;
  ice_candidates: Record<string, unknown>[];
  dtls_parameters: Record<string, unknown>;
}

export interface IceRestarted {
  ice_parameters: Record<string, unknown>;
}

export interface Published {
  publication_id: PublicationId;
}

export interface Subscribed {
  subscription_id: SubscriptionId;
  publication_id: PublicationId;
  kind: Kind;
  rtp_parameters: Record<string, unknown>;
}

export interface Frozen {
  digest: string;
}

export interface Failure {
  code: string;
  message: string;
  retryable: boolean;
  detail: Record<string, unknown>;
}

export interface SnapshotEvent {
  snapshot: Snapshot;
}

export interface ParticipantChanged {
  participant: ParticipantView;
}

export interface ParticipantLeft {
  participant_id: ParticipantId;
  reason: string;
}

export interface PublicationChanged {
  publication: PublicationView;
}

export interface PublicationClosed {
  publication_id: PublicationId;
}

export interface RecordingChanged {
  recording: RecordingView;
}

export interface DocumentChanged {
  document: DocumentView;
}

export interface BoardChanged {
  topic: string;
  value: unknown;
}

export interface ActiveSpeakers {
  participant_ids: ParticipantId[];
}

export interface TransportChanged {
  transport_id: TransportId;
  state: "connecting" | "connected" | "disconnected" | "failed" | "closed";
  reason: string;
}

export interface MediaReset {
  epoch: number;
  router_capabilities: Record<string, unknown>;
}

export interface Removed {
  reason: string;
}

export interface RoomClosed {
  reason: string;
}

export interface Commands {
  hello: Hello;
  create_transport: CreateTransport;
  connect_transport: ConnectTransport;
  restart_ice: RestartIce;
  publish: Publish;
  unpublish: Unpublish;
  set_publication_paused: SetPublicationPaused;
  mute_publication: MutePublication;
  subscribe: Subscribe;
  resume_subscription: ResumeSubscription;
  pause_subscription: PauseSubscription;
  unsubscribe: Unsubscribe;
  raise_hand: RaiseHand;
  admit: Admit;
  remove: Remove;
  start_recording: StartRecording;
  stop_recording: StopRecording;
  set_writer: SetWriter;
  freeze_document: FreezeDocument;
  unfreeze_document: UnfreezeDocument;
  close_room: CloseRoom;
  ping: Ping;
}

export interface Events {
  snapshot: SnapshotEvent;
  participant_changed: ParticipantChanged;
  participant_left: ParticipantLeft;
  publication_changed: PublicationChanged;
  publication_closed: PublicationClosed;
  recording_changed: RecordingChanged;
  document_changed: DocumentChanged;
  board_changed: BoardChanged;
  active_speakers: ActiveSpeakers;
  transport_changed: TransportChanged;
  media_reset: MediaReset;
  removed: Removed;
  room_closed: RoomClosed;
}
