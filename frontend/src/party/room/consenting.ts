/** Changes of one's consents, one after the other. Knows no screen. */
import { type Readable, Store } from "../../room/store";
import type { Notice } from "../api";

export interface Ledger {
  answer(notice: Notice, answers: Record<string, boolean>): Promise<unknown>;
  read(): Promise<Notice[]>;
}

/** A notice is answered as a whole. Each change is made to what holds by its turn: made to what the screen showed when it
 * was pressed, it would give again what was taken back a moment before. */
export class Consenting {
  private readonly known: Store<Notice[]>;
  private turn: Promise<unknown> = Promise.resolve();
  /** Not after an answer that was lost: then nothing is changed before it is known again what holds. */
  private sure = true;

  constructor(
    notices: Notice[],
    private readonly ledger: Ledger,
  ) {
    this.known = new Store(notices);
  }

  get notices(): Readable<Notice[]> {
    return this.known;
  }

  /** What holds at the server now.
   * @throws ApiError */
  load(): Promise<void> {
    return this.next(() => this.read());
  }

  /** @throws ApiError it was not changed, or it is not known whether it was */
  change(noticeId: string, item: string, answer: boolean): Promise<void> {
    return this.next(async () => {
      if (!this.sure) await this.read();
      const notice = this.known.value.find((one) => one.id === noticeId);
      if (!notice) return;
      this.sure = false;
      try {
        await this.ledger.answer(notice, { ...notice.answered, [item]: answer });
      } finally {
        await this.read();
      }
    });
  }

  private async read(): Promise<void> {
    this.known.value = await this.ledger.read();
    this.sure = true;
  }

  private next(work: () => Promise<void>): Promise<void> {
    const mine = this.turn.then(work, work);
    this.turn = mine.catch(() => undefined);
    return mine;
  }
}
