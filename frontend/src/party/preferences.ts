/** Small choices of a person that last: large type, captions, and that the phone was checked in this tab. */
import { signal } from "@preact/signals";
import { read, write } from "../ui/storage";

const TYPE_KEY = "type";
const CAPTIONS_KEY = "captions";
const CHECKED_KEY = "checked";
const CHECKED_FOR_KEY = "checked-for";
const TRYING_KEY = "trying";

export const largeType = signal(read(() => localStorage, TYPE_KEY) === "large");

export const captionsShown = signal(read(() => localStorage, CAPTIONS_KEY) !== "off");

export function setCaptionsShown(shown: boolean): void {
  captionsShown.value = shown;
  write(() => localStorage, CAPTIONS_KEY, shown ? "on" : "off");
}

export function applyType(): void {
  if (largeType.value) document.documentElement.dataset.type = "large";
  else delete document.documentElement.dataset.type;
}

export function setLargeType(large: boolean): void {
  largeType.value = large;
  write(() => localStorage, TYPE_KEY, large ? "large" : "normal");
  applyType();
}

/** Where somebody is before it was checked: on the way in with this link, or only trying the phone with it. */
export type Trying = { at: "precheck"; soundOnly: boolean } | { at: "rehearsal" };

const WORDS: readonly (readonly [string, Trying])[] = [
  ["picture", { at: "precheck", soundOnly: false }],
  ["sound", { at: "precheck", soundOnly: true }],
  ["rehearsal", { at: "rehearsal" }],
];

/** Where a reload goes on; null: at the beginning, which whoever opens another link sees too. */
export function tryingBefore(secret: string): Trying | null {
  const kept = read(() => sessionStorage, TRYING_KEY);
  return WORDS.find(([word]) => kept === `${secret}/${word}`)?.[1] ?? null;
}

/** @param trying null: neither, any more */
export function rememberTrying(secret: string, trying: Trying | null): void {
  const word = WORDS.find(([, one]) => trying !== null && JSON.stringify(one) === JSON.stringify(trying))?.[0];
  write(() => sessionStorage, TRYING_KEY, word === undefined ? null : `${secret}/${word}`);
}

/** How the phone was checked: with picture or with sound only. A reload in the same tab goes on from there. */
export function checkedBefore(): "picture" | "sound" | null {
  const value = read(() => sessionStorage, CHECKED_KEY);
  return value === "picture" || value === "sound" ? value : null;
}

/** Whether it was checked on the way in through this link: whoever opens another one sees first whose that is. */
export function checkedFor(secret: string): boolean {
  return read(() => sessionStorage, CHECKED_FOR_KEY) === secret;
}

export function rememberChecked(secret: string, soundOnly: boolean): void {
  write(() => sessionStorage, CHECKED_KEY, soundOnly ? "sound" : "picture");
  write(() => sessionStorage, CHECKED_FOR_KEY, secret);
}
