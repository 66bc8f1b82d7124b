/** What people write to one another, as one person's board of the room holds it. Pure. */
import { myCaucus } from "./caucus";
import { myself, type RoomState } from "./state";

export type LineClass = "joint" | "private" | "caucus" | "carried";

export interface Card {
  participant_id: string;
  name: string;
  side: string;
  role: string;
}

export interface ChatLine {
  line_id: string;
  class: LineClass;
  author: Card;
  /** Whom a private line is for, when that is one person. */
  to: Card | null;
  text: string;
  /** Unix seconds. */
  at: number;
}

export type TicketState = "asked" | "agreed" | "refused" | "withdrawn" | "expired" | "delivered";

export interface Ticket {
  ticket_id: string;
  caucus_id: string;
  side: string;
  text: string;
  /** SHA-256 of the words: what a yes binds to. */
  digest: string;
  state: TicketState;
  asked_at: number;
  answered_at: number | null;
  answered_by: string | null;
  delivered_at: number | null;
}

export interface Call {
  call_id: string;
  /** `door`: an alarm by whoever holds a link and has not proved yet who they are. */
  kind: "talk" | "alarm" | "door";
  participant_id: string;
  name: string;
  side: string;
  at: number;
  seen_at: number | null;
}

function pieces<T>(state: RoomState, prefix: string): T[] {
  return Object.entries(state.board)
    .filter(([topic]) => topic.startsWith(prefix))
    .map(([, value]) => value as T);
}

/** In the order in which they were written. */
export function linesOf(state: RoomState): ChatLine[] {
  return pieces<ChatLine>(state, "chat/").sort(inOrder);
}

/** What was asked for and what is live, each line once. */
export function merged(older: readonly ChatLine[], live: readonly ChatLine[]): ChatLine[] {
  return [...new Map([...older, ...live].map((line) => [line.line_id, line])).values()].sort(inOrder);
}

function inOrder(one: ChatLine, other: ChatLine): number {
  return one.at - other.at || one.line_id.localeCompare(other.line_id);
}

/** The newest last. */
export function ticketsOf(state: RoomState): Ticket[] {
  return pieces<Ticket>(state, "ticket/").sort((one, other) => one.asked_at - other.asked_at);
}

/** Tickets that this person is asked about now: of the caucus they are in, with no answer yet. */
export function askedOf(state: RoomState): Ticket[] {
  if (myself(state)?.role !== "party") return [];
  const here = placeOf(state);
  return ticketsOf(state).filter((one) => one.state === "asked" && one.caucus_id === here);
}

/** Calls that no mediator has answered, alarms first, then the longest wait. */
export function openCalls(state: RoomState): Call[] {
  const open = pieces<Call>(state, "call/").filter((one) => one.seen_at === null);
  return open.sort((one, other) => one.kind.localeCompare(other.kind) || one.at - other.at);
}

/** This person's last wish to speak to the mediator alone. */
export function myTalkCall(state: RoomState): Call | null {
  return (state.board[`call/talk/${state.me}`] as Call | undefined) ?? null;
}

/** The caucus that this person is in; empty: the joint session. */
export function placeOf(state: RoomState): string {
  return myCaucus(state)?.caucus_id ?? "";
}
