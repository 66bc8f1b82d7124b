import { describe, expect, it } from "vitest";
import { askedOfMe, balanceOf, inOrder, longestBar, queueOf, secondsLeft, spokenBySide } from "../../src/room/conduct";
import { fromSnapshot } from "../../src/room/state";
import { person, snapshot } from "./sample";

const state = (change: Parameters<typeof snapshot>[0]) => fromSnapshot(snapshot(change), 1000);

describe("the conduct of a room, as one person knows it", () => {
  it("shows people in one order whatever the order in which they came", () => {
    const people = [
      person("o", { role: "observer" }),
      person("b", { side: "respondent" }),
      person("h", { role: "host", side: "mediator" }),
      person("a2", { display_name: "周" }),
      person("a1", { display_name: "李" }),
    ];
    const ids = (list: typeof people) => inOrder(list).map((one) => one.participant_id);
    expect(ids(people)).toEqual(["h", "a1", "a2", "b", "o"]);
    expect(ids([...people].reverse())).toEqual(ids(people));
  });

  it("has the queue by place, without those whose hand is down", () => {
    const participants = [person("a", { hand_place: 2 }), person("b"), person("c", { hand_place: 1 })];
    expect(queueOf(state({ participants })).map((one) => one.participant_id)).toEqual(["c", "a"]);
  });

  it("asks me only for what I have not declined", () => {
    const declined = { source: "microphone", asked_at: 1, declined: true } as const;
    const open = { source: "camera", asked_at: 2, declined: false } as const;
    expect(askedOfMe(state({ participants: [person("me", { asks: [declined] })] }))).toBeNull();
    expect(askedOfMe(state({ participants: [person("me", { asks: [declined, open] })] }))).toEqual(open);
  });

  it("counts a countdown in whole seconds, never below nothing", () => {
    const timer = { kind: "break", started_at: 100, ends_at: 160 } as const;
    expect([99, 159.2, 160, 400].map((now) => secondsLeft(timer, now))).toEqual([61, 1, 0, 0]);
  });

  it("goes on counting for the side that speaks, parties first", () => {
    const board = { balance: { mediator: { seconds: 3, since: null }, respondent: { seconds: 5, since: 1002 } } };
    expect(spokenBySide(state({ board }), 1010)).toEqual([
      { side: "respondent", seconds: 13 },
      { side: "mediator", seconds: 3 },
    ]);
    expect(spokenBySide(state({}), 1010)).toEqual([]);
  });

  it("compares the sides only once both together have spoken for a minute, and names nobody for a small difference", () => {
    const spoken = (applicant: number, respondent: number) => [
      { side: "applicant", seconds: applicant },
      { side: "respondent", seconds: respondent },
      { side: "mediator", seconds: 500 },
    ];
    expect(balanceOf([])).toEqual({ kind: "early" });
    expect(balanceOf(spoken(2, 0))).toEqual({ kind: "early" });
    expect(balanceOf(spoken(30, 29))).toEqual({ kind: "early" });
    expect(balanceOf(spoken(32, 28))).toEqual({ kind: "even" });
    expect(balanceOf(spoken(0, 60))).toEqual({ kind: "ahead", side: "respondent", seconds: 60 });
    expect(balanceOf(spoken(330, 270))).toEqual({ kind: "ahead", side: "applicant", seconds: 60 });
    expect(balanceOf(spoken(329, 271))).toEqual({ kind: "even" });
  });

  it("keeps the bars short while little was said", () => {
    expect(longestBar([{ side: "applicant", seconds: 2 }])).toBe(30);
    expect(longestBar([{ side: "applicant", seconds: 90 }])).toBe(90);
  });
});
