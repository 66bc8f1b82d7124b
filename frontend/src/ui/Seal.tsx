import { hasKey, t } from "../i18n";

const LOOK: Record<string, string> = { applicant: "a", respondent: "b", mediator: "m", clerk: "m" };

/** Whose side: one character in a square, so that colour never has to say it. */
export function Seal({ side }: { side: string }) {
  const key = `seal.${side}`;
  const name = `side.${side}`;
  return (
    <span class={`seal seal--${LOOK[side] ?? "o"}`} title={hasKey(name) ? t(name) : side}>
      <span aria-hidden="true">{hasKey(key) ? t(key) : t("seal.observer")}</span>
      <span class="visually-hidden">{sideName(side)}</span>
    </span>
  );
}

/** The word for a side in the reader's language. */
export function sideName(side: string): string {
  const key = `side.${side}`;
  return hasKey(key) ? t(key) : side;
}
