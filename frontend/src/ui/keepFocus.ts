/** The keyboard is never nowhere: when the control that has it goes away, or can no longer be pressed, it goes on from
 * what stands in that control's place. Only for whoever uses keys: a finger needs no focus, and a field that gets it
 * brings up a phone's keyboard. */
import { type Around, succeed, surroundings } from "./returnFocus";

/** Whoever removes a control may know better where to go on, and says so after the next picture. */
const SOON_MS = 100;
/** A control that only waits for the server's answer gets the keyboard back. */
const PATIENCE_MS = 1_500;

const WRITTEN = "input:not([type=checkbox]):not([type=radio]), textarea, [contenteditable]";

export function keepFocus(): void {
  let last: HTMLElement | null = null;
  let around: Around[] = [];
  let byKeys = true;
  let timer = 0;
  let lostAt = 0;
  /** Whether it could not be used for a while. */
  let waited = false;

  const remember = () => {
    const active = document.activeElement;
    if (!(active instanceof HTMLElement) || active === document.body) return;
    if (active !== last) waited = false;
    last = active;
    around = surroundings(active);
  };
  const look = () => {
    timer = 0;
    if (last === null || !byKeys || document.activeElement !== document.body) return;
    const there = last.getClientRects().length > 0;
    if (there && !last.matches(":disabled")) {
      // A field that nothing took away was left on purpose: a phone's "done" does it, and a focus would bring up its keys.
      if (waited || !last.matches(WRITTEN)) last.focus();
      waited = false;
      return;
    }
    waited ||= there;
    if (there && Date.now() - lostAt < PATIENCE_MS) timer = window.setTimeout(look, SOON_MS);
    else succeed(around);
  };
  document.addEventListener("focusin", remember);
  document.addEventListener(
    "keydown",
    () => {
      byKeys = true;
      remember(); // what stands around it may have changed since it was reached
    },
    true,
  );
  document.addEventListener(
    "pointerdown",
    () => {
      byKeys = false;
      last = null;
    },
    true,
  );
  new MutationObserver(() => {
    if (!byKeys || timer !== 0 || last === null || document.activeElement !== document.body) return;
    lostAt = Date.now();
    timer = window.setTimeout(look, SOON_MS);
  }).observe(document.body, {
    subtree: true,
    childList: true,
    attributes: true,
    attributeFilter: ["disabled", "hidden"],
  });
}
