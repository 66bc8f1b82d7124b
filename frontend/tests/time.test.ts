import { beforeEach, describe, expect, it } from "vitest";
import { loadLocale } from "../src/i18n";
import { civilDate, civilDay, clockTime, dateTime, daysUntil, shortTime, unbroken } from "../src/i18n/time";

const LATE = "2026-11-23T19:49:06Z"; // the next day in Beijing

describe("the one legal clock", () => {
  beforeEach(async () => {
    Object.assign(globalThis, { document: { documentElement: {} } });
    await loadLocale("zh-CN");
  });

  it("shows Beijing time wherever it is read", () => {
    expect(clockTime(LATE)).toBe("03:49:06");
    expect(shortTime(LATE)).toBe("03:49");
    expect(dateTime(LATE)).toBe("2026年11月24日 03:49:06");
    expect(civilDay(LATE)).toBe("2026-11-24");
  });

  it("keeps the zone in one line with the time", () => {
    const bare = (words: string) => words.replaceAll("\u2060", "");
    expect(bare(unbroken("（北京时间）"))).toBe("（北京时间）");
    expect(unbroken("（北")).toBe("\u2060（\u2060北");
    expect(bare(unbroken(" (Beijing time)"))).toBe("\u00a0(Beijing\u00a0time)");
  });

  it("counts days from the Beijing day", () => {
    expect(daysUntil("2026-12-09", LATE)).toBe(15);
    expect(daysUntil("2026-11-24", LATE)).toBe(0);
    expect(daysUntil("2026-11-23", LATE)).toBe(-1);
  });

  it("never moves a date without a time", async () => {
    expect(civilDate("2026-12-09")).toBe("2026年12月9日");
    await loadLocale("en");
    expect(civilDate("2026-12-09")).toBe("December 9, 2026");
  });
});
