/** Which lines were on the screen already. Lasts as long as the tab. */
import type { RoomState } from "../room/state";
import { type ChatLine, linesOf } from "../room/talk";
import { Seen } from "../ui/seen";

const seen = new Seen("chat.seen");

export function markSeen(lines: readonly ChatLine[]): void {
  seen.mark(lines.map((line) => line.line_id));
}

/** Lines of others that were not on the screen yet. */
export function unreadLines(state: RoomState): ChatLine[] {
  return linesOf(state).filter((line) => line.author.participant_id !== state.me && !seen.has(line.line_id));
}

export function unread(state: RoomState): number {
  return unreadLines(state).length;
}
