import type { ComponentChildren } from "preact";
import { t } from "../i18n";
import { myCaucus, runs, shownCaucus, timeBySide } from "../room/caucus";
import { myself, type RoomState } from "../room/state";
import { clock, useNow } from "./hooks";
import { Icon } from "./Icon";
import { Seal, sideName } from "./Seal";

interface Props {
  state: RoomState;
  /** What the mediator can do about it. */
  children?: ComponentChildren;
}

/** That a private talk runs, whose and how long: the same for both sides, and nothing of its content. */
export function CaucusBar({ state, children }: Props) {
  const caucus = shownCaucus(state);
  const now = useNow(1000, caucus !== null) + state.clockOffset;
  if (!caucus) return null;
  const inside = myCaucus(state) !== null;
  const used = [...timeBySide(state, now)];
  const soon = caucus.changes_at !== null ? Math.max(0, Math.ceil(caucus.changes_at - now)) : 0;
  const mine = myself(state)?.side === caucus.side;
  const words =
    caucus.state === "announced"
      ? t("caucus.announced", { side: sideName(caucus.side), count: soon })
      : caucus.state === "closing"
        ? t("caucus.closing", { count: soon })
        : inside
          ? t("caucus.inside")
          : t(caucus.with_host ? "caucus.outside" : "caucus.outsideAlone", { side: sideName(caucus.side) });
  const hint = inside
    ? t(mine ? "caucus.insideHint" : "caucus.hostHint")
    : runs(caucus) && !mine
      ? t("caucus.outsideHint")
      : "";
  return (
    <section class="caucus" data-testid="caucus" data-state={caucus.state} data-inside={String(inside)}>
      <Icon name="lock" />
      <div class="caucus__words grow">
        <b role="status">{words}</b>
        {hint && <p class="tiny">{hint}</p>}
      </div>
      {used.length > 0 && (
        <p class="caucus__times">
          <span class="visually-hidden">{t("caucus.times")}</span>
          {used.map(([side, seconds]) => (
            <span class="caucus__time" key={side}>
              <Seal side={side} />
              <span class="clock">{clock(seconds)}</span>
            </span>
          ))}
        </p>
      )}
      {children}
    </section>
  );
}
