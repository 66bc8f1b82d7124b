import { describe, expect, it } from "vitest";
import {
  awaiting,
  type Exhibit,
  type ExhibitView,
  exhibitsOf,
  presentationOf,
  shortDigest,
  standingOf,
} from "../../src/exhibits/model";
import { fromSnapshot, type RoomState } from "../../src/room/state";
import { person, snapshot } from "../room/sample";

function exhibit(id: string, changes: Partial<Exhibit> = {}): Exhibit {
  return {
    exhibit_id: id,
    number: 1,
    title: "payslips",
    side: "applicant",
    owner_id: "worker",
    kind: "pdf",
    name: "payslips.pdf",
    size: 1,
    sha256: "3e90a17c00000000000000000000000000000000000000000000000000000055d2",
    pages: [{ width: 10, height: 10 }],
    told_at: "2026-11-28T00:00:00Z",
    private: false,
    withdrawn: false,
    holds: [],
    views: [],
    comparisons: [],
    ...changes,
  };
}

function view(aspect: ExhibitView["aspect"], objects = false, side = "respondent"): ExhibitView {
  return { side, aspect, objects, reason: objects ? "because" : "", by: "agent", at: "", times: 1 };
}

const ALL = (["authenticity", "legality", "relevance"] as const).map((aspect) => view(aspect));

function room(board: Record<string, unknown>, changes: Partial<RoomState> = {}): RoomState {
  return { ...fromSnapshot(snapshot(), 990), board, ...changes };
}

describe("exhibits on the board", () => {
  it("are in the order of their numbers, those without one last", () => {
    const board = {
      "exhibit/c": exhibit("c", { number: null }),
      "exhibit/b": exhibit("b", { number: 2 }),
      "exhibit/a": exhibit("a"),
      agreement: {},
    };
    expect(exhibitsOf(room(board)).map((one) => one.exhibit_id)).toEqual(["a", "b", "c"]);
  });

  it("stand open until the other side has said something of every aspect", () => {
    expect(standingOf(exhibit("a"))).toBe("open");
    expect(standingOf(exhibit("a", { views: ALL.slice(1) }))).toBe("open");
    expect(standingOf(exhibit("a", { views: ALL }))).toBe("agreed");
    expect(standingOf(exhibit("a", { views: [view("relevance", true)] }))).toBe("objection");
    expect(standingOf(exhibit("a", { views: ALL, withdrawn: true }))).toBe("withdrawn");
    expect(standingOf(exhibit("a", { private: true }))).toBe("private");
  });

  it("need the views of both sides when they are the mediator's", () => {
    const both = [...ALL, ...ALL.map((one) => ({ ...one, side: "applicant" }))];
    expect(standingOf(exhibit("a", { side: "mediator", views: ALL }))).toBe("open");
    expect(standingOf(exhibit("a", { side: "mediator", views: both }))).toBe("agreed");
  });

  it("wait for the side that did not bring them", () => {
    const state = room({ "exhibit/a": exhibit("a"), "exhibit/b": exhibit("b", { number: 2, withdrawn: true }) });
    expect(awaiting(state, "respondent")).toBe(1);
    expect(awaiting(state, "applicant")).toBe(0);
  });

  it("are shown from the place where one is, and from no other", () => {
    const shown = { exhibit_id: "a", page: 2, presenter_id: "host", since: 1, caucus_id: null };
    const board = {
      "exhibit/a": exhibit("a"),
      "exhibit/b": exhibit("b"),
      presentation: shown,
      "presentation/cau_1": { ...shown, exhibit_id: "b", caucus_id: "cau_1" },
    };
    const outside = room(board);
    expect(presentationOf(outside)?.exhibit.exhibit_id).toBe("a");
    const me = { ...person(outside.me), caucus_id: "cau_1" };
    const caucus = {
      caucus_id: "cau_1",
      side: "applicant",
      state: "open" as const,
      with_host: true,
      changes_at: null,
      opened_at: 1,
      closed_at: null,
      sealed: true,
    };
    const inside = room(board, {
      participants: new Map([[outside.me, me]]),
      caucuses: new Map([["cau_1", caucus]]),
    });
    expect(presentationOf(inside)?.exhibit.exhibit_id).toBe("b");
    expect(presentationOf(room({ presentation: shown }))).toBeNull();
  });

  it("have a check value that can be read aloud", () => {
    expect(shortDigest(exhibit("a").sha256)).toBe("3E90 A17C … 55D2");
  });
});
