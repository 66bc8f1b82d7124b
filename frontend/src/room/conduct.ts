/** How a room is conducted, as one person of it knows it: queue, wishes, countdown, speaking time. Pure. */
import type { AskView, ParticipantView, TimerView } from "../generated/messages";
import { myself, type RoomState } from "./state";

const ROLES = ["host", "party", "observer"];
const SIDES = ["mediator", "clerk", "applicant", "respondent"];

/** The same order on every screen whatever happens: by role and side, then by name. */
export function inOrder(people: Iterable<ParticipantView>): ParticipantView[] {
  const rank = (list: string[], word: string) => (list.includes(word) ? list.indexOf(word) : list.length);
  return [...people].sort(
    (one, other) =>
      rank(ROLES, one.role) - rank(ROLES, other.role) ||
      rank(SIDES, one.side) - rank(SIDES, other.side) ||
      one.display_name.localeCompare(other.display_name, "zh-CN") ||
      (one.participant_id < other.participant_id ? -1 : 1),
  );
}

/** Who waits to speak in the place of this person, the next one first. */
export function queueOf(state: RoomState): ParticipantView[] {
  return [...state.participants.values()]
    .filter((one) => one.hand_place > 0)
    .sort((one, other) => one.hand_place - other.hand_place);
}

/** What a host asks this person to switch on and was not answered yet. */
export function askedOfMe(state: RoomState): AskView | null {
  return myself(state)?.asks.find((one) => !one.declined) ?? null;
}

/** Whole seconds that a countdown still has; 0: it is over.
 * @param now the server's Unix time in seconds */
export function secondsLeft(timer: TimerView, now: number): number {
  return Math.max(0, Math.ceil(timer.ends_at - now));
}

export interface Spoken {
  side: string;
  seconds: number;
}

/** Seconds that each side has spoken, for hosts: the server tells sums and since when somebody speaks.
 * @param now the server's Unix time in seconds */
export function spokenBySide(state: RoomState, now: number): Spoken[] {
  const told = state.board.balance as Record<string, { seconds: number; since: number | null }> | undefined;
  return Object.entries(told ?? {})
    .map(([side, { seconds, since }]) => ({ side, seconds: seconds + (since === null ? 0 : Math.max(0, now - since)) }))
    .sort((one, other) => order(one.side) - order(other.side));
}

/** Seconds that both sides together have to speak before a comparison says anything: a greeting each is no balance. */
const EARLY_SECONDS = 60;
/** By which share of all that both sides said, and at least by how many seconds, one has to be ahead to be named. */
const CLEAR_SHARE = 0.1;
const CLEAR_SECONDS = 5;

export type Balance = { kind: "early" } | { kind: "even" } | { kind: "ahead"; side: string; seconds: number };

/** Which of the two sides has spoken longer, if enough was said to tell. */
export function balanceOf(spoken: readonly Spoken[]): Balance {
  const of = (side: string) => spoken.find((one) => one.side === side)?.seconds ?? 0;
  const together = of("applicant") + of("respondent");
  if (together < EARLY_SECONDS) return { kind: "early" };
  const ahead = of("applicant") - of("respondent");
  const seconds = Math.abs(ahead);
  if (seconds < Math.max(CLEAR_SECONDS, CLEAR_SHARE * together)) return { kind: "even" };
  return { kind: "ahead", side: ahead > 0 ? "applicant" : "respondent", seconds };
}

/** Seconds of the longest bar: while little was said the bars stay short instead of filling up at the first word. */
export function longestBar(spoken: readonly Spoken[]): number {
  return Math.max(EARLY_SECONDS / 2, ...spoken.map((one) => one.seconds));
}

/** Parties first, whoever conducts last. */
function order(side: string): number {
  const place = ["applicant", "respondent", "", "mediator", "clerk"].indexOf(side);
  return place < 0 ? 2 : place;
}
