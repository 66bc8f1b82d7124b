import type { RecordingView } from "../generated/messages";
import { hasKey, t } from "../i18n";
import { clock, useNow } from "../ui/hooks";
import { Icon } from "../ui/Icon";
import { useTools } from "./tools";

/** A process that died comes back by itself; a full disk or a broken file has to be put right by somebody. */
export function isStuck(recording: RecordingView): boolean {
  return recording.state === "failed" && (recording.reason === "disk_full" || recording.reason === "write_failed");
}

/** A recording that does not run although it should, or that has a gap, is said in words and stays said. */
export function RecordingAlarm() {
  const { recording, clockOffset } = useTools().state;
  const failed = recording.state === "failed";
  const now = useNow(1000, failed) + clockOffset;
  if (failed) {
    const reason = `staff.rec.reason.${recording.reason}`;
    const down = recording.failed_at === null ? "" : clock(now - recording.failed_at);
    return (
      <p class="console__line console__line--danger" role="alert">
        <Icon name="alert" />
        {t(isStuck(recording) ? "staff.rec.stuck" : "staff.rec.failed", {
          reason: hasKey(reason) ? t(reason) : (recording.reason ?? ""),
          time: down,
        })}
      </p>
    );
  }
  if (recording.lost_seconds > 0) {
    return (
      <p class="console__line console__line--warn" role="status" data-testid="rec-gap">
        <Icon name="alert" />
        {t("staff.rec.gap", { seconds: recording.lost_seconds.toFixed(1) })}
      </p>
    );
  }
  return null;
}
