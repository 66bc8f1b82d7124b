import { useContext } from "preact/hooks";
import type { RecordingView } from "../generated/messages";
import { t } from "../i18n";
import { Connected } from "./connected";
import { clock, useNow } from "./hooks";
import { Icon } from "./Icon";

interface Props {
  recording: RecordingView | null;
  /** The server's clock minus this device's, in seconds. */
  clockOffset?: number;
  /** The rounded form in a desktop's bar. */
  chip?: boolean;
  /** Whoever looks at it is not recorded themselves. */
  withoutMe?: boolean;
}

/** Whether a recording runs. First in reading order on every screen, never covered, never hidden. */
export function RecStrip({ recording, clockOffset = 0, chip, withoutMe }: Props) {
  // A screen that is cut off must not go on claiming what it last heard.
  const cutOff = !useContext(Connected) && recording !== null;
  const state = cutOff ? "unknown" : stateOf(recording);
  const now = useNow(1000, state === "on" || state === "failed") + clockOffset;
  return (
    <div class={chip ? "rec rec--chip" : "rec"} data-testid="rec-strip" data-state={state} role="status">
      {(state === "failed" || state === "unknown") && <Icon name="alert" />}
      {state === "sealed" && <Icon name="lock" />}
      {state === "paused" && <Icon name="pause" />}
      {(state === "on" || state === "off") && <span class="rec__dot" aria-hidden="true" />}
      <span class="rec__words" title={state === "paused" ? (recording?.reason ?? undefined) : undefined}>
        {t(`rec.${state}`)}
        {state === "on" && withoutMe && <span class="rec__notme">{t("rec.withoutYou")}</span>}
        {state === "paused" && recording?.reason && (
          <span class="rec__reason">{t("rec.because", { reason: recording.reason })}</span>
        )}
      </span>
      {state === "on" && recording?.started_at && (
        <span class="rec__end" aria-hidden="true">
          <span class="clock">{clock(now - recording.started_at)}</span>
        </span>
      )}
      {state === "failed" && recording?.failed_at && (
        <span class="rec__end" aria-hidden="true">
          <span class="clock">{t("rec.lost", { time: clock(now - recording.failed_at) })}</span>
        </span>
      )}
    </div>
  );
}

/** `sealed`: paused because a private talk runs. */
function stateOf(recording: RecordingView | null) {
  if (recording === null) return "off";
  return recording.state === "paused" && recording.reason === "caucus" ? "sealed" : recording.state;
}
