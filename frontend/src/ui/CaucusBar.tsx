import type { ComponentChildren } from "preact";
import type { CaucusView } from "../generated/messages";
import { listed, t } from "../i18n";
import { hearers, myCaucus, runs, shownCaucuses, timeBySide } from "../room/caucus";
import { myself, type RoomState } from "../room/state";
import { clock, useNow } from "./hooks";
import { Icon } from "./Icon";
import { Seal, sideName } from "./Seal";

interface Props {
  state: RoomState;
  /** One that is shown elsewhere. */
  except?: CaucusView | null;
  /** What the mediator can do about each. */
  acts?: (caucus: CaucusView) => ComponentChildren;
}

/** That private talks run, whose and how long: the same for both sides, and nothing of their content. */
export function CaucusBar({ state, except, acts }: Props) {
  const shown = shownCaucuses(state).filter((one) => one.caucus_id !== except?.caucus_id);
  return (
    <>
      {shown.map((one, index) => (
        // The times of both sides are one line, however many talks there are.
        <CaucusRow key={one.caucus_id} state={state} caucus={one} times={index === 0 && !except}>
          {acts?.(one)}
        </CaucusRow>
      ))}
      <CaucusOff state={state} />
    </>
  );
}

interface RowProps {
  state: RoomState;
  caucus: CaucusView;
  times: boolean;
  children?: ComponentChildren;
}

function CaucusRow({ state, caucus, times, children }: RowProps) {
  const now = useNow(1000) + state.clockOffset;
  const inside = myCaucus(state)?.caucus_id === caucus.caucus_id;
  const mine = myself(state)?.side === caucus.side;
  const hint = inside ? t(mine ? "caucus.insideHint" : "caucus.hostHint") : "";
  return (
    <section
      class="caucus"
      data-testid="caucus"
      data-side={caucus.side}
      data-state={caucus.state}
      data-inside={String(inside)}
    >
      <Icon name="lock" />
      <div class="caucus__words grow">
        <b role="status">{rowWords(state, caucus, inside, now)}</b>
        {hint && <p class="tiny">{hint}</p>}
      </div>
      {times && (
        <p class="caucus__times">
          <span class="visually-hidden">{t("caucus.times")}</span>
          {[...timeBySide(state, now)].map(([side, seconds]) => (
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

function rowWords(state: RoomState, caucus: CaucusView, inside: boolean, now: number): string {
  const waits = caucus.changes_at === null;
  const count = waits ? 0 : secondsTo(caucus, now);
  const side = sideName(caucus.side);
  if (caucus.state === "announced") {
    const me = myself(state);
    // Whom it is about is told so: a role is a word that one has to remember.
    const soon =
      me?.role !== "host" && me?.side === caucus.side
        ? (`caucus.announcedYou${caucus.with_host ? "" : "Alone"}` as const)
        : caucus.with_host
          ? "caucus.announced"
          : "caucus.announcedAlone";
    return t(waits ? "caucus.announcedAgain" : soon, { side, count });
  }
  if (caucus.state === "closing") {
    const soon = inside ? "caucus.closing" : "caucus.closingSide";
    return t(waits ? "caucus.closingAgain" : soon, { side, count });
  }
  if (inside) return insideWords(state, caucus);
  return t(caucus.with_host ? "caucus.outside" : "caucus.outsideAlone", { side });
}

/** Two clocks are never quite the same: a countdown of ten seconds does not begin with eleven. */
const CLOCKS_DIFFER = 0.2;

function secondsTo(caucus: CaucusView, now: number): number {
  return Math.max(0, Math.ceil((caucus.changes_at ?? now) - now - CLOCKS_DIFFER));
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

interface OutsideProps {
  state: RoomState;
  caucus: CaucusView;
  compact: boolean;
}

/** The same for who waits: large, with what it means for them. Nothing of its content, place or people. */
export function CaucusOutside({ state, caucus, compact }: OutsideProps) {
  const now = useNow(1000) + state.clockOffset;
  const closing = caucus.state === "closing" && caucus.changes_at !== null;
  const soon = closing ? secondsTo(caucus, now) : 0;
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
      data-side={caucus.side}
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
