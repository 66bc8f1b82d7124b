/** Why a text that was locked may be changed again: who opened it, when, for what reason. For everybody, until the next
 * lock. */
import { t } from "../i18n";
import { shortTime, zoneNote } from "../i18n/time";
import type { RoomState } from "../room/state";
import { Note } from "./Note";

interface UnfrozenView {
  name: string;
  at: string;
  reason: string;
  void_signatures: number;
}

export function Unfrozen({ state }: { state: RoomState }) {
  const opened = state.board.unfrozen as UnfrozenView | undefined;
  if (!opened) return null;
  const time = shortTime(opened.at) + zoneNote(opened.at);
  return (
    <div class="unfrozen" role="status">
      <Note
        tone="warn"
        icon="unlock"
        small
        testId="unfrozen"
        title={t("agreement.unfrozen", { name: opened.name, time })}
      >
        <p>{t("agreement.unfrozenReason", { reason: opened.reason })}</p>
        <p>{t(opened.void_signatures > 0 ? "agreement.unfrozenSigned" : "agreement.unfrozenNext")}</p>
      </Note>
    </div>
  );
}
