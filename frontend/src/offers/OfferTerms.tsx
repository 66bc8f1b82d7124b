/** What is offered, in figures and capitals; and where it stands. */
import { t } from "../i18n";
import { civilDate, dateWords, shortTime } from "../i18n/time";
import { Icon, type IconName } from "../ui/Icon";
import { sideName } from "../ui/Seal";
import { hasTerm, type Offer, type OfferState, stateNow, yuan } from "./model";

const LOOKS: Record<OfferState, { icon: IconName; look: string }> = {
  private: { icon: "lock", look: "badge--sealed" },
  open: { icon: "clock", look: "badge--accent" },
  accepted: { icon: "check", look: "badge--ok" },
  declined: { icon: "x", look: "badge--warn" },
  expired: { icon: "clock", look: "" },
  replaced: { icon: "replay", look: "" },
  withdrawn: { icon: "x", look: "" },
};

export function StateBadge({ offer, now }: { offer: Offer; now: number }) {
  const state = stateNow(offer, now);
  const { icon, look } = LOOKS[state];
  return (
    <span class={`badge ${look}`} data-testid="offer-state" data-state={state}>
      <Icon name={icon} />
      {t(`offer.state.${state}`)}
    </span>
  );
}

/** `2026年11月29日 21:51` */
export function untilWords(offer: Offer): string {
  const at = offer.expires_at * 1000;
  return `${dateWords(at)} ${shortTime(at)}`;
}

export function Amount({ offer }: { offer: Offer }) {
  return (
    <>
      <span class="offer__amount">{yuan(offer.amount)}</span>
      <span class="offer__capitals" lang="zh-CN">
        {offer.capitals}
      </span>
    </>
  );
}

export function Payments({ offer }: { offer: Offer }) {
  return (
    <ol class="offer__payments">
      {offer.instalments.map((each) => (
        <li key={each.due}>
          {t("offer.by", { day: civilDate(each.due) })}
          <span class="clock">{yuan(each.amount)}</span>
        </li>
      ))}
    </ol>
  );
}

/** Everything of one offer, one under the other. */
export function OfferTerms({ offer }: { offer: Offer }) {
  return (
    <div class="offer__terms">
      <p>
        <Amount offer={offer} />
      </p>
      <p class="meta">{t("offer.paidBy", { side: sideName(offer.payer) })}</p>
      <Payments offer={offer} />
      {offer.conditions && <p class="offer__conditions">{t("offer.if", { text: offer.conditions })}</p>}
      {hasTerm(offer) && <p class="meta">{t("offer.until", { time: untilWords(offer) })}</p>}
    </div>
  );
}
