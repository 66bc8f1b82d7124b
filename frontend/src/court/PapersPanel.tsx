import { hasKey, pick, t } from "../i18n";
import { Icon } from "../ui/Icon";
import { clockTime, dateTime } from "./format";
import type { CourtRecord, Paper, PaperSignature } from "./types";
import { instant } from "./types";

/** Every paper of the mediation, who signed it and whether each signature holds. */
export function PapersPanel({ record }: { record: CourtRecord }) {
  return (
    <section class="stack stack--2" aria-label={t("court.papers")}>
      <h2 class="section-title">{t("court.papers")}</h2>
      {record.papers.length === 0 ? (
        <p class="tiny">{t("court.noPapers")}</p>
      ) : (
        record.papers.map((paper) => <PaperCard key={paper.id} paper={paper} />)
      )}
    </section>
  );
}

function PaperCard({ paper }: { paper: Paper }) {
  return (
    <article class="card card--flush filed-paper">
      <p class="filed-paper__title">
        <Icon name="doc" />
        <a href={paper.url} target="_blank" rel="noopener noreferrer">
          {pick(paper.title_zh, paper.title_en)}
        </a>
      </p>
      <ul class="list list--tight">
        {paper.signatures.map((signature) => (
          <Signature key={signature.field} signature={signature} />
        ))}
      </ul>
    </article>
  );
}

function Signature({ signature }: { signature: PaperSignature }) {
  const at = instant(signature.signed_at);
  return (
    <li data-ok={String(signature.ok)}>
      <span class={`mark mark--sm ${signature.ok ? "mark--ok" : "mark--danger"}`}>
        <Icon name={signature.field === "seal" ? "stamp" : signature.ok ? "check" : "alert"} />
      </span>
      <span class="grow">
        <b>{signature.name}</b>
        <br />
        <span class="tiny">
          {fieldName(signature.field)}
          {at !== null && (
            <>
              <i class="dot" />
              <time dateTime={new Date(at).toISOString()} title={dateTime(at)}>
                {t("court.signedAt", { time: clockTime(at) })}
              </time>
            </>
          )}
        </span>
      </span>
      <span class={`badge badge--sm ${signature.ok ? "badge--ok" : "badge--danger"}`}>
        {signature.ok ? t("court.signatureValid") : t("court.signatureInvalid")}
      </span>
    </li>
  );
}

function fieldName(field: string): string {
  if (field === "seal") return t("court.sealField");
  const side = `side.${field.split(/[-_.]/)[0] ?? ""}`;
  return hasKey(side) ? t(side) : field;
}
