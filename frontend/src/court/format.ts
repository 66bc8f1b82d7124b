/** Times and sizes as a record shows them. Records are read far from where they were made: the zone is fixed. */
import { locale } from "../i18n";

const ZONE = "Asia/Shanghai";

/** `15:58:31`, Beijing time. */
export function clockTime(moment: number): string {
  return new Intl.DateTimeFormat("zh-CN", {
    timeZone: ZONE,
    hourCycle: "h23",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  }).format(moment);
}

/** `15:58`, Beijing time. */
export function shortTime(moment: number): string {
  return new Intl.DateTimeFormat("zh-CN", {
    timeZone: ZONE,
    hourCycle: "h23",
    hour: "2-digit",
    minute: "2-digit",
  }).format(moment);
}

/** `2026年11月24日`, Beijing date, in the words of the reader. */
export function dateWords(moment: number): string {
  return new Intl.DateTimeFormat(locale.value, { timeZone: ZONE, dateStyle: "long" }).format(moment);
}

export function dateTime(moment: number): string {
  return `${dateWords(moment)} ${clockTime(moment)}`;
}

/** `01:36:05` from milliseconds. */
export function length(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const parts = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), seconds % 60];
  return parts.map((part) => String(part).padStart(2, "0")).join(":");
}

/** Seconds with one decimal, as they stand in a gap note. */
export function secondsOf(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(1);
}

export function fileSize(bytes: number): string {
  if (bytes < 1024 * 1024) return `${Math.max(1, Math.round(bytes / 1024))} kB`;
  return `${(bytes / (1024 * 1024)).toFixed(1)} MB`;
}
