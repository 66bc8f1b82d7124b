/** What a party has to be told of offers while they look at something else. Lasts as long as the tab. */
import { signal } from "@preact/signals";
import type { RoomState } from "../room/state";
import { asks, type Offer, offersOf } from "./model";

const KEY = "offers.seen";

export interface OfferNews {
  offer: Offer;
  /** It waits for an answer; or what the other side said to it. */
  what: "asked" | "accept" | "decline";
  /** Who made it, or who said it. */
  side: string;
}

function remembered(): ReadonlySet<string> {
  try {
    return new Set(JSON.parse(sessionStorage.getItem(KEY) ?? "[]") as string[]);
  } catch {
    return new Set(); // Storage is forbidden or holds something else: then answers count as new after a reload.
  }
}

const seen = signal<ReadonlySet<string>>(remembered());

/** The newest of it: what waits for an answer first, until it has one; then answers that were not looked at. */
export function newsOf(state: RoomState, side: string, now: number): OfferNews | null {
  const all = offersOf(state);
  const asked = all.find((one) => asks(one, side, now));
  if (asked) return { offer: asked, what: "asked", side: asked.side };
  for (const offer of all) {
    if (offer.side !== side) continue;
    for (const { side: by, verdict } of offer.answers) {
      // Whoever made another offer asks for an answer: that is the news.
      if (verdict !== "counter" && !seen.value.has(nameOf(offer, by))) return { offer, what: verdict, side: by };
    }
  }
  return null;
}

/** Everything that was said so far is on the screen. */
export function markAnswersSeen(state: RoomState): void {
  const said = offersOf(state).flatMap((offer) => offer.answers.map((one) => nameOf(offer, one.side)));
  if (said.every((name) => seen.value.has(name))) return;
  seen.value = new Set([...seen.value, ...said]);
  try {
    sessionStorage.setItem(KEY, JSON.stringify([...seen.value]));
  } catch {
    return; // As above.
  }
}

function nameOf(offer: Offer, by: string): string {
  return `${offer.offer_id}/${by}`;
}
