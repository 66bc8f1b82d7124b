import { beforeAll, describe, expect, it } from "vitest";
import type { LogEntry } from "../../src/court/types";
import { eventDetail } from "../../src/court/words";
import { loadLocale, loadOffice } from "../../src/i18n";

function consent(data: Record<string, unknown>): LogEntry {
  return { seq: 1, at: 0, kind: "consent_given", actor: "worker", data };
}

describe("an entry about a consent", () => {
  beforeAll(async () => {
    Object.assign(globalThis, { document: { documentElement: {} } });
    await loadOffice();
    await loadLocale("en");
  });

  it("says in which language the notice was read, where that was written down", () => {
    expect(eventDetail(consent({ language: "en" }))).toBe("read in the English version");
    expect(eventDetail(consent({ language: "zh-CN" }))).toBe("read in Chinese");
    expect(eventDetail(consent({}))).toBeNull();
  });
});

describe("an entry about a text that was opened again", () => {
  it("says why", () => {
    const entry = { ...consent({ reason: "日期写错了", void_signatures: 1 }), kind: "draft_unfrozen" };
    expect(eventDetail(entry)).toBe("日期写错了");
  });
});
