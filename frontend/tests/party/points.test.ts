import { describe, expect, it } from "vitest";
import { pointsOf } from "../../src/party/points";

describe("the points of a short text", () => {
  it("are its sentences in Chinese", () => {
    expect(pointsOf("调解自愿、免费。可以选调解员，随时退出。谈不成可以仲裁")).toEqual([
      "调解自愿、免费。",
      "可以选调解员，随时退出。",
      "谈不成可以仲裁",
    ]);
  });

  it("are its sentences in English, and a stop inside a figure ends none", () => {
    expect(pointsOf("It is free. Version 2026.11 counts! You may leave.")).toEqual([
      "It is free.",
      "Version 2026.11 counts!",
      "You may leave.",
    ]);
  });

  it("are none of nothing", () => {
    expect(pointsOf("  ")).toEqual([]);
  });
});
