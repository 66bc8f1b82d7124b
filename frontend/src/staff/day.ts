/** What a mediator's day asks for: who has come, what agreements lack, and what is due. Only what the server says. */
import type { Signer } from "../api";
import { instant } from "../court/types";
import type { ListedSession } from "./api";
import { dayOf, isOver } from "./days";

/** How far somebody has come, the furthest last (room_server/domain/arrival.py). */
export const ARRIVALS = ["no_link", "unopened", "opened", "identified", "waiting", "inside"] as const;
export type Arrival = (typeof ARRIVALS)[number];

/** So few days before the last one it is near. */
const NEAR_DAYS = 3;

export interface Arrived {
  side: string;
  /** How many of this side are how far, the furthest first. */
  groups: [Arrival, number][];
}

/** The parties by side; empty when nobody is expected any more. */
export function arrivedOf(session: ListedSession): Arrived[] {
  const sides = [...new Set(session.arrivals.map((one) => one.side))];
  return sides.map((side) => {
    const states = session.arrivals.filter((one) => one.side === side).map((one) => one.state);
    const counts = ARRIVALS.map((each): [Arrival, number] => [each, states.filter((one) => one === each).length]);
    return { side, groups: counts.filter(([, count]) => count > 0).reverse() };
  });
}

/** `past`: the day is over; `near`: a few days; `far`: no hurry. */
export function urgency(daysLeft: number): "past" | "near" | "far" {
  if (daysLeft < 0) return "past";
  return daysLeft <= NEAR_DAYS ? "near" : "far";
}

/** The last four digits of a case number, as messages name it. */
export function tailOf(caseNo: string): string {
  return caseNo.replace(/\D/g, "").slice(-4);
}

export function unsigned(session: ListedSession): Signer[] {
  return session.agreement?.signers.filter((one) => one.signed_at === null) ?? [];
}

/** A text is frozen, something is missing, and it can still be had. */
export function lacks(session: ListedSession): boolean {
  return session.agreement !== null && session.agreement.effective_at === null && !isOver(session.state);
}

export type Todo =
  | { kind: "limit"; session: ListedSession; daysLeft: number }
  | { kind: "seal" | "waiting" | "signatures"; session: ListedSession; count: number }
  | { kind: "unopened"; session: ListedSession; sides: string[] };

/** What is due, the most pressing first. `now` in milliseconds. */
export function todosOf(sessions: readonly ListedSession[], now: number): Todo[] {
  const found: Todo[] = [];
  for (const session of sessions.filter((one) => !isOver(one.state))) {
    const waiting = session.arrivals.filter((one) => one.state === "waiting").length;
    if (waiting > 0) found.push({ kind: "waiting", session, count: waiting });
    const { limit } = session;
    if (limit && urgency(limit.days_left) !== "far") found.push({ kind: "limit", session, daysLeft: limit.days_left });
    const open = unsigned(session).length;
    if (lacks(session) && open === 0) found.push({ kind: "seal", session, count: 1 });
    if (lacks(session) && open > 0) found.push({ kind: "signatures", session, count: open });
    const sides = session.state === "scheduled" && dayOf(session, now) === "today" ? unopenedSides(session) : [];
    if (sides.length > 0) found.push({ kind: "unopened", session, sides });
  }
  return found.sort((one, other) => ORDER.indexOf(one.kind) - ORDER.indexOf(other.kind));
}

const ORDER: Todo["kind"][] = ["waiting", "limit", "seal", "signatures", "unopened"];

function unopenedSides(session: ListedSession): string[] {
  const open = session.arrivals.filter((one) => one.state === "unopened" || one.state === "no_link");
  return [...new Set(open.map((one) => one.side))];
}

/** When a session ended, in milliseconds; null: it has not. */
export function endOf(session: ListedSession): number | null {
  return instant(session.ended_at);
}
