/** How the kinds of log entries, gaps and actors are said in words. */
import { hasKey, t } from "../i18n";
import type { CourtRecord, LogEntry, RecordPerson } from "./types";

/** Lanes of the timeline that show single moments. */
export type MomentLane = "room" | "drafting" | "signing";

const LANES: [RegExp, MomentLane][] = [
  [/sign|seal|in_force|code/, "signing"],
  [/freeze|frozen|writer|document|void|draft/, "drafting"],
  [/participant|admit|connection|session|remov/, "room"],
];
/** Entries that would only crowd the timeline; the list below it has them all. */
const NOT_ON_TIMELINE = /publication|track|document_updated|checkpoint|read|link|identity|consent/;

function plainKind(kind: string): string {
  return kind.replace(/[.\-\s]/g, "_");
}

/** A sentence for the kind of an entry; an unknown kind is shown as it is, never hidden. */
export function eventWords(kind: string): string {
  const key = `court.event.${plainKind(kind)}`;
  return hasKey(key) ? t(key) : t("court.event.other", { kind });
}

export function laneOf(entry: LogEntry): MomentLane | null {
  const kind = plainKind(entry.kind);
  if (NOT_ON_TIMELINE.test(kind) && !/agreement/.test(kind)) return null;
  return LANES.find(([pattern]) => pattern.test(kind))?.[1] ?? null;
}

export function gapWords(reason: string): string {
  const key = `court.gap.${reason}`;
  return hasKey(key) ? t(key) : t("court.gap.other", { reason });
}

export function actorName(record: CourtRecord, actor: string): string {
  const person = personOf(record, actor);
  if (person) return person.display_name;
  return actor === "system" ? t("court.actor.system") : actor;
}

/** The person an entry is about: the one it names, or the one who acted. */
export function subjectOf(record: CourtRecord, entry: LogEntry): RecordPerson | undefined {
  const named = entry.data.participant_id;
  return (typeof named === "string" ? personOf(record, named) : undefined) ?? personOf(record, entry.actor);
}

function personOf(record: CourtRecord, id: string): RecordPerson | undefined {
  return record.people.find((person) => person.participant_id === id);
}
