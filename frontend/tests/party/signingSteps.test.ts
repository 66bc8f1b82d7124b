import { describe, expect, it } from "vitest";
import { merged, type SigningSteps } from "../../src/party/room/signingSteps";

const BEFORE: SigningSteps = { read: true, intent: false, handwriting: "writing" };

describe("the steps before a signature", () => {
  it("are the same object when nothing is new", () => {
    expect(merged(BEFORE, { read: true, handwriting: "writing" })).toBe(BEFORE);
    expect(merged(BEFORE, {})).toBe(BEFORE);
  });

  it("keep what was not said anew", () => {
    expect(merged(BEFORE, { intent: true })).toEqual({ read: true, intent: true, handwriting: "writing" });
  });
});
