/** Whether the copy was compared with its original, as everybody sees it, and the form of the one who compared. */
import { useId, useState } from "preact/hooks";
import "../styles/originals.css";
import { t } from "../i18n";
import { shortTime } from "../i18n/time";
import { Button } from "../ui/Button";
import { Icon, type IconName } from "../ui/Icon";
import type { ExhibitAccess, Finding } from "./access";
import type { Comparison, Exhibit } from "./model";

const LOOKS: Record<Comparison["outcome"], { icon: IconName; look: string }> = {
  agrees: { icon: "check", look: "badge--ok" },
  differs: { icon: "alert", look: "badge--warn" },
  not_compared: { icon: "x", look: "" },
};
const OUTCOMES = ["agrees", "differs", "not_compared"] as const;
const WAYS = ["camera", "office"] as const;

/** The newest entry in words; what was said before it stays a press away. */
export function Originals({ exhibit }: { exhibit: Exhibit }) {
  if (exhibit.private) return null;
  const last = exhibit.comparisons[exhibit.comparisons.length - 1];
  const before = exhibit.comparisons.slice(0, -1).reverse();
  return (
    <section class="originals" data-testid="originals" data-state={last?.outcome ?? "open"}>
      <p class="originals__head">
        <span class="strong">{t("original.title")}</span>
        {last ? <Outcome entry={last} /> : <span class="meta">{t("original.open")}</span>}
      </p>
      {last && <Said entry={last} />}
      {before.length > 0 && (
        <details class="details">
          <summary class="link">{t("original.before", { count: before.length })}</summary>
          <ul class="originals__before">
            {before.map((entry) => (
              <li key={entry.at}>
                <Outcome entry={entry} />
                <Said entry={entry} />
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

function Outcome({ entry }: { entry: Comparison }) {
  const { icon, look } = LOOKS[entry.outcome];
  return (
    <span class={`badge ${look}`}>
      <Icon name={icon} />
      {t(`original.outcome.${entry.outcome}`)}
    </span>
  );
}

function Said({ entry }: { entry: Comparison }) {
  return (
    <p class="originals__said">
      {entry.remark && <span>{entry.remark} </span>}
      <span class="meta">
        {entry.way !== "unavailable" && <>{t(`original.way.${entry.way}`)} · </>}
        {entry.name} · {shortTime(entry.at)}
      </span>
    </p>
  );
}

interface RecordProps {
  access: ExhibitAccess;
  exhibit: Exhibit;
  act: (work: () => Promise<unknown>) => Promise<boolean>;
}

/** For whoever conducts: a button, then the form. What everybody knows of only. */
export function RecordOriginal({ access, exhibit, act }: RecordProps) {
  const [open, setOpen] = useState(false);
  if (exhibit.private || exhibit.withdrawn) return null;
  if (!open) {
    const again = exhibit.comparisons.length > 0;
    return (
      <div class="exhibit-acts">
        <Button dense icon="eye" testId="original-record" onClick={() => setOpen(true)}>
          {t(again ? "original.recordAgain" : "original.record")}
        </Button>
      </div>
    );
  }
  const send = (finding: Finding) => act(() => access.compare(exhibit.exhibit_id, finding));
  return <OriginalForm onSend={send} onClose={() => setOpen(false)} />;
}

type Answers = { outcome?: Finding["outcome"]; way?: Finding["way"] };

function OriginalForm({ onSend, onClose }: { onSend: (finding: Finding) => Promise<boolean>; onClose: () => void }) {
  const id = useId();
  const [answers, setAnswers] = useState<Answers>({});
  const [remark, setRemark] = useState("");
  const [missing, setMissing] = useState<"original.wayMissing" | "original.remarkMissing" | null>(null);
  const [busy, setBusy] = useState(false);
  const { outcome } = answers;
  const compared = outcome === "agrees" || outcome === "differs";
  const answer = (more: Answers) => {
    setMissing(null);
    setAnswers({ ...answers, ...more });
  };
  const send = async (event: Event) => {
    event.preventDefault();
    if (!outcome || busy) return;
    const way = compared ? answers.way : "unavailable";
    const wanting = !way
      ? "original.wayMissing"
      : outcome !== "agrees" && !remark.trim()
        ? "original.remarkMissing"
        : null;
    setMissing(wanting);
    if (wanting || !way) return;
    setBusy(true);
    if (await onSend({ outcome, way, remark: remark.trim() })) onClose();
    else setBusy(false);
  };
  return (
    <form class="view-form" onSubmit={send} noValidate data-testid="original-form">
      <Choices
        legend={t("original.question")}
        options={OUTCOMES}
        word={(one) => t(`original.outcome.${one}`)}
        chosen={outcome}
        onChoose={(one) => answer({ outcome: one })}
      />
      {compared && (
        <Choices
          legend={t("original.wayQuestion")}
          options={WAYS}
          word={(one) => t(`original.way.${one}`)}
          chosen={answers.way}
          onChoose={(one) => answer({ way: one })}
        />
      )}
      {outcome && (
        <div class="field">
          <label for={`${id}-remark`}>{t(`original.remark.${outcome}`)}</label>
          <textarea
            class="input"
            id={`${id}-remark`}
            data-testid="original-remark"
            rows={2}
            maxLength={500}
            aria-invalid={missing === "original.remarkMissing"}
            value={remark}
            onInput={(event) => {
              setMissing(null);
              setRemark(event.currentTarget.value);
            }}
          />
        </div>
      )}
      {missing && (
        <p class="error" role="alert">
          <Icon name="alert" />
          {t(missing)}
        </p>
      )}
      <p class="meta">{t("original.kept")}</p>
      <div class="exhibit-acts">
        <Button look="primary" type="submit" testId="original-send" disabled={busy || !outcome}>
          {t(busy ? "exhibit.sending" : "exhibit.viewSend")}
        </Button>
        <Button onClick={onClose}>{t("common.cancel")}</Button>
      </div>
    </form>
  );
}

interface ChoicesProps<Option extends string> {
  legend: string;
  options: readonly Option[];
  word: (one: Option) => string;
  chosen: string | undefined;
  onChoose: (one: Option) => void;
}

function Choices<Option extends string>({ legend, options, word, chosen, onChoose }: ChoicesProps<Option>) {
  const name = useId();
  return (
    <fieldset class="view-form__question">
      <legend>{legend}</legend>
      <div class="choice originals__choice">
        {options.map((one) => (
          <label key={one} data-on={one === chosen ? "yes" : undefined}>
            <input
              type="radio"
              name={name}
              data-testid={`original-${one}`}
              checked={one === chosen}
              onChange={() => onChoose(one)}
            />
            <Icon name="check" />
            {word(one)}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
