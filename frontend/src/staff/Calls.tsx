/** Calls of parties for the mediator, above everything else until they are answered. Without a sound. */
import { t } from "../i18n";
import { shortTime } from "../i18n/time";
import { type Call, openCalls } from "../room/talk";
import { seeCall } from "../talk/api";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { Seal } from "../ui/Seal";
import { useAsk } from "./ask";
import { useOpenCaucus } from "./CaucusControls";
import { useTools } from "./tools";

export function Calls() {
  const { state } = useTools();
  const open = openCalls(state);
  const alarms = open.filter((one) => one.kind !== "talk");
  return (
    <>
      {/* The region is always there: a reader announces what appears in it. */}
      <div role="alert">
        {alarms.map((one) => (
          <CallRow key={one.call_id} call={one} />
        ))}
      </div>
      <div role="status">
        {open
          .filter((one) => one.kind === "talk")
          .map((one) => (
            <CallRow key={one.call_id} call={one} />
          ))}
      </div>
    </>
  );
}

function CallRow({ call }: { call: Call }) {
  const { state, attempt } = useTools();
  const ask = useAsk();
  const alarm = call.kind !== "talk";
  const seen = () => attempt(() => seeCall(ask, call.call_id));
  const caucus = useOpenCaucus(call.side, seen);
  const inside = state.participants.get(call.participant_id);
  const where = inside?.presence === "waiting" ? t("call.fromWaiting") : inside ? "" : t("call.fromOutside");
  return (
    <div class={alarm ? "call call--alarm" : "call"} data-testid="call" data-kind={call.kind}>
      <Icon name={alarm ? "alert" : "user"} large={alarm} />
      <div class="grow">
        <p class="call__who">
          <Seal side={call.side} />
          <b>{t(alarm ? "call.alarmOf" : "call.talkOf", { name: call.name })}</b>
          <span class="clock">{shortTime(call.at * 1000)}</span>
          {where && <span class="badge badge--sm">{where}</span>}
        </p>
        {alarm && <p class="tiny">{t(call.kind === "door" ? "call.doorHint" : "call.alarmHint")}</p>}
      </div>
      {caucus && inside?.presence === "present" && (
        <Button dense icon="lock" testId="call-caucus" onClick={caucus}>
          {t("call.openCaucus")}
        </Button>
      )}
      <Button dense icon="check" testId="call-seen" work={seen}>
        {t(alarm ? "call.acknowledge" : "call.seenIt")}
      </Button>
    </div>
  );
}
