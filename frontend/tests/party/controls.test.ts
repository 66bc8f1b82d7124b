// @vitest-environment happy-dom
import { h, render } from "preact";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadLocale } from "../../src/i18n";
import { CameraButton, MicrophoneButton } from "../../src/party/room/Controls";
import type { MediaSession, MediaState } from "../../src/room/media";
import type { LocalTrack } from "../../src/room/publications";
import { Store } from "../../src/room/store";
import { FakeTrack } from "../room/fakes";

let root: HTMLElement;

beforeEach(async () => {
  await loadLocale("en");
  root = document.body.appendChild(document.createElement("div"));
});
afterEach(() => {
  render(null, root);
  root.remove();
});

/** What the two buttons say of a microphone and a camera that are both like this. */
function words(local: LocalTrack, muted = false): (string | null)[] {
  const state = new Store({ microphone: local, camera: local, soundOnly: false } as MediaState);
  const media = { state } as unknown as MediaSession;
  render([h(MicrophoneButton, { media, muted }), h(CameraButton, { media, muted })], root);
  const buttons = [...root.querySelectorAll("button")];
  expect(buttons.map((one) => one.dataset.off === "")).toEqual(Array(2).fill(buttons[0]?.dataset.off === ""));
  return buttons.map((one) => `${one.textContent}${one.dataset.off === "" ? " (off)" : ""}`);
}

describe("the buttons of one's own devices", () => {
  const track = new FakeTrack("audio").asTrack;

  it("say on only of what is open", () => {
    expect(words({ wanted: true, track, problem: null })).toEqual(["Mic on", "Video on"]);
    expect(words({ wanted: true, track: null, problem: null })).toEqual(["Opening (off)", "Opening (off)"]);
    expect(words({ wanted: false, track: null, problem: null })).toEqual(["Mic off (off)", "Video off (off)"]);
    expect(words({ wanted: false, track, problem: null })).toEqual(["Mic off (off)", "Video off (off)"]);
  });

  it("say why nothing comes", () => {
    expect(words({ wanted: true, track, problem: "interrupted" })).toEqual(["Mic taken (off)", "Camera taken (off)"]);
    expect(words({ wanted: false, track: null, problem: "absent" })).toEqual(["No mic (off)", "No camera (off)"]);
    expect(words({ wanted: true, track, problem: null }, true)[0]).toBe("Muted by mediator (off)");
  });
});
