import { t } from "../i18n";
import { Icon, type IconName } from "../ui/Icon";
import { fileSize, secondsOf } from "./format";
import type { GapSpan } from "./timeline";
import type { CourtRecord } from "./types";

/** What the server found when it checked its own record, and how a stranger checks it without the server. */
export function IntegrityPanel({ record, gaps }: { record: CourtRecord; gaps: GapSpan[] }) {
  const { integrity } = record;
  const lost = gaps.reduce((sum, gap) => sum + (gap.to - gap.from), 0);
  const file = `${record.case_no}.dossier.zip`;
  return (
    <section class="stack stack--2" aria-label={t("court.integrity")}>
      <h2 class="section-title">{t("court.integrity")}</h2>
      <div class="card stack stack--2 integrity" data-testid="integrity" data-ok={String(integrity.chain_ok)}>
        {integrity.chain_ok ? (
          <Finding icon="check" tone="ok" text={t("court.chainOk", { entries: integrity.entries })} />
        ) : (
          <Finding icon="alert" tone="danger" text={t("court.chainBroken", { entries: integrity.entries })} />
        )}
        {gaps.length > 0 ? (
          <Finding
            icon="alert"
            tone="warn"
            text={t("court.gapsCount", { count: gaps.length, seconds: secondsOf(lost) })}
          />
        ) : (
          record.recording?.started_at && <Finding icon="check" tone="ok" text={t("court.noGaps")} />
        )}
        <dl class="integrity__values">
          <dt>{t("court.dossierDigest")}</dt>
          <dd class="mono">{integrity.dossier_sha256 ?? t("court.noDigest")}</dd>
          {integrity.dossier_size !== null && (
            <>
              <dt>{t("court.dossierSize", { size: fileSize(integrity.dossier_size) })}</dt>
              <dd />
            </>
          )}
          <dt>{t("court.checkpoint")}</dt>
          <dd>
            {integrity.checkpoint ? (
              <pre class="mono">{integrity.checkpoint}</pre>
            ) : (
              <span>{t("court.noCheckpoint")}</span>
            )}
          </dd>
        </dl>
      </div>
      <div class="note note--plain integrity__offline">
        <Icon name="shield" />
        <div class="stack stack--1">
          <p class="strong">{t("court.offline")}</p>
          <p>{t("court.offlineHow")}</p>
          <code class="mono integrity__command">mediation-room verify "{file}"</code>
          <p class="tiny">{t("court.offlineWhat")}</p>
        </div>
      </div>
    </section>
  );
}

function Finding({ icon, tone, text }: { icon: IconName; tone: "ok" | "warn" | "danger"; text: string }) {
  return (
    <p class="row row--top integrity__finding">
      <span class={`mark mark--sm mark--${tone}`}>
        <Icon name={icon} />
      </span>
      <span>{text}</span>
    </p>
  );
}
