/** Today, later or before: where a session stands in the mediator's list. A day is one of Beijing. */
import { instant } from "../court/types";
import { t } from "../i18n";
import { civilDay, daysUntil } from "../i18n/time";
import type { ListedSession } from "./api";

export const DAYS = ["today", "later", "before"] as const;
export type Day = (typeof DAYS)[number];

const MINUTE_MS = 60_000;
const HOUR = 60;

/** Nobody can enter the room any more. */
export function isOver(state: string): boolean {
  return state === "ended" || state === "filed";
}

/** One of yesterday that is not over still has to be held: it belongs to today. `now` in milliseconds. */
export function dayOf(session: Pick<ListedSession, "scheduled_at" | "state">, now: number): Day {
  const scheduled = instant(session.scheduled_at);
  const days = scheduled === null ? 0 : daysUntil(civilDay(scheduled), now);
  if (days === 0) return "today";
  if (days > 0) return "later";
  return isOver(session.state) ? "before" : "today";
}

/** How far away a beginning is, in the larger unit that fits; what is past has begun. Both in milliseconds. */
export function until(scheduled: number, now: number): string {
  const minutes = Math.ceil((scheduled - now) / MINUTE_MS);
  if (minutes <= 0) return t("staff.when.now");
  if (minutes < HOUR) return t("staff.when.minutes", { count: minutes });
  return t("staff.when.hours", { count: Math.round(minutes / HOUR) });
}
