import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Trouble } from "../../src/generated/messages";
import { troubleOf } from "../../src/room/troubles";
import { person } from "./sample";
import { FakeRoom, settle } from "./session";

vi.mock("mediasoup-client", async () => ({ Device: (await import("./fakes")).FakeDevice }));

let room: FakeRoom;
beforeEach(() => {
  room = new FakeRoom();
  // The server believes what it is told.
  room.client.answers.set("tell_trouble", ({ source, trouble }) => {
    const me = room.client.state.value?.participants.get("me") ?? person("me");
    const others = me.troubles.filter((one) => one.source !== source);
    const device = source as "microphone" | "camera";
    const troubles = trouble ? [...others, { source: device, trouble: trouble as Trouble }] : others;
    const participants = new Map(room.client.state.value?.participants).set("me", { ...me, troubles });
    room.client.change({ participants });
  });
});
afterEach(() => room.leave());

describe("what others are told of a device", () => {
  it("is nothing as long as it is being opened", () => {
    expect(troubleOf({ wanted: true, track: null, problem: null })).toBeUndefined();
    expect(troubleOf({ wanted: false, track: null, problem: null })).toBeNull();
    expect(troubleOf({ wanted: false, track: null, problem: "denied" })).toBe("unavailable");
    expect(troubleOf({ wanted: false, track: null, problem: "plugged" })).toBeNull();
  });

  it("is that a call has it, and that it is given back", async () => {
    await room.enter();
    const [microphone] = room.devices.opened;
    microphone?.dispatchEvent(new Event("mute"));
    microphone?.dispatchEvent(new Event("unmute"));
    await settle();
    expect(room.client.all("tell_trouble")).toEqual([
      { source: "microphone", trouble: "interrupted" },
      { source: "microphone", trouble: null },
    ]);
  });

  it("is told once, and again by the page that comes back", async () => {
    room.devices.camera = null;
    await room.enter();
    await settle();
    expect(room.client.all("tell_trouble")).toEqual([{ source: "camera", trouble: "absent" }]);
    room.client.lose();
    room.client.change({ participants: new Map([["me", person("me")]]) });
    room.client.resume();
    await settle();
    expect(room.client.all("tell_trouble")).toHaveLength(2);
  });
});

describe("a device that was never there", () => {
  it("is offered, not switched on, when it is plugged in", async () => {
    room.devices.camera = null;
    await room.enter();
    await settle();
    expect(room.media.state.value.camera).toMatchObject({ wanted: false, problem: "absent" });
    room.devices.camera = { width: 640, height: 360 };
    room.devices.dispatchEvent(new Event("devicechange"));
    await settle();
    expect(room.media.state.value.camera).toMatchObject({ wanted: false, track: null, problem: "plugged" });
    expect(room.client.all("tell_trouble").at(-1)).toEqual({ source: "camera", trouble: null });
    await room.media.setCamera(true);
    expect(room.produced("camera")?.track).toBe(room.devices.last);
  });

  it("is known to be missing by a page that did not ask for it", async () => {
    room.devices.camera = null;
    await room.enter({ microphone: true, camera: false });
    await settle();
    expect(room.media.state.value.camera).toMatchObject({ wanted: false, problem: "absent" });
  });
});
