/** Times and dates as they are shown. A mediation has one legal clock: every screen shows Beijing time, wherever it is
 * read, so that a party's phone, the mediator's desk, the paper and the court's record never differ. */
import { locale, t } from "./index";

const ZONE = "Asia/Shanghai";
const ZONE_OFFSET_MINUTES = -480;
const DAY_MS = 86_400_000;

/** Milliseconds since the epoch, or anything that `Date` reads. */
export type Moment = number | string | Date;

function format(moment: Moment, options: Intl.DateTimeFormatOptions, words: string = locale.value): string {
  return new Intl.DateTimeFormat(words, { timeZone: ZONE, ...options }).format(new Date(moment));
}

/** `15:58:31` */
export function clockTime(moment: Moment): string {
  return format(moment, { hourCycle: "h23", hour: "2-digit", minute: "2-digit", second: "2-digit" }, "zh-CN");
}

/** `15:58` */
export function shortTime(moment: Moment): string {
  return format(moment, { hourCycle: "h23", hour: "2-digit", minute: "2-digit" }, "zh-CN");
}

/** `2026年11月24日` in the words of the reader. */
export function dateWords(moment: Moment): string {
  return format(moment, { year: "numeric", month: "long", day: "numeric" });
}

/** `11月24日星期二` in the words of the reader. */
export function dayWords(moment: Moment): string {
  return format(moment, { month: "long", day: "numeric", weekday: "long" });
}

/** `2026年11月24日 15:58:31` */
export function dateTime(moment: Moment): string {
  return `${dateWords(moment)} ${clockTime(moment)}`;
}

/** A date without a time, `2026-12-09`, in the words of the reader. */
export function civilDate(date: string): string {
  return new Intl.DateTimeFormat(locale.value, {
    timeZone: "UTC",
    year: "numeric",
    month: "long",
    day: "numeric",
  }).format(Date.parse(date));
}

/** The day in Beijing as `2026-11-24`. */
export function civilDay(moment: Moment): string {
  const parts = new Intl.DateTimeFormat("en-US", { timeZone: ZONE, year: "numeric", month: "2-digit", day: "2-digit" });
  const found = Object.fromEntries(parts.formatToParts(new Date(moment)).map((part) => [part.type, part.value]));
  return `${found.year}-${found.month}-${found.day}`;
}

/** Whole days from the Beijing day of `now` to a date; negative when it is past. */
export function daysUntil(date: string, now: Moment): number {
  return Math.round((Date.parse(date) - Date.parse(civilDay(now))) / DAY_MS);
}

/** Says that a time is Beijing's, on a device whose own clock shows another one; empty elsewhere. To be put right after
 * the time: no line ends before it or in it. */
export function zoneNote(moment: Moment): string {
  return new Date(moment).getTimezoneOffset() === ZONE_OFFSET_MINUTES ? "" : unbroken(t("time.beijing"));
}

const NO_BREAK_SPACE = "\u00a0";
const WORD_JOINER = "\u2060";

/** The same words, which stay in one line with each other and with what stands before them. */
export function unbroken(words: string): string {
  return [...words].map((sign) => (sign === " " ? NO_BREAK_SPACE : WORD_JOINER + sign)).join("");
}
