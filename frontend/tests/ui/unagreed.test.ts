import { beforeAll, describe, expect, it } from "vitest";
import { loadLocale, loadOffice } from "../../src/i18n";
import { fromSnapshot } from "../../src/room/state";
import { unagreed, unagreedOf } from "../../src/ui/unagreed";
import { person, snapshot } from "../room/sample";

const YES = { sensitive_id_number: true, sensitive_financial: true, sensitive_medical: true };

describe("what has no place in the shared draft", () => {
  beforeAll(async () => {
    Object.assign(globalThis, { document: { documentElement: {} } });
    await loadOffice();
    await loadLocale("en");
  });

  it("is what each party in the room did not agree to; silence is no, and hosts are not asked", () => {
    const participants = [
      person("a"),
      person("b", { side: "respondent" }),
      person("c"),
      person("w", { presence: "waiting" }),
      person("host", { role: "host", side: "mediator" }),
    ];
    const board = {
      "consents/a": { ...YES, sensitive_financial: false },
      "consents/b": YES,
    };
    const state = fromSnapshot(snapshot({ participants, board }), 1000);
    expect(unagreed(state).map(({ person: one, what }) => [one.participant_id, what])).toEqual([
      ["a", "bank account"],
      ["c", "full identity number, bank account, health data"],
    ]);
    expect(unagreedOf(state, "b")).toBe("");
  });
});
