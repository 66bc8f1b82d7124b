import { useState } from "preact/hooks";
import { t } from "../../i18n";
import type { RoomState } from "../../room/state";
import { useNow } from "../../ui/hooks";
import { Icon } from "../../ui/Icon";
import type { Me } from "../api";

interface Line {
  text: string;
  at: number;
}

/** What the mediator tells those who wait, how many came before, and how long one has waited. Without a line of their
 * own: a usual one. */
export function Greeting({ state, me, here }: { state: RoomState; me: Me; here: boolean }) {
  const [since] = useState(() => Date.now() / 1000);
  const minutes = Math.floor((useNow(10_000) - since) / 60);
  const ahead = state.stage.ahead;
  const lines = ["all", me.participant.side]
    .map((side) => state.board[`greeting/${side}`] as Line | undefined)
    .filter((line) => line !== undefined)
    .sort((one, other) => one.at - other.at)
    .map((line) => line.text);
  if (lines.length === 0 && here) lines.push(t("waiting.defaultHere", { mediator: me.session.mediator_name }));
  return (
    <div class="stack stack--2">
      <div role="status">
        {lines.length > 0 && (
          <div class="note greeting" data-testid="greeting">
            <Icon name="msg" />
            <div class="grow">
              <p class="meta">{t("waiting.says")}</p>
              {lines.map((line) => (
                <p class="greeting__line strong" key={line}>
                  {line}
                </p>
              ))}
            </div>
          </div>
        )}
      </div>
      <div class="row row--top" role="status" data-testid="ahead" data-count={ahead}>
        <Icon name="users" />
        <p class="grow">
          <span class="strong">{ahead === 0 ? t("waiting.aheadNone") : t("waiting.ahead", { count: ahead })}</span>
          <br />
          <span class="meta">{t("waiting.order")}</span>
        </p>
      </div>
      <p class="meta row">
        <Icon name="clock" />
        <span>{minutes < 1 ? t("waiting.sinceNow") : t("waiting.since", { minutes })}</span>
      </p>
    </div>
  );
}
