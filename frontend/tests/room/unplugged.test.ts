import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeRoom, settle } from "./session";

vi.mock("mediasoup-client", async () => ({ Device: (await import("./fakes")).FakeDevice }));

let room: FakeRoom;
beforeEach(() => {
  room = new FakeRoom();
});
afterEach(() => room.leave());

describe("when a device goes away", () => {
  it("goes on with another one", async () => {
    await room.enter();
    const first = room.devices.opened[0];
    first?.end();
    await settle();
    expect(room.produced("microphone")?.track).toBe(room.devices.last);
    expect(room.media.state.value.microphone).toMatchObject({ wanted: true, problem: null });
  });

  it("says so when there is none, and goes on when one is plugged in", async () => {
    await room.enter({ microphone: true, camera: false });
    room.devices.microphone = false;
    room.devices.last.end();
    await settle();
    expect(room.media.state.value.microphone).toMatchObject({ wanted: false, track: null, problem: "absent" });
    expect(room.client.all("set_publication_paused")).toMatchObject([{ paused: true }]);
    room.devices.microphone = true;
    room.devices.dispatchEvent(new Event("devicechange"));
    await settle();
    expect(room.media.state.value.microphone).toMatchObject({ wanted: true, problem: null });
    expect(room.produced("microphone")?.track).toBe(room.devices.last);
  });

  it("does not open a microphone that the person has switched off since", async () => {
    await room.enter({ microphone: true, camera: false });
    room.devices.microphone = false;
    room.devices.last.end();
    await settle();
    await room.media.setMicrophone(false);
    room.devices.microphone = true;
    const opened = room.devices.opened.length;
    room.devices.dispatchEvent(new Event("devicechange"));
    await settle();
    expect(room.devices.opened).toHaveLength(opened);
  });

  it("says that a call has it, and goes on when it is given back", async () => {
    await room.enter();
    const [microphone] = room.devices.opened;
    microphone?.dispatchEvent(new Event("mute"));
    expect(room.media.state.value.microphone).toMatchObject({ wanted: true, problem: "interrupted" });
    microphone?.dispatchEvent(new Event("unmute"));
    expect(room.media.state.value.microphone).toMatchObject({ wanted: true, problem: null });
    expect(room.produced("microphone")?.track).toBe(microphone);
  });

  it("opens it anew when a phone does not give it back after a call", async () => {
    const page = Object.assign(new EventTarget(), { visibilityState: "visible" });
    vi.stubGlobal("document", page);
    await room.enter({ microphone: true, camera: false });
    const [before] = room.devices.opened;
    before?.dispatchEvent(new Event("mute"));
    page.dispatchEvent(new Event("visibilitychange"));
    await vi.advanceTimersByTimeAsync(2000);
    await settle();
    expect(before?.readyState).toBe("ended");
    expect(room.produced("microphone")?.track).toBe(room.devices.last);
    expect(room.devices.opened).toHaveLength(2);
    expect(room.media.state.value.microphone).toMatchObject({ wanted: true, problem: null });
  });

  it("does not open one for ever that ends again and again", async () => {
    await room.enter({ microphone: true, camera: false });
    room.devices.last.end();
    await settle();
    room.devices.last.end();
    await settle();
    expect(room.devices.opened).toHaveLength(2);
    expect(room.media.state.value.microphone).toMatchObject({ wanted: false, problem: "busy" });
  });
});
