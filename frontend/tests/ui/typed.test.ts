import { describe, expect, it } from "vitest";
import { rest } from "../../src/ui/typed";

describe("a field whose text was sent", () => {
  it.each([
    ["sent", "sent", ""],
    ["sent", "sent and more", " and more"],
    ["sent", "another one", "another one"],
    ["sent", "", ""],
  ])("was '%s' and is '%s' by now: '%s' stays", (sent, now, left) => {
    expect(rest(now, sent)).toBe(left);
  });
});
