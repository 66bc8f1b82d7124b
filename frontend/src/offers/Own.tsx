/** What the owner of an offer can still do with it. */
import { t } from "../i18n";
import { Button } from "../ui/Button";
import type { OfferAccess } from "./access";
import { type Offer, stateNow } from "./model";

interface Props {
  offer: Offer;
  now: number;
  access: OfferAccess;
  act: (work: () => Promise<unknown>) => Promise<boolean>;
}

export function Own({ offer, now, access, act }: Props) {
  const state = stateNow(offer, now);
  if (state !== "open" && state !== "private") return null;
  return (
    <div class="exhibit-acts">
      {state === "private" && (
        <Button icon="carry" testId="offer-share" work={() => act(() => access.share(offer.offer_id))}>
          {t("offer.share")}
        </Button>
      )}
      <Button testId="offer-withdraw" work={() => act(() => access.withdraw(offer.offer_id))}>
        {t("offer.withdraw")}
      </Button>
    </div>
  );
}
