/** What one person does with exhibits over HTTP, and the pages that their device has already fetched. */
import { ApiError, request, requestFile } from "../api";
import type { Aspect, Comparison, Party, Sensitive } from "./model";

export interface GivenView {
  aspect: Aspect;
  objects: boolean;
  reason: string;
}

/** What is said of a file that is brought. */
export interface Wanted {
  title: string;
  holds: readonly Sensitive[];
  place: string;
}

export type Finding = Pick<Comparison, "outcome" | "way" | "remark">;

/** Runs a request with whatever says who asks: a party's token, or nothing when a cookie does. */
export type Run = <T>(work: (token: string | undefined) => Promise<T>) => Promise<T>;

const PAGES_KEPT = 24;

export class ExhibitAccess {
  private readonly pages = new Map<string, Promise<string>>();

  /** @param query says which session, for staff; empty for a party */
  constructor(
    private readonly run: Run,
    private readonly query: string,
  ) {}

  /** The address of a page's picture on this device.
   * @throws ApiError */
  page(exhibitId: string, number: number): Promise<string> {
    const key = `${exhibitId}/${number}`;
    const known = this.pages.get(key);
    if (known) return known;
    const path = `${pathOf(exhibitId)}/pages/${number}`;
    const asked = this.run((token) => requestFile(path, { token })).then((blob) => URL.createObjectURL(blob));
    this.pages.set(key, asked);
    asked.catch(() => this.pages.delete(key));
    this.forgetOldest();
    return asked;
  }

  /** @param key as of `ui/once`
   * @throws ApiError */
  async bring(file: File, { title, holds, place }: Wanted, key: string): Promise<string> {
    const headers = {
      "Exhibit-Key": key,
      "Exhibit-Place": place,
      "Exhibit-Holds": holds.join(","),
      "Exhibit-Title": encodeURIComponent(title.trim()),
      "Exhibit-Name": encodeURIComponent(file.name),
    };
    // A file that was taken away meanwhile (a cloud folder, a card) cannot be read: better said now than by the network.
    const body = new Blob([await readable(file)]);
    const path = `/api/exhibits${this.query}`;
    const made = await this.run((token) =>
      request<{ exhibit_id: string }>(path, { method: "POST", body, headers, token }),
    );
    return made.exhibit_id;
  }

  /** @throws ApiError */
  present(exhibitId: string, page: number): Promise<void> {
    return this.post(`${pathOf(exhibitId)}/present`, { page });
  }

  /** @throws ApiError */
  putAway(): Promise<void> {
    return this.post(`/api/exhibits/put-away${this.query}`, {});
  }

  /** @throws ApiError */
  disclose(exhibitId: string): Promise<void> {
    return this.post(`${pathOf(exhibitId)}/disclose`, {});
  }

  /** @throws ApiError */
  withdraw(exhibitId: string): Promise<void> {
    return this.post(`${pathOf(exhibitId)}/withdraw`, {});
  }

  /** @throws ApiError */
  giveViews(exhibitId: string, side: Party, views: GivenView[]): Promise<void> {
    return this.post(`${pathOf(exhibitId)}/views`, { side, views });
  }

  /** @throws ApiError */
  compare(exhibitId: string, finding: Finding): Promise<void> {
    return this.post(`${pathOf(exhibitId)}/comparisons`, finding);
  }

  /** @throws ApiError */
  setPresenter(participantId: string, mayPresent: boolean): Promise<void> {
    const body = { participant_id: participantId, may_present: mayPresent };
    return this.post(`/api/exhibits/presenters${this.query}`, body);
  }

  /** Let go of every picture. */
  close(): void {
    for (const asked of this.pages.values()) asked.then(URL.revokeObjectURL, () => undefined);
    this.pages.clear();
  }

  private post(path: string, body: unknown): Promise<void> {
    return this.run((token) => request<void>(path, { method: "POST", body, token }));
  }

  private forgetOldest(): void {
    while (this.pages.size > PAGES_KEPT) {
      const [key, asked] = this.pages.entries().next().value as [string, Promise<string>];
      this.pages.delete(key);
      asked.then(URL.revokeObjectURL, () => undefined);
    }
  }
}

async function readable(file: File): Promise<ArrayBuffer> {
  try {
    return await file.arrayBuffer();
  } catch (cause) {
    throw new ApiError({
      status: 0,
      code: "exhibit_unreadable",
      title: "",
      detail: String(cause),
      words: null,
      extra: {},
    });
  }
}

function pathOf(exhibitId: string): string {
  return `/api/exhibits/${encodeURIComponent(exhibitId)}`;
}
