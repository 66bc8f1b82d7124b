import { t } from "../i18n";
import type { Advice } from "./advice";

/** What is wrong, and what to do about it. */
export function Advised({ advice }: { advice: Advice }) {
  return (
    <div class="stack stack--1">
      {advice.wrong.map((one) => (
        <p class="strong" key={one}>
          {t(one)}
        </p>
      ))}
      <p class={advice.wrong.length > 0 ? "meta" : undefined}>{t(advice.todo)}</p>
    </div>
  );
}
