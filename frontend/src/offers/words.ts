/** Refusals about offers in kind words. */
import { ApiError } from "../api";
import { hasKey, t } from "../i18n";

export function offerRefusal(error: unknown): string {
  if (!(error instanceof ApiError)) return t("error.unknown");
  for (const key of [`offer.error.${error.code}`, `exhibit.error.${error.code}`]) if (hasKey(key)) return t(key);
  return error.sentence;
}
