import { describe, expect, it } from "vitest";
import { dayOf } from "../../src/staff/days";

const NOON = Date.parse("2026-11-29T12:00:00+08:00");
const on = (scheduled_at: string | null, state = "scheduled") => dayOf({ scheduled_at, state }, NOON);

describe("the day of a session", () => {
  it("is today from midnight to midnight in Beijing", () => {
    expect(on("2026-11-29T00:00:00+08:00")).toBe("today");
    expect(on("2026-11-28T16:30:00Z")).toBe("today");
    expect(on("2026-11-29T23:59:00+08:00", "filed")).toBe("today");
  });

  it("is later from the next midnight on", () => {
    expect(on("2026-11-30T00:00:00+08:00")).toBe("later");
  });

  it("is before only when the session is over: one of yesterday that still runs is work of today", () => {
    expect(on("2026-11-28T23:00:00+08:00", "filed")).toBe("before");
    expect(on("2026-11-28T23:00:00+08:00", "in_session")).toBe("today");
  });

  it("is today when no time was set", () => {
    expect(on(null)).toBe("today");
  });
});
