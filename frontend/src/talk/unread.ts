/** Which lines were on the screen already. Lasts as long as the tab. */
import { signal } from "@preact/signals";
import type { RoomState } from "../room/state";
import { type ChatLine, linesOf } from "../room/talk";

const KEY = "chat.seen";

function remembered(): ReadonlySet<string> {
  try {
    return new Set(JSON.parse(sessionStorage.getItem(KEY) ?? "[]") as string[]);
  } catch {
    return new Set(); // Storage is forbidden or holds something else: then everything counts as new after a reload.
  }
}

const seen = signal<ReadonlySet<string>>(remembered());

export function markSeen(lines: readonly ChatLine[]): void {
  const fresh = lines.filter((line) => !seen.value.has(line.line_id));
  if (fresh.length === 0) return;
  seen.value = new Set([...seen.value, ...fresh.map((line) => line.line_id)]);
  try {
    sessionStorage.setItem(KEY, JSON.stringify([...seen.value]));
  } catch {
    return; // As above.
  }
}

/** Lines of others that were not on the screen yet. */
export function unreadLines(state: RoomState): ChatLine[] {
  return linesOf(state).filter((line) => line.author.participant_id !== state.me && !seen.value.has(line.line_id));
}

export function unread(state: RoomState): number {
  return unreadLines(state).length;
}
