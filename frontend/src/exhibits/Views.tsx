/** What the other sides say of an exhibit, aspect by aspect. */
import { t } from "../i18n";
import { shortTime } from "../i18n/time";
import { Icon } from "../ui/Icon";
import { Seal, sideName } from "../ui/Seal";
import { ASPECTS, type Aspect, type Exhibit, otherSides, viewOf } from "./model";

export function Views({ exhibit }: { exhibit: Exhibit }) {
  return (
    <ul class="exhibit-views">
      {otherSides(exhibit).map((side) => (
        <li key={side} data-testid="exhibit-views" data-side={side}>
          <p class="exhibit-views__who">
            <Seal side={side} />
            <span>{t("exhibit.viewsOf", { side: sideName(side) })}</span>
          </p>
          <p class="exhibit-views__badges">
            {ASPECTS.map((aspect) => (
              <AspectBadge key={aspect} exhibit={exhibit} side={side} aspect={aspect} />
            ))}
          </p>
          <Reasons exhibit={exhibit} side={side} />
        </li>
      ))}
    </ul>
  );
}

function AspectBadge({ exhibit, side, aspect }: { exhibit: Exhibit; side: string; aspect: Aspect }) {
  const view = viewOf(exhibit, side, aspect);
  const state = view ? (view.objects ? "objection" : "none") : "open";
  const look = { objection: "badge--warn", none: "badge--ok", open: "" }[state];
  return (
    <span class={`badge ${look}`} data-testid="exhibit-view" data-aspect={aspect} data-state={state}>
      <Icon name={view ? (view.objects ? "alert" : "check") : "clock"} />
      {t(`exhibit.aspect.${aspect}`)}
      <span class="visually-hidden">{t(`exhibit.state.${state as "none" | "objection" | "open"}`)}</span>
    </span>
  );
}

function Reasons({ exhibit, side }: { exhibit: Exhibit; side: string }) {
  const objections = exhibit.views.filter((one) => one.side === side && one.objects);
  return (
    <>
      {objections.map((one) => (
        <p class="exhibit-views__reason" key={one.aspect} data-testid="exhibit-objection">
          <span class="strong">{t(`exhibit.aspect.${one.aspect}`)}</span> {one.reason}{" "}
          <span class="meta">
            {shortTime(one.at)}
            {one.times > 1 && ` · ${t("exhibit.changed", { times: one.times })}`}
          </span>
        </p>
      ))}
    </>
  );
}
