import { useEffect } from "preact/hooks";
import { type Key, locale, t } from "../i18n";

/** What the browser calls this page, in the language of now. */
export function useTitle(key: Key): void {
  useEffect(() => {
    document.title = t(key);
  }, [key, locale.value]);
}
