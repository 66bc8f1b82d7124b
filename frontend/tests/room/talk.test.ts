import { describe, expect, it } from "vitest";
import type { Snapshot } from "../../src/generated/messages";
import { timeBySide } from "../../src/room/caucus";
import { textDigest } from "../../src/room/digest";
import { fromSnapshot } from "../../src/room/state";
import {
  askedOf,
  type Call,
  type ChatLine,
  linesOf,
  merged,
  myTalkCall,
  openCalls,
  type Ticket,
} from "../../src/room/talk";
import { caucus, person, snapshot } from "./sample";

const room = (change: Partial<Snapshot>) => fromSnapshot(snapshot(change), 1000);

function line(id: string, at: number): ChatLine {
  const author = { participant_id: "host", name: "host", side: "mediator", role: "host" };
  return { line_id: id, class: "joint", author, to: null, text: id, at };
}

function ticket(id: string, change: Partial<Ticket> = {}): Ticket {
  return {
    ticket_id: id,
    caucus_id: "c1",
    side: "applicant",
    text: id,
    digest: "",
    state: "asked",
    asked_at: 1,
    answered_at: null,
    answered_by: null,
    delivered_at: null,
    ...change,
  };
}

function call(id: string, change: Partial<Call> = {}): Call {
  return {
    call_id: id,
    kind: "talk",
    participant_id: id,
    name: id,
    side: "applicant",
    at: 1,
    seen_at: null,
    ...change,
  };
}

describe("what is written", () => {
  it("stands in the order of time and has each line once", () => {
    const state = room({
      board: { "chat/b": line("b", 2), "chat/a": line("a", 1), session: {}, "chat/c": line("c", 2) },
    });
    expect(linesOf(state).map((one) => one.line_id)).toEqual(["a", "b", "c"]);
    expect(merged([line("0", 0), line("a", 1)], linesOf(state)).map((one) => one.line_id)).toEqual([
      "0",
      "a",
      "b",
      "c",
    ]);
  });

  it("asks a party only in the talk where it was asked, and a mediator never", () => {
    const board = {
      "ticket/1": ticket("1"),
      "ticket/2": ticket("2", { state: "agreed" }),
      "ticket/3": ticket("3", { caucus_id: "c0" }),
    };
    const caucuses = [caucus({})];
    const inside = [person("me", { caucus_id: "c1" })];
    expect(askedOf(room({ board, caucuses, participants: inside })).map((one) => one.ticket_id)).toEqual(["1"]);
    expect(askedOf(room({ board, caucuses, participants: [person("me")] }))).toEqual([]);
    const host = [person("me", { caucus_id: "c1", role: "host", side: "mediator" })];
    expect(askedOf(room({ board, caucuses, participants: host }))).toEqual([]);
  });

  it("puts alarms before wishes to talk and forgets what was answered", () => {
    const board = {
      "call/talk/a": call("a", { at: 1 }),
      "call/talk/me": call("me", { at: 3, seen_at: 4 }),
      "call/alarm/b": call("b", { kind: "alarm", at: 2 }),
    };
    expect(openCalls(room({ board })).map((one) => one.call_id)).toEqual(["b", "a"]);
    expect(myTalkCall(room({ board }))?.seen_at).toBe(4);
    expect(myTalkCall(room({}))).toBeNull();
  });
});

describe("the time of private talks", () => {
  it("names both sides, also the one that had none", () => {
    const participants = [
      person("me"),
      person("r", { side: "respondent" }),
      person("host", { role: "host", side: "mediator" }),
    ];
    const caucuses = [caucus({ caucus_id: "c0", opened_at: 100, closed_at: 160 }), caucus({})];
    expect([...timeBySide(room({ participants, caucuses }), 1000)]).toEqual([
      ["applicant", 160],
      ["respondent", 0],
    ]);
  });
});

describe("the digest of words", () => {
  it("is SHA-256 of their UTF-8, as the server makes it", async () => {
    expect(await textDigest("可以")).toBe("0ef5c86fab94f13a7b7d54aa531ceb5d586cd9ebee98198ad975df3852da824a");
  });
});
