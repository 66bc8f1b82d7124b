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
  /** During private talks. */
  sealed?: boolean;
}

/** Whether a recording runs. First in reading order on every screen, never covered, never hidden. */
export function RecStrip({ recording, clockOffset = 0, chip, sealed }: Props) {
  // A screen that is cut off must not go on claiming what it last heard.
  const cutOff = !useContext(Connected) && recording !== null;
  const state = cutOff ? "unknown" : sealed ? "sealed" : (recording?.state ?? "off");
  const now = useNow(1000, state === "on" || state === "failed") + clockOffset;
  return (
    <div class={chip ? "rec rec--chip" : "rec"} data-testid="rec-strip" data-state={state} role="status">
      {(state === "failed" || state === "unknown") && <Icon name="alert" />}
      {state === "sealed" && <Icon name="lock" />}
      {(state === "on" || state === "off") && <span class="rec__dot" aria-hidden="true" />}
      <span>{t(`rec.${state}`)}</span>
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
