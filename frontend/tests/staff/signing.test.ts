import { describe, expect, it } from "vitest";
import { marksOf, type Steps, stepsOf, underWay } from "../../src/staff/signing";

const STEPS: Steps = { read: true, intent: true, handwriting: "writing", code_sent: true };
const OPEN: Steps = { read: false, intent: false, handwriting: "", code_sent: false };

describe("a signer's way to a signature", () => {
  it("shows what their screen said, and what the server sent", () => {
    expect(marksOf(false, true, STEPS)).toEqual({
      identity: "done",
      read: "done",
      intent: "done",
      hand: "writing",
      code: "sent",
    });
    expect(marksOf(false, true, { ...STEPS, handwriting: "written" }).hand).toBe("done");
  });

  it("claims nothing that nobody said", () => {
    expect(Object.values(marksOf(false, false, OPEN))).toEqual(["open", "open", "open", "open", "open"]);
    expect(underWay(OPEN)).toBe(false);
    expect(underWay({ ...OPEN, read: true })).toBe(true);
  });

  it("is done once the signature is there, but for a check of identity that was never made", () => {
    const marks = marksOf(true, false, OPEN);
    expect(marks).toEqual({ identity: "open", read: "done", intent: "done", hand: "done", code: "done" });
  });

  it("forgets what was said of an earlier text", () => {
    const board = { signing: { proposal_id: "one", people: { me: STEPS } } };
    expect(stepsOf({ board }, "one", "me")).toEqual(STEPS);
    expect(stepsOf({ board }, "two", "me")).toEqual(OPEN);
    expect(stepsOf({ board: {} }, "one", "me")).toEqual(OPEN);
  });
});
