import { describe, expect, it } from "vitest";
import type { Snapshot } from "../../src/generated/messages";
import { COMING_SECONDS, unknownCameras } from "../../src/room/arrivals";
import { apply, fromSnapshot, type RoomEvent, type RoomState, refreshed } from "../../src/room/state";
import { caucus, person, publication, snapshot } from "./sample";

const host = (change = {}) => person("host", { role: "host", side: "mediator", ...change });
const camera = (owner: string, change = {}) =>
  publication(`cam_${owner}`, owner, { kind: "video", source: "camera", ...change });
const room = (change: Partial<Snapshot> = {}) =>
  fromSnapshot(snapshot({ publications: [camera("host")], caucuses: [caucus()], ...change }), 1000);

function told(state: RoomState, now: number, ...events: RoomEvent[]): RoomState {
  return events.reduce((so, event, index) => apply(so, event, so.seq + index + 1, now), state);
}

const moves = (one: ReturnType<typeof person>) =>
  ({ type: "participant_changed", data: { participant: one } }) as const;
const publishes = (one: ReturnType<typeof publication>): RoomEvent => ({
  type: "publication_changed",
  data: { publication: one },
});
const closes = (id: string): RoomEvent => ({ type: "publication_closed", data: { publication_id: id } });
const waitsFor = (state: RoomState, now: number) => [...unknownCameras(state, now)];

describe("whose camera is not known yet", () => {
  it("is nobody's at rest: whoever has none on has it off", () => {
    const silent = room({ publications: [] });
    expect(waitsFor(silent, 1000)).toEqual([]);
  });

  it("is that of those with whom one was moved, in whatever order it is told", () => {
    const [me, other] = [person("me", { caucus_id: "c1" }), host({ caucus_id: "c1" })];
    for (const order of [
      [me, other],
      [other, me],
    ]) {
      const moved = told(room(), 1010, closes("cam_host"), ...order.map(moves));
      expect(waitsFor(moved, 1010.5)).toEqual(["host"]);
      expect(waitsFor(moved, 1010 + COMING_SECONDS), "then there is none").toEqual([]);
    }
  });

  it("is known from the first word of it in the new place, on or off", () => {
    for (const paused of [false, true]) {
      const moved = told(room(), 1010, closes("cam_host"), moves(person("me", { caucus_id: "c1" })));
      const known = told(moved, 1011, moves(host({ caucus_id: "c1" })), publishes(camera("host", { paused })));
      expect(waitsFor(known, 1011)).toEqual([]);
    }
  });

  it("is not that of somebody behind a wall, until they come back", () => {
    const away = told(room(), 1010, closes("cam_host"), moves(host({ presence: "away", caucus_id: "c1" })));
    expect(waitsFor(away, 1010)).toEqual([]);
    const back = told(away, 1100, moves(host()));
    expect(waitsFor(back, 1101)).toEqual(["host"]);
  });

  it("is that of whoever is let in or comes back, also over one's own connection", () => {
    const waiting = room({ participants: [person("me"), host({ presence: "waiting" })], publications: [] });
    expect(waitsFor(told(waiting, 1010, moves(host())), 1010)).toEqual(["host"]);
    const dropped = room({ participants: [person("me"), host({ presence: "dropped" })], publications: [] });
    const whole: RoomEvent = { type: "snapshot", data: { snapshot: snapshot({ publications: [] }) } };
    expect(waitsFor(told(dropped, 1010, whole), 1010)).toEqual(["host"]);
    // A connection of one's own that is new after a restart of the server brings it with its welcome.
    expect(waitsFor(refreshed(room(), snapshot({ publications: [] }), 1010), 1010)).toEqual(["host"]);
    expect(waitsFor(refreshed(null, snapshot({ publications: [] }), 1010), 1010)).toEqual([]);
  });

  it("is that of somebody whose track is gone though they stay: its server was lost, or the camera is another", () => {
    expect(waitsFor(told(room(), 1010, closes("cam_host")), 1012)).toEqual(["host"]);
    const off = room({ publications: [camera("host", { paused: true })] });
    expect(waitsFor(told(off, 1010, closes("cam_host")), 1010)).toEqual([]);
  });

  it("is one's own never, and a later change of something else begins nothing anew", () => {
    const moved = told(room(), 1010, moves(person("me", { caucus_id: "c1" })), moves(host({ caucus_id: "c1" })));
    const raised = told(moved, 1012.9, moves(host({ caucus_id: "c1", hand_raised: true })));
    expect(waitsFor(raised, 1013.1)).toEqual([]);
    expect(waitsFor(moved, 1010)).not.toContain("me");
  });
});
