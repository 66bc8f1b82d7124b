/** What the staff's part of the server answers, and the calls of these screens. */
import { type AgreementView, ApiError, request, requestFile } from "../api";
import { hasKey, t } from "../i18n";
import { CommandError, ConnectionLost } from "../room/failure";
import type { Arrival } from "./day";

export interface StaffAccount {
  name: string;
  role: string;
}

export interface ListedParty {
  side: string;
  name: string;
}

interface SessionSummary {
  session_id: string;
  room_id: string;
  case_no: string;
  title: string;
  state: string;
  scheduled_at: string | number | null;
  ended_at: string | number | null;
  parties: ListedParty[];
}

/** Until when the law wants the mediation to have come to an end. */
export interface LegalLimit {
  safe_last_day: string;
  /** Negative when it is past; counted in the organisation's zone. */
  days_left: number;
  /** What the law says of a day that is past. */
  consequence_zh: string;
  consequence_en: string;
  source_zh: string;
  source_en: string;
}

export interface ListedSession extends SessionSummary {
  /** Null: none runs. */
  limit: LegalLimit | null;
  /** Each party who may come; empty once it is over. */
  arrivals: { side: string; state: Arrival }[];
  /** Null: no text is locked. */
  agreement: AgreementView | null;
  /** Participant ids of those who have not signed and refuse to sign electronically. */
  on_paper: string[];
}

export type LinkState = "fresh" | "claimed" | "revoked" | "expired";

export interface SessionPerson {
  participant_id: string;
  display_name: string;
  side: string;
  role: string;
  party_name: string;
  /** `self, general, special, mediator` */
  authority: string;
  identity_checked_at: string | number | null;
  link_state: LinkState | null;
}

export interface SessionDetail extends SessionSummary {
  organisation?: string;
  people: SessionPerson[];
  recording: unknown;
  agreement: unknown;
}

export interface RoomToken {
  token: string;
  expires_in: number;
  room_id: string;
  participant_id: string;
}

const SESSIONS = "/api/staff/sessions";

export function currentAccount(signal?: AbortSignal): Promise<StaffAccount> {
  return request<StaffAccount>("/api/staff/me", { signal });
}

export function login(username: string, password: string): Promise<StaffAccount> {
  return request<StaffAccount>("/api/staff/login", { method: "POST", body: { username, password } });
}

export function logout(): Promise<void> {
  return request<void>("/api/staff/logout", { method: "POST" });
}

export function listSessions(signal?: AbortSignal): Promise<ListedSession[]> {
  return request<ListedSession[]>(SESSIONS, { signal });
}

export function sessionDetail(sessionId: string, signal?: AbortSignal): Promise<SessionDetail> {
  return request<SessionDetail>(`${SESSIONS}/${encodeURIComponent(sessionId)}`, { signal });
}

export function roomToken(sessionId: string): Promise<RoomToken> {
  return request<RoomToken>(`${SESSIONS}/${encodeURIComponent(sessionId)}/token`, { method: "POST" });
}

function linkPath(sessionId: string, participantId: string): string {
  return `${SESSIONS}/${encodeURIComponent(sessionId)}/links/${encodeURIComponent(participantId)}`;
}

export function reissueLink(sessionId: string, participantId: string): Promise<{ url: string }> {
  return request<{ url: string }>(`${linkPath(sessionId, participantId)}/reissue`, { method: "POST" });
}

/** The link as it is; nothing of it changes. */
export function showLink(sessionId: string, participantId: string): Promise<{ url: string }> {
  return request<{ url: string }>(`${linkPath(sessionId, participantId)}/show`, { method: "POST" });
}

/** The QR code of a link that is shown. */
export function linkQr(sessionId: string, participantId: string, url: string): Promise<Blob> {
  return requestFile(`${linkPath(sessionId, participantId)}/qr`, { method: "POST", body: { url } });
}

export function revokeLink(sessionId: string, participantId: string): Promise<void> {
  return request<void>(`${linkPath(sessionId, participantId)}/revoke`, { method: "POST" });
}

function onSession<T>(sessionId: string, rest: string, body: unknown): Promise<T> {
  return request<T>(`${SESSIONS}/${encodeURIComponent(sessionId)}${rest}`, { method: "POST", body });
}

// ---- the arrival -----------------------------------------------------------------------------------------------

/** What is read out or asked, with its version and articles. */
export interface RollText {
  item: "discipline" | "sham_warning" | "recusal_asked";
  version: string;
  title_zh: string;
  title_en: string;
  text_zh: string;
  text_en: string;
  source_zh: string;
  source_en: string;
}

export function rollTexts(sessionId: string): Promise<RollText[]> {
  return request<RollText[]>(`${SESSIONS}/${encodeURIComponent(sessionId)}/roll/texts`);
}

export const readOut = (sessionId: string, item: RollText["item"]) =>
  onSession<void>(sessionId, "/roll/read", { item });

export const askRecusal = (sessionId: string, disclosure: string) =>
  onSession<void>(sessionId, "/roll/recusal", { disclosure });

export const checkDocument = (sessionId: string, person: string, kind: string, matches: boolean) =>
  onSession<void>(sessionId, `/roll/people/${encodeURIComponent(person)}/document`, { kind, matches });

export const checkAuthority = (sessionId: string, person: string) =>
  onSession<void>(sessionId, `/roll/people/${encodeURIComponent(person)}/authority`, {});

export const greet = (sessionId: string, side: string, text: string) =>
  onSession<void>(sessionId, "/greeting", { side, text });

export const deny = (sessionId: string, person: string, reason: string, final: boolean) =>
  onSession<void>(sessionId, `/people/${encodeURIComponent(person)}/deny`, { reason, final });

/** A kind sentence for whatever went wrong. */
export function sentenceOf(error: unknown): string {
  if (error instanceof ApiError) {
    const left = error.number("tries_left");
    const countdown = `staff.error.${error.code}.left`;
    if (left !== null && hasKey(countdown)) return t(countdown, { left });
    const key = `staff.error.${error.code}`;
    return hasKey(key) ? t(key) : error.sentence;
  }
  if (error instanceof ConnectionLost) return t("error.network");
  if (error instanceof CommandError) {
    // The reason is the product's own name for it; the code is the room's, and says less.
    const codes = [error.detail.reason, error.code];
    for (const key of codes.flatMap((code) => [`staff.error.${code}`, `error.${code}`])) if (hasKey(key)) return t(key);
  }
  return t("error.unknown");
}
