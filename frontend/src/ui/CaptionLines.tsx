/** The last captions of the place one is in, read out politely. */
import { t } from "../i18n";
import { type Caption, captionsOf, current } from "../room/captions";
import type { RoomState } from "../room/state";
import { scrollable, useNow } from "./hooks";
import { sideName } from "./Seal";

const MOST = 2;

export function CaptionLines({ state }: { state: RoomState }) {
  const now = useNow(5000, captionsOf(state).length > 0) + state.clockOffset;
  const lines = current(state, now, MOST);
  return (
    <section class="captions" aria-label={t("captions.title")} data-testid="captions" data-lines={lines.length}>
      {/* The region is always there: a reader announces what appears in it. */}
      <div class="captions__lines" {...(lines.length > 0 ? scrollable : {})}>
        <div aria-live="polite">
          {lines.map((line) => (
            <p class="captions__line" key={`${line.at} ${line.participant_id}`}>
              <b>{speaker(line, state)}</b>
              {line.writer && <span class="captions__by">{t("captions.writtenBy", { name: line.writer })}</span>}
              {t("captions.says")}
              {line.text}
            </p>
          ))}
        </div>
      </div>
      {lines.length > 0 && <p class="captions__note">{t("captions.note")}</p>}
    </section>
  );
}

function speaker(line: Caption, state: RoomState): string {
  if (line.participant_id === state.me) return t("common.you");
  return line.side === "mediator" ? `${sideName(line.side)} ${line.name}` : line.name;
}
