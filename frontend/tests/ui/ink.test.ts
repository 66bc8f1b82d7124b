import { describe, expect, it } from "vitest";
import { shrunkToFit } from "../../src/ui/ink";

const name = [
  {
    penColor: "#000",
    points: [
      { x: 40, y: 30, time: 1 },
      { x: 316, y: 90, time: 2 },
    ],
  },
];

describe("a signature on a pad that changes its size", () => {
  it("is left alone where it fits", () => {
    expect(shrunkToFit(name, 360, 120)).toBe(name);
    expect(shrunkToFit(name, 700, 120)).toBe(name);
  });

  it("becomes smaller in proportion, with all its points, where it would be cut", () => {
    const [stroke] = shrunkToFit(name, 160, 120);
    expect(stroke?.points).toEqual([
      { x: 20, y: 15, time: 1 },
      { x: 158, y: 45, time: 2 },
    ]);
    expect(stroke?.penColor).toBe("#000");
  });

  it("has nothing to do for an empty pad", () => {
    expect(shrunkToFit([], 160, 120)).toEqual([]);
  });
});
