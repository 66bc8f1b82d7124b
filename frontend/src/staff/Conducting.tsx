/** What a host does for everybody in the place: mute all, break and timer, the lock of the room. */
import { useState } from "preact/hooks";
import type { TimerKind } from "../generated/messages";
import { t } from "../i18n";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { TimerBar } from "../ui/TimerBar";
import { useTools } from "./tools";

const CHOICES: readonly [TimerKind, number][] = [
  ["break", 5],
  ["break", 10],
  ["break", 15],
  ["talk", 3],
  ["talk", 5],
];

export function MuteAll() {
  const { command } = useTools();
  return (
    <Button dense icon="users" testId="mute-all" onClick={() => void command("mute_all", {})}>
      {t("conduct.muteAll")}
    </Button>
  );
}

/** Opens the choice of a break or of a time to speak. */
export function Timers() {
  const { command } = useTools();
  const [open, setOpen] = useState(false);
  const start = (kind: TimerKind, minutes: number) => {
    setOpen(false);
    void command("start_timer", { kind, seconds: minutes * 60 });
  };
  return (
    <>
      <Button dense icon="cup" testId="timers" aria-expanded={open} onClick={() => setOpen(!open)}>
        {t("conduct.break")}
      </Button>
      {open && (
        <fieldset class="stage__choices" aria-label={t("conduct.timers")}>
          {CHOICES.map(([kind, minutes]) => (
            <Button
              dense
              key={`${kind}-${minutes}`}
              icon={kind === "break" ? "cup" : "clock"}
              testId={`timer-${kind}-${minutes}`}
              onClick={() => start(kind, minutes)}
            >
              {t(kind === "break" ? "conduct.breakOf" : "conduct.talkOf", { minutes })}
            </Button>
          ))}
        </fieldset>
      )}
    </>
  );
}

/** The countdown, with the way to end it. */
export function RunningTimer() {
  const { state, command } = useTools();
  const kind = state.stage.timer?.kind;
  return (
    <TimerBar state={state}>
      {kind && (
        <Button dense testId="timer-end" onClick={() => void command("stop_timer", {})}>
          {t(`conduct.timerEnd.${kind}`)}
        </Button>
      )}
    </TimerBar>
  );
}

/** Whether the room takes in anybody new. */
export function Lock() {
  const { state, command } = useTools();
  const { locked } = state.stage;
  if (!locked) {
    return (
      <Button
        dense
        icon="unlock"
        testId="lock"
        aria-label={t("conduct.lock")}
        title={t("conduct.lock")}
        onClick={() => void command("lock_room", { locked: true })}
      >
        {t("conduct.lockShort")}
      </Button>
    );
  }
  return (
    <p class="row people__lock" data-testid="locked">
      <span class="badge badge--warn badge--sm" role="status">
        <Icon name="lock" />
        {t("conduct.locked")}
      </span>
      <Button dense icon="unlock" testId="unlock" onClick={() => void command("lock_room", { locked: false })}>
        {t("conduct.unlock")}
      </Button>
    </p>
  );
}
