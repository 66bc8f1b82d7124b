/** What a party has begun and not sent, kept for this tab: a phone throws pages away, and a reload goes on where it was.
 *
 * Answers and ink are personal: never longer than the tab, never for somebody else, never for another text. One-time codes
 * are not kept. */
import { read, write } from "../ui/storage";
import type { Me, Notice } from "./api";

const PREFIX = "unsent/";
const session = () => sessionStorage;

/** What was begun, whose it is and of which words: with any other it is nothing. */
export interface Scope {
  readonly name: string;
  readonly owner: string;
  /** In full, or their digest: nobody has agreed to other words. */
  readonly words: string;
}

interface Kept {
  owner: string;
  words: string;
  value: unknown;
}

/** Answers to one notice. */
export function noticeScope(me: Me, notice: Notice): Scope {
  return { name: `notice/${notice.id}`, owner: ownerOf(me), words: `${notice.version}\n${notice.body_markdown}` };
}

/** What was written on the way to sign one text. */
export function signingScope(me: Me, text: { proposal_id: string; digest: string }): Scope {
  return { name: "signing", owner: ownerOf(me), words: `${text.proposal_id}/${text.digest}` };
}

function ownerOf(me: Me): string {
  return `${me.session.session_id}/${me.participant.participant_id}`;
}

/** What does not belong here any more is gone. */
export function begun<T>(scope: Scope): T | null {
  try {
    const kept = JSON.parse(read(session, PREFIX + scope.name) ?? "null") as Kept | null;
    if (kept?.owner === scope.owner && kept.words === scope.words) return kept.value as T;
  } catch {
    // Something else stands there.
  }
  forget(scope.name);
  return null;
}

export function keep<T>({ name, owner, words }: Scope, value: T): void {
  write(session, PREFIX + name, JSON.stringify({ owner, words, value } satisfies Kept));
}

/** It was sent, or is not asked any more. */
export function forget(name: Scope["name"]): void {
  write(session, PREFIX + name, null);
}

/** Whoever holds the phone now is not known to be the one who began. */
export function forgetAll(): void {
  try {
    const names = Array.from({ length: sessionStorage.length }, (_, index) => sessionStorage.key(index) ?? "");
    for (const name of names.filter((one) => one.startsWith(PREFIX))) sessionStorage.removeItem(name);
  } catch {
    return; // Where nothing may be kept there is nothing.
  }
}
