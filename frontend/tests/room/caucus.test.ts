import { describe, expect, it } from "vitest";
import type { ParticipantView } from "../../src/generated/messages";
import { apart, hearers } from "../../src/room/caucus";
import { fromSnapshot } from "../../src/room/state";
import { caucus, person, snapshot } from "./sample";

const TALK = caucus({ side: "respondent" });
const inTalk = { presence: "away", caucus_id: "c1" } as const;

/** Where `seen` is for a viewer, while the respondent talks alone. */
function where(viewer: Partial<ParticipantView>, seen: ParticipantView, caucuses = [TALK]) {
  const participants = [person("me", viewer), seen];
  return apart(fromSnapshot(snapshot({ participants, caucuses }), 1000), seen);
}

describe("where somebody is behind the wall of a private talk", () => {
  const host = (change: Partial<ParticipantView>) => person("host", { role: "host", side: "mediator", ...change });

  it("is with the other side for a mediator whom a party of this side waits for", () => {
    expect(where({}, host(inTalk))).toBe("withOther");
    expect(where({}, person("r", { side: "respondent", ...inTalk }))).toBe("away");
  });

  it("is just in a private talk for the side's own people who were not taken along, and for another mediator", () => {
    expect(where({ side: "respondent" }, host(inTalk))).toBe("away");
    expect(where({ role: "host", side: "mediator" }, host(inTalk))).toBe("away");
    expect(where({}, host(inTalk), [])).toBe("away");
  });

  it("is in the joint session for those in the talk: a party waits there, a host does not wait", () => {
    expect(where({ side: "respondent", caucus_id: "c1" }, person("a"))).toBe("outside");
    expect(where({ side: "respondent", caucus_id: "c1" }, host({}))).toBe("joint");
  });

  it("is nowhere else for those who are together", () => {
    expect(where({}, host({}))).toBeNull();
    expect(where({ side: "respondent", caucus_id: "c1" }, host({ caucus_id: "c1" }))).toBeNull();
  });
});

describe("who hears somebody who waits outside", () => {
  const ids = (others: ParticipantView[]) => {
    const state = fromSnapshot(snapshot({ participants: [person("me", {}), ...others], caucuses: [TALK] }), 1000);
    return hearers(state).map((one) => one.participant_id);
  };
  const mediator = person("host", { role: "host", side: "mediator", ...inTalk });
  const respondent = person("r", { side: "respondent", ...inTalk });

  it("is nobody when all others are in the talk or wait to be let in", () => {
    expect(ids([mediator, respondent, person("late", { presence: "waiting" })])).toEqual([]);
  });

  it("is whoever of the own side, or another host, is still there, also while their connection is lost", () => {
    const clerk = person("clerk", { role: "host", side: "mediator" });
    expect(ids([mediator, respondent, clerk, person("son", { presence: "dropped" })])).toEqual(["clerk", "son"]);
  });
});
