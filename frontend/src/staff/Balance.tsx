import { t } from "../i18n";
import { myCaucus } from "../room/caucus";
import { type Spoken, spokenBySide } from "../room/conduct";
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
/** Seconds by which sides may differ and still count as equal. */
const EVEN = 5;

/** How long each side has spoken in the joint session: shown to whoever conducts it, and to nobody else. */
export function Balance() {
  const { state } = useTools();
  const now = useNow(1000) + state.clockOffset;
  const spoken = spokenBySide(state, now);
  if (myCaucus(state)) return null; // It is about the joint session.
  const most = Math.max(1, ...spoken.map((one) => one.seconds));
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
          <p class="tiny">{difference(spoken)}</p>
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

/** Which of the two sides has spoken longer. */
function difference(spoken: Spoken[]): string {
  const of = (side: string) => spoken.find((one) => one.side === side)?.seconds ?? 0;
  const ahead = of("applicant") - of("respondent");
  if (Math.abs(ahead) < EVEN) return t("conduct.even");
  const side = sideName(ahead > 0 ? "applicant" : "respondent");
  return t("conduct.ahead", { side, time: shortClock(Math.abs(ahead)) });
}
