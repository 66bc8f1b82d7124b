/** One offer: whose, what, where it stands, and what one can do with it. */
import type { ComponentChildren } from "preact";
import { t } from "../i18n";
import { shortTime } from "../i18n/time";
import { Seal, sideName } from "../ui/Seal";
import type { Offer } from "./model";
import { OfferTerms, StateBadge } from "./OfferTerms";

interface Props {
  offer: Offer;
  now: number;
  mine: boolean;
  children?: ComponentChildren;
}

export function OfferCard({ offer, now, mine, children }: Props) {
  return (
    <article class="card offer" data-testid="offer" data-offer={offer.offer_id} data-side={offer.side}>
      <header class="offer__head">
        <Seal side={offer.side} />
        <h3 class="h3 grow">
          {mine ? t("offer.mine") : t("offer.whose", { side: sideName(offer.side) })}{" "}
          <span class="meta">{shortTime(offer.told_at * 1000)}</span>
        </h3>
        <StateBadge offer={offer} now={now} />
      </header>
      <OfferTerms offer={offer} />
      {offer.answers.map((one) => (
        <p class="meta" key={one.side} data-testid="offer-answer" data-verdict={one.verdict}>
          {t(`offer.said.${one.verdict}`, { side: sideName(one.side) })}
        </p>
      ))}
      {children}
    </article>
  );
}
