import { describe, expect, it } from "vitest";
import type { ParticipantView } from "../../src/generated/messages";
import { apart, awaitedCaucus, hearers, isUnheard, shownCaucuses } from "../../src/room/caucus";
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

describe("private talks of both sides at once", () => {
  const theirs = caucus({ side: "respondent" });
  const ours = caucus({ caucus_id: "c2", state: "announced", opened_at: null, changes_at: 1005 });
  const over = caucus({ caucus_id: "c0", state: "closed", closed_at: 950 });
  const room = (me: Partial<ParticipantView>) =>
    fromSnapshot(snapshot({ participants: [person("me", me)], caucuses: [over, ours, theirs] }), 1000);
  const shown = (me: Partial<ParticipantView>) => shownCaucuses(room(me)).map((one) => one.caucus_id);

  it("are all known: the own one first, then those that run, then those that are about to", () => {
    expect(shown({})).toEqual(["c1", "c2"]);
    expect(shown({ caucus_id: "c1" })).toEqual(["c1", "c2"]);
    expect(shown({ caucus_id: "c2" })).toEqual(["c2", "c1"]);
  });

  it("are waited for by a party who is in none, and by no host", () => {
    expect(awaitedCaucus(room({}))?.caucus_id).toBe("c1");
    expect(awaitedCaucus(room({ caucus_id: "c1" }))).toBeNull();
    expect(awaitedCaucus(room({ role: "host", side: "mediator" }))).toBeNull();
  });
});

describe("who hears somebody who waits outside", () => {
  const ids = (others: ParticipantView[]) => {
    const state = fromSnapshot(snapshot({ participants: [person("me", {}), ...others], caucuses: [TALK] }), 1000);
    expect(isUnheard(state)).toBe(hearers(state).length === 0);
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
