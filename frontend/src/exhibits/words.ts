/** How exhibits are called. */
import { ApiError } from "../api";
import { hasKey, t } from "../i18n";
import type { IconName } from "../ui/Icon";
import type { Exhibit, Standing } from "./model";

export const STANDING: Record<Standing, { icon: IconName; look: string }> = {
  agreed: { icon: "check", look: "badge--ok" },
  objection: { icon: "alert", look: "badge--warn" },
  open: { icon: "clock", look: "" },
  private: { icon: "lock", look: "badge--sealed" },
  withdrawn: { icon: "x", look: "" },
};

/** `Exhibit 3`, or the word for one without a number. */
export function nameOf(exhibit: Exhibit): string {
  return exhibit.number === null ? t("exhibit.unnumbered") : t("exhibit.numbered", { number: exhibit.number });
}

/** A kind sentence for whatever went wrong with an exhibit. */
export function refusalOf(error: unknown): string {
  if (!(error instanceof ApiError)) return t("error.unknown");
  const key = `exhibit.error.${error.code}`;
  if (!hasKey(key)) return error.sentence;
  return t(key, { most: error.number("most_mb") ?? error.number("most") ?? "" });
}
