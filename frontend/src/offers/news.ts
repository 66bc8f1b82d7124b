/** What a party has to be told of offers while they look at something else. Lasts as long as the tab. */
import type { RoomState } from "../room/state";
import { Seen } from "../ui/seen";
import { asks, type Offer, offersOf } from "./model";

export interface OfferNews {
  offer: Offer;
  /** It waits for an answer; or what the other side said to it. */
  what: "asked" | "accept" | "decline";
  /** Who made it, or who said it. */
  side: string;
}

const seen = new Seen("offers.seen");

/** The newest of it: what waits for an answer first, until it has one; then answers that were not looked at. */
export function newsOf(state: RoomState, side: string, now: number): OfferNews | null {
  const all = offersOf(state);
  const asked = all.find((one) => asks(one, side, now));
  if (asked) return { offer: asked, what: "asked", side: asked.side };
  for (const offer of all) {
    if (offer.side !== side) continue;
    for (const { side: by, verdict } of offer.answers) {
      // Whoever made another offer asks for an answer: that is the news.
      if (verdict !== "counter" && !seen.has(nameOf(offer, by))) return { offer, what: verdict, side: by };
    }
  }
  return null;
}

/** Everything that was said so far is on the screen. */
export function markAnswersSeen(state: RoomState): void {
  const said = offersOf(state).flatMap((offer) => offer.answers.map((one) => nameOf(offer, one.side)));
  seen.mark(said);
}

function nameOf(offer: Offer, by: string): string {
  return `${offer.offer_id}/${by}`;
}
