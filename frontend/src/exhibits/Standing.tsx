/** Where an exhibit stands, in an icon and a word. */
import { t } from "../i18n";
import { Icon } from "../ui/Icon";
import { type Exhibit, standingOf } from "./model";
import { STANDING } from "./words";

export function StandingBadge({ exhibit }: { exhibit: Exhibit }) {
  const standing = standingOf(exhibit);
  const { icon, look } = STANDING[standing];
  return (
    <span class={`badge ${look}`} data-testid="exhibit-standing" data-state={standing}>
      <Icon name={icon} />
      {t(`exhibit.standing.${standing}`)}
    </span>
  );
}
