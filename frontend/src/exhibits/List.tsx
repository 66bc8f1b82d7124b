/** Every exhibit in a line each; a press opens it. */
import { t } from "../i18n";
import { Empty } from "../ui/Empty";
import { Seal } from "../ui/Seal";
import type { Exhibit } from "./model";
import { StandingBadge } from "./Standing";
import { nameOf } from "./words";

interface Props {
  exhibits: readonly Exhibit[];
  chosen: string | null;
  onChoose: (exhibitId: string) => void;
}

export function ExhibitList({ exhibits, chosen, onChoose }: Props) {
  if (exhibits.length === 0) return <Empty icon="folder" words={t("exhibit.none")} hint={t("exhibit.noneHint")} />;
  return (
    <ul class="card card--flush exhibit-list">
      {exhibits.map((one) => (
        <li key={one.exhibit_id}>
          <button
            class="exhibit-list__row"
            type="button"
            data-testid="exhibit-row"
            data-exhibit={one.exhibit_id}
            data-withdrawn={one.withdrawn}
            aria-current={one.exhibit_id === chosen}
            onClick={() => onChoose(one.exhibit_id)}
          >
            <b class="exhibit-list__number">
              <span aria-hidden="true">{one.number ?? "–"}</span>
              <span class="visually-hidden">{nameOf(one)}</span>
            </b>
            <Seal side={one.side} />
            <span class="grow exhibit-list__title">{one.title}</span>
            <StandingBadge exhibit={one} />
          </button>
        </li>
      ))}
    </ul>
  );
}
