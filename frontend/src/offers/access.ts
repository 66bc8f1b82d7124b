/** What one person does with offers over HTTP. */
import { request } from "../api";
import type { Run } from "../exhibits/access";
import type { Instalment, Party } from "./model";

export interface Wanted {
  payer: Party;
  amount: string;
  instalments: Instalment[];
  conditions: string;
  valid_hours: number;
  in_answer_to: string | null;
}

export class OfferAccess {
  /** @param query says which session, for staff; empty for a party */
  constructor(
    private readonly run: Run,
    private readonly query: string,
  ) {}

  /** @param key as of `ui/once`
   * @throws ApiError */
  make(offer: Wanted & { place: string }, key: string): Promise<unknown> {
    return this.post(`/api/offers${this.query}`, { ...offer, key });
  }

  /** @throws ApiError */
  answer(offerId: string, verdict: "accept" | "decline"): Promise<unknown> {
    return this.post(`${pathOf(offerId)}/answer`, { verdict });
  }

  /** @throws ApiError */
  share(offerId: string): Promise<unknown> {
    return this.post(`${pathOf(offerId)}/share`, {});
  }

  /** @throws ApiError */
  withdraw(offerId: string): Promise<unknown> {
    return this.post(`${pathOf(offerId)}/withdraw`, {});
  }

  /** Put the terms of an accepted one into the agreement's draft.
   * @throws ApiError */
  draft(offerId: string): Promise<unknown> {
    return this.post(`${pathOf(offerId)}/draft`, {});
  }

  private post(path: string, body: unknown): Promise<unknown> {
    return this.run((token) => request<unknown>(path, { method: "POST", body, token }));
  }
}

function pathOf(offerId: string): string {
  return `/api/offers/${encodeURIComponent(offerId)}`;
}
