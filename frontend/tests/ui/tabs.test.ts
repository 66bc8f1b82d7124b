import { describe, expect, it } from "vitest";
import { scrolledTo } from "../../src/ui/Tabs";

describe("a line of tabs that is longer than its place", () => {
  it("stays where it is while the chosen tab is in sight", () => {
    expect(scrolledTo({ at: 100, width: 300 }, { left: 150, width: 60 })).toBe(100);
  });

  it("moves so far that the chosen tab and the edge of its neighbour are in sight", () => {
    expect(scrolledTo({ at: 100, width: 300 }, { left: 60, width: 60 })).toBe(20);
    expect(scrolledTo({ at: 100, width: 300 }, { left: 0, width: 60 })).toBe(0);
    expect(scrolledTo({ at: 0, width: 300 }, { left: 290, width: 60 })).toBe(90);
  });
});
