import { describe, expect, it } from "vitest";
import { secretOf } from "../../src/party/secret";

const SECRET = "Ab9Cd-_x0";

describe("the secret in a link's address", () => {
  it.each(["", "/", "。", "%E3%80%82", "%E3%80", "%", "）核实请拨023", ".", ")"])(
    "is the same with '%s' after it",
    (glued) => {
      expect(secretOf(`/j/${SECRET}${glued}`)).toBe(SECRET);
    },
  );

  it("is empty where there is none", () => {
    expect(secretOf("/j/%E0%A4%A")).toBe("");
    expect(secretOf("/staff")).toBe("");
  });
});
