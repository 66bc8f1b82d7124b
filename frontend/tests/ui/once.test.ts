import { beforeEach, describe, expect, it, vi } from "vitest";
import { fromSnapshot } from "../../src/room/state";
import { forgetAll, ownHere } from "../../src/ui/unsent";
import { caucus, person, snapshot } from "../room/sample";
import { stubTab } from "./tab";

/** A server that takes each key once, and whose answers may get lost. */
class Server {
  readonly taken = new Map<string, string>();
  lost = false;

  take = (words: string) => async (key: string) => {
    if (!this.taken.has(key)) this.taken.set(key, words);
    if (this.lost) throw refusal("network");
    return `ln_${key}`;
  };

  asked = async (key: string) => ({ made: this.taken.has(key) ? `ln_${key}` : null });

  get lines() {
    return [...this.taken.values()];
  }
}

let api: typeof import("../../src/api");
const refusal = (code: string, status = 0) =>
  new api.ApiError({ status, code, title: "", detail: "", words: null, extra: {} });
const joint = fromSnapshot(snapshot(), 1000);
const apart = fromSnapshot(snapshot({ caucuses: [caucus()], participants: [person("me", { caucus_id: "c1" })] }), 1000);
const chat = ownHere(joint, "chat");

let server: Server;
let tab: Map<string, string>;
/** The page is loaded anew: only what the tab has kept is there. */
async function reloaded() {
  vi.resetModules();
  api = await import("../../src/api");
  return import("../../src/ui/once");
}
let page: Awaited<ReturnType<typeof reloaded>>;
const say = (words: string, scope = chat) => page.once(scope, { words }, server.take(words));
async function lose(words: string) {
  server.lost = true;
  await expect(say(words)).rejects.toThrow();
  server.lost = false;
}

beforeEach(async () => {
  tab = stubTab();
  forgetAll();
  server = new Server();
  page = await reloaded();
});

describe("what is sent", () => {
  it("is the same thing when its answer was lost and it is sent again, also after a reload", async () => {
    await lose("in two parts");
    await say("in two parts");
    expect(server.lines).toEqual(["in two parts"]);
    await lose("by Friday");
    page = await reloaded();
    await lose("by Friday");
    page = await reloaded();
    await say("by Friday");
    expect(server.lines).toEqual(["in two parts", "by Friday"]);
  });

  it("is another thing once it has come, though the words are the same", async () => {
    await say("yes");
    await say("yes");
    expect(server.lines).toEqual(["yes", "yes"]);
    expect(tab.size, "nothing is left of it").toBe(0);
  });

  it("is another thing with other words, and the first again with its own", async () => {
    await lose("ten");
    await lose("twenty");
    await lose("ten");
    expect(server.lines).toEqual(["ten", "twenty"]);
  });

  it("has a key that nobody guesses, and another in another place", async () => {
    await lose("here");
    server.lost = true;
    await expect(say("here", ownHere(apart, "chat"))).rejects.toThrow();
    const keys = [...server.taken.keys()];
    expect(keys).toHaveLength(2);
    for (const key of keys) expect(key).toMatch(/^[0-9a-f]{32}$/);
  });

  it("is not kept when the server refused it at once, and is when only a second try was refused", async () => {
    const refuse = async () => {
      throw refusal("text_too_long", 422);
    };
    await expect(page.once(chat, { words: "too long" }, refuse)).rejects.toThrow();
    expect([...tab.values()].join()).not.toContain("too long");
    await lose("perhaps it came");
    await expect(page.once(chat, { words: "perhaps it came" }, refuse)).rejects.toThrow();
    expect([...tab.values()].join()).toContain("perhaps it came");
  });

  it("begins anew where the server knows its key with something else", async () => {
    await expect(page.once(chat, { words: "x" }, () => Promise.reject(refusal("key_used")))).rejects.toThrow();
    expect(tab.size).toBe(0);
    await say("x");
    expect(server.lines).toEqual(["x"]);
  });
});

describe("an answer that was lost", () => {
  const came = vi.fn();
  const settle = () => page.settle(chat, server.asked, came);
  beforeEach(() => came.mockReset());

  it("is asked for when the page is back: what has come is put away", async () => {
    await lose("in two parts");
    page = await reloaded();
    await settle();
    expect(came.mock.calls).toEqual([[{ words: "in two parts" }, expect.stringMatching(/^ln_/)]]);
    await settle();
    expect(came).toHaveBeenCalledTimes(1);
    expect(tab.size).toBe(0);
  });

  it("leaves what has not come, and what nobody can say", async () => {
    await expect(page.once(chat, { words: "x" }, () => Promise.reject(refusal("network")))).rejects.toThrow();
    await settle();
    await page.settle(chat, () => Promise.reject(refusal("network")), came);
    expect(came).not.toHaveBeenCalled();
    await say("x");
    expect(server.lines).toEqual(["x"]);
  });

  it("tells of each that has come, and keeps the key of the one that has not", async () => {
    await lose("ten");
    await expect(page.once(chat, { words: "later" }, () => Promise.reject(refusal("network")))).rejects.toThrow();
    await lose("twenty");
    await settle();
    expect(came.mock.calls.map(([what]) => what)).toEqual([{ words: "ten" }, { words: "twenty" }]);
    expect(JSON.stringify([...tab])).toMatch(/later/);
    expect(JSON.stringify([...tab])).not.toMatch(/ten|twenty/);
  });

  it("is told once when the answer comes while it is asked for", async () => {
    await lose("x");
    const answered = say("x");
    await Promise.all([answered, settle()]);
    await settle();
    expect(came.mock.calls.length).toBe(0);
    expect(server.lines).toEqual(["x"]);
  });
});

it("is forgotten with the private talk that is over", async () => {
  const unsent = await import("../../src/ui/unsent");
  server.lost = true;
  await expect(say("half", ownHere(apart, "chat"))).rejects.toThrow();
  expect(JSON.stringify([...tab])).toContain("half");
  unsent.forgetOver(fromSnapshot(snapshot({ caucuses: [caucus({ state: "closed" })] }), 1000));
  expect(tab.size).toBe(0);
});
