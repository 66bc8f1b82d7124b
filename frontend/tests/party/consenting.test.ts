import { describe, expect, it } from "vitest";
import type { Notice } from "../../src/party/api";
import { Consenting, type Ledger } from "../../src/party/room/consenting";

const notice = (answered: Record<string, boolean>): Notice => ({
  id: "recording",
  version: "1",
  title_zh: "",
  title_en: "",
  short_zh: "",
  short_en: "",
  body_markdown: "",
  reading_markdown: null,
  source_zh: "",
  source_en: "",
  kind: "consent",
  items: [],
  answered,
  answered_at: null,
});

/** A server that keeps the last whole answer, slowly: a recording that stops takes its time. */
class Server implements Ledger {
  kept: Record<string, boolean> = { dispute: true, minutes: true, confirmation: true };
  readonly log: Record<string, boolean>[] = [];
  refusal: Error | null = null;
  away = false;

  async answer(_notice: Notice, answers: Record<string, boolean>): Promise<void> {
    await new Promise((done) => setTimeout(done, 1));
    if (this.refusal) throw this.refusal;
    this.kept = answers;
    this.log.push(answers);
    if (this.away) throw new Error("the answer was lost");
  }

  async read(): Promise<Notice[]> {
    if (this.away) throw new Error("the network is away");
    return [notice(this.kept)];
  }
}

const opened = (server: Server) => new Consenting([notice(server.kept)], server);

describe("consents that are changed in the room", () => {
  it("are not given again by the next press after they were taken back", async () => {
    const server = new Server();
    const consenting = opened(server);
    await Promise.all([
      consenting.change("recording", "dispute", false),
      consenting.change("recording", "confirmation", false),
    ]);
    expect(server.kept).toEqual({ dispute: false, minutes: true, confirmation: false });
    expect(server.log.every((answers) => answers.dispute === false)).toBe(true);
    expect(consenting.notices.value[0]?.answered).toEqual(server.kept);
  });

  it("are made to what holds by now, also when it was changed on another device", async () => {
    const server = new Server();
    const consenting = opened(server);
    server.kept = { ...server.kept, dispute: false };
    await Promise.all([consenting.load(), consenting.change("recording", "minutes", false)]);
    expect(server.kept).toEqual({ dispute: false, minutes: false, confirmation: true });
  });

  it("stand as they are at the server when a change is refused, and the next one is made all the same", async () => {
    const server = new Server();
    const consenting = opened(server);
    server.refusal = new Error("too late");
    const refused = consenting.change("recording", "dispute", false);
    await expect(refused).rejects.toThrow("too late");
    server.refusal = null;
    await consenting.change("recording", "minutes", false);
    expect(server.kept).toEqual({ dispute: true, minutes: false, confirmation: true });
  });

  it("are read anew after an answer that was lost, before anything else is changed", async () => {
    const server = new Server();
    const consenting = opened(server);
    server.away = true;
    await expect(consenting.change("recording", "dispute", false)).rejects.toThrow();
    await expect(consenting.change("recording", "minutes", false)).rejects.toThrow();
    server.away = false;
    await consenting.change("recording", "confirmation", false);
    expect(server.kept).toEqual({ dispute: false, minutes: true, confirmation: false });
  });
});
