/** One's own line of the roll call, and the question whether one accepts the mediator. */
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { ApiError } from "../../api";
import { pick, t } from "../../i18n";
import type { RoomState } from "../../room/state";
import { useOneAtATime } from "../../ui/acts";
import { Button, LinkButton } from "../../ui/Button";
import { Complaint } from "../../ui/Complaint";
import { scrollable } from "../../ui/hooks";
import { Icon } from "../../ui/Icon";
import {
  answerTo,
  authorityWords,
  companyWords,
  identityWords,
  type RecusalAnswer,
  type RecusalAsked,
  type RollCommon,
  rollCommonOf,
  rollLineOf,
  timeOf,
} from "../../ui/roll";
import { begun, forget, keep, ownerOf, type Scope } from "../../ui/unsent";
import { answerRecusal } from "../api";
import { type Visit, withToken } from "../visit";
import { PanelHead } from "./PanelHead";
import type { PanelProps } from "./panel";

/** Questions of the mediator that wait for an answer. */
export function openQuestions(state: RoomState): number {
  const asked = rollCommonOf(state)?.recusal_asked ?? null;
  return asked && !answerTo(asked, rollLineOf(state)) ? 1 : 0;
}

export function RollInvitation({ state, onOpen }: { state: RoomState; onOpen: () => void }) {
  if (openQuestions(state) === 0) return null;
  return (
    <button class="btn btn--primary btn--block" type="button" data-testid="roll-invitation" onClick={onOpen}>
      <Icon name="msg" />
      {t("roll.invitation")}
    </button>
  );
}

export function RollPanel({ visit, state, onClose }: PanelProps) {
  const line = rollLineOf(state);
  const common = rollCommonOf(state);
  const asked = common?.recusal_asked ?? null;
  const read = (["discipline", "sham_warning"] as const).filter((item) => common?.[item]);
  return (
    <section class="paper" data-theme-light data-testid="roll-panel" aria-label={t("roll.title")}>
      <PanelHead title={t("roll.title")} onClose={onClose} />
      <div class="paper__body stack" {...scrollable}>
        {asked && (
          <Question
            key={asked.at}
            visit={visit}
            owner={ownerOf(state.roomId, state.me)}
            asked={asked}
            answer={answerTo(asked, line)}
          />
        )}
        <dl class="facts facts--roll card">
          <dt>{t("roll.identity")}</dt>
          <dd>{identityWords(line?.identity ?? null)}</dd>
          <dt>{t("roll.company")}</dt>
          <dd>{companyWords(line) ?? t("roll.notYet")}</dd>
          {read.map((item) => {
            const told = common?.[item];
            return (
              told && (
                <>
                  <dt>{t(`roll.${item}`)}</dt>
                  <dd>{t("roll.read", { time: timeOf(told) })}</dd>
                </>
              )
            );
          })}
        </dl>
        <Authorities state={state} common={common} />
      </div>
    </section>
  );
}

interface QuestionProps {
  visit: Visit;
  owner: string;
  asked: RecusalAsked;
  answer: RecusalAnswer | null;
}

function Question({ visit, owner, asked, answer }: QuestionProps) {
  const [again, setAgain] = useState(false);
  const id = useId();
  return (
    <section class="card stack" aria-labelledby={id}>
      <h3 class="h3" id={id}>
        {t("roll.question")}
      </h3>
      <p class="roll__text">{pick(asked.text_zh, asked.text_en)}</p>
      <p class="strong">
        {asked.disclosure ? t("roll.disclosed", { text: asked.disclosure }) : t("roll.noDisclosure")}
      </p>
      <div role="status">
        {answer && !again && (
          <p class="row row--top" data-testid="recusal-answered" data-objection={String(answer.objection)}>
            <Icon name="check" />
            <span class="grow">
              {answer.objection ? t("roll.answeredObjection", { reason: answer.reason }) : t("roll.answered")}
            </span>
          </p>
        )}
      </div>
      {answer && !again ? (
        <LinkButton onClick={() => setAgain(true)}>{t("roll.change")}</LinkButton>
      ) : (
        <Answers
          visit={visit}
          scope={{ name: "recusal", owner, words: `${asked.text_zh}\n${asked.disclosure}` }}
          onDone={() => setAgain(false)}
        />
      )}
    </section>
  );
}

/** Two answers of one size; an objection wants a reason. */
function Answers({ visit, scope, onDone }: { visit: Visit; scope: Scope<string>; onDone: () => void }) {
  const begunReason = begun(scope);
  const objecting = begunReason !== null;
  const reason = begunReason ?? "";
  const [error, setError] = useState<ApiError | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const id = useId();
  useEffect(() => {
    if (objecting) field.current?.focus();
  }, [objecting]);
  const { busy, run } = useOneAtATime();
  const send = (objection: boolean) =>
    run(async () => {
      setError(null);
      try {
        await withToken(visit, (token) => answerRecusal(token, objection, objection ? reason : ""));
        forget(scope.name);
        onDone();
      } catch (cause) {
        if (!(cause instanceof ApiError)) throw cause;
        setError(cause);
      }
    });
  return (
    <div class="stack stack--2">
      <div class="roll__answer">
        <Button testId="recusal-none" aria-disabled={busy} onClick={() => void send(false)}>
          {t("roll.noObjection")}
        </Button>
        <Button
          testId="recusal-objection"
          icon={objecting ? "check" : undefined}
          class={objecting ? "btn--on" : undefined}
          aria-expanded={objecting}
          onClick={() => keep(scope, reason)}
        >
          {t("roll.objection")}
        </Button>
      </div>
      {objecting && (
        <form
          class="field"
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            void send(true);
          }}
        >
          <label for={id}>{t("roll.reason")}</label>
          <input
            id={id}
            ref={field}
            class="input"
            data-testid="recusal-reason"
            maxLength={200}
            value={reason}
            aria-invalid={error !== null}
            onInput={(event) => keep(scope, event.currentTarget.value)}
          />
          <Button look="primary" block type="submit" testId="recusal-send" aria-disabled={busy}>
            {t("roll.send")}
          </Button>
        </form>
      )}
      <Complaint>{error?.sentence}</Complaint>
    </div>
  );
}

/** In whose name everybody acts: an agent without special authority may not settle. */
function Authorities({ state, common }: { state: RoomState; common: RollCommon | null }) {
  const shown = Object.entries(common?.authorities ?? {});
  if (shown.length === 0) return null;
  return (
    <section class="card stack stack--2" aria-label={t("roll.authorities")}>
      <h3 class="h3">{t("roll.authorities")}</h3>
      <ul class="stack stack--2" data-testid="authorities">
        {shown.map(([id, mark]) => (
          <li key={id}>
            <b>{state.participants.get(id)?.display_name ?? mark.for}</b>
            <p class="meta">
              {mark.authority === "self" ? "" : `${mark.for} · `}
              {authorityWords(mark.authority)}
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}
