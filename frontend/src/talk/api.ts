/** The requests of chat, calls, tickets and notes; `Ask` knows who sends them. */
import { request } from "../api";
import type { LinesOfPlace } from "./older";

/** One request to this session's part of the server.
 * @throws ApiError */
export type Ask = <T>(path: string, body?: unknown) => Promise<T>;

export interface Note {
  scope: string;
  text: string;
  revision: number;
  /** Unix seconds. */
  saved_at: number;
}

export function askFor(sessionId: string, token?: string): Ask {
  const root = `/api/sessions/${encodeURIComponent(sessionId)}`;
  return (path, body) => request(root + path, { method: body === undefined ? "GET" : "POST", body, token });
}

const ticket = (id: string, act: string) => `/tickets/${encodeURIComponent(id)}/${act}`;

/** What makes a line another when it differs. */
export interface SaidLine {
  to: string;
  text: string;
  place: string;
}
export type AskedTicket = Omit<SaidLine, "to">;

/** @param key as of `ui/once` */
export const say = (ask: Ask, line: SaidLine, key: string) => ask<{ line_id: string }>("/chat", { ...line, key });
/** What came of something that this person sent with a key: a line, a ticket, an offer or an exhibit. */
export const sentWith = (ask: Ask) => (key: string) => ask<{ made: string | null }>(`/sent/${encodeURIComponent(key)}`);
export const allLines = (ask: Ask) => ask<LinesOfPlace>("/chat");
export const call = (ask: Ask, kind: "talk" | "alarm") => ask<{ at: number }>("/calls", { kind });
export const seeCall = (ask: Ask, id: string) => ask<void>(`/calls/${encodeURIComponent(id)}/seen`, {});
export const askTicket = (ask: Ask, ticket: AskedTicket, key: string) =>
  ask<{ ticket_id: string }>("/tickets", { ...ticket, key });
export const answerTicket = (ask: Ask, id: string, yes: boolean, digest: string) =>
  ask<{ state: string }>(ticket(id, "answer"), { yes, digest });
export const withdrawTicket = (ask: Ask, id: string) => ask<void>(ticket(id, "withdraw"), {});
export const deliverTicket = (ask: Ask, id: string) => ask<{ line_id: string }>(ticket(id, "deliver"), {});
export const allNotes = async (ask: Ask) => (await ask<{ notes: Note[] }>("/notes")).notes;
export const saveNote = (ask: Ask, scope: string, text: string, revision: number) =>
  ask<{ revision: number; saved_at: number }>("/notes", { scope, text, revision });
