import type { AgreementView } from "../../api";
import { locale, pick, t } from "../../i18n";
import { Icon } from "../../ui/Icon";
import { Seal } from "../../ui/Seal";

function timeOf(at: string): string {
  return new Date(at).toLocaleTimeString(locale.value, { hour: "2-digit", minute: "2-digit" });
}

function Mark({ at }: { at: string | null }) {
  return (
    <span class={at ? "badge badge--ok" : "badge"}>
      <Icon name={at ? "check" : "clock"} />
      {at ? t("signers.at", { time: timeOf(at) }) : t("signers.waiting")}
    </span>
  );
}

/** Who has signed and whose signature or seal is missing. The seal comes last. */
export function Signers({ agreement, me }: { agreement: AgreementView; me: string }) {
  return (
    <ul class="card card--flush list" aria-label={t("signers.title")}>
      {agreement.signers.map((one) => (
        <li key={one.field}>
          <Seal side={one.side} />
          <div class="grow">
            <p class="strong">
              {one.name}
              {one.participant_id === me && <span class="meta"> {t("signers.you")}</span>}
            </p>
            <p class="meta">{pick(one.label_zh, one.label_en)}</p>
          </div>
          <Mark at={one.signed_at} />
        </li>
      ))}
      <li>
        <span class="mark">
          <Icon name="stamp" />
        </span>
        <div class="grow">
          <p class="strong">{agreement.seal.organisation}</p>
          <p class="meta">{t("signers.seal")}</p>
        </div>
        <Mark at={agreement.seal.sealed_at} />
      </li>
    </ul>
  );
}
