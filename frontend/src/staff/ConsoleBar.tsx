import { useContext } from "preact/hooks";
import { t } from "../i18n";
import { Brand } from "../ui/Brand";
import { Button } from "../ui/Button";
import { Connected } from "../ui/connected";
import { Icon } from "../ui/Icon";
import { RecStrip } from "../ui/RecStrip";
import { agreementOf, ENDINGS, isDone, type Phase, STAGES, stageOf } from "./phase";
import { isStuck } from "./RecordingAlarm";
import { useTools } from "./tools";

/** Case, stage, recording, end. The recording chip never moves and is never covered. */
export function ConsoleBar({ phase, drawer, onDrawer }: { phase: Phase; drawer: boolean; onDrawer: () => void }) {
  const { state, detail } = useTools();
  const waiting = [...state.participants.values()].filter((one) => one.presence === "waiting").length;
  return (
    <header class="console__bar">
      <button
        class="btn btn--dense console__drawer-button"
        type="button"
        aria-expanded={drawer}
        aria-controls="people"
        onClick={onDrawer}
      >
        <Icon name="users" />
        {t("staff.people")}
        {waiting > 0 && (
          <span class="badge badge--sm badge--accent">
            <span class="badge__count" aria-hidden="true">
              {waiting}
            </span>
            <span class="badge__word">{t("staff.waitingCount", { count: waiting })}</span>
          </span>
        )}
      </button>
      <Brand bare />
      <div class="bar__title console__title" title={detail.title}>
        <b>{detail.title}</b>
        <span class="tiny">{detail.case_no}</span>
      </div>
      <Recording />
      <EndButton phase={phase} />
      <ol class="stagebar" aria-label={t("staff.stages")}>
        {STAGES.map((stage) => (
          <li
            key={stage}
            data-done={isDone(phase, stage, state) ? "" : undefined}
            aria-current={stageOf(phase, state) === stage ? "step" : undefined}
          >
            {isDone(phase, stage, state) && <Icon name="check" />}
            {t(`staff.stage.${stage}`)}
          </li>
        ))}
      </ol>
    </header>
  );
}

function Recording() {
  const { state, command, ask } = useTools();
  const connected = useContext(Connected);
  const { recording } = state;
  const stop = () =>
    ask({
      title: t("staff.rec.stopTitle"),
      consequences: [
        { icon: "msg", text: t("staff.rec.stopShown") },
        { icon: "doc", text: t("staff.rec.stopLogged") },
        { icon: "info", text: t("staff.rec.stopProof") },
      ],
      act: t("staff.rec.stopAct"),
      reasonLabel: t("staff.rec.stopReason"),
      reasonLength: 100,
      onAct: (reason) => void command("stop_recording", { reason }),
    });
  const pause = () =>
    ask({
      title: t("conduct.rec.pauseTitle"),
      consequences: [
        { icon: "msg", text: t("conduct.rec.pauseShown") },
        { icon: "doc", text: t("conduct.rec.pauseLogged") },
      ],
      act: t("conduct.rec.pauseAct"),
      reasonLabel: t("conduct.rec.reason"),
      reasonLength: 100,
      immediate: true,
      onAct: (reason) => void command("pause_recording", { reason }),
    });
  const paused = recording.state === "paused" && recording.reason !== "caucus";
  return (
    <div class="console__rec">
      <span class="console__chip" data-testid="rec-chip" data-state={connected ? recording.state : "unknown"}>
        <RecStrip chip recording={recording} clockOffset={state.clockOffset} />
      </span>
      {isStuck(recording) && (
        <Button dense testId="rec-again" work={() => command("start_recording", {})}>
          {t("staff.rec.again")}
        </Button>
      )}
      {recording.state === "on" && (
        <Button dense testId="rec-pause" onClick={pause}>
          {t("conduct.rec.pause")}
        </Button>
      )}
      {paused && (
        <Button dense testId="rec-continue" work={() => command("continue_recording", {})}>
          {t("conduct.rec.continue")}
        </Button>
      )}
      {recording.state === "off" ? (
        <Button dense testId="rec-start" work={() => command("start_recording", {})}>
          {t("staff.rec.start")}
        </Button>
      ) : (
        <Button dense testId="rec-stop" onClick={stop}>
          {t("staff.rec.stop")}
        </Button>
      )}
    </div>
  );
}

function EndButton({ phase }: { phase: Phase }) {
  const { state, command, ask } = useTools();
  const end = () => {
    const agreement = agreementOf(state);
    const open = [];
    // An agreement in force is the reason; why there is none only the mediator knows.
    const why = phase !== "in_force" && {
      reasonLabel: t("staff.end.why"),
      reasons: ENDINGS.map((code) => ({
        code,
        words: t(code === "AGREEMENT" ? "staff.end.elsewhere" : `ended.because.${code}`),
      })),
    };
    if (agreement && phase !== "in_force") open.push({ icon: "alert" as const, text: t("staff.end.notInForce") });
    if (!agreement) open.push({ icon: "alert" as const, text: t("staff.end.noAgreement") });
    ask({
      title: t("staff.end.title"),
      consequences: [
        ...open,
        { icon: "exit", text: t("staff.end.everybodyLeaves") },
        { icon: "folder", text: t("staff.end.filed") },
      ],
      act: t("staff.end.act"),
      ...why,
      onAct: (reason) => void command("close_room", { reason }),
    });
  };
  return (
    <Button dense look="danger" class="console__end" testId="end-session" onClick={end}>
      {t("staff.end.button")}
    </Button>
  );
}
