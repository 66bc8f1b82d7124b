import { pick, t } from "../i18n";
import { clockTime, dateTime } from "../i18n/time";
import { Icon, type IconName } from "../ui/Icon";
import type { CourtRecord, Paper, PaperSignature } from "./types";
import { instant } from "./types";
import { fieldWords, isDocumentStamp } from "./words";

/** Every paper of the mediation, who signed it and whether each signature holds. */
export function PapersPanel({ record }: { record: CourtRecord }) {
  return (
    <section class="stack stack--2" aria-label={t("court.papers")}>
      <h2 class="section-title">{t("court.papers")}</h2>
      {record.papers.length === 0 ? (
        <p class="tiny">{t("court.noPapers")}</p>
      ) : (
        record.papers.map((paper) => <PaperCard key={paper.id} paper={paper} organisation={record.organisation} />)
      )}
    </section>
  );
}

function PaperCard({ paper, organisation }: { paper: Paper; organisation: string }) {
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
          <Signature key={signature.field} signature={signature} organisation={organisation} />
        ))}
      </ul>
    </article>
  );
}

function Signature({ signature, organisation }: { signature: PaperSignature; organisation: string }) {
  const at = instant(signature.signed_at);
  return (
    <li data-ok={String(signature.ok)}>
      <span class={`mark mark--sm ${signature.ok ? "mark--ok" : "mark--danger"}`}>
        <Icon name={iconOf(signature)} />
      </span>
      <span class="grow">
        <SignerName signature={signature} organisation={organisation} />
        <br />
        <span class="tiny">
          {fieldWords(signature.field)}
          {signature.typed && (
            <>
              <i class="dot" />
              {t("ownName.typed")}
            </>
          )}
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

function iconOf(signature: PaperSignature): IconName {
  if (!signature.ok) return "alert";
  if (signature.field === "seal") return "stamp";
  return isDocumentStamp(signature.field) ? "clock" : "check";
}

/** The names in the certificates of the seal and of the time-stamp are a program's; these are a reader's. A person's is
 * the certificate's, to the letter: an agent is called so there, in Chinese. */
function SignerName({ signature, organisation }: { signature: PaperSignature; organisation: string }) {
  if (signature.field === "seal") return <b>{organisation}</b>;
  if (isDocumentStamp(signature.field)) return <b>{t("court.stamper")}</b>;
  return <b lang="zh-CN">{signature.name}</b>;
}
