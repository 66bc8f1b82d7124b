import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { DeviceError } from "../../src/room/devices";
import { FakeRoom, settle } from "./session";

vi.mock("mediasoup-client", async () => ({ Device: (await import("./fakes")).FakeDevice }));

let room: FakeRoom;
beforeEach(() => {
  room = new FakeRoom();
});
afterEach(() => room.leave());

const told = () => room.client.all("set_publication_paused").map((one) => one.paused);

describe("another device that is chosen", () => {
  it("is open before the one in use is let go of", async () => {
    await room.enter({ microphone: true, camera: false });
    const before = room.devices.last;
    await room.media.choose("microphone", "headset");
    expect(room.devices.last).not.toBe(before);
    expect([before.readyState, room.devices.last.readyState]).toEqual(["ended", "live"]);
    expect(room.produced("microphone")?.track).toBe(room.devices.last);
  });

  it("and does not open leaves everything as it was, and the person is told why", async () => {
    await room.enter({ microphone: true, camera: false });
    const before = room.devices.last;
    room.devices.broken.set("gone", "NotAllowedError");
    const refusal = await room.media.choose("microphone", "gone").catch((error: unknown) => error);
    expect(refusal).toMatchObject({ name: "DeviceError", problem: "denied" });
    expect(room.media.state.value.microphone).toMatchObject({ wanted: true, track: before, problem: null });
    expect(before.readyState).toBe("live");
    expect(told()).not.toContain(true);
  });

  it("is opened after the one in use is let go of on a phone that gives one at a time", async () => {
    room.devices.oneAtATime = true;
    await room.enter({ microphone: false, camera: true });
    const before = room.devices.last;
    await room.media.choose("camera", "back");
    expect(before.readyState).toBe("ended");
    expect(room.produced("camera")?.track).toBe(room.devices.last);
    expect(room.media.state.value.camera).toMatchObject({ wanted: true, problem: null });
  });

  it("and is held by another app gives the one before back on such a phone", async () => {
    await room.enter({ microphone: false, camera: true });
    room.devices.broken.set("back", "NotReadableError");
    await expect(room.media.choose("camera", "back")).rejects.toBeInstanceOf(DeviceError);
    expect(room.devices.last.readyState).toBe("live");
    expect(room.produced("camera")?.track).toBe(room.devices.last);
    expect(room.media.state.value.camera).toMatchObject({ wanted: true, problem: null });
    await room.media.setCamera(false);
    await room.media.setCamera(true);
    expect(room.devices.asked[room.devices.asked.length - 1]).toBeUndefined();
  });

  it("shows to everybody as off when neither can be had", async () => {
    await room.enter({ microphone: false, camera: true });
    room.devices.broken.set("back", "NotReadableError").set("", "NotReadableError");
    await expect(room.media.choose("camera", "back")).rejects.toBeInstanceOf(DeviceError);
    expect(room.media.state.value.camera).toEqual({ wanted: false, track: null, problem: "busy" });
    expect(told()).toEqual([true]);
    expect(room.devices.opened.every((one) => one.readyState === "ended")).toBe(true);
  });

  it("waits for the one that is just being opened", async () => {
    await room.enter({ microphone: false, camera: false });
    await Promise.all([room.media.setCamera(true), room.media.choose("camera", "back")]);
    await settle();
    expect(room.devices.opened.filter((one) => one.readyState === "live")).toEqual([room.devices.last]);
    expect(room.devices.last.getSettings().deviceId).toBe("back");
    expect(room.produced("camera")?.track).toBe(room.devices.last);
  });

  it("is let go of when the person switches off or leaves meanwhile", async () => {
    await room.enter({ microphone: false, camera: true });
    await Promise.all([room.media.choose("camera", "back"), room.media.setCamera(false)]);
    expect(room.media.state.value.camera).toMatchObject({ wanted: false, track: null });
    expect(room.devices.opened.every((one) => one.readyState === "ended")).toBe(true);
    expect(told()).toEqual([true]);
    await room.media.setCamera(true);
    const choosing = room.media.choose("camera", "front");
    room.media.close();
    await choosing;
    expect(room.devices.opened.every((one) => one.readyState === "ended")).toBe(true);
  });

  it("gives way to any other when it was unplugged while it was off", async () => {
    await room.enter({ microphone: false, camera: false });
    await room.media.choose("microphone", "headset");
    room.devices.broken.set("headset", "OverconstrainedError");
    await room.media.setMicrophone(true);
    expect(room.devices.asked).toEqual(["headset", undefined]);
    expect(room.produced("microphone")?.track).toBe(room.devices.last);
  });
});

describe("a device that does not come back", () => {
  it("after a call shows to everybody as off", async () => {
    const page = Object.assign(new EventTarget(), { visibilityState: "visible" });
    vi.stubGlobal("document", page);
    await room.enter({ microphone: true, camera: false });
    room.devices.last.dispatchEvent(new Event("mute"));
    room.devices.broken.set("", "NotReadableError");
    page.dispatchEvent(new Event("visibilitychange"));
    await settle(2000);
    expect(room.media.state.value.microphone).toEqual({ wanted: false, track: null, problem: "busy" });
    expect(told()).toEqual([true]);
  });

  it("is said to be interrupted, not on, when it is switched off and on meanwhile", async () => {
    await room.enter({ microphone: true, camera: false });
    const track = room.devices.last;
    track.muted = true;
    track.dispatchEvent(new Event("mute"));
    await room.media.setMicrophone(false);
    await room.media.setMicrophone(true);
    expect(room.media.state.value.microphone).toMatchObject({ wanted: true, problem: "interrupted" });
    track.muted = false;
    track.dispatchEvent(new Event("unmute"));
    expect(room.media.state.value.microphone).toMatchObject({ wanted: true, problem: null });
  });

  it("is looked for each time that something is plugged in", async () => {
    await room.enter({ microphone: true, camera: false });
    room.devices.microphone = false;
    room.devices.last.end();
    await settle();
    room.devices.dispatchEvent(new Event("devicechange")); // a loudspeaker
    await settle();
    expect(room.media.state.value.microphone).toMatchObject({ wanted: false, problem: "absent" });
    room.devices.microphone = true;
    room.devices.dispatchEvent(new Event("devicechange"));
    await settle();
    expect(room.media.state.value.microphone).toMatchObject({ wanted: true, problem: null });
    expect(room.produced("microphone")?.track).toBe(room.devices.last);
  });
});
