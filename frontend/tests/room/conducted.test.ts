import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CommandError } from "../../src/room/failure";
import { person, publication } from "./sample";
import { FakeRoom, settle } from "./session";

vi.mock("mediasoup-client", async () => ({ Device: (await import("./fakes")).FakeDevice }));

let room: FakeRoom;
beforeEach(() => {
  room = new FakeRoom();
});
afterEach(() => room.leave());

describe("is conducted", () => {
  const muted = (source: "microphone" | "camera") =>
    new Map([[source, publication(source, "me", { source, muted_by_host: true })]]);

  it("switched off by a host, and on again by the person alone", async () => {
    await room.enter();
    room.client.change({ publications: muted("microphone") });
    await settle();
    expect(room.media.state.value.microphone.wanted).toBe(false);
    expect(room.media.state.value.camera.wanted).toBe(true);
    room.client.change({ publications: new Map([["microphone", publication("microphone", "me", { paused: true })]]) });
    await settle(5000);
    expect(room.media.state.value.microphone.wanted).toBe(false);
    await room.media.setMicrophone(true);
    expect(room.client.all("set_publication_paused").at(-1)).toMatchObject({ paused: false });
  });

  it("with the camera let go when a host stops the picture", async () => {
    await room.enter();
    const picture = room.media.state.value.camera.track;
    room.client.change({ publications: muted("camera") });
    await settle();
    expect(picture?.readyState).toBe("ended");
    expect(room.media.state.value.camera).toMatchObject({ wanted: false, track: null });
  });

  it("and stops to share a screen when that is taken back, though the server has ended it before", async () => {
    await room.enter();
    await room.media.setScreen(true);
    room.client.answers.set("unpublish", () => {
      throw new CommandError({ code: "not_found", message: "", retryable: false, detail: {} });
    });
    room.client.change({ participants: new Map([["me", person("me", { may_share: false })]]) });
    await settle();
    expect(room.media.state.value.screen).toEqual({ wanted: false, track: null, problem: null });
    expect(room.devices.last.readyState).toBe("ended");
  });
});

describe("changes a device", () => {
  it("in the middle of a sentence, on the same publication, and keeps the choice", async () => {
    await room.enter();
    const first = room.media.state.value.microphone.track;
    const published = room.client.all("publish").length;
    await room.media.choose("microphone", "headset");
    expect(room.devices.asked.at(-1)).toBe("headset");
    expect(first?.readyState).toBe("ended");
    expect(room.produced("microphone")?.track).toBe(room.media.state.value.microphone.track);
    expect(room.client.all("publish")).toHaveLength(published);
    await room.media.setCamera(false);
    await room.media.choose("camera", "back");
    expect(room.devices.asked.at(-1)).toBe("headset");
    await room.media.setCamera(true);
    expect(room.devices.asked.at(-1)).toBe("back");
  });

  it("of sound without touching what is sent", async () => {
    await room.enter();
    const opened = room.devices.opened.length;
    await room.media.choose("speaker", "loud");
    expect(room.media.state.value.speaker).toBe("loud");
    expect(room.devices.opened).toHaveLength(opened);
  });
});
