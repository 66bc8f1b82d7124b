/** A party's offers: what both sides offer now, an answer to the other side's, an offer of one's own. */
import { useEffect, useMemo, useState } from "preact/hooks";
import { t } from "../../i18n";
import { OfferAccess } from "../../offers/access";
import { Comparison } from "../../offers/Comparison";
import { useOffers } from "../../offers/desk";
import { asks, type Offer, yuan } from "../../offers/model";
import { markAnswersSeen, newsOf } from "../../offers/news";
import { myCaucus } from "../../room/caucus";
import { myself, type RoomState } from "../../room/state";
import { Button } from "../../ui/Button";
import { Confirm } from "../../ui/Confirm";
import { Empty } from "../../ui/Empty";
import { scrollable, useNow } from "../../ui/hooks";
import { Icon } from "../../ui/Icon";
import { Note } from "../../ui/Note";
import { Refusal } from "../../ui/Refusal";
import { sideName } from "../../ui/Seal";
import { withToken } from "../visit";
import { partyAsk } from "./ask";
import type { PanelProps } from "./panel";

export function OffersPanel({ visit, me, state, onClose }: PanelProps) {
  const access = useMemo(() => new OfferAccess((work) => withToken(visit, (token) => work(token)), ""), [visit]);
  const ask = useMemo(() => partyAsk(visit, me), [visit, me]);
  const { all, now, refusal, act, form, answering, make, card } = useOffers(access, ask, state);
  const [accepting, setAccepting] = useState<Offer | null>(null);
  const { side, role } = me.participant;
  useEffect(() => {
    if (!form) markAnswersSeen(state); // beside a form they are not shown
  }, [state, !form]);
  // What waits for an answer comes first, also before an offer that was begun.
  const asked = (offer: Offer) => role === "party" && asks(offer, side, now);
  const answers = (offer: Offer) => (
    <Answers
      onAccept={() => setAccepting(offer)}
      onDecline={() => act(() => access.answer(offer.offer_id, "decline"))}
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
        {all.map((offer) => asked(offer) && offer.offer_id !== answering && card(offer, answers(offer)))}
        {form || (
          <>
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
          consequences={[
            { icon: "money", text: inShort(accepting) },
            { text: t("offer.acceptText") },
            { text: t("offer.acceptSign") },
          ]}
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

/** What is accepted, in one line: the question lies over the offer. */
function inShort(offer: Offer): string {
  const values = { amount: yuan(offer.amount), side: sideName(offer.payer), count: offer.instalments.length };
  return t(values.count > 1 ? "offer.acceptParts" : "offer.acceptWhole", values);
}

/** An offer that waits for an answer, or an answer to one's own: said on the stage, not only behind "More". */
export function OffersNews({ state, onOpen }: { state: RoomState; onOpen: () => void }) {
  const now = useNow(5000) + state.clockOffset;
  const me = myself(state);
  // Nobody answers from a private talk.
  const news = me?.role === "party" && myCaucus(state) === null ? newsOf(state, me.side, now) : null;
  return (
    <div class="chat-news" role="status">
      {news && (
        <button class="chat-news__button" type="button" data-testid="offer-news" data-what={news.what} onClick={onOpen}>
          <Icon name="money" />
          <span class="chat-news__text grow">
            {t(`offer.news.${news.what}`, { side: sideName(news.side), amount: yuan(news.offer.amount) })}
          </span>
        </button>
      )}
    </div>
  );
}

interface AnswersProps {
  onAccept: () => void;
  onDecline: () => Promise<unknown>;
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
        <Button testId="offer-decline" work={onDecline}>
          {t("offer.decline")}
        </Button>
      </div>
      <Button block icon="pen" testId="offer-counter" onClick={onCounter}>
        {t("offer.counter")}
      </Button>
    </>
  );
}
