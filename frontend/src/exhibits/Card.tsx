/** One exhibit: what it is, a page of it, the other sides' views, its check value, and what one can do with it. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import "../styles/exhibits.css";
import { t } from "../i18n";
import { shortTime } from "../i18n/time";
import { Icon } from "../ui/Icon";
import { sideName } from "../ui/Seal";
import type { ExhibitAccess } from "./access";
import { type Exhibit, type Presentation, shortDigest } from "./model";
import { Originals } from "./Originals";
import { PagePicture } from "./PagePicture";
import { PageTurner } from "./PageTurner";
import { StandingBadge } from "./Standing";
import { Viewer } from "./Viewer";
import { Views } from "./Views";
import { nameOf } from "./words";

interface Props {
  access: ExhibitAccess;
  exhibit: Exhibit;
  /** Given when it is on everybody's screen here. */
  shown: Presentation | null;
  page: number;
  /** Absent while somebody else turns the pages. */
  onTurn?: (page: number) => void;
  /** One's own exhibits are called so. */
  mine: boolean;
  children?: ComponentChildren;
}

export function ExhibitCard({ access, exhibit, shown, page, onTurn, mine, children }: Props) {
  const [large, setLarge] = useState(false);
  const pages = exhibit.pages.length;
  return (
    <article class="card card--flush exhibit-card" data-testid="exhibit-card" data-exhibit={exhibit.exhibit_id}>
      <header class="exhibit-card__head">
        <div class="grow">
          <h3 class="h3">
            {nameOf(exhibit)} · {exhibit.title}
          </h3>
          <p class="meta">
            {mine ? t("exhibit.mine") : t("exhibit.whose", { side: sideName(exhibit.side) })}
            {shown && <> · {t("exhibit.since", { time: shortTime(shown.since * 1000) })}</>}
            {pages > 1 && !onTurn && <> · {t("exhibit.page", { page, pages })}</>}
          </p>
        </div>
        {shown ? (
          <span class="badge badge--accent" data-testid="exhibit-presented">
            <Icon name="screen" />
            {t("exhibit.presented")}
          </span>
        ) : (
          <StandingBadge exhibit={exhibit} />
        )}
      </header>
      <button class="exhibit-card__page" type="button" data-testid="exhibit-zoom" onClick={() => setLarge(true)}>
        <PagePicture access={access} exhibit={exhibit} page={page} />
        <span class="exhibit-card__zoom">
          <Icon name="zoom" />
          {t("exhibit.enlarge")}
        </span>
      </button>
      <div class="exhibit-card__body">
        {onTurn && <PageTurner page={page} pages={pages} onTurn={onTurn} />}
        {!exhibit.private && !exhibit.withdrawn && <Views exhibit={exhibit} />}
        <Originals exhibit={exhibit} />
        <p class="exhibit-card__digest meta">
          {t("exhibit.digest")}{" "}
          <span class="code" title={exhibit.sha256}>
            {shortDigest(exhibit.sha256)}
          </span>
        </p>
        {children}
      </div>
      {large && (
        <Viewer access={access} exhibit={exhibit} page={page} onTurn={onTurn} onClose={() => setLarge(false)} />
      )}
    </article>
  );
}
