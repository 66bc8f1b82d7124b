/** A party's offers: what both sides offer now, an answer to the other side's, an offer of one's own. */
import { useMemo, useState } from "preact/hooks";
import "../../styles/offers.css";
import { t } from "../../i18n";
import { OfferAccess, type Wanted } from "../../offers/access";
import { OfferCard } from "../../offers/Card";
import { Comparison } from "../../offers/Comparison";
import { OfferForm } from "../../offers/Form";
import { asks, type Offer, offersOf } from "../../offers/model";
import { Own } from "../../offers/Own";
import { offerRefusal } from "../../offers/words";
import { myCaucus } from "../../room/caucus";
import { useActs } from "../../ui/acts";
import { Button } from "../../ui/Button";
import { Confirm } from "../../ui/Confirm";
import { scrollable, useNow } from "../../ui/hooks";
import { Icon } from "../../ui/Icon";
import { Note } from "../../ui/Note";
import { withToken } from "../visit";
import type { PanelProps } from "./panel";

/** `null`: no form; an offer: the one that is answered; `"new"`: a first offer. */
type Making = Offer | "new" | null;

export function OffersPanel({ visit, me, state, onClose }: PanelProps) {
  const access = useMemo(() => new OfferAccess((work) => withToken(visit, (token) => work(token)), ""), [visit]);
  const now = useNow(5000) + state.clockOffset;
  const [making, setMaking] = useState<Making>(null);
  const [accepting, setAccepting] = useState<Offer | null>(null);
  const { refusal, act } = useActs(offerRefusal);
  const { side, role } = me.participant;
  const make = async (wanted: Wanted) => {
    const made = await act(() => access.make(wanted));
    if (made) setMaking(null);
    return made;
  };
  const all = offersOf(state);
  // What waits for an answer comes first.
  const asked = (offer: Offer) => role === "party" && asks(offer, side, now);
  const card = (offer: Offer) => (
    <OfferCard key={offer.offer_id} offer={offer} now={now} mine={offer.owner_id === state.me}>
      {asked(offer) && (
        <Answers
          onAccept={() => setAccepting(offer)}
          onDecline={() => void act(() => access.answer(offer.offer_id, "decline"))}
          onCounter={() => setMaking(offer)}
        />
      )}
      {offer.owner_id === state.me && <Own offer={offer} now={now} access={access} act={act} />}
    </OfferCard>
  );
  return (
    <section class="paper" data-theme-light aria-label={t("offer.panel")} data-testid="offers">
      <header class="paper__head">
        <h2 class="h2">{t(making ? "offer.make" : "offer.panel")}</h2>
        <button class="tool" type="button" data-testid="panel-close" onClick={onClose}>
          <Icon name="x" />
          {t("common.close")}
        </button>
      </header>
      <div class="paper__body" {...scrollable}>
        {refusal && (
          <Note tone="danger" alert>
            {refusal}
          </Note>
        )}
        {making && (
          <OfferForm
            answering={making === "new" ? null : making}
            inCaucus={myCaucus(state) !== null}
            onMake={make}
            onCancel={() => setMaking(null)}
          />
        )}
        {!making && (
          <>
            {all.filter(asked).map(card)}
            <Comparison state={state} now={now} />
            {all.length === 0 && <p class="lead">{t("offer.none")}</p>}
            {role === "party" && (
              <Button block icon="plus" testId="offer-add" onClick={() => setMaking("new")}>
                {t("offer.make")}
              </Button>
            )}
            {all.filter((offer) => !asked(offer)).map(card)}
            <Note tone="plain" small>
              {t("offer.privilege")}
            </Note>
          </>
        )}
      </div>
      {accepting && (
        <Confirm
          title={t("offer.acceptTitle")}
          consequences={[{ text: t("offer.acceptText") }, { text: t("offer.acceptSign") }]}
          act={t("offer.accept")}
          tone="sealed"
          testId="offer-confirm"
          immediate
          onCancel={() => setAccepting(null)}
          onAct={() => {
            setAccepting(null);
            void act(() => access.answer(accepting.offer_id, "accept"));
          }}
        />
      )}
    </section>
  );
}

interface AnswersProps {
  onAccept: () => void;
  onDecline: () => void;
  onCounter: () => void;
}

/** Yes and no weigh the same; the third way is an offer of one's own. */
function Answers({ onAccept, onDecline, onCounter }: AnswersProps) {
  return (
    <>
      <div class="answers">
        <Button testId="offer-accept" onClick={onAccept}>
          {t("offer.accept")}
        </Button>
        <Button testId="offer-decline" onClick={onDecline}>
          {t("offer.decline")}
        </Button>
      </div>
      <Button block icon="pen" testId="offer-counter" onClick={onCounter}>
        {t("offer.counter")}
      </Button>
    </>
  );
}
