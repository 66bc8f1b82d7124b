/** One visit through one link: who it is for, the room token and its renewal. */
import { ApiError } from "../api";
import {
  askDocument,
  type CodeSent,
  type Company,
  identify,
  type LinkView,
  openLink,
  type PartyAccess,
  type Proof,
  refresh,
  requestEntryCode,
} from "./api";

/** A token is renewed this long before it ends, so that no request leaves with one that dies on the way. */
const MARGIN_MS = 60_000;

export class Visit {
  private access: PartyAccess | null = null;
  private validUntil = 0;
  private renewing: Promise<string> | null = null;

  constructor(
    readonly secret: string,
    private readonly now: () => number = Date.now,
  ) {}

  /** @throws ApiError */
  open(): Promise<LinkView> {
    return openLink(this.secret);
  }

  /** @throws ApiError */
  sendCode(last4: string): Promise<CodeSent> {
    return requestEntryCode(this.secret, last4);
  }

  /** @throws ApiError */
  async identify(proof: Proof): Promise<PartyAccess> {
    return this.keep(await identify(this.secret, proof));
  }

  /** Come in without a code: the mediator will look at a document.
   * @throws ApiError */
  async askDocument(last4: string, company: Company): Promise<PartyAccess> {
    return this.keep(await askDocument(this.secret, last4, company));
  }

  /** Take up the visit again on the device that made it.
   * @throws ApiError */
  async resume(): Promise<PartyAccess> {
    return this.keep(await refresh(this.secret));
  }

  get granted(): PartyAccess | null {
    return this.access;
  }

  /** A token that is valid now.
   * @param renew do not use the one at hand: the server refused it
   * @throws ApiError */
  readonly getToken = (renew = false): Promise<string> => {
    if (this.access && !renew && this.now() < this.validUntil) return Promise.resolve(this.access.token);
    this.renewing ??= refresh(this.secret)
      .then((access) => this.keep(access).token)
      .finally(() => {
        this.renewing = null;
      });
    return this.renewing;
  };

  private keep(access: PartyAccess): PartyAccess {
    this.access = access;
    this.validUntil = this.now() + access.expires_in * 1000 - MARGIN_MS;
    return access;
  }
}

/** Runs a request with a valid token; renews it once if the server refuses it.
 * @throws ApiError */
export async function withToken<T>(visit: Visit, run: (token: string) => Promise<T>): Promise<T> {
  try {
    return await run(await visit.getToken());
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401) throw error;
    return run(await visit.getToken(true));
  }
}
