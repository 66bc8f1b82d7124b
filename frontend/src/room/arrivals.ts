/** Who has just come to where one is: for a moment nobody knows yet whether their camera is on. Pure. */
import type { ParticipantId } from "../generated/messages";
import { apart } from "./caucus";
import { publicationOf, type RoomState } from "./state";

/** After a move or a join devices speak up within this many seconds; whoever has said nothing by then has none on. */
export const COMING_SECONDS = 3;

/** Who is with this person now, and in which place. */
function place(state: RoomState, id: ParticipantId): string | null {
  const one = state.participants.get(id);
  if (one?.presence !== "present" || apart(state, one) !== null) return null;
  return one.caucus_id ?? "";
}

/** Whether somebody's camera was on and its track is gone: a device that is switched off keeps it, so it was moved, or is
 * on its way to another connection. */
function lost(before: RoomState, after: RoomState, id: ParticipantId): boolean {
  const camera = publicationOf(before, id, "camera");
  return camera !== null && !camera.paused && publicationOf(after, id, "camera") === null;
}

/** Since when each of the others is here, by this device's Unix time in seconds: of whoever was here before as well,
 * when all moved on together. What lies further back than `COMING_SECONDS` is left out. */
export function arrivalsAfter(before: RoomState, after: RoomState, now: number): RoomState["arrivals"] {
  const recent = [...before.arrivals].filter(([, at]) => now - at < COMING_SECONDS);
  const arrivals = new Map(recent);
  for (const id of after.participants.keys()) {
    const here = place(after, id);
    if (here === null) arrivals.delete(id);
    else if (id !== after.me && (here !== place(before, id) || lost(before, after, id))) arrivals.set(id, now);
  }
  const same = arrivals.size === before.arrivals.size && recent.length === before.arrivals.size;
  return same && recent.every(([id, at]) => arrivals.get(id) === at) ? before.arrivals : arrivals;
}

/** Those of whom nothing is known yet: they came a moment ago, and there is no word of their camera. */
export function unknownCameras(state: RoomState, now: number): ReadonlySet<ParticipantId> {
  const waiting = [...state.arrivals].filter(([, at]) => now - at < COMING_SECONDS);
  return new Set(waiting.map(([id]) => id).filter((id) => publicationOf(state, id, "camera") === null));
}
