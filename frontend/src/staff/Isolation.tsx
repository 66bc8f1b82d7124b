/** A private talk as the mediator checks it: who is cut off, what is stopped, and what those outside see. */
import type { ComponentChildren } from "preact";
import { t } from "../i18n";
import { apart, myCaucus } from "../room/caucus";
import { clock, useNow } from "../ui/hooks";
import { Icon } from "../ui/Icon";
import { Seal, sideName } from "../ui/Seal";
import { useTools } from "./tools";

export function Isolation() {
  const { state } = useTools();
  const caucus = myCaucus(state);
  const now = useNow(1000, caucus !== null) + state.clockOffset;
  if (!caucus) return null;
  const outside = [...state.participants.values()].filter((one) => apart(state, one) && one.presence !== "waiting");
  const { sealed } = caucus;
  const silent = state.recording.state !== "on";
  const used = clock(now - (caucus.opened_at ?? now));
  return (
    <>
      <section class="stack stack--2" data-testid="isolation" data-sealed={String(sealed)}>
        <h2 class="section-title">
          {t("isolation.title")} <span class="tiny">{t("isolation.hint")}</span>
        </h2>
        <ul class="side">
          {outside.map((one) => (
            <Check key={one.participant_id} done={sealed}>
              {t(sealed ? "isolation.cutOff" : "isolation.cutting", { name: one.display_name })}
            </Check>
          ))}
          <Check done={sealed}>{t(sealed ? "isolation.media" : "isolation.mediaWaits")}</Check>
          <Check done={silent}>{t(silent ? "isolation.notRecorded" : "isolation.stillRecorded")}</Check>
          <Check done>{t("isolation.text")}</Check>
        </ul>
      </section>
      {outside.length > 0 && (
        <section class="stack stack--2">
          <h2 class="section-title">
            {t("isolation.outside")} <span class="tiny">{t("staff.peopleCount", { count: outside.length })}</span>
          </h2>
          <ul class="side">
            {outside.map((one) => (
              <li class="person" key={one.participant_id}>
                <Seal side={one.side} />
                <b class="grow">{one.display_name}</b>
                <span class="tiny">{t(`isolation.${one.presence}` as never)}</span>
              </li>
            ))}
          </ul>
          <p class="tiny">{t("isolation.theySee", { side: sideName(caucus.side), time: used })}</p>
        </section>
      )}
    </>
  );
}

function Check({ done, children }: { done: boolean; children: ComponentChildren }) {
  return (
    <li class="person">
      <span class={done ? "mark mark--sm mark--ok" : "mark mark--sm mark--warn"}>
        <Icon name={done ? "check" : "clock"} />
      </span>
      <span class="grow">{children}</span>
    </li>
  );
}
