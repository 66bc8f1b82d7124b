import { chooseLocale, locale } from "../i18n";

/** Offers the other language, in that language. */
export function LanguageSwitch() {
  const other = locale.value === "en" ? "zh-CN" : "en";
  return (
    <button class="tool" type="button" lang={other} onClick={() => void chooseLocale(other)}>
      {other === "en" ? "English" : "中文"}
    </button>
  );
}
