import { useId, useState } from "preact/hooks";
import { hasKey, t } from "../i18n";
import { useOneAtATime } from "../ui/acts";
import { Button } from "../ui/Button";
import { type Answers, answersOf } from "../ui/consents";
import { Icon } from "../ui/Icon";
import {
  answerTo,
  authorityWords,
  companyWords,
  identityWords,
  proves,
  type RecusalAsked,
  type RollLine,
  rollLineOf,
  timeOf,
} from "../ui/roll";
import { Seal } from "../ui/Seal";
import { checkAuthority, checkDocument, type SessionPerson } from "./api";
import { useTools } from "./tools";

const KINDS = ["id_card", "temporary_id", "passport", "residence_permit", "other"];

/** Somebody's line: identity, authority, who is with them, and whether they accept the mediator. */
export function RollPerson({ person, asked }: { person: SessionPerson; asked: RecusalAsked | null }) {
  const { state, detail } = useTools();
  const line = rollLineOf(state, person.participant_id);
  const by = line?.identity?.by;
  const checker = detail.people.find((one) => one.participant_id === by && by !== person.participant_id);
  const here = state.participants.has(person.participant_id);
  const company = companyWords(line);
  const identified = proves(line?.identity ?? null);
  return (
    <section class="roll__person" data-testid="roll-person" data-participant={person.participant_id}>
      <header class="roll__name">
        <Seal side={person.side} />
        <b class="grow">{person.display_name}</b>
        <span class={identified ? "badge badge--sm badge--ok" : "badge badge--sm badge--warn"}>
          {t(identified ? "staff.roll.checked" : here ? "staff.roll.open" : "staff.roll.notHere")}
        </span>
      </header>
      <dl class="roll__rows">
        <dt>{t("roll.identity")}</dt>
        <dd>
          <span class={identified ? undefined : "roll__warn"}>{identityWords(line?.identity ?? null)}</span>
          {checker && <span class="meta"> · {checker.display_name}</span>}
          {here && !identified && <DocumentCheck person={person} />}
        </dd>
        <dt>{t("roll.authority")}</dt>
        <dd>
          <Authority person={person} line={line} />
        </dd>
        <dt>{t("staff.roll.company")}</dt>
        <dd class={line?.company && !line.company.alone ? "roll__warn" : undefined}>
          {company ?? t("staff.roll.companyOpen")}
        </dd>
        <dt>{t("staff.roll.consents")}</dt>
        <dd data-testid="roll-consents">{consentWords(answersOf(state, person.participant_id)).join(" · ")}</dd>
        <dt>{t("staff.roll.recusal")}</dt>
        <dd>
          <Recusal asked={asked} line={line} />
        </dd>
      </dl>
    </section>
  );
}

/** What was refused, with what follows from it; in the order in which it was asked. */
function consentWords(answers: Answers | null): string[] {
  if (!answers) return [t("staff.roll.consentsOpen")];
  const recorded = t(answers.recording_dispute ? "staff.roll.recorded" : "staff.recordingRefused");
  const kept = answers.recording_dispute && !answers.recording_confirmation ? [t("staff.roll.keptBack")] : [];
  const refused = REFUSED.filter((item) => answers[item] === false).map((item) => t(`staff.roll.no.${item}`));
  return [recorded, ...kept, ...refused];
}

const REFUSED = [
  "esign",
  "e_service",
  "share_confirmation_bodies",
  "sensitive_id_number",
  "sensitive_financial",
  "sensitive_medical",
] as const;

function Authority({ person, line }: { person: SessionPerson; line: RollLine | null }) {
  const { detail, attempt } = useTools();
  const shown = line?.authority ?? null;
  return (
    <>
      <span class={person.authority === "general" ? "roll__warn" : undefined}>
        {person.authority === "self" ? "" : `${person.party_name} · `}
        {authorityWords(person.authority)}
      </span>
      <br />
      {shown ? (
        <span class="tiny">
          <Icon name="check" /> {t("staff.roll.authorityTick")} {timeOf(shown)}
        </span>
      ) : (
        <Button
          dense
          testId="authority-shown"
          data-participant={person.participant_id}
          aria-label={`${t("staff.roll.authorityTick")}: ${person.display_name}`}
          work={() => attempt(() => checkAuthority(detail.session_id, person.participant_id))}
        >
          {t("staff.roll.authorityTick")}
        </Button>
      )}
    </>
  );
}

function Recusal({ asked, line }: { asked: RecusalAsked | null; line: RollLine | null }) {
  if (!asked) return <span class="meta">{t("staff.roll.recusalUnasked")}</span>;
  const answer = answerTo(asked, line);
  if (!answer) return <span>{t("staff.roll.recusalWaiting")}</span>;
  if (!answer.objection) return <span>{t("staff.roll.recusalNone", { time: timeOf(answer) })}</span>;
  return <span class="roll__warn">{t("staff.roll.recusalObjection", { reason: answer.reason })}</span>;
}

/** In words only: which kind of paper, and whether it is the person's. */
function DocumentCheck({ person }: { person: SessionPerson }) {
  const { detail, attempt, reload } = useTools();
  const [open, setOpen] = useState(false);
  const [kind, setKind] = useState("id_card");
  const id = useId();
  const { busy, run } = useOneAtATime();
  const check = async (matches: boolean) => {
    if (await attempt(() => checkDocument(detail.session_id, person.participant_id, kind, matches))) {
      setOpen(false);
      reload();
    }
  };
  if (!open) {
    return (
      <div>
        <Button dense icon="eye" testId="document-open" onClick={() => setOpen(true)}>
          {t("staff.roll.document")}
        </Button>
      </div>
    );
  }
  return (
    <div class="roll__document">
      <p class="tiny">{t("staff.roll.documentHint")}</p>
      <label for={id}>{t("staff.roll.documentTitle")}</label>
      <select
        id={id}
        class="input"
        data-testid="document-kind"
        value={kind}
        onChange={(event) => setKind(event.currentTarget.value)}
      >
        {KINDS.map((one) => {
          const key = `roll.kind.${one}`;
          return (
            <option key={one} value={one}>
              {hasKey(key) ? t(key) : one}
            </option>
          );
        })}
      </select>
      <div class="roll__answer">
        <Button dense testId="document-matches" aria-disabled={busy} onClick={() => void run(() => check(true))}>
          {t("staff.roll.matches")}
        </Button>
        <Button dense testId="document-differs" aria-disabled={busy} onClick={() => void run(() => check(false))}>
          {t("staff.roll.differs")}
        </Button>
      </div>
    </div>
  );
}
