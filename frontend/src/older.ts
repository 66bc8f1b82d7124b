/** What browsers of 2020 do not have yet and what we ship calls. New syntax is translated by the build, this is not.
 *
 * `findLast` is the editor's own (Tiptap, on every change of the draft). */

function define(of: object, name: string, value: unknown): void {
  if (!(name in of)) Object.defineProperty(of, name, { value, configurable: true, writable: true });
}

/** Chrome 92, Safari 15.4. */
function at<T>(this: readonly T[], index: number): T | undefined {
  const whole = Math.trunc(index) || 0;
  return this[whole < 0 ? this.length + whole : whole];
}

/** Chrome 97, Safari 15.4. */
function findLast<T>(this: readonly T[], wanted: (one: T, index: number, all: readonly T[]) => unknown): T | undefined {
  for (let index = this.length - 1; index >= 0; index--) {
    const one = this[index] as T;
    if (wanted(one, index, this)) return one;
  }
  return undefined;
}

/** Gaps between flexible boxes: Chrome 84, Safari 14.1. No condition of a style sheet can ask for them. */
function keepsGaps(): boolean {
  const box = document.createElement("div");
  box.style.cssText = "position:absolute;display:flex;flex-direction:column;row-gap:1px";
  box.append(document.createElement("div"), document.createElement("div"));
  document.documentElement.append(box);
  const keeps = box.scrollHeight === 1;
  box.remove();
  return keeps;
}

/** Loads the margins that stand in for gaps (`scripts/gapless.mjs`), before all other sheets. */
function spaceOut(): void {
  const sheet = document.documentElement.dataset.gapless;
  if (!sheet || keepsGaps()) return;
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = sheet;
  document.head.prepend(link);
}

export function bringUp(): void {
  define(Array.prototype, "at", at);
  define(Array.prototype, "findLast", findLast);
  spaceOut();
}
