import { describe, expect, it } from "vitest";
import { type Caption, captionsOf, current, speakersHere } from "../../src/room/captions";
import { fromSnapshot } from "../../src/room/state";
import { person, snapshot } from "./sample";

function caption(text: string, at: number): Caption {
  return { participant_id: "a", name: "a", side: "applicant", writer: "", text, at };
}

const room = (captions: Caption[]) => fromSnapshot(snapshot({ board: { captions } }), 1000);

describe("captions", () => {
  it("are none before anything was written", () => {
    expect(captionsOf(fromSnapshot(snapshot({}), 1000))).toEqual([]);
  });

  it("show the last lines, oldest first", () => {
    const lines = [caption("1", 990), caption("2", 995), caption("3", 999)];
    expect(current(room(lines), 1000, 2).map((line) => line.text)).toEqual(["2", "3"]);
  });

  it("say nothing any more after three minutes", () => {
    expect(current(room([caption("old", 800), caption("new", 900)]), 1000, 2).map((line) => line.text)).toEqual([
      "new",
    ]);
  });

  it("are written for whoever is in the same place, oneself first", () => {
    const participants = [
      person("a"),
      person("waits", { presence: "waiting" }),
      person("away", { presence: "away", caucus_id: "c1" }),
      person("me"),
    ];
    const state = fromSnapshot(snapshot({ me: "me", participants }), 1000);
    expect(speakersHere(state).map((one) => one.participant_id)).toEqual(["me", "a"]);
  });
});
