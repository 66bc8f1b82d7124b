import { describe, expect, it } from "vitest";
import { backoff } from "../../src/room/backoff";

describe("waiting before the next try", () => {
  it("doubles and stays at two seconds at most", () => {
    const longest = [0, 1, 2, 3, 4, 5, 6, 50].map((attempt) => backoff(attempt, 0.999999));
    expect(longest.slice(0, 5)).toEqual([200, 400, 800, 1600, 2000]);
    expect(longest[7]).toBe(2000);
  });

  it("is at least half of that, so that nobody hammers the server", () => {
    expect([0, 1, 5].map((attempt) => backoff(attempt, 0))).toEqual([100, 200, 1000]);
  });
});
