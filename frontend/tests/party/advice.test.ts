import { describe, expect, it } from "vitest";
import { advice } from "../../src/party/advice";
import type { Found, Noticed } from "../../src/party/Checks";

const track = {} as MediaStreamTrack;
const OPENED: Found = { microphone: track, camera: track, microphoneProblem: null, cameraProblem: null };
const FINE: Noticed = { heard: true, speaker: true, network: "good" };

describe("what a rehearsal tells somebody to do", () => {
  it("is nothing when the phone shows, hears, sounds and gets through", () => {
    expect(advice(OPENED, FINE, true)).toEqual([]);
    expect(advice({ ...OPENED, camera: null }, FINE, false)).toEqual([]);
  });

  it("names every device that did not open, the same help once", () => {
    const denied: Found = { microphone: null, camera: null, microphoneProblem: "denied", cameraProblem: "denied" };
    expect(advice(denied, FINE, true)).toEqual(["device.help.denied"]);
    expect(advice({ ...denied, cameraProblem: "absent" }, FINE, true)).toEqual([
      "device.help.denied",
      "device.help.absent",
    ]);
    expect(advice({ ...OPENED, microphone: null }, FINE, true)).toEqual(["device.help.unknown"]);
  });

  it("asks for what was not tried, and helps with what did not work", () => {
    expect(advice(OPENED, { heard: false, speaker: null, network: null }, true)).toEqual([
      "rehearsal.do.speak",
      "rehearsal.do.listen",
      "rehearsal.do.network",
    ]);
    expect(advice(OPENED, { ...FINE, speaker: false, network: "weak" }, true)).toEqual([
      "precheck.speakerHelp",
      "precheck.networkHelp.weak",
    ]);
    expect(advice(OPENED, { ...FINE, network: "unknown" }, true)).toEqual(["rehearsal.do.networkLater"]);
  });
});
