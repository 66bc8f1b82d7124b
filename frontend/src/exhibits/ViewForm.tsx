/** Say what a side thinks of an exhibit: three questions with two answers each, and a reason for every objection. */
import { useId, useRef, useState } from "preact/hooks";
import { t } from "../i18n";
import type { RoomState } from "../room/state";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { own, type Scope } from "../ui/unsent";
import type { GivenView } from "./access";
import { ASPECTS, type Aspect, type Exhibit, viewOf } from "./model";

type Answer = { objects: boolean; reason: string };
export type ViewAnswers = Partial<Record<Aspect, Answer>>;

interface Props {
  exhibit: Exhibit;
  side: string;
  answers: ViewAnswers;
  onAnswers: (answers: ViewAnswers) => void;
  /** In whose words the questions are asked. */
  plain?: boolean;
  onGive: (views: GivenView[]) => Promise<boolean>;
  onCancel: () => void;
}

/** The views that a side is being asked for on an exhibit, by whoever fills them in; null: nobody does. What was begun in
 * a private talk is there afterwards: it is for everybody, and goes on the record. */
export function viewScope(state: RoomState, exhibit: Exhibit, side: string): Scope<ViewAnswers> {
  return own(state, `view/${exhibit.exhibit_id}/${side}`);
}

export function ViewForm({ exhibit, side, answers, onAnswers, plain, onGive, onCancel }: Props) {
  const [missing, setMissing] = useState<Aspect | null>(null);
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const send = async (event: Event) => {
    event.preventDefault();
    const without = ASPECTS.find((one) => answers[one]?.objects && !answers[one]?.reason.trim());
    setMissing(without ?? null);
    if (without) form.current?.querySelector<HTMLElement>(`[data-aspect=${without}] textarea`)?.focus();
    const views = changed(exhibit, side, answers);
    if (without || busy) return;
    if (views.length === 0) {
      onCancel();
      return;
    }
    setBusy(true);
    if (await onGive(views)) onCancel();
    else setBusy(false);
  };
  return (
    <form class="view-form" ref={form} onSubmit={send} noValidate>
      {ASPECTS.map((aspect) => (
        <Question
          key={aspect}
          aspect={aspect}
          plain={plain ?? false}
          answer={answers[aspect]}
          missing={missing === aspect}
          onAnswer={(answer) => {
            setMissing(null);
            onAnswers({ ...answers, [aspect]: answer });
          }}
        />
      ))}
      <p class="meta">{t("exhibit.viewKept")}</p>
      <div class="exhibit-acts">
        <Button look="primary" type="submit" testId="view-send" disabled={busy || Object.keys(answers).length === 0}>
          {t(busy ? "exhibit.sending" : "exhibit.viewSend")}
        </Button>
        <Button onClick={onCancel}>{t("common.cancel")}</Button>
      </div>
    </form>
  );
}

interface QuestionProps {
  aspect: Aspect;
  plain: boolean;
  answer: Answer | undefined;
  missing: boolean;
  onAnswer: (answer: Answer) => void;
}

function Question({ aspect, plain, answer, missing, onAnswer }: QuestionProps) {
  const name = useId();
  const option = (objects: boolean) => {
    const on = answer?.objects === objects;
    return (
      <label data-on={on ? (objects ? "no" : "yes") : undefined}>
        <input
          type="radio"
          name={name}
          data-testid={`view-${aspect}-${objects ? "objects" : "none"}`}
          checked={on}
          onChange={() => onAnswer({ objects, reason: answer?.reason ?? "" })}
        />
        <Icon name="check" />
        {t(objects ? "exhibit.objects" : "exhibit.noObjection")}
      </label>
    );
  };
  return (
    <fieldset class="view-form__question" data-aspect={aspect}>
      <legend>
        {t(`exhibit.aspect.${aspect}`)}
        {plain && <span class="meta"> {t(`exhibit.plain.${aspect}`)}</span>}
      </legend>
      <div class="choice">
        {option(false)}
        {option(true)}
      </div>
      {answer?.objects && (
        <div class="field">
          <label for={`${name}-reason`}>{t("exhibit.reason")}</label>
          <textarea
            class="input"
            id={`${name}-reason`}
            data-testid={`view-${aspect}-reason`}
            rows={2}
            maxLength={500}
            aria-invalid={missing}
            aria-describedby={missing ? `${name}-missing` : undefined}
            value={answer.reason}
            onInput={(event) => onAnswer({ objects: true, reason: event.currentTarget.value })}
          />
          {missing && (
            <p class="error" id={`${name}-missing`} role="alert">
              <Icon name="alert" />
              {t("exhibit.reasonMissing")}
            </p>
          )}
        </div>
      )}
    </fieldset>
  );
}

/** What this side has said already. */
export function given(exhibit: Exhibit, side: string): ViewAnswers {
  const answers: ViewAnswers = {};
  for (const aspect of ASPECTS) {
    const view = viewOf(exhibit, side, aspect);
    if (view) answers[aspect] = { objects: view.objects, reason: view.reason };
  }
  return answers;
}

/** Only what is new goes on the record. */
function changed(exhibit: Exhibit, side: string, answers: ViewAnswers): GivenView[] {
  return ASPECTS.flatMap((aspect) => {
    const answer = answers[aspect];
    if (!answer) return [];
    const before = viewOf(exhibit, side, aspect);
    const reason = answer.objects ? answer.reason.trim() : "";
    if (before && before.objects === answer.objects && before.reason === reason) return [];
    return [{ aspect, objects: answer.objects, reason }];
  });
}
