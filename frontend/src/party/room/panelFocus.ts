import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

const HEAD = ".paper__head h2, .paper__head button";
const MORE = '[data-testid="ctrl-more"]';
/** The way in the waiting room. */
export const CONSENTS = '[data-testid="ctrl-consents"]';

/** What was opened has the focus, at its heading; closing gives it back to what opened it, or to `way`, by which one
 * gets there. */
export function usePanelFocus(stage: RefObject<HTMLElement | null>, view: string, way: string = MORE): void {
  const opener = useRef<Element | null>(null);
  const before = useRef(view);
  // With the change itself, not some time after it: a key that is pressed at once goes to what is there now.
  useLayoutEffect(() => {
    if (before.current === view) return;
    before.current = view;
    const head = stage.current?.querySelector<HTMLElement>(HEAD);
    if (head) {
      const active = document.activeElement;
      if (active !== document.body && !active?.closest(".paper")) opener.current = active;
      if (head.tagName === "H2") head.tabIndex = -1;
      head.focus();
      return;
    }
    const back = opener.current?.isConnected ? opener.current : stage.current?.querySelector(way);
    opener.current = null;
    (back as HTMLElement | null | undefined)?.focus();
  }, [view]);
}
