import { ApiError } from "../api";
import { hasKey, t } from "../i18n";

/** What went wrong with what was written, in words of its own; else whatever the caller says. */
export function talkSentence(error: unknown, otherwise: (error: unknown) => string): string {
  if (!(error instanceof ApiError)) return otherwise(error);
  const key = `talk.error.${error.code}`;
  return hasKey(key) ? t(key) : otherwise(error);
}
