/** What is typed and not sent, and for whom: neither is lost by closing the panel, by being moved or by a reload. */
import type { RoomState } from "../room/state";
import { begun, forget, keep, ownHere, type Scope } from "../ui/unsent";

/** Somebody to write to: `here`, `hosts`, or a person. */
export interface Target {
  to: string;
  word: string;
}

export interface Draft {
  readonly text: string;
  /** Who was chosen; null: nobody yet. */
  readonly target: Target | null;
}

const NOTHING: Draft = { text: "", target: null };

/** By person and place: what was begun in a private talk, in another session or by whoever signed in before on this
 * computer stays theirs. */
export function chatScope(state: RoomState): Scope<Draft> {
  return ownHere(state, "chat");
}

export function draftOf(scope: Scope<Draft>): Draft {
  return begun(scope) ?? NOTHING;
}

export function setDraft(scope: Scope<Draft>, change: Partial<Draft>): void {
  keep(scope, { ...draftOf(scope), ...change });
}

/** A line that was thought lost has come. Whatever was made of it since, or whoever it is for now, stays as it is.
 * @param to for whom the draft is now
 * @returns whether it was still the same */
export function putAway(scope: Scope<Draft>, line: { to: string; text: string }, to: string | undefined): boolean {
  if (draftOf(scope).text !== line.text || to !== line.to) return false;
  setDraft(scope, { text: "" });
  return true;
}

/** Where nothing is typed the next line begins anew. */
export function forgetEmpty(scope: Scope<Draft>): void {
  if (draftOf(scope).text.trim() === "") forget(scope.name);
}

/** Who gets it. Whoever was chosen and cannot be chosen any more is still the one: the server says whether a line can
 * reach them, and what was meant for one person never goes to everybody. */
export function targetOf(targets: readonly Target[], draft: Draft): Target | null {
  const { target } = draft;
  if (target === null) return targets[0] ?? null;
  return targets.find((one) => one.to === target.to) ?? target;
}
