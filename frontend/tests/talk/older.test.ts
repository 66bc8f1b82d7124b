import { expect, it } from "vitest";
import { fromSnapshot } from "../../src/room/state";
import type { ChatLine } from "../../src/room/talk";
import { askedHere, filed, linesHere } from "../../src/talk/older";
import { caucus, person, snapshot } from "../room/sample";

const author = { participant_id: "host", name: "host", side: "mediator", role: "host" };
const line = (id: string, at: number): ChatLine => ({
  line_id: id,
  class: "joint",
  author,
  to: null,
  text: id,
  at,
});
const joint = fromSnapshot(snapshot({ board: { "chat/new": line("new", 9) } }), 1000);
const apart = fromSnapshot(snapshot({ caucuses: [caucus()], participants: [person("me", { caucus_id: "c1" })] }), 1000);
const names = (lines: ChatLine[]) => lines.map((one) => one.line_id);

it("files earlier lines that come after a move with the place that they are of", () => {
  const older = filed({}, { place: "", lines: [line("first", 1), line("new", 9)] });
  expect([names(linesHere(apart, older)), askedHere(apart, older)]).toEqual([[], false]);
  expect([names(linesHere(joint, older)), askedHere(joint, older)]).toEqual([["first", "new"], true]);
});

it("keeps the lines of each place that were asked for there", () => {
  const older = filed(filed({}, { place: "", lines: [line("first", 1)] }), { place: "c1", lines: [line("inside", 2)] });
  expect(names(linesHere(apart, older))).toEqual(["inside"]);
  expect(names(linesHere(joint, older))).toEqual(["first", "new"]);
});

it("asks again once so much was written that lines lie between what was asked for and what is live", () => {
  const older = filed({}, { place: "", lines: [line("first", 1), line("new", 9)] });
  expect(askedHere(joint, older)).toBe(true);
  const muchLater = fromSnapshot(snapshot({ board: { "chat/newest": line("newest", 99) } }), 1000);
  expect(askedHere(muchLater, older)).toBe(false);
});
