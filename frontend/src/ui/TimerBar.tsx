import type { ComponentChildren } from "preact";
import { t } from "../i18n";
import { secondsLeft } from "../room/conduct";
import type { RoomState } from "../room/state";
import { useNow } from "./hooks";
import { Icon } from "./Icon";

interface Props {
  state: RoomState;
  /** What the mediator can do about it. */
  children?: ComponentChildren;
}

/** `09:58` */
export function shortClock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  return `${String(Math.floor(whole / 60)).padStart(2, "0")}:${String(whole % 60).padStart(2, "0")}`;
}

/** The countdown that everybody sees: a break, or the time to speak. Spoken at its begin and end, not every second. */
export function TimerBar({ state, children }: Props) {
  const { timer } = state.stage;
  const now = useNow(500, timer !== null) + state.clockOffset;
  if (!timer) return null;
  const left = secondsLeft(timer, now);
  return (
    <section class="timer" data-testid="timer" data-kind={timer.kind} data-over={left === 0 ? "" : undefined}>
      <Icon name={timer.kind === "break" ? "cup" : "clock"} />
      <b role="status">{t(left === 0 ? `timer.${timer.kind}.over` : `timer.${timer.kind}`)}</b>
      {left > 0 && (
        <span class="clock timer__left" role="timer">
          {t("timer.left", { time: shortClock(left) })}
        </span>
      )}
      {children}
    </section>
  );
}
