import { beforeAll, describe, expect, it } from "vitest";
import type { LogEntry } from "../../src/court/types";
import { eventDetail } from "../../src/court/words";
import { loadLocale, loadOffice } from "../../src/i18n";

function consent(data: Record<string, unknown>): LogEntry {
  return { seq: 1, at: 0, kind: "consent_given", actor: "worker", data };
}

beforeAll(async () => {
  Object.assign(globalThis, { document: { documentElement: {} } });
  await loadOffice();
  await loadLocale("en");
});

describe("an entry about a device that gives nothing", () => {
  it("says which and why, and when it is over", () => {
    const entry = (trouble: string | null): LogEntry => ({
      seq: 1,
      at: 0,
      kind: "device_trouble",
      actor: "worker",
      data: { source: "microphone", trouble },
    });
    expect(eventDetail(entry("interrupted"))).toBe("microphone · taken by a call or another app");
    expect(eventDetail(entry(null))).toBe("microphone · in order again");
  });
});

describe("an entry about a device that was switched again and again", () => {
  it("says what it was in the end and how often it changed", () => {
    const data = { source: "camera", paused: true, muted_by_host: false, changes: 12 };
    const entry: LogEntry = { seq: 1, at: 0, kind: "track_switched", actor: "worker", data };
    expect(eventDetail(entry)).toBe("camera · off · the last of 12 changes in a short time");
    expect(eventDetail({ ...entry, data: { ...data, changes: undefined } })).toBe("camera · off");
  });
});

describe("an entry about a consent", () => {
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

describe("an entry about a signature", () => {
  it("says how the name was put; before there was a choice it was drawn", () => {
    const signed = (mode?: string) => eventDetail({ ...consent({ field: "party_a", mode }), kind: "signed" });
    expect([signed("typed"), signed("drawn"), signed()]).toEqual(["typed name", "drawn by hand", "drawn by hand"]);
  });
});
