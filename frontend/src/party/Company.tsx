import { useId } from "preact/hooks";
import { t } from "../i18n";
import { Complaint } from "../ui/Complaint";
import { Icon } from "../ui/Icon";

export interface CompanyAnswer {
  /** null: not answered yet. */
  alone: boolean | null;
  who: string;
}

interface Props {
  answer: CompanyAnswer;
  error: string | null;
  onAnswer: (answer: CompanyAnswer) => void;
}

/** Is anybody in the room with you? Both answers are fine; the mediator reads them. */
export function Company({ answer, error, onAnswer }: Props) {
  const id = useId();
  return (
    <fieldset class="stack stack--2 company">
      <legend class="h2">{t("identity.company")}</legend>
      <div class="choice">
        <label data-on={answer.alone === true ? "yes" : undefined} data-testid="identity-alone-yes">
          <Icon name="check" />
          <input
            type="radio"
            name={id}
            checked={answer.alone === true}
            onChange={() => onAnswer({ ...answer, alone: true })}
          />
          {t("identity.alone")}
        </label>
        <label data-on={answer.alone === false ? "yes" : undefined} data-testid="identity-alone-no">
          <Icon name="check" />
          <input
            type="radio"
            name={id}
            checked={answer.alone === false}
            onChange={() => onAnswer({ ...answer, alone: false })}
          />
          {t("identity.notAlone")}
        </label>
      </div>
      {answer.alone === false && (
        <input
          class="input"
          data-testid="identity-who"
          maxLength={200}
          aria-label={t("identity.who")}
          placeholder={t("identity.who")}
          value={answer.who}
          onInput={(event) => onAnswer({ ...answer, who: event.currentTarget.value })}
        />
      )}
      <Complaint>{error}</Complaint>
      <p class="meta">{t("identity.companyHint")}</p>
    </fieldset>
  );
}
