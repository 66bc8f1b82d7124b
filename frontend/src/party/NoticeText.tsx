/** The whole of a notice. The Chinese text decides; who reads English gets a version for reading, or is told that there
 * is none. */
import { locale, t } from "../i18n";
import { Icon } from "../ui/Icon";
import { Note } from "../ui/Note";
import type { Notice } from "./api";
import { Markdown } from "./Markdown";

export function NoticeText({ notice }: { notice: Notice }) {
  if (locale.value === "zh-CN") return <ChineseText notice={notice} />;
  if (notice.reading_markdown === null) {
    return (
      <>
        <Note testId="notice-chinese-only">{t("notice.chineseOnly")}</Note>
        <ChineseText notice={notice} />
      </>
    );
  }
  return (
    <>
      <Note testId="notice-for-reading">{t("notice.forReading")}</Note>
      <section class="card" aria-label={t("notice.fullText")} lang="en" data-testid="notice-reading">
        <Markdown text={notice.reading_markdown} />
        <p class="meta notice__source">{t("notice.source", { source: notice.source_en })}</p>
      </section>
      <details class="details">
        <summary class="link" data-testid="notice-chinese-open">
          <Icon name="doc" />
          <span>{t("notice.chineseText")}</span>
        </summary>
        <ChineseText notice={notice} />
      </details>
    </>
  );
}

/** The words that are agreed to. */
function ChineseText({ notice }: { notice: Notice }) {
  return (
    <section class="card" aria-label={t("notice.fullText")} lang="zh-CN" data-testid="notice-text">
      <Markdown text={notice.body_markdown} />
      <p class="meta notice__source">{t("notice.source", { source: notice.source_zh })}</p>
    </section>
  );
}
