/** After signing: in force, or signed and whose signature or seal is still missing. */
import type { ComponentChildren } from "preact";
import type { AgreementView, Window } from "../../api";
import { pick, t } from "../../i18n";
import { civilDate, dateTime, daysUntil, zoneNote } from "../../i18n/time";
import type { RoomState } from "../../room/state";
import { Button } from "../../ui/Button";
import { serviceOf } from "../../ui/consents";
import { Digest } from "../../ui/Digest";
import { Dock } from "../../ui/Dock";
import { scrollable } from "../../ui/hooks";
import { Icon } from "../../ui/Icon";
import { Note } from "../../ui/Note";
import { RecStrip } from "../../ui/RecStrip";
import type { Me } from "../api";
import { Head } from "../Frame";
import type { Visit } from "../visit";
import { Paper } from "./Paper";
import { Signers } from "./Signers";

interface Props {
  visit: Visit;
  me: Me;
  agreement: AgreementView;
  state?: RoomState;
  /** Of a room that still goes on: whether it is recorded and what this person sends, what goes on, what they are asked. */
  strip?: ComponentChildren;
  news?: ComponentChildren;
  questions?: ComponentChildren;
  /** The session is over: nothing to go back to. */
  over?: boolean;
  onBack?: () => void;
}

function headline(agreement: AgreementView, over: boolean): string {
  if (agreement.state === "in_force") return t("done.inForce");
  if (over) return t("done.overUnsigned");
  if (agreement.state === "signed") return t("done.signed");
  return t("done.signing");
}

export function Done({ visit, me, agreement, state, strip, news, questions, over, onBack }: Props) {
  const inForce = agreement.state === "in_force";
  const service = state ? serviceOf(state) : null;
  return (
    <div class="phone" data-testid="done" data-state={agreement.state}>
      {strip ?? <RecStrip recording={null} />}
      <Head />
      {news}
      <main class="phone__main" {...scrollable}>
        {questions}
        <div class="row row--top done__head">
          <span class={inForce ? "mark mark--ok mark--lg" : "mark mark--lg"}>
            <Icon name={inForce ? "check" : "clock"} />
          </span>
          <div role="status">
            <h1 class="h1">{headline(agreement, over ?? false)}</h1>
            {inForce && agreement.effective_at && (
              <p class="meta">
                {t("done.effective", { time: dateTime(agreement.effective_at) + zoneNote(agreement.effective_at) })}
              </p>
            )}
            <p class="meta">{t("done.number", { number: agreement.number })}</p>
          </div>
        </div>
        {!inForce && (
          <Note tone="warn" title={t("done.notYet")}>
            {t(over ? "done.overUnsignedHint" : "done.notYetHint")}
          </Note>
        )}
        {!inForce && <Signers agreement={agreement} me={me.participant.participant_id} />}
        {inForce && agreement.windows.length > 0 && <Windows windows={agreement.windows} />}
        {service && (
          <Note tone="plain" testId="done-service">
            {t(service === "phone" ? "done.servedByPhone" : "done.servedOnPaper")}
          </Note>
        )}
        {inForce && (
          <section class="stack">
            <h2 class="h2">{t("signers.title")}</h2>
            <Signers agreement={agreement} me={me.participant.participant_id} />
          </section>
        )}
        <Digest digest={agreement.digest} />
        {over && <Note tone="plain">{t("done.over")}</Note>}
      </main>
      <Dock>
        <Paper visit={visit} agreement={agreement} />
        {!over && onBack && (
          <Button block icon="back" testId="done-back" onClick={onBack}>
            {t("done.back")}
          </Button>
        )}
      </Dock>
    </div>
  );
}

function Windows({ windows }: { windows: Window[] }) {
  return (
    <section class="stack">
      <h2 class="h2">{t("done.enforce")}</h2>
      <div class="card stack">
        <p>{t("done.enforceHint")}</p>
        <ul class="stack windows">
          {windows.map((one) => (
            <li class="windows__row" key={one.id}>
              <span class="strong">{pick(one.label_zh, one.label_en)}</span>
              <span class="windows__day">
                <b>
                  {t("done.lastDay", {
                    day: civilDate(one.safe_last_day),
                  })}
                </b>
                <span class="meta">{leftWords(daysUntil(one.safe_last_day, Date.now()))}</span>
              </span>
              <span class="meta windows__source">{pick(one.source_zh, one.source_en)}</span>
            </li>
          ))}
        </ul>
      </div>
    </section>
  );
}

/** On the last day it can still be done. */
function leftWords(days: number): string {
  if (days < 0) return "";
  return days === 0 ? t("done.daysLastDay") : t("done.daysLeft", { days });
}
