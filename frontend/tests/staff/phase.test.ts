import { describe, expect, it } from "vitest";
import type { Snapshot } from "../../src/generated/messages";
import { fromSnapshot } from "../../src/room/state";
import { isDone, phaseOf, stageOf } from "../../src/staff/phase";
import { caucus, person, snapshot } from "../room/sample";

const MEDIATOR = person("host", { role: "host", side: "mediator" });

function room(change: Partial<Snapshot>) {
  return fromSnapshot(snapshot({ me: "host", ...change }), 1000);
}

function phase(change: Partial<Snapshot>, ended = false) {
  return phaseOf(room(change), ended);
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
    const state = room({ participants: [MEDIATOR, person("p")], caucuses: [] });
    expect(stageOf("signing", state)).toBe("signing");
    expect(isDone("signing", "caucus", state)).toBe(false);
    expect(isDone("signing", "identity", state)).toBe(true);
  });

  it("knows what goes on now, and ticks what the room saw", () => {
    const participants = [MEDIATOR, person("p")];
    const talk = room({ participants, caucuses: [caucus()] });
    expect(stageOf("joint", talk)).toBe("caucus");
    expect(isDone("joint", "caucus", talk)).toBe(false);
    const after = room({ participants, caucuses: [caucus({ state: "closed", closed_at: 950 })] });
    expect(stageOf("joint", after)).toBe("statements");
    expect(isDone("joint", "caucus", after)).toBe(true);
    // one that was called off in the last moment never had a beginning that anybody was told of
    expect(
      isDone("joint", "caucus", room({ participants, caucuses: [caucus({ state: "closed", opened_at: null })] })),
    ).toBe(false);
    const offered = room({ participants, board: { "offer/a": { state: "open", told_at: 1, answers: [] } } });
    expect(stageOf("joint", offered)).toBe("offers");
    expect(stageOf("drafting", offered)).toBe("drafting");
    const accepted = room({ participants, board: { "offer/a": { state: "accepted", told_at: 1, answers: [] } } });
    expect(isDone("drafting", "offers", accepted)).toBe(true);
    const exhibit = { exhibit_id: "e", side: "applicant", number: 1, told_at: "", views: [], pages: [] };
    const shown = { "exhibit/e": exhibit, presentation: { exhibit_id: "e", page: 1 } };
    expect(stageOf("joint", room({ participants, board: shown }))).toBe("evidence");
    const settled = { ...exhibit, views: [{ side: "respondent", aspect: "authenticity", objects: true, reason: "x" }] };
    expect(isDone("drafting", "evidence", room({ participants, board: { "exhibit/e": settled } }))).toBe(true);
    expect(isDone("drafting", "evidence", room({ participants, board: { "exhibit/e": exhibit } }))).toBe(false);
  });
});
