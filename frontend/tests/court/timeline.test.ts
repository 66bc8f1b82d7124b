import { describe, expect, it } from "vitest";
import { gapSpans, percent, recordedSpan, ticks, wholeSpan } from "../../src/court/timeline";
import type { CourtRecord } from "../../src/court/types";

function record(change: Partial<CourtRecord> = {}): CourtRecord {
  return {
    session_id: "s",
    case_no: "1",
    title: "",
    organisation: "",
    started_at: "2026-11-24T06:00:00.000Z",
    ended_at: "2026-11-24T07:00:00.000Z",
    filed_at: null,
    people: [],
    views: [
      { participant_id: "a", url: "/a", started_at: "2026-11-24T06:10:00Z", duration: 600, has_video: true },
      { participant_id: "b", url: "/b", started_at: "2026-11-24T06:12:00Z", duration: 900, has_video: false },
    ],
    recording: {
      started_at: "2026-11-24T06:10:00Z",
      ended_at: "2026-11-24T06:27:00Z",
      gaps: [{ started_at: "2026-11-24T06:15:00Z", ended_at: null, reason: "disk_full" }],
    },
    papers: [],
    log: [],
    integrity: { entries: 0, chain_ok: true, checkpoint: null, dossier_sha256: null, dossier_size: null },
    dossier_url: null,
    ...change,
  };
}

describe("the timeline of a record", () => {
  it("spans the session, and the player only what was recorded", () => {
    const whole = wholeSpan(record());
    const recorded = recordedSpan(record());
    expect(whole.to - whole.from).toBe(3_600_000);
    expect(recorded && recorded.to - recorded.from).toBe(17 * 60_000);
    expect(recordedSpan(record({ views: [] }))).toBeNull();
  });

  it("keeps every moment inside its width", () => {
    const span = wholeSpan(record());
    expect(percent(span, span.from - 1)).toBe(0);
    expect(percent(span, span.to + 1)).toBe(100);
    expect(percent(span, (span.from + span.to) / 2)).toBe(50);
  });

  it("marks round moments, never more than asked for", () => {
    const span = wholeSpan(record());
    const marks = ticks(span, 7);
    expect(marks.length).toBeLessThanOrEqual(8);
    expect(marks[1]).toBe(Date.parse("2026-11-24T06:10:00Z"));
  });

  it("lets a gap without an end run to the end", () => {
    const end = wholeSpan(record()).to;
    expect(gapSpans(record(), end)).toEqual([
      { from: Date.parse("2026-11-24T06:15:00Z"), to: end, reason: "disk_full", open: true },
    ]);
  });
});
