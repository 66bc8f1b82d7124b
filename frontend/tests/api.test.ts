import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError, request } from "../src/api";
import { loadLocale } from "../src/i18n";

function answers(status: number, body: string): void {
  vi.stubGlobal("fetch", async () => new Response(body, { status }));
}

async function refusal(): Promise<ApiError> {
  const error = await request("/api/anything").catch((cause: unknown) => cause);
  if (!(error instanceof ApiError)) throw new Error("it was not refused");
  return error;
}

const problem = (code: string) =>
  JSON.stringify({ type: `urn:mediation-room:problem:${code}`, title: "In English.", detail: "中文。", code });

describe("a refusal in words", () => {
  beforeEach(async () => {
    Object.assign(globalThis, { document: { documentElement: {} } });
    await loadLocale("zh-CN");
  });
  afterEach(() => vi.unstubAllGlobals());

  it("follows the language, also after it was made", async () => {
    answers(409, problem("already_signed"));
    const error = await refusal();
    const chinese = error.sentence;
    await loadLocale("en");
    expect([chinese, error.sentence]).toEqual(["您已经签过了，不用再签。", "You have signed already."]);
  });

  it("is the server's own where there are no words here", async () => {
    answers(409, problem("consent_after_end"));
    const error = await refusal();
    expect(error.sentence).toBe("中文。");
    await loadLocale("en");
    expect(error.sentence).toBe("In English.");
  });

  it("says that the network is away where an answer breaks off or a portal puts its own page before ours", async () => {
    for (const body of ["<h1>Welcome to the hotel</h1>", '{"token": "ab']) {
      answers(200, body);
      expect((await refusal()).code).toBe("network");
    }
  });

  it("is never that of a proxy", async () => {
    await loadLocale("en");
    for (const body of ["<h1>502</h1>", JSON.stringify({ title: "Bad Gateway", detail: "nginx" })]) {
      answers(502, body);
      expect((await refusal()).sentence).toBe(
        "That did not work. Please tap again; if it still fails, call the centre.",
      );
    }
  });
});
