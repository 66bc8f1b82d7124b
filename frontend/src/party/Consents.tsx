import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { ApiError } from "../api";
import { hasKey, pick, t } from "../i18n";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { Refusal } from "../ui/Refusal";
import { begun, forget, keep } from "../ui/unsent";
import type { ConsentItem, Me, Notice } from "./api";
import { Frame } from "./Frame";
import { NoticeText } from "./NoticeText";
import { noticeScope } from "./unsent";

interface Props {
  me: Me;
  notices: Notice[];
  quiet: ComponentChildren;
  onSubmit: (answers: Map<string, Record<string, boolean>>) => Promise<void>;
  onOutdated: () => Promise<void>;
}

type Answers = Record<string, boolean | undefined>;

const keyOf = (notice: Notice, item: ConsentItem) => `${notice.id}/${item.id}`;

/** Every purpose apart, nothing chosen beforehand; a "no" says what happens then. */
export function Consents({ me, notices, quiet, onSubmit, onOutdated }: Props) {
  const [answers, setAnswers] = useState<Answers>(() => answersBefore(me, notices));
  const [missing, setMissing] = useState<string | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const all = notices.flatMap((notice) => asked(notice, answers).map((item) => keyOf(notice, item)));
  const open = all.filter((key) => answers[key] === undefined);

  useLayoutEffect(() => {
    for (const notice of notices) keep(noticeScope(me, notice), ofNotice(notice, answers));
  }, [answers]);

  const submit = async (event: Event) => {
    event.preventDefault();
    if (busy) return;
    const first = open[0];
    if (first) {
      setMissing(first);
      leadTo(form.current, first);
      return;
    }
    setBusy(true);
    setError(null);
    try {
      await onSubmit(byNotice(notices, answers));
      for (const notice of notices) forget(noticeScope(me, notice).name);
    } catch (cause) {
      if (!(cause instanceof ApiError)) throw cause;
      setError(cause);
      if (cause.code === "notice_outdated") await onOutdated();
    } finally {
      setBusy(false);
    }
  };

  return (
    <Frame
      page="consents"
      testId="consents"
      quiet={quiet}
      step={4}
      stepName={t("consents.step")}
      dock={
        <>
          <p class="meta center" role="status">
            {open.length === 0 ? t("consents.complete") : t("consents.left", { count: open.length })}
          </p>
          <Button
            look="primary"
            big
            block
            type="submit"
            form="consents-form"
            testId="consents-continue"
            aria-disabled={busy}
          >
            {t("consents.submit")}
          </Button>
        </>
      }
    >
      <div class="stack stack--1">
        <h1 class="h1">{t("consents.title")}</h1>
        <p class="meta">{t("consents.lead")}</p>
      </div>
      <form id="consents-form" class="stack" ref={form} onSubmit={submit} noValidate>
        {notices.map((notice) => (
          <section class="stack" key={notice.id} aria-label={pick(notice.title_zh, notice.title_en)}>
            <NoticeHead notice={notice} />
            <div class="card consents">
              {asked(notice, answers).map((item) => {
                const key = keyOf(notice, item);
                return (
                  <Item
                    key={key}
                    name={key}
                    item={item}
                    answer={answers[key]}
                    missing={missing === key && answers[key] === undefined}
                    onAnswer={(answer) => setAnswers((before) => ({ ...before, [key]: answer }))}
                  />
                );
              })}
            </div>
          </section>
        ))}
      </form>
      <p class="meta">{t("consents.later")}</p>
      <Refusal words={error?.sentence ?? ""} />
    </Frame>
  );
}

/** What was chosen before the page was loaded anew, of texts that are still the same. */
function answersBefore(me: Me, notices: Notice[]): Answers {
  return Object.assign({}, ...notices.map((notice) => begun(noticeScope<Answers>(me, notice)) ?? {}));
}

function ofNotice(notice: Notice, answers: Answers): Answers {
  return Object.fromEntries(
    notice.items
      .map((item) => [keyOf(notice, item), answers[keyOf(notice, item)]])
      .filter(([, given]) => given !== undefined),
  );
}

/** What is still a question: nobody is asked what else a recording may be used for that they do not want. */
function asked(notice: Notice, answers: Answers): ConsentItem[] {
  return notice.items.filter((item) => item.needs === null || answers[`${notice.id}/${item.needs}`] === true);
}

/** What was not asked is a no. */
function byNotice(notices: Notice[], answers: Answers): Map<string, Record<string, boolean>> {
  return new Map(
    notices.map((notice) => [
      notice.id,
      Object.fromEntries(
        notice.items.map((item) => [
          item.id,
          asked(notice, answers).includes(item) && answers[keyOf(notice, item)] === true,
        ]),
      ),
    ]),
  );
}

function leadTo(form: HTMLFormElement | null, key: string): void {
  const item = [...(form?.querySelectorAll("fieldset") ?? [])].find((one) => one.dataset.item === key);
  item?.scrollIntoView({ block: "center" });
  item?.querySelector("input")?.focus({ preventScroll: true });
}

function NoticeHead({ notice }: { notice: Notice }) {
  return (
    <div class="stack stack--1">
      <h2 class="h2">{pick(notice.title_zh, notice.title_en)}</h2>
      <p class="meta">{pick(notice.short_zh, notice.short_en)}</p>
      <details class="details">
        <summary class="link">
          <Icon name="doc" />
          <span>{t("consents.fullText")}</span>
        </summary>
        <div class="stack stack--2">
          <NoticeText notice={notice} />
        </div>
      </details>
    </div>
  );
}

interface ItemProps {
  name: string;
  item: ConsentItem;
  answer: boolean | undefined;
  missing: boolean;
  onAnswer: (answer: boolean) => void;
}

function Item({ name, item, answer, missing, onAnswer }: ItemProps) {
  const label = pick(item.label_zh, item.label_en);
  const hint = `consents.hint.${item.id}`;
  const refused = `consents.refused.${item.id}`;
  return (
    <fieldset class={missing ? "consent consent--missing" : "consent"} data-item={name}>
      <legend class="strong">{label}</legend>
      {hasKey(hint) && <p class="meta">{t(hint)}</p>}
      <div class="choice">
        <Choice name={name} id={item.id} value="yes" on={answer === true} onChoose={() => onAnswer(true)} />
        <Choice name={name} id={item.id} value="no" on={answer === false} onChoose={() => onAnswer(false)} />
      </div>
      {missing && (
        <p class="error" role="alert">
          <Icon name="alert" />
          <span>{t("consents.missing")}</span>
        </p>
      )}
      {answer === false && (
        <div class="note note--plain note--small" role="status">
          <Icon name="info" />
          <span>
            {hasKey(refused) ? t(refused) : t(item.required ? "consents.refusedRequired" : "consents.refusedFree")}
          </span>
        </div>
      )}
    </fieldset>
  );
}

interface ChoiceProps {
  name: string;
  id: string;
  value: "yes" | "no";
  on: boolean;
  onChoose: () => void;
}

function Choice({ name, id, value, on, onChoose }: ChoiceProps) {
  return (
    <label data-on={on ? value : undefined} data-testid={`consent-${id}-${value}`}>
      <Icon name="check" />
      <input type="radio" name={name} value={value} checked={on} onChange={onChoose} />
      {t(value === "yes" ? "common.yes" : "common.no")}
    </label>
  );
}
