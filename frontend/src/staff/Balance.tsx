import { t } from "../i18n";
import { myCaucus } from "../room/caucus";
import { balanceOf, longestBar, type Spoken, spokenBySide } from "../room/conduct";
import { useNow } from "../ui/hooks";
import { Icon } from "../ui/Icon";
import { Seal, sideName } from "../ui/Seal";
import { shortClock } from "../ui/TimerBar";
import { useTools } from "./tools";

const FILLS: Record<string, string> = {
  applicant: "fill-a",
  respondent: "fill-b",
  mediator: "fill-m",
  clerk: "fill-m",
};

/** How long each side has spoken in the joint session: shown to whoever conducts it, and to nobody else. */
export function Balance() {
  const { state } = useTools();
  const now = useNow(1000) + state.clockOffset;
  const spoken = spokenBySide(state, now);
  if (myCaucus(state)) return null; // It is about the joint session.
  const most = longestBar(spoken);
  return (
    <section class="stack stack--2" data-testid="balance">
      <h2 class="section-title">
        {t("conduct.balance")}
        <span class="tiny row">
          <Icon name="eye" />
          {t("conduct.onlyYou")}
        </span>
      </h2>
      {spoken.length === 0 ? (
        <p class="tiny">{t("conduct.silent")}</p>
      ) : (
        <>
          <div class="balance">
            {withBothSides(spoken).map((one) => (
              <Bar key={one.side} spoken={one} most={most} />
            ))}
          </div>
          <p class="tiny" data-testid="balance-words">
            {comparison(spoken)}
          </p>
        </>
      )}
    </section>
  );
}

function Bar({ spoken, most }: { spoken: Spoken; most: number }) {
  const { side, seconds } = spoken;
  return (
    <>
      <Seal side={side} />
      <span class="balance__track" aria-hidden="true">
        <i class={FILLS[side] ?? "fill-a"} style={{ width: `${Math.round((100 * seconds) / most)}%` }} />
      </span>
      <span class="clock" data-testid="spoken" data-side={side}>
        {shortClock(seconds)}
      </span>
    </>
  );
}

/** A side that has not spoken yet is there too, with nothing: that is what a mediator looks for. */
function withBothSides(spoken: Spoken[]): Spoken[] {
  const parties = ["applicant", "respondent"].map(
    (side) => spoken.find((one) => one.side === side) ?? { side, seconds: 0 },
  );
  return [...parties, ...spoken.filter((one) => !parties.some((party) => party.side === one.side))];
}

/** What the times say; nothing is compared before enough was said. */
function comparison(spoken: Spoken[]): string {
  const found = balanceOf(spoken);
  if (found.kind !== "ahead") return t(`conduct.${found.kind}`);
  return t("conduct.ahead", { side: sideName(found.side), time: shortClock(found.seconds) });
}
