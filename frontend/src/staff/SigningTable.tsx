/** One line a signer: what is known of their way to a signature, and what came of it. The seal comes last. */
import type { ComponentChildren } from "preact";
import type { AgreementView as Agreement, Signer } from "../api";
import { instant } from "../court/types";
import { type Key, pick, t } from "../i18n";
import { clockTime } from "../i18n/time";
import type { RoomState } from "../room/state";
import { answersOf } from "../ui/consents";
import { Icon, type IconName } from "../ui/Icon";
import { proves, rollLineOf } from "../ui/roll";
import { Seal } from "../ui/Seal";
import { signerName } from "../ui/signers";
import { type Mark, marksOf, STEPS, stepsOf, underWay } from "./signing";
import { useTools } from "./tools";

export function SigningTable({ agreement }: { agreement: Agreement }) {
  const { state } = useTools();
  const partiesDone = agreement.signers.every((one) => one.signed_at || one.participant_id === state.me);
  return (
    <div class="card card--flush">
      <table class="table signers-table">
        <caption class="visually-hidden">{t("staff.signing")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("signing.who")}</th>
            {STEPS.map((step) => (
              <th scope="col" class="signers-table__step" key={step}>
                {t(`signing.step.${step}`)}
              </th>
            ))}
            <th scope="col" class="right">
              {t("signing.result")}
            </th>
          </tr>
        </thead>
        <tbody>
          {agreement.signers.map((signer) => (
            <SignerRow
              key={signer.field}
              agreement={agreement}
              signer={signer}
              last={signer.side === "mediator" && !partiesDone}
            />
          ))}
          <SealRow agreement={agreement} />
        </tbody>
      </table>
    </div>
  );
}

function SignerRow({ agreement, signer, last }: { agreement: Agreement; signer: Signer; last: boolean }) {
  const { state } = useTools();
  const at = instant(signer.signed_at);
  const onPaper = at === null && answersOf(state, signer.participant_id)?.esign === false;
  const steps = stepsOf(state, agreement.proposal_id, signer.participant_id);
  const marks = marksOf(at !== null, identified(state, signer), steps);
  const now = at === null && underWay(steps);
  return (
    <tr
      data-testid="signer"
      data-participant={signer.participant_id}
      data-signed={String(at !== null)}
      data-now={now ? "" : undefined}
    >
      <th scope="row">
        <span class="signers-table__who">
          <Seal side={signer.side} />
          <span class="grow">
            <b>{signerName(signer)}</b>
            <span class="tiny signers-table__label">
              {pick(signer.label_zh, signer.label_en)}
              {signer.mode === "typed" && (
                <>
                  <i class="dot" />
                  {t("ownName.typed")}
                </>
              )}
            </span>
            {onPaper && (
              <span class="tiny strong signers-table__label" data-testid="signer-on-paper">
                {t("staff.esignRefused")}
              </span>
            )}
            <span class="signers-table__line">
              {STEPS.filter((step) => marks[step] !== "open").map((step) => (
                <span class="tiny" key={step}>
                  <Icon name={ICONS[marks[step]]} />
                  {t(`signing.step.${step}`)}
                  {marks[step] !== "done" && ` · ${t(WORDS[marks[step]])}`}
                </span>
              ))}
            </span>
          </span>
        </span>
      </th>
      {STEPS.map((step) => (
        <td class="signers-table__step" key={step} data-testid={`step-${step}`} data-mark={marks[step]}>
          <StepMark mark={marks[step]} />
        </td>
      ))}
      <td class="right">
        {at !== null ? (
          <Result look="badge--ok" icon="check">
            {clockTime(at)}
          </Result>
        ) : now ? (
          <Result look="badge--accent" icon="pen">
            {t("signing.underWay")}
          </Result>
        ) : (
          <Result look={onPaper ? "badge--warn" : ""} icon={onPaper ? "alert" : "clock"}>
            {t(onPaper ? "signing.onPaper" : last ? "staff.afterParties" : "staff.notSigned")}
          </Result>
        )}
      </td>
    </tr>
  );
}

function SealRow({ agreement }: { agreement: Agreement }) {
  const at = instant(agreement.seal.sealed_at);
  return (
    <tr>
      <th scope="row">
        <span class="signers-table__who">
          <span class="signing__stamp">
            <Icon name="stamp" />
          </span>
          <span class="grow">
            <b>{agreement.seal.organisation}</b>
            <span class="tiny signers-table__label">{t("staff.sealWord")}</span>
          </span>
        </span>
      </th>
      {STEPS.map((step) => (
        <td class="signers-table__step" key={step}>
          <StepMark mark="none" />
        </td>
      ))}
      <td class="right">
        <Result look={at === null ? "" : "badge--ok"} icon={at === null ? "clock" : "check"}>
          {at === null ? t("staff.sealLast") : clockTime(at)}
        </Result>
      </td>
    </tr>
  );
}

const ICONS: Record<Mark, IconName> = { done: "check", writing: "pen", sent: "msg", open: "clock", none: "clock" };
const WORDS: Record<Mark, Key> = {
  done: "signing.mark.done",
  writing: "signing.mark.writing",
  sent: "signing.mark.sent",
  open: "signing.mark.open",
  none: "signing.mark.none",
};

function StepMark({ mark }: { mark: Mark }) {
  if (mark === "done") {
    return (
      <span class="mark mark--ok mark--sm">
        <Icon name="check" />
        <span class="visually-hidden">{t(WORDS.done)}</span>
      </span>
    );
  }
  if (mark === "open" || mark === "none") {
    return (
      <>
        <span class="signers-table__open" aria-hidden="true">
          —
        </span>
        <span class="visually-hidden">{t(WORDS[mark])}</span>
      </>
    );
  }
  return (
    <span class="signers-table__now">
      <Icon name={ICONS[mark]} />
      {t(WORDS[mark])}
    </span>
  );
}

function Result({ look, icon, children }: { look: string; icon: IconName; children: ComponentChildren }) {
  return (
    <span class={`badge ${look}`}>
      <Icon name={icon} />
      {children}
    </span>
  );
}

/** A party by the check of this mediation, a mediator by the account that they are signed in with. */
function identified(state: RoomState, signer: Signer): boolean {
  if (signer.side === "mediator") return true;
  return proves(rollLineOf(state, signer.participant_id)?.identity ?? null);
}
