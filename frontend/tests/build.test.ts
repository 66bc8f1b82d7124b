import { beforeEach, describe, expect, it, vi } from "vitest";
import { forgetAll } from "../src/ui/unsent";
import { stubTab } from "./ui/tab";

const OLD = "index-AAAAAAAA.js";
const NEW = "index-BBBBBBBB.js";
const page = (script: string) => `https://room.example/assets/${script}`;
const answer = (build?: string) =>
  new Response(null, { status: 204, headers: build ? { "Frontend-Build": build } : {} });

let tab: Map<string, string>;
let dialog: object | null;
let answers: (string | undefined | Error)[];
let shown: EventTarget;

/** The page is loaded: what it knew is gone, what the tab keeps is there. */
async function loaded(script: string) {
  vi.resetModules();
  const build = await import("../src/build");
  build.watchBuild(script);
  return build;
}

beforeEach(() => {
  tab = stubTab();
  dialog = null;
  answers = [];
  shown = new EventTarget();
  vi.stubGlobal("document", {
    visibilityState: "visible",
    addEventListener: shown.addEventListener.bind(shown),
    querySelector: () => dialog,
  });
  vi.stubGlobal("window", { addEventListener: vi.fn() });
  vi.stubGlobal("fetch", async () => {
    const next = answers.shift();
    if (next instanceof Error) throw next;
    return answer(next);
  });
  forgetAll();
});

describe("a page of another build than the service hands out", () => {
  it("is known from any answer, and not any more when the answers are of its own again", async () => {
    const build = await loaded(page(OLD));
    build.heardOfBuild(answer(OLD).headers);
    expect(build.newerBuild.value).toBeNull();
    build.heardOfBuild(answer(NEW).headers);
    expect(build.newerBuild.value).toBe(NEW);
    build.heardOfBuild(answer().headers);
    expect(build.newerBuild.value, "an answer that says nothing changes nothing").toBe(NEW);
    build.heardOfBuild(answer(OLD).headers);
    expect(build.newerBuild.value).toBeNull();
  });

  it("is known from requests and from refusals", async () => {
    const build = await loaded(page(OLD));
    const { request } = await import("../src/api");
    answers = [NEW];
    await request("/api/anything");
    expect(build.newerBuild.value).toBe(NEW);
    vi.stubGlobal("fetch", async () => new Response("{}", { status: 409, headers: { "Frontend-Build": OLD } }));
    await expect(request("/api/anything")).rejects.toThrow();
    expect(build.newerBuild.value).toBeNull();
  });

  it("is asked for when the page comes to the front, and again when there was no answer", async () => {
    const build = await loaded(page(OLD));
    answers = [new Error("no network"), NEW];
    shown.dispatchEvent(new Event("visibilitychange"));
    await vi.waitFor(() => expect(answers).toHaveLength(1));
    expect(build.newerBuild.value).toBeNull();
    await build.askForBuild();
    expect(build.newerBuild.value).toBe(NEW);
    answers = [OLD];
    await build.askForBuild();
    expect(answers, "not twice in a moment").toHaveLength(1);
  });

  it("is no matter while the page is of no build", async () => {
    const build = await loaded("http://127.0.0.1:5173/src/main.tsx");
    build.heardOfBuild(answer(NEW).headers);
    await build.askForBuild();
    expect(build.newerBuild.value).toBeNull();
  });
});

describe("a page on which nothing is lost", () => {
  it("is loaded anew once for each newer build, and never in a circle", async () => {
    let build = await loaded(page(OLD));
    expect(build.mayRenew(NEW)).toBe(true);
    build = await loaded(page(OLD)); // a cache on the way still gave the old one
    expect(build.mayRenew(NEW)).toBe(false);
    expect(build.mayRenew("index-CCCCCCCC.js")).toBe(true);
    build = await loaded(page(NEW)); // two servers, one of them not upgraded yet, answer in turns
    expect(build.mayRenew(OLD)).toBe(true);
    build = await loaded(page(OLD));
    expect(build.mayRenew(NEW)).toBe(false);
  });

  it("is not one in which something was begun, or a question is open", async () => {
    const build = await loaded(page(OLD));
    const { keep: keepThere } = await import("../src/ui/unsent");
    keepThere({ name: "at/view@room", owner: "me", words: "" }, "faces");
    dialog = {};
    expect(build.mayRenew(NEW)).toBe(false);
    dialog = null;
    keepThere({ name: "chat@room@", owner: "me", words: "" }, "half a li");
    expect(build.mayRenew(NEW)).toBe(false);
    (await import("../src/ui/unsent")).forget("chat@room@");
    expect(build.mayRenew(NEW), "what only lies open does not count").toBe(true);
  });

  it("does not load itself anew where nothing can be remembered", async () => {
    vi.stubGlobal("sessionStorage", undefined);
    const build = await loaded(page(OLD));
    expect(build.mayRenew(NEW)).toBe(false);
    expect(tab.size).toBe(0);
  });
});
