import { beforeEach, expect, it, vi } from "vitest";
import { rememberTrying, tryingBefore } from "../../src/party/preferences";

beforeEach(() => {
  const kept = new Map<string, string>();
  vi.stubGlobal("sessionStorage", {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  });
});

it("goes on with the check of the phone as it was begun, with this link and no other", () => {
  expect(tryingBefore("secret")).toBeNull();
  for (const trying of [
    { at: "precheck", soundOnly: false },
    { at: "precheck", soundOnly: true },
    { at: "rehearsal" },
  ] as const) {
    rememberTrying("secret", trying);
    expect(tryingBefore("secret")).toEqual(trying);
    expect(tryingBefore("another")).toBeNull();
  }
  rememberTrying("secret", null);
  expect(tryingBefore("secret")).toBeNull();
});
