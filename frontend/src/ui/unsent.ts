/** What somebody has begun and not sent, kept for this tab: browsers throw pages away, and a reload goes on where it was.
 *
 * Answers, lines and ink are personal: never longer than the tab, never for somebody else, never in another place, never
 * for another text. One-time codes are not kept. */
import { type Signal, signal } from "@preact/signals";
import type { RoomState } from "../room/state";
import { placeOf } from "../room/talk";
import { read, write } from "./storage";

const PREFIX = "unsent/";
/** Whose tab this is; nothing that was begun. */
const OF = "unsent-of";
const session = () => sessionStorage;

/** What was begun, whose it is and of which words: with any other it is nothing. */
export interface Scope<T> {
  /** What, and in which place: what was begun in one is not what is begun in another. */
  readonly name: string;
  readonly owner: string;
  /** In full, or their digest: nobody has agreed to other words. Empty: it is about no text. */
  readonly words: string;
  /** Never there: only the type of what is kept counts. */
  readonly holds?: T;
}

interface Kept {
  owner: string;
  words: string;
  value: unknown;
}

/** Where a browser keeps nothing it lasts as long as the page. */
const here = new Map<string, Kept>();
/** By name: whoever shows what was begun shows it anew when it changes. */
const changes = new Map<string, Signal<number>>();

function changesOf(name: string): Signal<number> {
  const known = changes.get(name) ?? signal(0);
  changes.set(name, known);
  return known;
}

/** Somebody in a session. */
export function ownerOf(sessionId: string, participantId: string): string {
  return `${sessionId}/${participantId}`;
}

/** Begun by this person, wherever they are. What lies open on their screen has a name that begins with `at/`. */
export function own<T>(state: RoomState, name: string): Scope<T> {
  return { name: `${name}@${state.roomId}`, owner: ownerOf(state.roomId, state.me), words: "" };
}

/** Begun by this person in the private talk, or in the joint session, that they are in: it is nowhere else. */
export function ownHere<T>(state: RoomState, name: string): Scope<T> {
  const scope = own<T>(state, name);
  return { ...scope, name: `${scope.name}@${placeOf(state)}` };
}

/** What was written on the way to sign one text. */
export function signingScope<T>(owner: string, text: { proposal_id: string; digest: string }): Scope<T> {
  return { name: "signing", owner, words: `${text.proposal_id}/${text.digest}` };
}

/** What does not belong here any more is gone. */
export function begun<T>(scope: Scope<T>): T | null {
  void changesOf(scope.name).value;
  const kept = here.get(scope.name) ?? inStorage(scope.name);
  if (kept?.owner === scope.owner && kept.words === scope.words) {
    here.set(scope.name, kept);
    return kept.value as T;
  }
  drop(scope.name);
  return null;
}

export function keep<T>({ name, owner, words }: Scope<T>, value: T): void {
  const kept: Kept = { owner, words, value };
  here.set(name, kept);
  write(session, PREFIX + name, JSON.stringify(kept));
  changesOf(name).value++;
}

/** It was sent, or is not asked any more. */
export function forget(name: string): void {
  drop(name);
  changesOf(name).value++;
}

/** Whoever holds the device now is not known to be the one who began, or has signed out, or the session is over. */
export function forgetAll(): void {
  for (const name of names()) forget(name);
  write(session, OF, null);
}

/** This session is over; whoever holds the tab may go on with another. */
export function forgetSession(sessionId: string): void {
  for (const name of names()) {
    const { owner } = here.get(name) ?? inStorage(name) ?? { owner: "" };
    if (owner.startsWith(`${sessionId}/`)) forget(name);
  }
}

/** From now on the tab is this person's: what anybody else began in it is gone. */
export function belongsTo(person: string): void {
  if (read(session, OF) === person) return;
  forgetAll();
  write(session, OF, person);
}

/** Whether nothing was begun in this tab; what only lies open on the screen does not count. */
export function nothingBegun(): boolean {
  return names().every((name) => name.startsWith("at/"));
}

/** Private talks that are over: what was begun in one can be sent nowhere any more. */
export function forgetOver(state: RoomState): void {
  const over = [...state.caucuses.values()].filter((one) => one.state === "closed");
  for (const name of names()) {
    if (over.some((one) => name.endsWith(`@${one.caucus_id}`))) forget(name);
  }
}

function drop(name: string): void {
  here.delete(name);
  write(session, PREFIX + name, null);
}

function inStorage(name: string): Kept | null {
  try {
    return JSON.parse(read(session, PREFIX + name) ?? "null") as Kept | null;
  } catch {
    return null; // Something else stands there.
  }
}

function names(): string[] {
  return [...new Set([...here.keys(), ...stored()])];
}

function stored(): string[] {
  try {
    const keys = Array.from({ length: sessionStorage.length }, (_, index) => sessionStorage.key(index) ?? "");
    return keys.filter((one) => one.startsWith(PREFIX)).map((one) => one.slice(PREFIX.length));
  } catch {
    return []; // Where nothing may be kept there is nothing.
  }
}
