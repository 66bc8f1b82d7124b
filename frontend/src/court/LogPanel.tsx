import { useComputed, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../i18n";
import { clockTime } from "../i18n/time";
import { Seal } from "../ui/Seal";
import type { CourtRecord, LogEntry } from "./types";
import { instant } from "./types";
import type { Player } from "./use_playback";
import { actorName, eventDetail, eventWords, SYSTEM, subjectOf } from "./words";

/** All entries of the event log in words; a time jumps the player there, and the list follows it. */
export function LogPanel({ record, player }: { record: CourtRecord; player: Player | null }) {
  const follow = useSignal(true);
  const list = useRef<HTMLOListElement>(null);
  const current = useComputed(() => (player ? currentEntry(record.log, player) : null));

  useEffect(() => {
    if (!follow.value || !player?.playing.value || current.value === null) return;
    const row = list.current?.querySelector<HTMLElement>(`[data-seq="${current.value}"]`);
    // Only the list moves: scrollIntoView would drag the page along.
    if (row && list.current) list.current.scrollTop = row.offsetTop - list.current.clientHeight / 3;
  }, [current.value, follow.value, player?.playing.value]);

  return (
    <section class="card card--flush log" aria-label={t("court.log")}>
      <div class="log__head">
        <h2 class="h3">{t("court.log")}</h2>
        {player && (
          <label class="log__follow">
            <input
              type="checkbox"
              checked={follow.value}
              onChange={(event) => (follow.value = event.currentTarget.checked)}
            />
            {t("court.logFollow")}
          </label>
        )}
      </div>
      <ol class="log__list" ref={list}>
        {record.log.map((entry) => (
          <Row key={entry.seq} record={record} entry={entry} player={player} current={entry.seq === current.value} />
        ))}
      </ol>
      {record.log.length === 0 && <p class="tiny">{t("court.logEmpty")}</p>}
    </section>
  );
}

function currentEntry(log: LogEntry[], player: Player): number | null {
  let found: number | null = null;
  for (const entry of log) {
    const at = instant(entry.at);
    if (at !== null && at <= player.position.value) found = entry.seq;
  }
  return found;
}

interface RowProps {
  record: CourtRecord;
  entry: LogEntry;
  player: Player | null;
  current: boolean;
}

function Row({ record, entry, player, current }: RowProps) {
  const at = instant(entry.at) ?? 0;
  const person = subjectOf(record, entry);
  const detail = eventDetail(entry);
  const inside = player !== null && at >= player.span.from && at <= player.span.to;
  return (
    <li class="log__row" data-seq={entry.seq} aria-current={current ? "true" : undefined}>
      {inside ? (
        <button class="log__time clock" type="button" onClick={() => player?.seek(at)}>
          {clockTime(at)}
        </button>
      ) : (
        <span class="log__time clock">{clockTime(at)}</span>
      )}
      {person ? <Seal side={person.side} /> : <span class="log__nobody" />}
      <span class="grow">
        {eventWords(entry.kind)}
        <span class="log__who">{person?.display_name ?? actorName(record, entry.actor)}</span>
        {person && person.participant_id !== entry.actor && entry.actor !== SYSTEM && (
          <span class="log__who">{t("court.by", { name: actorName(record, entry.actor) })}</span>
        )}
        {detail && <span class="log__detail tiny">{detail}</span>}
        {Object.keys(entry.data).length > 0 && (
          <details class="log__data">
            <summary class="tiny fold log__fold">{t("court.logDetail")}</summary>
            <pre class="mono tiny">{JSON.stringify(entry.data, null, 1)}</pre>
          </details>
        )}
      </span>
      <span class="tiny log__seq">#{entry.seq}</span>
    </li>
  );
}
