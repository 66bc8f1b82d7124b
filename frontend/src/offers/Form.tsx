/** Make an offer: how much, when, on what conditions, for how long. */
import { useId, useRef, useState } from "preact/hooks";
import { t } from "../i18n";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { Note } from "../ui/Note";
import { sideName } from "../ui/Seal";
import type { Wanted } from "./access";
import { cents, evenly, type Instalment, monthLater, type Offer, PARTIES, type Party, plainAmount } from "./model";

const HOURS = [1, 24, 72, 168] as const;
const FIRST_PAYMENT_MS = 30 * 86_400_000;
const MOST = 36;

/** An offer as it is filled in. */
export interface Terms {
  payer: Party;
  /** Yuan, as typed. */
  amount: string;
  parts: Instalment[];
  conditions: string;
  hours: number;
}

export function firstTerms(answering: Offer | null): Terms {
  const payer = answering?.payer ?? "respondent";
  return { payer, amount: "", parts: [{ due: inThirtyDays(), amount: "" }], conditions: "", hours: 24 };
}

interface Props {
  /** The offer that this one answers. */
  answering: Offer | null;
  terms: Terms;
  onTerms: (terms: Terms) => void;
  /** In a private talk it stays there. */
  inCaucus: boolean;
  /** Whether it was made; a refusal is shown by the caller. */
  onMake: (wanted: Wanted) => Promise<boolean>;
  onCancel: () => void;
}

export function OfferForm({ answering, terms, onTerms, inCaucus, onMake, onCancel }: Props) {
  const id = useId();
  const { payer, amount, parts, conditions, hours } = terms;
  const put = (part: Partial<Terms>) => onTerms({ ...terms, ...part });
  const setParts = (now: Instalment[]) => put({ parts: now });
  const [problem, setProblem] = useState<"offer_amount" | "offer_instalments" | null>(null);
  const [busy, setBusy] = useState(false);

  const field = useRef<HTMLInputElement>(null);

  const retype = (text: string) => put({ amount: text, parts: shared(parts, text) });
  const change = (index: number, change: Partial<Instalment>) =>
    setParts(parts.map((each, at) => (at === index ? { ...each, ...change } : each)));
  const more = () => {
    const last = parts[parts.length - 1];
    if (last) setParts(shared([...parts, { due: monthLater(last.due), amount: "" }], amount));
  };
  const send = async (event: Event) => {
    event.preventDefault();
    const wrong = whatIsWrong(amount, parts);
    setProblem(wrong);
    if (wrong === "offer_amount") field.current?.focus();
    if (wrong || busy) return;
    setBusy(true);
    const in_answer_to = answering?.offer_id ?? null;
    const instalments = parts.map((part) => ({ ...part, amount: plainAmount(part.amount) }));
    const wanted = { payer, amount: plainAmount(amount), instalments, conditions, valid_hours: hours, in_answer_to };
    if (!(await onMake(wanted))) setBusy(false);
  };
  return (
    <form class="offer-form" onSubmit={send} noValidate>
      {inCaucus && (
        <Note tone="sealed" small>
          {t("offer.private")}
        </Note>
      )}
      <div class="field">
        <label for={`${id}-amount`}>{t("offer.amountYuan")}</label>
        <input
          class="input"
          id={`${id}-amount`}
          ref={field}
          data-testid="offer-amount"
          inputMode="decimal"
          autocomplete="off"
          aria-invalid={problem === "offer_amount"}
          value={amount}
          onInput={(event) => retype(event.currentTarget.value)}
        />
      </div>
      <fieldset class="offer-form__group">
        <legend>{t("offer.payer")}</legend>
        <div class="choice">
          {[...PARTIES].reverse().map((side) => (
            <label key={side} data-on={payer === side ? "yes" : undefined}>
              <input type="radio" name={`${id}-payer`} checked={payer === side} onChange={() => put({ payer: side })} />
              <Icon name="check" />
              {sideName(side)}
            </label>
          ))}
        </div>
      </fieldset>
      <fieldset class="offer-form__group">
        <legend>{t("offer.payments")}</legend>
        {parts.map((part, index) => (
          <PartRow
            key={index}
            number={index + 1}
            part={part}
            single={parts.length === 1}
            onChange={(values) => change(index, values)}
            onRemove={() =>
              setParts(
                shared(
                  parts.filter((_, at) => at !== index),
                  amount,
                ),
              )
            }
          />
        ))}
        {parts.length < MOST && (
          <Button icon="plus" testId="offer-more" onClick={more}>
            {t("offer.morePayments")}
          </Button>
        )}
      </fieldset>
      <div class="field">
        <label for={`${id}-conditions`}>{t("offer.conditionsOptional")}</label>
        <textarea
          class="input"
          id={`${id}-conditions`}
          data-testid="offer-conditions"
          rows={2}
          maxLength={1000}
          placeholder={t("offer.conditionsHint")}
          value={conditions}
          onInput={(event) => put({ conditions: event.currentTarget.value })}
        />
      </div>
      <div class="field">
        <label for={`${id}-hours`}>{t("offer.expiry")}</label>
        <select
          class="input"
          id={`${id}-hours`}
          value={String(hours)}
          onChange={(event) => put({ hours: Number(event.currentTarget.value) })}
        >
          {HOURS.map((each) => (
            <option key={each} value={each}>
              {t(`offer.hours.${each}`)}
            </option>
          ))}
        </select>
      </div>
      {problem && (
        <p class="error" role="alert">
          <Icon name="alert" />
          {t(`offer.error.${problem}`)}
        </p>
      )}
      <p class="meta">{t("offer.notAFact")}</p>
      <div class="exhibit-acts">
        <Button look="primary" type="submit" testId="offer-send" disabled={busy}>
          {t(busy ? "exhibit.sending" : answering ? "offer.sendCounter" : "offer.send")}
        </Button>
        <Button onClick={onCancel}>{t("common.cancel")}</Button>
      </div>
    </form>
  );
}

interface PartProps {
  number: number;
  part: Instalment;
  single: boolean;
  onChange: (values: Partial<Instalment>) => void;
  onRemove: () => void;
}

function PartRow({ number, part, single, onChange, onRemove }: PartProps) {
  return (
    <div class={single ? "offer-form__part offer-form__part--single" : "offer-form__part"}>
      <input
        class="input"
        type="date"
        aria-label={t("offer.partDay", { number })}
        value={part.due}
        onInput={(event) => onChange({ due: event.currentTarget.value })}
      />
      {!single && (
        <>
          <input
            class="input"
            inputMode="decimal"
            aria-label={t("offer.partAmount", { number })}
            value={part.amount}
            onInput={(event) => onChange({ amount: event.currentTarget.value })}
          />
          <button class="btn btn--icon" type="button" aria-label={t("offer.partRemove", { number })} onClick={onRemove}>
            <Icon name="x" />
          </button>
        </>
      )}
    </div>
  );
}

function shared(parts: Instalment[], amount: string): Instalment[] {
  const each = evenly(amount, parts.length);
  return parts.map((part, index) => ({ ...part, amount: each[index] ?? "" }));
}

function whatIsWrong(amount: string, parts: Instalment[]): "offer_amount" | "offer_instalments" | null {
  const whole = cents(amount);
  if (!(whole > 0)) return "offer_amount";
  const sum = parts.reduce((total, part) => total + cents(part.amount), 0);
  const days = parts.map((part) => part.due);
  const inOrder = days.every((day, index) => day !== "" && (index === 0 || day > (days[index - 1] ?? "")));
  const paid = parts.every((part) => cents(part.amount) > 0);
  return sum === whole && inOrder && paid ? null : "offer_instalments";
}

function inThirtyDays(): string {
  return new Date(Date.now() + FIRST_PAYMENT_MS).toISOString().slice(0, 10);
}
