/** A small room for the tests: one party, one mediator. */
import type { CaucusView, ParticipantView, PublicationView, Snapshot } from "../../src/generated/messages";

export function person(id: string, change: Partial<ParticipantView> = {}): ParticipantView {
  return {
    participant_id: id,
    display_name: id,
    role: "party",
    side: "applicant",
    presence: "present",
    quality: "good",
    hand_raised: false,
    caucus_id: null,
    hand_since: null,
    hand_place: 0,
    wants_break: false,
    may_share: false,
    asks: [],
    troubles: [],
    ...change,
  };
}

export function publication(id: string, owner: string, change: Partial<PublicationView> = {}): PublicationView {
  return {
    publication_id: id,
    participant_id: owner,
    kind: "audio",
    source: "microphone",
    paused: false,
    muted_by_host: false,
    ...change,
  };
}

/** A private talk of the applicant with the mediator that goes on. */
export function caucus(change: Partial<CaucusView> = {}): CaucusView {
  return {
    caucus_id: "c1",
    side: "applicant",
    state: "open",
    with_host: true,
    changes_at: null,
    opened_at: 900,
    closed_at: null,
    sealed: true,
    ...change,
  };
}

export function snapshot(change: Partial<Snapshot> = {}): Snapshot {
  return {
    room_id: "room_1",
    seq: 10,
    me: "me",
    participants: [person("me"), person("host", { role: "host", side: "mediator" })],
    publications: [publication("pub_1", "host")],
    recording: { state: "off", started_at: null, failed_at: null, reason: null, lost_seconds: 0 },
    documents: [{ document_id: "agreement", frozen: false, writers: ["host"], digest: null }],
    caucuses: [],
    stage: { locked: false, spotlight: null, timer: null, ahead: 0 },
    board: {},
    media_epoch: 1,
    server_time: 1000,
    ...change,
  };
}
