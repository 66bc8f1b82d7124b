import { describe, expect, it } from "vitest";
import type { Snapshot } from "../../src/generated/messages";
import { fromSnapshot } from "../../src/room/state";
import { isDone, phaseOf, stageOf } from "../../src/staff/phase";
import { person, snapshot } from "../room/sample";

const MEDIATOR = person("host", { role: "host", side: "mediator" });

function phase(change: Partial<Snapshot>, ended = false) {
  return phaseOf(fromSnapshot(snapshot({ me: "host", ...change }), 1000), ended);
}

function draft(change: { frozen?: boolean; writers?: string[] }) {
  return [{ document_id: "agreement", frozen: false, writers: ["host"], digest: null, ...change }];
}

function agreement(state: string, signedAt: string | null) {
  return { agreement: { state, signers: [{ participant_id: "p", signed_at: signedAt }] } };
}

describe("the phase of a mediation", () => {
  it("waits until a party is inside", () => {
    expect(phase({ participants: [MEDIATOR, person("p", { presence: "waiting" })] })).toBe("waiting");
    expect(phase({ participants: [MEDIATOR, person("p")] })).toBe("joint");
  });

  it("drafts when a party may write, and is frozen until somebody signs", () => {
    const participants = [MEDIATOR, person("p")];
    expect(phase({ participants, documents: draft({ writers: ["host", "p"] }) })).toBe("drafting");
    expect(phase({ participants, documents: draft({ frozen: true }) })).toBe("frozen");
    expect(phase({ participants, board: agreement("signing", null) })).toBe("frozen");
    expect(phase({ participants, board: agreement("signing", "2026-11-24T06:00:00Z") })).toBe("signing");
    expect(phase({ participants, board: agreement("in_force", "2026-11-24T06:00:00Z") })).toBe("in_force");
  });

  it("forgets a void agreement and knows the end", () => {
    const participants = [MEDIATOR, person("p")];
    expect(phase({ participants, board: agreement("void", null) })).toBe("joint");
    expect(phase({ participants }, true)).toBe("ended");
  });

  it("ticks no stage of which nothing is known", () => {
    expect(stageOf("signing")).toBe("signing");
    expect(isDone("signing", "caucus")).toBe(false);
    expect(isDone("signing", "identity")).toBe(true);
  });
});
