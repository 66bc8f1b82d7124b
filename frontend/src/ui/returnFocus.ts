/** The keyboard after a dialog: back to what opened it, or to what stands in its place once that is gone. */

const STOPS = "button:not([disabled]), a[href], input:not([disabled]), select, textarea, [tabindex='0']";
/** What was done may take its button away only when the server has answered. */
const WATCH_MS = 5_000;

/** One of the elements around the opener, and which of its stops the opener was. */
export interface Around {
  element: HTMLElement;
  index: number;
}

/** Remembers what has the focus now. What is returned gives the focus back, and goes on to see that it is not lost. */
export function focusReturner(): () => void {
  const active = document.activeElement as HTMLElement | null;
  const opener = active === document.body ? null : active; // not every browser gives a pressed button the focus
  const around = opener === null ? [] : surroundings(opener);
  return () => {
    if (opener?.isConnected) opener.focus();
    else succeed(around);
    const observer = new MutationObserver(() => {
      if (document.activeElement !== document.body || opener?.isConnected) return;
      observer.disconnect();
      succeed(around);
    });
    observer.observe(document.body, { childList: true, subtree: true });
    setTimeout(() => observer.disconnect(), WATCH_MS);
  };
}

/** The nearest first; what holds every page is none of them. */
export function surroundings(opener: HTMLElement): Around[] {
  const found: Around[] = [];
  for (
    let one = opener.parentElement;
    one?.parentElement && one.parentElement !== document.body;
    one = one.parentElement
  ) {
    found.push({ element: one, index: [...one.querySelectorAll(STOPS)].indexOf(opener) });
  }
  return found;
}

/** The stop that stands now where the lost one stood, or else the heading of what is shown. */
export function succeed(around: readonly Around[]): void {
  for (const { element, index } of around.filter((one) => one.element.isConnected)) {
    const stops = [...element.querySelectorAll<HTMLElement>(STOPS)];
    const at = Math.max(index, 0);
    for (const next of [...stops.slice(at), ...stops.slice(0, at).reverse()]) {
      if (next.getClientRects().length === 0) continue;
      next.focus(); // what lies in something folded has a place, and takes no focus
      if (document.activeElement === next) return;
    }
  }
  // Another page is there: it is read from its heading.
  const heading = document.querySelector<HTMLElement>("main h1, h1");
  if (!heading) return;
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}

/** On to the next control once an answer has come, unless whoever pressed has gone on to something else meanwhile. */
export function goOn(from: Element | null, to: HTMLElement | null): void {
  const now = document.activeElement;
  if (now === null || now === document.body || now === from) to?.focus();
}
