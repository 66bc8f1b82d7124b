import { describe, expect, it } from "vitest";
import { backoff } from "../../src/room/backoff";

describe("waiting before the next try", () => {
  it("doubles, and is under a second as long as the server may be back at any moment", () => {
    const longest = [0, 1, 2, 3, 4, 11].map((attempt) => backoff(attempt, 0.999999));
    expect(longest).toEqual([200, 400, 800, 800, 800, 800]);
  });

  it("is two seconds at most after that", () => {
    expect([12, 13, 50].map((attempt) => backoff(attempt, 0.999999))).toEqual([2000, 2000, 2000]);
  });

  it("is at least half of that, so that nobody hammers the server", () => {
    expect([0, 1, 5, 20].map((attempt) => backoff(attempt, 0))).toEqual([100, 200, 400, 1000]);
  });
});
