import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { request } from "../api";
import { t } from "../i18n";
import { clockTime, dateWords } from "../i18n/time";
import { type StaffAccount, sentenceOf } from "../staff/api";
import { OfficeBar } from "../staff/OfficeBar";
import { Icon } from "../ui/Icon";
import { IntegrityPanel } from "./IntegrityPanel";
import { LogPanel } from "./LogPanel";
import { PapersPanel } from "./PapersPanel";
import { PlayerPanel } from "./PlayerPanel";
import { TimelinePanel } from "./TimelinePanel";
import { gapSpans, recordedSpan, type Span, wholeSpan } from "./timeline";
import type { CourtRecord } from "./types";
import { instant } from "./types";
import { type Player, usePlayback } from "./use_playback";

/** One filed mediation: player, timeline, log, papers and what proves them. */
export function RecordPage({ sessionId, account }: { sessionId: string; account: StaffAccount }) {
  const record = useSignal<CourtRecord | null>(null);
  const refusal = useSignal<unknown>(null);
  useEffect(() => {
    const stop = new AbortController();
    request<CourtRecord>(`/api/court/records/${encodeURIComponent(sessionId)}`, { signal: stop.signal }).then(
      (answer) => {
        record.value = answer;
      },
      (error: unknown) => {
        if (!stop.signal.aborted) refusal.value = error;
      },
    );
    return () => stop.abort();
  }, [sessionId]);

  if (record.value) return <LoadedRecord record={record.value} account={account} />;
  return (
    <div class="office">
      <OfficeBar title={t("court.title")} account={account} />
      <main class="office__main">
        {refusal.value !== null ? (
          <p class="note note--danger" role="alert">
            <Icon name="alert" />
            {sentenceOf(refusal.value)}
          </p>
        ) : (
          <p role="status">{t("court.loading")}</p>
        )}
      </main>
    </div>
  );
}

function LoadedRecord({ record, account }: { record: CourtRecord; account: StaffAccount }) {
  const recorded = useMemo(() => recordedSpan(record), [record]);
  if (recorded === null) return <RecordDesk record={record} account={account} player={null} />;
  return <PlayableRecord record={record} account={account} recorded={recorded} />;
}

function PlayableRecord({ record, account, recorded }: { record: CourtRecord; account: StaffAccount; recorded: Span }) {
  const player = usePlayback(recorded);
  return <RecordDesk record={record} account={account} player={player} />;
}

function RecordDesk({
  record,
  account,
  player,
}: {
  record: CourtRecord;
  account: StaffAccount;
  player: Player | null;
}) {
  const span = useMemo(() => wholeSpan(record), [record]);
  const gaps = useMemo(() => gapSpans(record, player?.span.to ?? span.to), [record, player, span]);
  return (
    <div class="office record" data-testid="record">
      <OfficeBar title={t("court.title")} account={account} back="/court">
        <RecordHead record={record} />
      </OfficeBar>
      <div class="record__cols">
        <main class="record__main">
          <div class="record__top">
            {player ? (
              <PlayerPanel record={record} player={player} gaps={gaps} />
            ) : (
              <p class="note note--plain">
                <Icon name="info" />
                {t("court.noRecording")}
              </p>
            )}
            <LogPanel record={record} player={player} />
          </div>
          <TimelinePanel record={record} span={span} player={player} gaps={gaps} />
        </main>
        <aside class="record__side">
          <RecordActions record={record} />
          <PapersPanel record={record} />
          <IntegrityPanel record={record} gaps={gaps} />
        </aside>
      </div>
    </div>
  );
}

function RecordHead({ record }: { record: CourtRecord }) {
  const started = instant(record.started_at);
  const ended = instant(record.ended_at);
  return (
    <div class="bar__title record__title">
      <b>{record.title}</b>
      <span class="tiny">
        {record.case_no}
        <i class="dot" />
        {record.organisation}
        {started !== null && (
          <>
            <i class="dot" />
            {dateWords(started)} {clockTime(started)}
            {ended !== null && `–${clockTime(ended)}`}
          </>
        )}
        <i class="dot" />
        {t("court.beijing")}
      </span>
    </div>
  );
}

function RecordActions({ record }: { record: CourtRecord }) {
  const sound = record.integrity.chain_ok;
  return (
    <div class="record__actions">
      <span class={`badge ${sound ? "badge--ok" : "badge--danger"}`}>
        <Icon name={sound ? "shield" : "alert"} />
        {sound ? t("court.verified") : t("court.unverified")}
      </span>
      {record.dossier_url ? (
        <a class="btn btn--dense btn--primary" href={record.dossier_url} download data-testid="dossier-download">
          <Icon name="download" />
          {t("court.download")}
        </a>
      ) : (
        <span class="meta">{t("court.noDossier")}</span>
      )}
      <button class="btn btn--dense" type="button" onClick={() => window.print()}>
        {t("court.print")}
      </button>
    </div>
  );
}
