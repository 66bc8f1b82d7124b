/** What a party's panel and the mediator's tab have in common: the offers, their cards, and the form of a new one. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import "../styles/offers.css";
import { myCaucus } from "../room/caucus";
import type { RoomState } from "../room/state";
import { placeOf } from "../room/talk";
import { type Ask, sentWith } from "../talk/api";
import { type Acts, useActs } from "../ui/acts";
import { useNow } from "../ui/hooks";
import { alike, once, useSettled } from "../ui/once";
import { begun, forget, keep, ownHere, type Scope } from "../ui/unsent";
import type { OfferAccess, Wanted } from "./access";
import { OfferCard } from "./Card";
import { firstTerms, OfferForm, type Terms } from "./Form";
import { type Offer, offersOf } from "./model";
import { Own } from "./Own";
import { offerRefusal } from "./words";

/** An offer that is being made. */
interface Making {
  /** The one that it answers; one that is there no more is answered by nothing. */
  answering: string | null;
  terms: Terms;
}

export interface OfferDesk extends Acts {
  all: Offer[];
  /** Unix seconds by the server's clock. */
  now: number;
  /** The form while an offer is made; null otherwise. */
  form: ComponentChildren;
  /** The offer that it answers. */
  answering: string | null;
  /** Begin one: a first one, or an answer to another. */
  make: (answering: Offer | null) => void;
  /** One offer with what its owner can do with it; `children` is what the reader can do. */
  card: (offer: Offer, children?: ComponentChildren) => ComponentChildren;
}

export function useOffers(access: OfferAccess, ask: Ask, state: RoomState): OfferDesk {
  const now = useNow(5000) + state.clockOffset;
  const scope: Scope<Making> = ownHere(state, "offer");
  const making = begun(scope);
  const { refusal, act } = useActs(offerRefusal);
  const place = placeOf(state);
  const [busy, setBusy] = useState(false);
  const send = async (wanted: Wanted) => {
    setBusy(true);
    const made = await act(() => once(scope, { making, place }, (key) => access.make({ ...wanted, place }, key)));
    if (made) forget(scope.name);
    setBusy(false);
    return made;
  };
  const all = offersOf(state);
  const news = all.filter((one) => one.owner_id === state.me).length;
  useSettled<{ making: Making }>(scope, sentWith(ask), { busy, news }, (sent) => {
    if (!alike(sent.making, begun(scope))) return; // it has become another since
    forget(scope.name);
    void act(async () => undefined); // nothing is refused any more
  });
  return {
    all,
    now,
    refusal,
    act,
    answering: making?.answering ?? null,
    form: making && (
      <OfferForm
        key={scope.name}
        answering={all.find((one) => one.offer_id === making.answering) ?? null}
        terms={making.terms}
        onTerms={(terms) => keep(scope, { ...making, terms })}
        inCaucus={myCaucus(state) !== null}
        onMake={send}
        onCancel={() => forget(scope.name)}
      />
    ),
    make: (answering) => keep(scope, { answering: answering?.offer_id ?? null, terms: firstTerms(answering) }),
    card: (offer, children) => {
      const mine = offer.owner_id === state.me;
      return (
        <OfferCard key={offer.offer_id} offer={offer} now={now} mine={mine}>
          {children}
          {mine && <Own offer={offer} now={now} access={access} act={act} />}
        </OfferCard>
      );
    },
  };
}
