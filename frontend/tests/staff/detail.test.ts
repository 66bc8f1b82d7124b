import { expect, it } from "vitest";
import type { SessionDetail } from "../../src/staff/api";
import { DetailKeeper } from "../../src/staff/detail";

const titled = (title: string) => ({ title }) as SessionDetail;

/** Answers that the test gives when it likes, in any order. */
class Server {
  readonly questions: { answer: (detail: SessionDetail) => void; refuse: (why: unknown) => void }[] = [];
  readonly ask = () =>
    new Promise<SessionDetail>((answer, refuse) => {
      this.questions.push({ answer, refuse });
    });
}

it("says that a refresh failed until the next one that does not, by itself", async () => {
  const server = new Server();
  const keeper = new DetailKeeper(titled("first"), server.ask);
  const offline = new Error("offline");
  const failing = keeper.reload();
  server.questions[0]?.refuse(offline);
  await failing;
  expect(keeper.value.value).toEqual({ detail: titled("first"), failure: offline });
  const working = keeper.reload();
  server.questions[1]?.answer(titled("second"));
  await working;
  expect(keeper.value.value).toEqual({ detail: titled("second"), failure: null });
});

it("is not set back by an answer, or a failure, that was on its way too long", async () => {
  const server = new Server();
  const keeper = new DetailKeeper(titled("first"), server.ask);
  const asked = [keeper.reload(), keeper.reload(), keeper.reload()];
  server.questions[2]?.answer(titled("third"));
  server.questions[0]?.answer(titled("long ago"));
  server.questions[1]?.refuse(new Error("timed out"));
  await Promise.all(asked);
  expect(keeper.value.value).toEqual({ detail: titled("third"), failure: null });
});
