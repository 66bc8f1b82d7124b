import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

function kept(): Map<string, string> {
  const values = new Map<string, string>();
  vi.stubGlobal("localStorage", {
    getItem: (key: string) => values.get(key) ?? null,
    setItem: (key: string, value: string) => values.set(key, value),
    removeItem: (key: string) => values.delete(key),
  });
  return values;
}

function answers(status: number, body: object): void {
  vi.stubGlobal("fetch", () =>
    Promise.resolve(new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } })),
  );
}

async function opened() {
  vi.resetModules();
  return import("../../src/party/contact");
}

describe("whom to call", () => {
  beforeEach(() => void kept());
  afterEach(() => vi.unstubAllGlobals());

  it("is asked for, and known to the next page also when the network is away", async () => {
    answers(200, { organisation: "某街道调解中心", phone: "023-00000000" });
    const first = await opened();
    expect(first.contact.value).toBeNull();
    await first.learnContact();
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("no network")));
    const second = await opened();
    expect(second.contact.value).toEqual({ organisation: "某街道调解中心", phone: "023-00000000" });
    await second.learnContact();
    expect(second.contact.value?.phone).toBe("023-00000000");
  });

  it("is forgotten once none is set any more", async () => {
    answers(200, { organisation: "某街道调解中心", phone: "023-00000000" });
    await (await opened()).learnContact();
    answers(200, { organisation: "某街道调解中心", phone: "" });
    await (await opened()).learnContact();
    expect((await opened()).contact.value).toBeNull();
  });

  it("is dialled by its digits", async () => {
    const { dialled } = await opened();
    expect(dialled("023-0000 0000")).toBe("tel:02300000000");
    expect(dialled("+86 (23) 0000-0000")).toBe("tel:+862300000000");
  });
});
