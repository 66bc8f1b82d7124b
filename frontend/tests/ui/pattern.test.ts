import { describe, expect, it } from "vitest";
import { patternOf } from "../../src/ui/pattern";

describe("the pattern of a watermark", () => {
  it("is wide enough for the whole line and a gap, whatever the script", () => {
    expect(patternOf("林小满").width).toBe(3 * 12 + 56);
    expect(patternOf("Lin Xiaoman").width).toBeGreaterThanOrEqual(11 * 7 + 56);
    expect(patternOf("").width).toBe(56);
  });

  it("sets every second row half a step further, so that a part of the screen holds a whole line", () => {
    const { width, height, rows } = patternOf("林小满 0001");
    expect(rows.map(({ x }) => x)).toEqual([0, width / 2, -width / 2]);
    expect(rows.every(({ y }) => y > 0 && y < height)).toBe(true);
  });
});
