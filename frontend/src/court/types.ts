/** What the court's part of the server answers (`GET /api/court/records…`). */

/** A point in time as the server writes it: ISO 8601, or Unix seconds. */
export type Moment = string | number;

export interface RecordSummary {
  session_id: string;
  case_no: string;
  title: string;
  ended_at: Moment | null;
  filed_at: Moment | null;
}

export interface RecordPerson {
  participant_id: string;
  display_name: string;
  side: string;
  role: string;
}

/** One person's sound and picture as one seekable file. `duration` in seconds. */
export interface RecordView {
  participant_id: string;
  url: string;
  started_at: Moment;
  duration: number;
  has_video: boolean;
}

export interface RecordGap {
  started_at: Moment;
  ended_at: Moment | null;
  reason: string;
}

export interface PaperSignature {
  field: string;
  name: string;
  signed_at: Moment | null;
  ok: boolean;
  /** The name was typed instead of drawn. */
  typed: boolean;
}

export interface Paper {
  id: string;
  title_zh: string;
  title_en: string;
  url: string;
  signatures: PaperSignature[];
}

export interface LogEntry {
  seq: number;
  at: Moment;
  kind: string;
  actor: string;
  data: Record<string, unknown>;
}

export interface Integrity {
  entries: number;
  chain_ok: boolean;
  checkpoint: string | null;
  dossier_sha256: string | null;
  dossier_size: number | null;
}

export interface CourtRecord {
  session_id: string;
  case_no: string;
  title: string;
  organisation: string;
  started_at: Moment | null;
  ended_at: Moment | null;
  filed_at: Moment | null;
  people: RecordPerson[];
  views: RecordView[];
  recording: { started_at: Moment | null; ended_at: Moment | null; gaps: RecordGap[] } | null;
  papers: Paper[];
  log: LogEntry[];
  integrity: Integrity;
  dossier_url: string | null;
}

/** Milliseconds since the epoch, or null for an absent or unreadable moment. */
export function instant(moment: Moment | null | undefined): number | null {
  if (moment === null || moment === undefined) return null;
  const value = typeof moment === "number" ? moment * 1000 : Date.parse(moment);
  return Number.isNaN(value) ? null : value;
}
