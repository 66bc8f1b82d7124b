/** Exhibits as the room's board shows them to one person. Pure. */
import { myCaucus } from "../room/caucus";
import type { RoomState } from "../room/state";

export const ASPECTS = ["authenticity", "legality", "relevance"] as const;
export type Aspect = (typeof ASPECTS)[number];
/** The sides whose views count. */
export const PARTIES = ["applicant", "respondent"] as const;
export type Party = (typeof PARTIES)[number];

export interface ExhibitView {
  side: string;
  aspect: Aspect;
  objects: boolean;
  reason: string;
  by: string;
  at: string;
  /** How often this side has said something of it; only the last counts. */
  times: number;
}

/** What the mediator or clerk says of the original; the last one counts, none is ever changed. */
export interface Comparison {
  outcome: "agrees" | "differs" | "not_compared";
  way: "camera" | "office" | "unavailable";
  remark: string;
  by: string;
  /** Of who compared. */
  name: string;
  at: string;
}

/** Data of the owner that an exhibit may hold only with a consent of its own, by the items of the consents. */
export const SENSITIVE = ["sensitive_medical", "sensitive_financial"] as const;
export type Sensitive = (typeof SENSITIVE)[number];

export interface Exhibit {
  exhibit_id: string;
  /** Null as long as it is known in a private talk only. */
  number: number | null;
  title: string;
  side: string;
  owner_id: string;
  kind: "pdf" | "jpeg" | "png" | "webp";
  name: string;
  size: number;
  sha256: string;
  pages: { width: number; height: number }[];
  told_at: string;
  private: boolean;
  withdrawn: boolean;
  holds: Sensitive[];
  views: ExhibitView[];
  comparisons: Comparison[];
}

export interface Presentation {
  exhibit_id: string;
  page: number;
  presenter_id: string;
  /** Unix seconds. */
  since: number;
  caucus_id: string | null;
}

export type Standing = "private" | "withdrawn" | "objection" | "agreed" | "open";

/** By number; those that only a private talk knows come last. */
export function exhibitsOf(state: RoomState): Exhibit[] {
  const all = Object.entries(state.board).filter(([topic]) => topic.startsWith("exhibit/"));
  const last = Number.MAX_SAFE_INTEGER;
  return all
    .map(([, value]) => value as Exhibit)
    .sort((a, b) => (a.number ?? last) - (b.number ?? last) || a.told_at.localeCompare(b.told_at));
}

/** What is on everybody's screen where this person is. */
export function presentationOf(state: RoomState): { shown: Presentation; exhibit: Exhibit } | null {
  const caucus = myCaucus(state);
  const shown = state.board[caucus ? `presentation/${caucus.caucus_id}` : "presentation"] as Presentation | undefined;
  const exhibit = shown && (state.board[`exhibit/${shown.exhibit_id}`] as Exhibit | undefined);
  return shown && exhibit ? { shown, exhibit } : null;
}

export function mayPresent(state: RoomState, person: string): boolean {
  return state.board[`presenter/${person}`] !== undefined;
}

export function mostBytes(state: RoomState): number {
  return (state.board.exhibits as { most_bytes: number } | undefined)?.most_bytes ?? Number.POSITIVE_INFINITY;
}

/** Whose view of this exhibit is asked for. */
export function otherSides(exhibit: Exhibit): Party[] {
  return PARTIES.filter((side) => side !== exhibit.side);
}

export function viewOf(exhibit: Exhibit, side: string, aspect: Aspect): ExhibitView | undefined {
  return exhibit.views.find((one) => one.side === side && one.aspect === aspect);
}

/** Where an exhibit stands: one objection is enough, and only a view of everything by everybody settles it. */
export function standingOf(exhibit: Exhibit): Standing {
  if (exhibit.withdrawn) return "withdrawn";
  if (exhibit.private) return "private";
  if (exhibit.views.some((one) => one.objects)) return "objection";
  const all = otherSides(exhibit).every((side) => ASPECTS.every((aspect) => viewOf(exhibit, side, aspect)));
  return all ? "agreed" : "open";
}

/** How many exhibits wait for the view of this side. */
export function awaiting(state: RoomState, side: string): number {
  const asked = (one: Exhibit) => otherSides(one).some((other) => other === side);
  return exhibitsOf(state).filter(
    (one) => !one.private && !one.withdrawn && asked(one) && !ASPECTS.every((aspect) => viewOf(one, side, aspect)),
  ).length;
}

/** How many exhibits nobody has finished talking about. */
export function unsettled(state: RoomState): number {
  return exhibitsOf(state).filter((one) => standingOf(one) === "open").length;
}

/** `3E90 A17C … 55D2` */
export function shortDigest(sha256: string): string {
  const upper = sha256.toUpperCase();
  return `${upper.slice(0, 4)} ${upper.slice(4, 8)} … ${upper.slice(-4)}`;
}
