/** The mediator's offers: both sides' newest beside each other, the mediator's own proposals, everything so far. */
import { useMemo, useState } from "preact/hooks";
import { t } from "../i18n";
import { shortTime } from "../i18n/time";
import { OfferAccess } from "../offers/access";
import { Comparison } from "../offers/Comparison";
import { useOffers } from "../offers/desk";
import { draftedAt } from "../offers/model";
import { Button } from "../ui/Button";
import { copyText } from "../ui/copying";
import { Empty } from "../ui/Empty";
import { scrollable } from "../ui/hooks";
import { Icon } from "../ui/Icon";
import { Note } from "../ui/Note";
import { Refusal } from "../ui/Refusal";
import { useAsk } from "./ask";
import { DOCUMENT } from "./phase";
import { useTools } from "./tools";

export function OffersTab() {
  const { state, detail } = useTools();
  const access = useMemo(
    () => new OfferAccess((work) => work(undefined), `?session_id=${encodeURIComponent(detail.session_id)}`),
    [detail.session_id],
  );
  const { all, now, refusal, act, form, make, card } = useOffers(access, useAsk(), state);
  return (
    <div class="exhibits" {...scrollable} data-testid="offers">
      <Refusal words={refusal} />
      <Comparison state={state} now={now} />
      {form ? (
        <div class="card">{form}</div>
      ) : (
        <Button look="primary" icon="plus" testId="offer-add" onClick={() => make(null)}>
          {t("offer.propose")}
        </Button>
      )}
      {all.length === 0 && <Empty icon="money" words={t("offer.none")} />}
      {all.map((offer) =>
        card(
          offer,
          offer.text && (
            <ForTheDraft
              text={offer.text}
              since={draftedAt(state, offer.offer_id)}
              frozen={state.documents.get(DOCUMENT)?.frozen ?? false}
              onPut={() => act(() => access.draft(offer.offer_id))}
            />
          ),
        ),
      )}
      <Note tone="plain" small>
        {t("offer.privilege")}
      </Note>
    </div>
  );
}

interface DraftProps {
  text: string;
  /** Since when its terms are in the draft; null: they are not. */
  since: number | null;
  frozen: boolean;
  onPut: () => Promise<boolean>;
}

/** What was accepted, in the words of an agreement: one press puts it into the draft, once. */
function ForTheDraft({ text, since, frozen, onPut }: DraftProps) {
  const [copied, setCopied] = useState(false);
  const [busy, setBusy] = useState(false);
  const copy = () => void copyText(text).then(setCopied);
  const put = () => {
    setBusy(true);
    void onPut().then(() => setBusy(false));
  };
  return (
    <div class="offer__text">
      <p class="prose" data-testid="offer-text" lang="zh-CN">
        {text}
      </p>
      <div role="status">
        {since !== null && (
          <p class="row meta" data-testid="offer-drafted">
            <Icon name="check" />
            {t("offer.drafted", { time: shortTime(since * 1000) })}
          </p>
        )}
        {since === null && frozen && <p class="meta">{t("offer.draftFrozen")}</p>}
      </div>
      <div class="exhibit-acts">
        {since === null && (
          <Button dense look="primary" icon="doc" testId="offer-draft" disabled={busy || frozen} onClick={put}>
            {t("offer.draft")}
          </Button>
        )}
        <Button dense icon={copied ? "check" : "copy"} testId="offer-copy" onClick={copy}>
          {t(copied ? "offer.copied" : "offer.copy")}
        </Button>
      </div>
    </div>
  );
}
