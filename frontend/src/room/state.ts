/** What one person knows of the room: a snapshot, and how each event changes it. Pure. */
import type {
  CaucusCancelled,
  CaucusId,
  CaucusView,
  DocumentId,
  DocumentView,
  EventMap,
  EventName,
  ParticipantId,
  ParticipantView,
  PublicationId,
  PublicationView,
  RecordingView,
  Snapshot,
  StageView,
} from "../generated/messages";
import { arrivalsAfter } from "./arrivals";

export interface CalledOff {
  readonly side: string;
  readonly reason: CaucusCancelled["reason"];
  /** This device's Unix time in seconds when it was told. */
  readonly at: number;
}

export interface RoomState {
  readonly roomId: string;
  readonly me: ParticipantId;
  /** Sequence of the last event that is in this state. */
  readonly seq: number;
  readonly participants: ReadonlyMap<ParticipantId, ParticipantView>;
  readonly publications: ReadonlyMap<PublicationId, PublicationView>;
  readonly documents: ReadonlyMap<DocumentId, DocumentView>;
  readonly caucuses: ReadonlyMap<CaucusId, CaucusView>;
  /** The last private talk that was announced and did not begin, until the next one is. */
  readonly calledOff: CalledOff | null;
  readonly recording: RecordingView;
  /** How the place that this person is in is conducted: spotlight, countdown, lock. */
  readonly stage: StageView;
  /** The product's own pieces of state by topic, for example `agreement`. */
  readonly board: Readonly<Record<string, unknown>>;
  readonly mediaEpoch: number;
  /** The loudest first. */
  readonly speakers: readonly ParticipantId[];
  /** Add to this device's clock to get the server's, in seconds. */
  readonly clockOffset: number;
  /** Who has just come here, and when (this device's Unix time in seconds). */
  readonly arrivals: ReadonlyMap<ParticipantId, number>;
}

export type RoomEvent = { [Name in EventName]: { type: Name; data: EventMap[Name] } }[EventName];

/** @param now this device's Unix time in seconds when the snapshot arrived */
export function fromSnapshot(snapshot: Snapshot, now: number): RoomState {
  return {
    roomId: snapshot.room_id,
    me: snapshot.me,
    seq: snapshot.seq,
    participants: new Map(snapshot.participants.map((one) => [one.participant_id, one])),
    publications: new Map(snapshot.publications.map((one) => [one.publication_id, one])),
    documents: new Map(snapshot.documents.map((one) => [one.document_id, one])),
    caucuses: new Map(snapshot.caucuses.map((one) => [one.caucus_id, one])),
    calledOff: null,
    recording: snapshot.recording,
    stage: snapshot.stage,
    board: { ...snapshot.board },
    mediaEpoch: snapshot.media_epoch,
    speakers: [],
    clockOffset: snapshot.server_time - now,
    arrivals: new Map(),
  };
}

function withEntry<K, V>(map: ReadonlyMap<K, V>, key: K, value: V): ReadonlyMap<K, V> {
  return new Map(map).set(key, value);
}

function without<K, V>(map: ReadonlyMap<K, V>, key: K): ReadonlyMap<K, V> {
  if (!map.has(key)) return map;
  const copy = new Map(map);
  copy.delete(key);
  return copy;
}

function withoutPublicationsOf(state: RoomState, participant: ParticipantId): RoomState["publications"] {
  return new Map([...state.publications].filter(([, one]) => one.participant_id !== participant));
}

function withTopic(board: RoomState["board"], topic: string, value: unknown): RoomState["board"] {
  const copy: Record<string, unknown> = { ...board };
  if (value === null || value === undefined) delete copy[topic];
  else copy[topic] = value;
  return copy;
}

function change(state: RoomState, event: RoomEvent, now: number): RoomState {
  switch (event.type) {
    case "snapshot":
      return fromSnapshot(event.data.snapshot, now);
    case "participant_changed": {
      const one = event.data.participant;
      return { ...state, participants: withEntry(state.participants, one.participant_id, one) };
    }
    case "participant_left": {
      const who = event.data.participant_id;
      return {
        ...state,
        participants: without(state.participants, who),
        publications: withoutPublicationsOf(state, who),
        speakers: state.speakers.filter((one) => one !== who),
      };
    }
    case "publication_changed": {
      const one = event.data.publication;
      return { ...state, publications: withEntry(state.publications, one.publication_id, one) };
    }
    case "publication_closed":
      return { ...state, publications: without(state.publications, event.data.publication_id) };
    case "recording_changed":
      return { ...state, recording: event.data.recording };
    case "document_changed": {
      const one = event.data.document;
      return { ...state, documents: withEntry(state.documents, one.document_id, one) };
    }
    case "caucus_changed": {
      const one = event.data.caucus;
      return { ...state, caucuses: withEntry(state.caucuses, one.caucus_id, one), calledOff: null };
    }
    case "caucus_cancelled": {
      const gone = state.caucuses.get(event.data.caucus_id);
      const calledOff = gone ? { side: gone.side, reason: event.data.reason, at: now } : state.calledOff;
      return { ...state, caucuses: without(state.caucuses, event.data.caucus_id), calledOff };
    }
    case "stage_changed":
      return { ...state, stage: event.data.stage };
    case "board_changed":
      return { ...state, board: withTopic(state.board, event.data.topic, event.data.value) };
    case "active_speakers":
      return { ...state, speakers: event.data.participant_ids };
    case "media_reset":
      // Tracks that ended with it were closed by events of their own; those of others go on after one's own move.
      return { ...state, mediaEpoch: event.data.epoch, speakers: [] };
    default:
      // About oneself or the end, or from a newer server that knows more kinds.
      return state;
  }
}

/** The state after an event. An event that is already in the state (`seq` not newer) changes nothing.
 * @param seq null for events that are not in the log (who speaks) */
export function apply(state: RoomState, event: RoomEvent, seq: number | null, now: number): RoomState {
  if (event.type === "snapshot") return refreshed(state, event.data.snapshot, now);
  const logged = seq !== null && event.type !== "active_speakers";
  if (logged && seq <= state.seq) return state;
  const next = arrived(state, change(state, event, now), now);
  return logged ? { ...next, seq } : next;
}

/** Everything anew, after what was known before. */
export function refreshed(before: RoomState | null, snapshot: Snapshot, now: number): RoomState {
  const after = fromSnapshot(snapshot, now);
  return before ? arrived(before, after, now) : after;
}

function arrived(before: RoomState, after: RoomState, now: number): RoomState {
  const arrivals = arrivalsAfter(before, after, now);
  return arrivals === after.arrivals ? after : { ...after, arrivals };
}

export function myself(state: RoomState): ParticipantView | null {
  return state.participants.get(state.me) ?? null;
}

/** Whether this person is inside, not in the waiting room. While the own connection was away both are "dropped": only
 * somebody inside knows of documents. */
export function isPresent(state: RoomState): boolean {
  const me = myself(state);
  if (me === null) return false;
  return me.presence === "present" || (me.presence === "dropped" && state.documents.size > 0);
}

export function publicationOf(
  state: RoomState,
  participant: ParticipantId,
  source: PublicationView["source"],
  kind?: PublicationView["kind"],
): PublicationView | null {
  for (const one of state.publications.values()) {
    if (kind !== undefined && one.kind !== kind) continue;
    if (one.participant_id === participant && one.source === source) return one;
  }
  return null;
}

export function mayWrite(state: RoomState, document: DocumentId): boolean {
  const view = state.documents.get(document);
  return view !== undefined && !view.frozen && view.writers.includes(state.me);
}
