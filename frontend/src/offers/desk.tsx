/** What a party's panel and the mediator's tab have in common: the offers, their cards, and the form of a new one. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import "../styles/offers.css";
import { myCaucus } from "../room/caucus";
import type { RoomState } from "../room/state";
import { type Acts, useActs } from "../ui/acts";
import { useNow } from "../ui/hooks";
import type { OfferAccess, Wanted } from "./access";
import { OfferCard } from "./Card";
import { OfferForm } from "./Form";
import { type Offer, offersOf } from "./model";
import { Own } from "./Own";
import { offerRefusal } from "./words";

export interface OfferDesk extends Acts {
  all: Offer[];
  /** Unix seconds by the server's clock. */
  now: number;
  /** The form while an offer is made; null otherwise. */
  form: ComponentChildren;
  /** Begin one: a first one, or an answer to another. */
  make: (answering: Offer | null) => void;
  /** One offer with what its owner can do with it; `children` is what the reader can do. */
  card: (offer: Offer, children?: ComponentChildren) => ComponentChildren;
}

export function useOffers(access: OfferAccess, state: RoomState): OfferDesk {
  const now = useNow(5000) + state.clockOffset;
  const [making, setMaking] = useState<{ answering: Offer | null } | null>(null);
  const { refusal, act } = useActs(offerRefusal);
  const send = async (wanted: Wanted) => {
    const made = await act(() => access.make(wanted));
    if (made) setMaking(null);
    return made;
  };
  return {
    all: offersOf(state),
    now,
    refusal,
    act,
    form: making && (
      <OfferForm
        answering={making.answering}
        inCaucus={myCaucus(state) !== null}
        onMake={send}
        onCancel={() => setMaking(null)}
      />
    ),
    make: (answering) => setMaking({ answering }),
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
