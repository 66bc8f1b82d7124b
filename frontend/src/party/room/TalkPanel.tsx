import { useState } from "preact/hooks";
import { t } from "../../i18n";
import { shortTime } from "../../i18n/time";
import { myTalkCall } from "../../room/talk";
import { call } from "../../talk/api";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { partyAsk, partySentence } from "./ask";
import { PanelFrame } from "./Panel";
import type { PanelProps } from "./panel";

/** "I need to speak to the mediator alone": whether it was sent, and whether it was read. */
export function TalkPanel({ visit, me, state, onClose }: PanelProps) {
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const last = myTalkCall(state);
  const waits = last !== null && last.seen_at === null;
  const send = async () => {
    if (busy || waits) return;
    setBusy(true);
    setError(null);
    try {
      await call(partyAsk(visit, me), "talk");
    } catch (cause) {
      setError(cause);
    } finally {
      setBusy(false);
    }
  };
  return (
    <PanelFrame title={t("call.talk")} testId="talk-panel" onClose={onClose}>
      <div class="paper__body">
        <p>{t("call.talkHint")}</p>
        <p
          class="row strong"
          role="status"
          data-testid="talk-state"
          data-state={last ? (waits ? "sent" : "seen") : "none"}
        >
          {last && (
            <>
              <Icon name={waits ? "clock" : "check"} />
              {t(waits ? "call.sent" : "call.seen", { time: shortTime((last.seen_at ?? last.at) * 1000) })}
            </>
          )}
        </p>
        <Button
          look="primary"
          block
          icon="user"
          testId="talk-send"
          aria-disabled={busy || waits}
          onClick={() => void send()}
        >
          {t(waits ? "call.waiting" : "call.send")}
        </Button>
        {error !== null && (
          <p class="error" role="alert">
            <Icon name="alert" />
            {partySentence(error)}
          </p>
        )}
      </div>
    </PanelFrame>
  );
}
