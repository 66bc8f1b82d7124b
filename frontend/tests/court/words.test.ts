import { beforeAll, describe, expect, it } from "vitest";
import type { LogEntry } from "../../src/court/types";
import { eventDetail } from "../../src/court/words";
import { loadLocale, loadOffice } from "../../src/i18n";
import { ENDINGS } from "../../src/staff/phase";

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

describe("an entry with a reason", () => {
  const entry = (kind: string, data: Record<string, unknown>): LogEntry => ({ ...consent(data), kind });

  it("gives it in the words of whoever gave it", () => {
    for (const kind of ["denied", "removed", "recording_paused", "recording_stopped"]) {
      expect(eventDetail(entry(kind, { reason: "吵得听不见" }))).toBe("吵得听不见");
      expect(eventDetail(entry(kind, { reason: "" }))).toBeNull();
    }
  });

  it("or in words of its own where the room was the reason", () => {
    expect(eventDetail(entry("recording_paused", { reason: "caucus" }))).toBe("private talk, not recorded");
    expect(eventDetail(entry("recording_stopped", { reason: "session_ended" }))).toBe("the mediation ended");
  });

  it("names each of the eight ends of a mediation", () => {
    const words = ENDINGS.map((reason) => eventDetail(entry("session_ended", { reason })));
    expect(new Set(words).size).toBe(8);
    expect(words).not.toContain(null);
    expect(eventDetail(entry("session_ended", { reason: "SOMETHING_NEW" }))).toBeNull();
  });
});

describe("an entry about a signature", () => {
  it("says how the name was put; before there was a choice it was drawn", () => {
    const signed = (mode?: string) => eventDetail({ ...consent({ field: "party_a", mode }), kind: "signed" });
    expect([signed("typed"), signed("drawn"), signed()]).toEqual(["typed name", "drawn by hand", "drawn by hand"]);
  });
});
