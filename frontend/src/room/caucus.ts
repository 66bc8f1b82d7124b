/** Private talks of one side, as one person of the room knows them. Pure. */
import type { CaucusView, ParticipantView } from "../generated/messages";
import { myself, type RoomState } from "./state";

/** The caucuses that are not over: the own one first, then those that run, then those that are about to. Each side may
 * talk alone at the same time. */
export function shownCaucuses(state: RoomState): readonly CaucusView[] {
  const own = myCaucus(state);
  const rank = (one: CaucusView) => (one === own ? 0 : runs(one) ? 1 : 2);
  return [...state.caucuses.values()].filter((one) => one.state !== "closed").sort((a, b) => rank(a) - rank(b));
}

/** The caucus that a party waits outside of; null: none runs, or they are in one. */
export function awaitedCaucus(state: RoomState): CaucusView | null {
  if (myself(state)?.role !== "party" || myCaucus(state) !== null) return null;
  return [...state.caucuses.values()].find(runs) ?? null;
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

/** Where somebody is whom a wall separates from the viewer. `away`: in a private talk; `withOther`: a mediator who talks
 * with the other side alone; `joint`, `outside`: in the joint session, seen from within a talk (a host; anybody else). */
export type Apart = "away" | "withOther" | "joint" | "outside";

/** Whether a wall is between this person and somebody, and where that somebody is then. */
export function apart(state: RoomState, person: ParticipantView): Apart | null {
  if (person.presence === "away") return withOtherSide(state, person) ? "withOther" : "away";
  if (person.caucus_id === (myCaucus(state)?.caucus_id ?? null)) return null;
  return person.role === "host" ? "joint" : "outside";
}

/** Who hears and sees this person now, or will once their own connection is back. */
export function hearers(state: RoomState): ParticipantView[] {
  return [...state.participants.values()].filter(
    (one) => one.participant_id !== state.me && one.presence !== "waiting" && apart(state, one) === null,
  );
}

/** Whether this person waits outside and nobody hears or sees them until all come back. */
export function isUnheard(state: RoomState): boolean {
  return awaitedCaucus(state)?.state === "open" && hearers(state).length === 0;
}

/** Both sides know that a private talk runs, with whom, and whether a mediator is in it (`CaucusView`). */
function withOtherSide(state: RoomState, person: ParticipantView): boolean {
  const me = myself(state);
  const caucus = person.caucus_id ? state.caucuses.get(person.caucus_id) : undefined;
  return person.role === "host" && me?.role === "party" && caucus !== undefined && caucus.side !== me.side;
}
