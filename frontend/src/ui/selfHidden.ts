/** Whether somebody looks at their own picture: to see oneself for hours tires. It lasts as long as the visit. */
import { signal } from "@preact/signals";

const KEY = "self-hidden";

function kept(): string | null {
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    return null; // Storage may be forbidden; then the choice lasts as long as the page.
  }
}

/** The participant of a session who hid themselves in this tab. */
const hidden = signal(kept());

export function isSelfHidden(participantId: string): boolean {
  return hidden.value === participantId;
}

export function hideSelf(participantId: string): void {
  choose(participantId);
}

export function showSelf(): void {
  choose(null);
}

function choose(participantId: string | null): void {
  hidden.value = participantId;
  try {
    if (participantId === null) sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, participantId);
  } catch {
    return; // As above.
  }
}
