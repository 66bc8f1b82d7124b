/** What both sides offer now, side by side. */
import type { ComponentChildren } from "preact";
import { t } from "../i18n";
import type { RoomState } from "../room/state";
import { Seal, sideName } from "../ui/Seal";
import { currentOf, gapOf, hasTerm, type Offer, PARTIES, yuan } from "./model";
import { Amount, Payments, StateBadge, untilWords } from "./OfferTerms";

interface Row {
  label: string;
  cell: (offer: Offer) => ComponentChildren;
}

export function Comparison({ state, now }: { state: RoomState; now: number }) {
  const offers = PARTIES.map((side) => currentOf(state, side));
  if (offers.every((one) => one === null)) return null;
  const gap = gapOf(state, now);
  const until: Row = {
    label: t("offer.validUntil"),
    cell: (offer) => (hasTerm(offer) ? untilWords(offer) : "—"),
  };
  const rows: Row[] = [
    { label: t("offer.amount"), cell: (offer) => <Amount offer={offer} /> },
    { label: t("offer.payer"), cell: (offer) => sideName(offer.payer) },
    { label: t("offer.payments"), cell: (offer) => <Payments offer={offer} /> },
    { label: t("offer.conditions"), cell: (offer) => offer.conditions || t("offer.noConditions") },
    ...(offers.some((offer) => offer !== null && hasTerm(offer)) ? [until] : []),
    { label: t("offer.standing"), cell: (offer) => <StateBadge offer={offer} now={now} /> },
  ];
  return (
    <section class="card card--flush" data-testid="offer-comparison">
      <table class="offer-table">
        <caption class="visually-hidden">{t("offer.compared")}</caption>
        <thead>
          <tr>
            {PARTIES.map((side) => (
              <th key={side} scope="col">
                <Seal side={side} />
                <span>{sideName(side)}</span>
              </th>
            ))}
          </tr>
        </thead>
        {rows.map((row) => (
          <tbody key={row.label}>
            <tr class="offer-table__label">
              <th colSpan={2} scope="rowgroup">
                {row.label}
              </th>
            </tr>
            <tr>
              {offers.map((offer, index) => (
                <td key={PARTIES[index]}>{offer ? row.cell(offer) : t("offer.nothing")}</td>
              ))}
            </tr>
          </tbody>
        ))}
      </table>
      {gap !== null && (
        <p class="offer-table__gap" data-testid="offer-gap">
          {Number(gap) === 0 ? t("offer.same") : t("offer.gap", { amount: yuan(gap) })}
        </p>
      )}
    </section>
  );
}
