/** The exhibit that everybody looks at, under the faces: the page, as large as there is room, and what to do with it. */
import { useState } from "preact/hooks";
import "../../styles/exhibits.css";
import { presentationOf } from "../../exhibits/model";
import { PagePicture } from "../../exhibits/PagePicture";
import { Viewer } from "../../exhibits/Viewer";
import { nameOf } from "../../exhibits/words";
import { t } from "../../i18n";
import type { RoomState } from "../../room/state";
import { Icon } from "../../ui/Icon";
import { sideName } from "../../ui/Seal";
import type { Visit } from "../visit";
import { accessOf } from "./ExhibitsPanel";

interface Props {
  visit: Visit;
  state: RoomState;
  onOpen: () => void;
}

export function Shown({ visit, state, onOpen }: Props) {
  const presented = presentationOf(state);
  const [large, setLarge] = useState(false);
  if (!presented) return null;
  const { exhibit, shown } = presented;
  const access = accessOf(visit);
  const leads = shown.presenter_id === state.me;
  const turn = leads
    ? (page: number) => void access.present(exhibit.exhibit_id, page).catch(() => undefined)
    : undefined;
  return (
    <section
      class="shown"
      data-theme-light
      data-testid="exhibit-shown"
      data-page={shown.page}
      aria-label={t("exhibit.shownToAll")}
    >
      <header class="shown__head">
        <h2 class="h3">
          {nameOf(exhibit)} · {exhibit.title}
        </h2>
        <p class="meta" role="status">
          {exhibit.owner_id === state.me ? t("exhibit.mine") : t("exhibit.whose", { side: sideName(exhibit.side) })}
          {exhibit.pages.length > 1 && ` · ${t("exhibit.page", { page: shown.page, pages: exhibit.pages.length })}`}
        </p>
      </header>
      <div class="shown__page">
        <PagePicture access={access} exhibit={exhibit} page={shown.page} />
      </div>
      <footer class="shown__foot">
        <button class="tool" type="button" data-testid="shown-zoom" onClick={() => setLarge(true)}>
          <Icon name="zoom" />
          {t("exhibit.enlarge")}
        </button>
        <button class="tool" type="button" data-testid="shown-open" onClick={onOpen}>
          <Icon name="pen" />
          {t("exhibit.views")}
        </button>
      </footer>
      {large && (
        <Viewer access={access} exhibit={exhibit} page={shown.page} onTurn={turn} onClose={() => setLarge(false)} />
      )}
    </section>
  );
}
