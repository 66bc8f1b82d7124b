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
    await settle();
    const before = room.client.all("tell_trouble").length;
    const [microphone] = room.devices.opened;
    microphone?.dispatchEvent(new Event("mute"));
    microphone?.dispatchEvent(new Event("unmute"));
    await settle();
    expect(room.client.all("tell_trouble").slice(before)).toEqual([
      { source: "microphone", trouble: "interrupted", off: false },
      { source: "microphone", trouble: null, off: false },
    ]);
  });

  it("is told once, and again by the page that comes back", async () => {
    room.devices.camera = null;
    await room.enter();
    await settle();
    const told = () => room.client.all("tell_trouble").filter((one) => one.source === "camera");
    expect(told()).toEqual([{ source: "camera", trouble: "absent", off: false }]);
    room.client.lose();
    room.client.change({ participants: new Map([["me", person("me")]]) });
    room.client.resume();
    await settle();
    expect(told()).toHaveLength(2);
  });

  it("is told anew of each device by a page that did not resume or was moved, with what is switched off", async () => {
    await room.enter({ microphone: true, camera: false });
    await settle();
    const asItIs = [
      { source: "microphone", trouble: null, off: false },
      { source: "camera", trouble: null, off: true },
    ];
    const told = () => room.client.all("tell_trouble");
    const inOrder = () => [...told()].sort((one, other) => String(other.source).localeCompare(String(one.source)));
    expect(inOrder()).toEqual(asItIs);
    room.client.lose();
    room.client.resume();
    await settle();
    expect(told()).toHaveLength(2);
    room.client.offer.value = { capabilities: {}, iceServers: [], epoch: 1, fresh: true };
    await settle();
    expect(told()).toHaveLength(4);
    room.client.change({ participants: new Map([["me", person("me", { caucus_id: "c1" })]]) });
    await settle();
    expect(told()).toHaveLength(6);
    expect(told().slice(4)).toEqual(expect.arrayContaining(asItIs));
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
    expect(room.client.all("tell_trouble").at(-1)).toEqual({ source: "camera", trouble: null, off: true });
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
