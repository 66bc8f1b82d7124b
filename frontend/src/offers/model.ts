/** Offers to settle as the room's board shows them to one person. Pure. */
import { locale } from "../i18n";
import type { RoomState } from "../room/state";

export const PARTIES = ["applicant", "respondent"] as const;
export type Party = (typeof PARTIES)[number];

export type OfferState = "private" | "open" | "accepted" | "declined" | "expired" | "replaced" | "withdrawn";

export interface Instalment {
  /** `2026-12-01` */
  due: string;
  /** Yuan with two decimals. */
  amount: string;
}

export interface Offer {
  offer_id: string;
  side: string;
  owner_id: string;
  payer: Party;
  amount: string;
  /** The sum in capitals. */
  capitals: string;
  instalments: Instalment[];
  conditions: string;
  /** Unix seconds of the server's clock. */
  expires_at: number;
  /** Since when both sides know it; a private one: since when there is one. */
  told_at: number;
  in_answer_to: string | null;
  state: OfferState;
  answers: { side: string; verdict: "accept" | "decline" | "counter" }[];
  /** In the words of an agreement, once it is accepted. */
  text: string | null;
}

/** The newest first. */
export function offersOf(state: RoomState): Offer[] {
  return Object.entries(state.board)
    .filter(([topic]) => topic.startsWith("offer/"))
    .map(([, value]) => value as Offer)
    .sort((a, b) => b.told_at - a.told_at);
}

/** Since when its terms are in the draft (Unix seconds); null: they are not, or this is not the mediator's screen. */
export function draftedAt(state: RoomState, offerId: string): number | null {
  return (state.board[`drafted/${offerId}`] as { at: number } | undefined)?.at ?? null;
}

/** Where it stands now; `now` is the server's Unix time in seconds. */
export function stateNow(offer: Offer, now: number): OfferState {
  const ends = offer.state === "open" || offer.state === "private" || offer.state === "replaced";
  return ends && now >= offer.expires_at ? "expired" : offer.state;
}

/** Whether it matters until when it stands: not once it was answered, replaced or taken back. */
export function hasTerm(offer: Offer): boolean {
  return offer.state === "open" || offer.state === "private" || offer.state === "expired";
}

/** What a side offers now: the newest that the other side knows; nothing when that was taken back. */
export function currentOf(state: RoomState, side: string): Offer | null {
  const newest = offersOf(state).find((one) => one.side === side && one.state !== "private");
  return newest && newest.state !== "withdrawn" ? newest : null;
}

/** Whether this side's answer is asked for. */
export function asks(offer: Offer, side: string, now: number): boolean {
  const party = PARTIES.some((one) => one === side);
  const answered = offer.answers.some((one) => one.side === side);
  return party && side !== offer.side && !answered && stateNow(offer, now) === "open";
}

export function awaitingAnswer(state: RoomState, side: string, now: number): number {
  return offersOf(state).filter((one) => asks(one, side, now)).length;
}

export function unanswered(state: RoomState, now: number): number {
  return offersOf(state).filter((one) => stateNow(one, now) === "open").length;
}

/** How far the two sides are apart, in yuan; null when they cannot be compared. */
export function gapOf(state: RoomState, now: number): string | null {
  const [one, other] = PARTIES.map((side) => currentOf(state, side));
  if (!one || !other || one.payer !== other.payer) return null;
  if ([one, other].some((each) => !["open", "declined"].includes(stateNow(each, now)))) return null;
  return fromCents(Math.abs(cents(one.amount) - cents(other.amount)));
}

/** An amount as the server reads it: `１８，０００．５ ` → `18000.5`. People paste it with commas and type it full-width. */
export function plainAmount(typed: string): string {
  return typed.normalize("NFKC").replace(/[\s,]/g, "").replace(/。/g, ".");
}

/** `18000.5` → 1800050; NaN when it is no amount. */
export function cents(amount: string): number {
  const plain = plainAmount(amount);
  return /^\d{1,10}(\.\d{1,2})?$/.test(plain) ? Math.round(Number(plain) * 100) : Number.NaN;
}

export function fromCents(value: number): string {
  return (value / 100).toFixed(2);
}

/** Equal parts to the cent; what does not divide comes first. */
export function evenly(amount: string, parts: number): string[] {
  const whole = cents(amount);
  if (!Number.isFinite(whole)) return Array(parts).fill("");
  const each = Math.floor(whole / parts);
  const rest = whole - each * parts;
  return Array.from({ length: parts }, (_, index) => fromCents(each + (index < rest ? 1 : 0)));
}

/** The same day in the next month, or its last day; `2026-01-31` → `2026-02-28`. */
export function monthLater(day: string): string {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  const last = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  return new Date(Date.UTC(year, month, Math.min(date, last))).toISOString().slice(0, 10);
}

/** `18,000.00 元` or `CNY 18,000.00` */
export function yuan(amount: string): string {
  const number = Number(amount).toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  return locale.value === "en" ? `CNY ${number}` : `${number} 元`;
}
