/** The whole of a notice. The Chinese text decides; who reads English gets a version for reading, or is told that there
 * is none. */
import { locale, pick, t } from "../i18n";
import { Icon } from "../ui/Icon";
import { Note } from "../ui/Note";
import type { Notice } from "./api";
import { Markdown } from "./Markdown";

export function NoticeText({ notice }: { notice: Notice }) {
  const chinese = <Text text={notice.body_markdown} lang="zh-CN" testId="notice-text" />;
  const source = (
    <p class="meta notice__source">{t("notice.source", { source: pick(notice.source_zh, notice.source_en) })}</p>
  );
  if (locale.value === "zh-CN") {
    return (
      <>
        {chinese}
        {source}
      </>
    );
  }
  if (notice.reading_markdown === null) {
    return (
      <>
        <Note testId="notice-chinese-only">{t("notice.chineseOnly")}</Note>
        {chinese}
        {source}
      </>
    );
  }
  return (
    <>
      <Note testId="notice-for-reading">{t("notice.forReading")}</Note>
      <Text text={notice.reading_markdown} lang="en" testId="notice-reading" />
      {source}
      <details class="details">
        <summary class="link" data-testid="notice-chinese-open">
          <Icon name="doc" />
          <span>{t("notice.chineseText")}</span>
        </summary>
        {chinese}
      </details>
    </>
  );
}

function Text({ text, lang, testId }: { text: string; lang: string; testId: string }) {
  return (
    <section class="card" aria-label={t("notice.fullText")} lang={lang} data-testid={testId}>
      <Markdown text={text} />
    </section>
  );
}
