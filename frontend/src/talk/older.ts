/** Lines that were asked for, each answer in the place that it is of: whoever was moved while it was on its way finds it
 * when they are back. */
import type { RoomState } from "../room/state";
import { type ChatLine, linesOf, merged, placeOf } from "../room/talk";

/** What the server lets somebody read where they were when it answered. */
export interface LinesOfPlace {
  /** A caucus; empty: the joint session. */
  place: string;
  lines: readonly ChatLine[];
}

export type Older = Readonly<Record<string, readonly ChatLine[]>>;

export function filed(older: Older, answer: LinesOfPlace): Older {
  return { ...older, [answer.place]: answer.lines };
}

/** Every line to show where this person is now. */
export function linesHere(state: RoomState, older: Older): ChatLine[] {
  return merged(older[placeOf(state)] ?? [], linesOf(state));
}

/** Whether what was asked for in this place reaches to what is live: the newest lines push others off live screens. */
export function askedHere(state: RoomState, older: Older): boolean {
  const asked = older[placeOf(state)];
  const [oldest] = linesOf(state);
  return asked !== undefined && (oldest === undefined || asked.some((one) => one.line_id === oldest.line_id));
}
