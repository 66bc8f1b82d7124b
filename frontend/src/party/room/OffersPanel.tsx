/** A party's offers: what both sides offer now, an answer to the other side's, an offer of one's own. */
import { useMemo, useState } from "preact/hooks";
import { t } from "../../i18n";
import { OfferAccess } from "../../offers/access";
import { Comparison } from "../../offers/Comparison";
import { useOffers } from "../../offers/desk";
import { asks, type Offer } from "../../offers/model";
import { Button } from "../../ui/Button";
import { Confirm } from "../../ui/Confirm";
import { Empty } from "../../ui/Empty";
import { scrollable } from "../../ui/hooks";
import { Icon } from "../../ui/Icon";
import { Note } from "../../ui/Note";
import { Refusal } from "../../ui/Refusal";
import { withToken } from "../visit";
import type { PanelProps } from "./panel";

export function OffersPanel({ visit, me, state, onClose }: PanelProps) {
  const access = useMemo(() => new OfferAccess((work) => withToken(visit, (token) => work(token)), ""), [visit]);
  const { all, now, refusal, act, form, make, card } = useOffers(access, state);
  const [accepting, setAccepting] = useState<Offer | null>(null);
  const { side, role } = me.participant;
  // What waits for an answer comes first.
  const asked = (offer: Offer) => role === "party" && asks(offer, side, now);
  const answers = (offer: Offer) => (
    <Answers
      onAccept={() => setAccepting(offer)}
      onDecline={() => void act(() => access.answer(offer.offer_id, "decline"))}
      onCounter={() => make(offer)}
    />
  );
  return (
    <section class="paper" data-theme-light aria-label={t("offer.panel")} data-testid="offers">
      <header class="paper__head">
        <h2 class="h2">{t(form ? "offer.make" : "offer.panel")}</h2>
        <button class="tool" type="button" data-testid="panel-close" onClick={onClose}>
          <Icon name="x" />
          {t("common.close")}
        </button>
      </header>
      <div class="paper__body" {...scrollable}>
        <Refusal words={refusal} />
        {form || (
          <>
            {all.filter(asked).map((offer) => card(offer, answers(offer)))}
            <Comparison state={state} now={now} />
            {all.length === 0 && <Empty icon="money" words={t("offer.none")} hint={t("offer.noneHint")} />}
            {role === "party" && (
              <Button block icon="plus" testId="offer-add" onClick={() => make(null)}>
                {t("offer.make")}
              </Button>
            )}
            {all.filter((offer) => !asked(offer)).map((offer) => card(offer))}
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
