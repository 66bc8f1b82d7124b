/** How the kinds of log entries, gaps and actors are said in words. */
import { hasKey, type Key, t } from "../i18n";
import type { CourtRecord, LogEntry, RecordPerson } from "./types";

/** Who acts when nobody does. */
export const SYSTEM = "system";

/** Lanes of the timeline that show single moments. */
export type MomentLane = "room" | "drafting" | "signing";

const LANES: Record<MomentLane, readonly string[]> = {
  room: ["session_started", "admitted", "removed", "joined", "reconnected", "left", "connection_lost", "session_ended"],
  drafting: ["writer_set", "draft_frozen", "draft_unfrozen"],
  signing: ["signed", "sealed"],
};

/** A sentence for the kind of an entry; an unknown kind is shown as it is, never hidden. */
export function eventWords(kind: string): string {
  const key = `court.event.${kind}`;
  return hasKey(key) ? t(key) : t("court.event.other", { kind });
}

/** What happened to what, where the kind alone does not say it; null where it does. */
export function eventDetail(entry: LogEntry): string | null {
  const { source, reason, paused, muted_by_host: muted, trouble, changes } = entry.data;
  const privilege = `court.privilege.${entry.data.class}`;
  if (hasKey(privilege)) return t(privilege);
  const language = `court.language.${entry.data.language}`;
  if (hasKey(language)) return t(language);
  if (entry.kind.startsWith("exhibit_")) return exhibitWords(entry);
  if (entry.kind === "session_ended") return endingWords(reason);
  // Entries from before there was a choice name none: they were drawn.
  if (entry.kind === "signed") return t(entry.data.mode === "typed" ? "ownName.typed" : "ownName.drawn");
  if (REASONED.has(entry.kind) && typeof reason === "string") return pauseWords(reason);
  if (entry.kind === "recording_interrupted" && typeof reason === "string") return gapWords(reason);
  if (typeof source !== "string" || !hasKey(`court.source.${source}`)) return null;
  const what = t(`court.source.${source}` as Key);
  // Changes within a few seconds are one entry with the last state.
  const often = typeof changes === "number" ? ` · ${t("court.switch.changes", { count: changes })}` : "";
  if (entry.kind === "device_trouble") {
    const key = `court.trouble.${trouble ?? "over"}`;
    return (hasKey(key) ? `${what} · ${t(key)}` : what) + often;
  }
  if (entry.kind !== "track_switched") return what;
  return `${what} · ${t(muted ? "court.switch.muted" : paused ? "court.switch.off" : "court.switch.on")}${often}`;
}

/** Kinds whose reason is somebody's own words, or `caucus` and `session_ended` where the room itself was the reason. */
const REASONED = new Set(["draft_unfrozen", "denied", "removed", "recording_paused", "recording_stopped"]);

function pauseWords(reason: string): string | null {
  const key = `court.because.${reason}`;
  return hasKey(key) ? t(key) : reason || null;
}

/** Why the mediation ended (ODM 25). An agreement that is in force is in the papers beside. */
function endingWords(reason: unknown): string | null {
  const key = `ended.because.${reason}`;
  return hasKey(key) ? t(key) : null;
}

/** Which exhibit, and what was said of it. */
function exhibitWords(entry: LogEntry): string | null {
  const { number, title, page, aspect, objects, reason, outcome, way, remark } = entry.data;
  const words = [typeof number === "number" ? t("exhibit.numbered", { number }) : null];
  if (typeof title === "string") words.push(title);
  if (typeof page === "number") words.push(t("court.page", { page }));
  if (typeof aspect === "string" && hasKey(`exhibit.aspect.${aspect}`)) {
    words.push(t(`exhibit.aspect.${aspect}` as Key), t(objects ? "exhibit.objects" : "exhibit.noObjection"));
    if (typeof reason === "string" && reason) words.push(reason);
  }
  if (typeof outcome === "string" && hasKey(`original.outcome.${outcome}`)) {
    words.push(t(`original.outcome.${outcome}` as Key));
    if (hasKey(`original.way.${way}`) && outcome !== "not_compared") words.push(t(`original.way.${way}` as Key));
    if (typeof remark === "string" && remark) words.push(remark);
  }
  return words.filter((word) => word !== null).join(" · ") || null;
}

/** The name of a signature field of the agreement's PDF. */
export function fieldWords(field: string): string {
  if (isDocumentStamp(field)) return t("court.field.timestamp");
  const key = `court.field.${field}`;
  return hasKey(key) ? t(key) : field;
}

/** The time-stamp that closes the file carries a name made by chance. */
export function isDocumentStamp(field: string): boolean {
  return field.startsWith("Timestamp");
}

/** The lane of a moment; the timeline leaves most kinds to the list beside it. */
export function laneOf(entry: LogEntry): MomentLane | null {
  const lanes = Object.keys(LANES) as MomentLane[];
  return lanes.find((lane) => LANES[lane].includes(entry.kind)) ?? null;
}

export function gapWords(reason: string): string {
  const key = `court.gap.${reason}`;
  return hasKey(key) ? t(key) : t("court.gap.other", { reason });
}

export function actorName(record: CourtRecord, actor: string): string {
  const person = personOf(record, actor);
  if (person) return person.display_name;
  return actor === SYSTEM ? t("court.actor.system") : actor;
}

/** The person an entry is about: the one it names, or the one who acted. */
export function subjectOf(record: CourtRecord, entry: LogEntry): RecordPerson | undefined {
  const named = entry.data.participant;
  return (typeof named === "string" ? personOf(record, named) : undefined) ?? personOf(record, entry.actor);
}

function personOf(record: CourtRecord, id: string): RecordPerson | undefined {
  return record.people.find((person) => person.participant_id === id);
}
