import type { AgreementView } from "../../api";
import { pick, t } from "../../i18n";
import { shortTime, zoneNote } from "../../i18n/time";
import { Icon } from "../../ui/Icon";
import { Seal } from "../../ui/Seal";
import { signerName } from "../../ui/signers";

/** In what capacity, and whether it is done. The two share a line where there is room for both. */
function Mark({ word, at, typed = false }: { word: string; at: string | null; typed?: boolean }) {
  return (
    <p class="row row--wrap signers__mark">
      <span class="meta">{word}</span>
      {typed && <span class="meta">{t("ownName.typed")}</span>}
      <span class={at ? "badge badge--ok" : "badge"}>
        <Icon name={at ? "check" : "clock"} />
        {at ? t("signers.at", { time: shortTime(at) + zoneNote(at) }) : t("signers.waiting")}
      </span>
    </p>
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
              {signerName(one)}
              {one.participant_id === me && <span class="meta"> {t("signers.you")}</span>}
            </p>
            <Mark word={pick(one.label_zh, one.label_en)} at={one.signed_at} typed={one.mode === "typed"} />
          </div>
        </li>
      ))}
      <li>
        <span class="mark signers__seal">
          <Icon name="stamp" />
        </span>
        <div class="grow">
          <p class="strong">{agreement.seal.organisation}</p>
          <Mark word={t("signers.seal")} at={agreement.seal.sealed_at} />
        </div>
      </li>
    </ul>
  );
}
