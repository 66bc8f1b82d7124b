import { describe, expect, it } from "vitest";
import { advice } from "../../src/party/advice";
import type { Found, Noticed } from "../../src/party/Checks";

const track = {} as MediaStreamTrack;
const OPENED: Found = { microphone: track, camera: track, microphoneProblem: null, cameraProblem: null };
const FINE: Noticed = { heard: true, speaker: true, network: "good" };

const todo = (...given: Parameters<typeof advice>) => advice(...given).map((one) => one.todo);

describe("what a rehearsal tells somebody to do", () => {
  it("is nothing when the phone shows, hears, sounds and gets through", () => {
    expect(advice(OPENED, FINE, true)).toEqual([]);
    expect(advice({ ...OPENED, camera: null }, FINE, false)).toEqual([]);
  });

  it("names every device that did not open, the same help once", () => {
    const denied: Found = { microphone: null, camera: null, microphoneProblem: "denied", cameraProblem: "denied" };
    expect(advice(denied, FINE, true)).toEqual([
      { wrong: ["device.mic.denied", "device.cam.denied"], todo: "device.help.denied" },
    ]);
    expect(advice({ ...denied, cameraProblem: "absent" }, FINE, true)).toEqual([
      { wrong: ["device.mic.denied"], todo: "device.help.denied" },
      { wrong: ["device.cam.absent"], todo: "device.help.absent.cam" },
    ]);
    expect(advice({ ...OPENED, microphone: null }, FINE, true)).toEqual([
      { wrong: ["device.mic.unknown"], todo: "device.help.unknown" },
    ]);
  });

  it("says nothing of a camera that is not wanted", () => {
    const denied: Found = { ...OPENED, camera: null, cameraProblem: "denied" };
    expect(advice(denied, FINE, true)).toHaveLength(1);
    expect(advice(denied, FINE, false)).toEqual([]);
  });

  it("asks for what was not tried, and helps with what did not work", () => {
    expect(todo(OPENED, { heard: false, speaker: null, network: null }, true)).toEqual([
      "rehearsal.do.speak",
      "rehearsal.do.listen",
      "rehearsal.do.network",
    ]);
    expect(todo(OPENED, { ...FINE, speaker: false, network: "weak" }, true)).toEqual([
      "precheck.speakerHelp",
      "precheck.networkHelp.weak",
    ]);
    expect(todo(OPENED, { ...FINE, network: "unknown" }, true)).toEqual(["rehearsal.do.networkLater"]);
  });
});
