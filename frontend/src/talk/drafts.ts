/** What is typed and not sent, and for whom: closing the panel or being moved loses neither. Lasts as long as the page. */
import { signal } from "@preact/signals";
import type { RoomState } from "../room/state";
import { placeOf } from "../room/talk";

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
export const drafts = signal<Readonly<Record<string, Draft>>>({});

export function nameOf(state: RoomState): string {
  return `${state.roomId}/${state.me}/${placeOf(state)}`;
}

export function draftOf(name: string): Draft {
  return drafts.value[name] ?? NOTHING;
}

export function setDraft(name: string, change: Partial<Draft>): void {
  drafts.value = { ...drafts.value, [name]: { ...draftOf(name), ...change } };
}

/** Where nothing is typed the next line begins anew. */
export function forgetEmpty(name: string): void {
  if (draftOf(name).text.trim() === "") setDraft(name, NOTHING);
}

/** Who gets it. Whoever was chosen and cannot be chosen any more is still the one: the server says whether a line can
 * reach them, and what was meant for one person never goes to everybody. */
export function targetOf(targets: readonly Target[], draft: Draft): Target | null {
  const { target } = draft;
  if (target === null) return targets[0] ?? null;
  return targets.find((one) => one.to === target.to) ?? target;
}
