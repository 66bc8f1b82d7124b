/** Private talks of one side, as one person of the room knows them. Pure. */
import type { CaucusView, ParticipantView } from "../generated/messages";
import { myself, type RoomState } from "./state";

/** The caucus to show: the own one first, else one that runs or is about to. */
export function shownCaucus(state: RoomState): CaucusView | null {
  const all = [...state.caucuses.values()];
  return myCaucus(state) ?? all.find(runs) ?? all.find((one) => one.state === "announced") ?? null;
}

/** Where this person is; null: in the joint session. */
export function myCaucus(state: RoomState): CaucusView | null {
  const id = myself(state)?.caucus_id;
  return id ? (state.caucuses.get(id) ?? null) : null;
}

export function runs(caucus: CaucusView): boolean {
  return caucus.state === "open" || caucus.state === "closing";
}

/** Seconds that each side has talked alone so far, also of a side that has not; `now` is the server's Unix time. */
export function timeBySide(state: RoomState, now: number): ReadonlyMap<string, number> {
  const parties = [...state.participants.values()].filter((one) => one.role === "party").map((one) => one.side);
  const used = new Map<string, number>([...new Set(parties)].sort().map((side) => [side, 0]));
  for (const one of state.caucuses.values()) {
    if (one.opened_at === null) continue;
    const seconds = Math.max(0, (one.closed_at ?? now) - one.opened_at);
    used.set(one.side, (used.get(one.side) ?? 0) + seconds);
  }
  return used;
}

/** Whether a wall is between this person and somebody: they are in a private talk, or outside the own one. */
export function apart(state: RoomState, person: ParticipantView): "away" | "outside" | null {
  if (person.presence === "away") return "away";
  return person.caucus_id === (myCaucus(state)?.caucus_id ?? null) ? null : "outside";
}
