import { beforeEach, describe, expect, it } from "vitest";
import { loadLocale, loadOffice } from "../../src/i18n";
import { CommandError } from "../../src/room/failure";
import { sentenceOf } from "../../src/staff/api";

function refused(code: string, detail: Record<string, unknown>): CommandError {
  return new CommandError({ code, message: "for developers", retryable: false, detail });
}

describe("what the room refuses a mediator", () => {
  beforeEach(async () => {
    Object.assign(globalThis, { document: { documentElement: {} } });
    await loadOffice();
    await loadLocale("en");
  });

  it("is said by the product's reason, where there is one", () => {
    const sentence = sentenceOf(refused("forbidden", { reason: "authority_missing", name: "何平" }));
    expect(sentence).toBe("This agent has no special authorisation and cannot sign (CPLJ 89).");
  });

  it("is said by the room's code otherwise, whatever somebody wrote as a reason", () => {
    for (const detail of [{}, { reason: "Waiting for a document" }, { reason: 7 }]) {
      expect(sentenceOf(refused("wrong_state", detail))).toBe("This cannot be done at this stage.");
    }
    expect(sentenceOf(refused("unheard_of", {}))).toMatch(/^That did not work/);
  });
});
