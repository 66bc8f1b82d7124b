import type { ComponentChildren } from "preact";
import type { CaucusView } from "../generated/messages";
import { listed, t } from "../i18n";
import { hearers, myCaucus, runs, shownCaucus, timeBySide } from "../room/caucus";
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
  if (!caucus) return <CaucusOff state={state} />;
  const inside = myCaucus(state) !== null;
  const used = [...timeBySide(state, now)];
  const soon = caucus.changes_at !== null ? Math.max(0, Math.ceil(caucus.changes_at - now)) : 0;
  const mine = myself(state)?.side === caucus.side;
  const waits = caucus.changes_at === null;
  const words =
    caucus.state === "announced"
      ? t(waits ? "caucus.announcedAgain" : "caucus.announced", { side: sideName(caucus.side), count: soon })
      : caucus.state === "closing"
        ? t(waits ? "caucus.closingAgain" : "caucus.closing", { count: soon })
        : inside
          ? insideWords(state, caucus)
          : t(caucus.with_host ? "caucus.outside" : "caucus.outsideAlone", { side: sideName(caucus.side) });
  const hint = inside
    ? t(mine ? "caucus.insideHint" : "caucus.hostHint")
    : isOutside(state) && !mine
      ? t("caucus.outsideHint")
      : "";
  return (
    <section class="caucus" data-testid="caucus" data-state={caucus.state} data-inside={String(inside)}>
      <Icon name="lock" />
      <div class="caucus__words grow">
        <b role="status">{words}</b>
        {hint && <p class="tiny">{hint}</p>}
      </div>
      <p class="caucus__times">
        <span class="visually-hidden">{t("caucus.times")}</span>
        {used.map(([side, seconds]) => (
          <span class="caucus__time" key={side}>
            <Seal side={side} />
            <span class="clock">{clock(seconds)}</span>
          </span>
        ))}
      </p>
      {children}
    </section>
  );
}

const SHOWN_SECONDS = 15;
const WHY = {
  called_off: "caucus.off.called_off",
  nobody: "caucus.off.nobody",
  elsewhere: "caucus.off.elsewhere",
  refused: "caucus.off.refused",
  no_host: "caucus.off.no_host",
} as const;

/** For a while: that a private talk which was announced does not take place, and why; the same for everybody. */
export function CaucusOff({ state }: { state: RoomState }) {
  const off = state.calledOff;
  const now = useNow(1000, off !== null);
  if (!off || now - off.at > SHOWN_SECONDS) return null;
  return (
    <section class="caucus" data-testid="caucus-off" data-reason={off.reason}>
      <Icon name="lock" />
      <div class="caucus__words grow">
        <b role="status">{t(WHY[off.reason] ?? WHY.refused, { side: sideName(off.side) })}</b>
      </div>
    </section>
  );
}

/** A mediator reads who is in the sealed room; a party what it means for them. */
function insideWords(state: RoomState, caucus: CaucusView): string {
  if (myself(state)?.role !== "host") return t(caucus.with_host ? "caucus.inside" : "caucus.insideAlone");
  const others = [...state.participants.values()].filter(
    (one) => one.caucus_id === caucus.caucus_id && one.participant_id !== state.me,
  );
  return t("caucus.sealedRoom", { names: listed(others.map((one) => one.display_name)) });
}

/** Whether this person waits while the other side talks alone. */
export function isOutside(state: RoomState): boolean {
  const caucus = shownCaucus(state);
  return caucus !== null && runs(caucus) && myCaucus(state) === null && myself(state)?.role === "party";
}

/** The same for who waits: large, with what it means for them. Nothing of its content, place or people. */
export function CaucusOutside({ state, compact }: { state: RoomState; compact: boolean }) {
  const caucus = shownCaucus(state);
  const now = useNow(1000, caucus !== null) + state.clockOffset;
  if (!caucus) return null;
  const closing = caucus.state === "closing" && caucus.changes_at !== null;
  const soon = closing ? Math.max(0, Math.ceil((caucus.changes_at ?? now) - now)) : 0;
  const own = myself(state)?.side === caucus.side;
  const words = closing
    ? t("caucus.closing", { count: soon })
    : own
      ? t("caucus.ownSide")
      : t(caucus.with_host ? "caucus.outside" : "caucus.outsideAlone", { side: sideName(caucus.side) });
  return (
    <section
      class={compact ? "outside outside--compact" : "outside"}
      data-testid="caucus"
      data-state={caucus.state}
      data-inside="false"
    >
      <p class="outside__title">
        <Icon name="lock" />
        <b role="status">{words}</b>
      </p>
      <p class="outside__clock">
        <span class="meta">{t("caucus.sinceThen")}</span>
        <span class="clock outside__time">{clock(now - (caucus.opened_at ?? now))}</span>
      </p>
      {!compact && (
        <>
          <CaucusTotals state={state} always />
          <ul class="outside__hints">
            <Heard state={state} />
            <li>
              <Icon name="lock" />
              <span>{t("caucus.hintSealed")}</span>
            </li>
            <li>
              <Icon name="cup" />
              <span>{t("caucus.outsideHint")}</span>
            </li>
          </ul>
        </>
      )}
    </section>
  );
}

/** Whether anybody hears or sees who waits: said before they say something that is meant for nobody. */
function Heard({ state }: { state: RoomState }) {
  const names = hearers(state).map((one) => one.display_name);
  return (
    <li data-testid="heard-by" data-count={names.length}>
      <Icon name={names.length === 0 ? "mic-off" : "mic"} />
      <span>{names.length === 0 ? t("caucus.unheard") : t("caucus.heardBy", { names: listed(names) })}</span>
    </li>
  );
}

/** Whether this person waits outside and nobody hears or sees them until all come back. */
export function isUnheard(state: RoomState): boolean {
  return isOutside(state) && shownCaucus(state)?.state === "open" && hearers(state).length === 0;
}

/** How long each side has talked alone, with the figure beside its bar. */
export function CaucusTotals({ state, always }: { state: RoomState; always?: boolean }) {
  const running = [...state.caucuses.values()].some(runs);
  const now = useNow(1000, running) + state.clockOffset;
  const used = [...timeBySide(state, now)];
  const most = Math.max(...used.map(([, seconds]) => seconds), 1);
  const any = [...state.caucuses.values()].some((one) => one.opened_at !== null);
  if (!always && !any) return null;
  return (
    <div class="totals" data-testid="caucus-totals">
      <p class="tiny">{t("caucus.timesBoth")}</p>
      {used.map(([side, seconds]) => (
        <p class="totals__row" key={side}>
          <Seal side={side} />
          <progress class="totals__bar" max={most} value={seconds} aria-hidden="true" data-side={side} />
          <span class="clock">{clock(seconds)}</span>
        </p>
      ))}
    </div>
  );
}
