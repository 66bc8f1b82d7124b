import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CommandError } from "../../src/room/failure";
import { MediaSession } from "../../src/room/media";
import { FakeClient, FakeDevices, forgetTransports, made, stubBrowser } from "./fakes";
import { publication } from "./sample";

vi.mock("mediasoup-client", async () => ({ Device: (await import("./fakes")).FakeDevice }));

const settle = () => vi.advanceTimersByTimeAsync(2000);

describe("a room that takes no more who send", () => {
  let client: FakeClient;
  let media: MediaSession;

  beforeEach(() => {
    vi.useFakeTimers();
    forgetTransports();
    client = new FakeClient();
    stubBrowser(new FakeDevices());
  });
  afterEach(() => {
    media.close();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it("says so for each device, lets go of both, and still shows the others", async () => {
    client.answers.set("publish", () => {
      throw new CommandError({ code: "room_full", message: "", retryable: false, detail: { reason: "publishers" } });
    });
    media = new MediaSession(client.asRoomClient, { microphone: true, camera: true });
    await settle();
    expect(media.state.value.camera).toEqual({ wanted: false, track: null, problem: "full" });
    expect(media.state.value.microphone).toEqual({ wanted: false, track: null, problem: "full" });
    const camera = publication("cam-host", "host", { kind: "video", source: "camera" });
    client.change({ publications: new Map([[camera.publication_id, camera]]) });
    await settle();
    expect(media.state.value.remote.has("cam-host")).toBe(true);
    expect(made.filter((one) => one.direction === "send")).toHaveLength(1);
  });

  it("takes whoever tries again when there is room", async () => {
    let full = true;
    const before = client.answers.get("publish");
    client.answers.set("publish", (data) => {
      if (!full) return before?.(data);
      throw new CommandError({ code: "room_full", message: "", retryable: false, detail: {} });
    });
    media = new MediaSession(client.asRoomClient, { microphone: true, camera: false });
    await settle();
    full = false;
    await media.setMicrophone(true);
    expect(media.state.value.microphone).toMatchObject({ wanted: true, problem: null });
    expect(client.all("publish")).toHaveLength(2);
  });
});
