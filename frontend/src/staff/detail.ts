/** What the server says of a session besides what the room tells, asked for again and again. Knows no screen. */
import { Store } from "../room/store";
import type { SessionDetail } from "./api";

export interface DetailValue {
  detail: SessionDetail;
  /** Why the last answer is none; null: what is shown is what the server says. */
  failure: unknown;
}

export class DetailKeeper {
  readonly value: Store<DetailValue>;
  private asked = 0;
  private answered = 0;

  constructor(
    first: SessionDetail,
    private readonly ask: () => Promise<SessionDetail>,
  ) {
    this.value = new Store<DetailValue>({ detail: first, failure: null });
  }

  /** Asks once. An answer to an earlier question that comes late changes nothing. */
  readonly reload = async (): Promise<void> => {
    const mine = ++this.asked;
    try {
      const detail = await this.ask();
      this.take(mine, { detail, failure: null });
    } catch (failure) {
      this.take(mine, { detail: this.value.value.detail, failure });
    }
  };

  private take(question: number, answer: DetailValue): void {
    if (question < this.answered) return;
    this.answered = question;
    this.value.value = answer;
  }
}
