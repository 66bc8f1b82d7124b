/** The party's requests (link, identity, consents, agreement). */
import { type AgreementView, request, type SigningMode } from "../api";
import { locale } from "../i18n";
import type { SentName } from "../ui/ownName";
import type { SigningSteps } from "./room/signingSteps";

export interface LinkView {
  session: {
    session_id: string;
    /** Of the case's number: all that may be said before it is known who asks. */
    number_tail: string;
    organisation: string;
    scheduled_at: string;
    mediator_name: string;
  };
  person: { name_masked: string; side: string; side_label_zh: string; side_label_en: string; role: string };
  /** This device opened the link before: no new check of identity. */
  claimed_here: boolean;
  /** Another device did: it is to be shut out when this one goes on. */
  claimed_elsewhere: boolean;
  /** Whether the end of the identity number is asked; else a document is looked at. */
  asks_number: boolean;
}

export interface PartyAccess {
  token: string;
  /** Seconds. */
  expires_in: number;
  room_id: string;
  session_id: string;
  participant_id: string;
}

export interface ConsentItem {
  id: string;
  label_zh: string;
  label_en: string;
  required: boolean;
  /** The item without whose yes this one has no effect. */
  needs: string | null;
}

export interface Notice {
  id: string;
  version: string;
  title_zh: string;
  title_en: string;
  short_zh: string;
  short_en: string;
  /** The Chinese text, whose words are agreed to. */
  body_markdown: string;
  /** The English version for reading; null: there is none of this text. */
  reading_markdown: string | null;
  /** The articles behind it, by name. */
  source_zh: string;
  source_en: string;
  kind: "notice" | "undertaking" | "consent";
  items: ConsentItem[];
  answered: Record<string, boolean> | null;
  answered_at: string | null;
}

export interface Me {
  participant: { participant_id: string; display_name: string; side: string; role: string };
  session: {
    session_id: string;
    room_id: string;
    state: string;
    case_no: string;
    organisation: string;
    mediator_name: string;
  };
  notices: Notice[];
  ready: boolean;
}

export interface CodeSent {
  /** Masked. */
  sent_to: string;
  expires_in: number;
  resend_after: number;
}

export interface Receipt {
  field: string;
  signed_at: string;
  digest: string;
  mode: SigningMode;
}

const post = <T>(path: string, body: unknown, token?: string) => request<T>(path, { method: "POST", body, token });

export const openLink = (secret: string) => post<LinkView>("/api/links/open", { secret });

/** Who else is in the room with somebody. */
export interface Company {
  alone: boolean;
  who: string;
}

export interface Proof {
  last4: string;
  code: string;
  company: Company;
  take_over: boolean;
}

export const requestEntryCode = (secret: string, last4: string) => post<CodeSent>("/api/links/code", { secret, last4 });
/** Silently for the mediator, before anybody knows who asks. */
export const callFromLink = (secret: string) => post<{ at: number }>("/api/links/call", { secret });
export const identify = (secret: string, proof: Proof) =>
  post<PartyAccess>("/api/links/identify", { secret, ...proof });
export const askDocument = (secret: string, last4: string, company: Company) =>
  post<PartyAccess>("/api/links/document", { secret, last4, company });
export const refresh = (secret: string) => post<PartyAccess>("/api/links/refresh", { secret });
export const getMe = (token: string) => request<Me>("/api/me", { token });

export const answerNotice = (token: string, notice: Notice, answers: Record<string, boolean>) =>
  post<{ ready: boolean }>(
    "/api/me/consents",
    { notice_id: notice.id, version: notice.version, answers, language: locale.value },
    token,
  );

export const answerRecusal = (token: string, objection: boolean, reason: string) =>
  post<void>("/api/me/recusal", { objection, reason }, token);

export const getAgreement = (token: string, signal?: AbortSignal) =>
  request<AgreementView>("/api/agreements/current", { token, signal });

export const requestCode = (token: string, proposalId: string) =>
  post<CodeSent>(`/api/agreements/${encodeURIComponent(proposalId)}/code`, {}, token);

/** How far somebody is with signing, for the mediator to see. */
export const tellSteps = (token: string, proposalId: string, steps: SigningSteps) =>
  post<void>(`/api/agreements/${encodeURIComponent(proposalId)}/steps`, steps, token);

export interface Signature {
  digest: string;
  own_name: SentName;
  code: string;
}

export const sign = (token: string, proposalId: string, signature: Signature) =>
  post<{ receipt: Receipt }>(
    `/api/agreements/${encodeURIComponent(proposalId)}/signatures`,
    { ...signature, intent: true },
    token,
  );

/** Where the paper is for a while, for whoever has the address. */
export interface PaperAddress {
  path: string;
  /** Seconds. */
  expires_in: number;
}

export const getPaperAddress = (token: string, proposalId: string) =>
  post<PaperAddress>(`/api/agreements/${encodeURIComponent(proposalId)}/ticket`, {}, token);
