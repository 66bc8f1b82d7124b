import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CommandError } from "../../src/room/failure";
import { MediaSession } from "../../src/room/media";
import { FakeClient, FakeDevices, forgetTransports, made, stubBrowser } from "./fakes";
import { person, publication } from "./sample";

vi.mock("mediasoup-client", async () => ({ Device: (await import("./fakes")).FakeDevice }));

const settle = (milliseconds = 0) => vi.advanceTimersByTimeAsync(milliseconds);

describe("one's own sound and picture", () => {
  let client: FakeClient;
  let devices: FakeDevices;
  let media: MediaSession;

  const produced = (source: string) =>
    made
      .find((one) => one.direction === "send" && !one.closed)
      ?.produced.find((one) => one.options.appData.source === source && !one.closed);

  async function enter(): Promise<void> {
    media = new MediaSession(client.asRoomClient, { microphone: true, camera: true });
    await settle();
  }

  beforeEach(() => {
    vi.useFakeTimers();
    forgetTransports();
    client = new FakeClient();
    devices = new FakeDevices();
    stubBrowser(devices);
  });
  afterEach(() => {
    media.close();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  describe("is conducted", () => {
    const muted = (source: "microphone" | "camera") =>
      new Map([[source, publication(source, "me", { source, muted_by_host: true })]]);

    it("switched off by a host, and on again by the person alone", async () => {
      await enter();
      client.change({ publications: muted("microphone") });
      await settle();
      expect(media.state.value.microphone.wanted).toBe(false);
      expect(media.state.value.camera.wanted).toBe(true);
      client.change({ publications: new Map([["microphone", publication("microphone", "me", { paused: true })]]) });
      await settle(5000);
      expect(media.state.value.microphone.wanted).toBe(false);
      await media.setMicrophone(true);
      expect(client.all("set_publication_paused").at(-1)).toMatchObject({ paused: false });
    });

    it("with the camera let go when a host stops the picture", async () => {
      await enter();
      const picture = media.state.value.camera.track;
      client.change({ publications: muted("camera") });
      await settle();
      expect(picture?.readyState).toBe("ended");
      expect(media.state.value.camera).toMatchObject({ wanted: false, track: null });
    });

    it("and stops to share a screen when that is taken back, though the server has ended it before", async () => {
      await enter();
      await media.setScreen(true);
      client.answers.set("unpublish", () => {
        throw new CommandError({ code: "not_found", message: "", retryable: false, detail: {} });
      });
      client.change({ participants: new Map([["me", person("me", { may_share: false })]]) });
      await settle();
      expect(media.state.value.screen).toEqual({ wanted: false, track: null, problem: null });
      expect(devices.last.readyState).toBe("ended");
    });
  });

  describe("changes a device", () => {
    it("in the middle of a sentence, on the same publication, and keeps the choice", async () => {
      await enter();
      const first = media.state.value.microphone.track;
      const published = client.all("publish").length;
      await media.choose("microphone", "headset");
      expect(devices.asked.at(-1)).toBe("headset");
      expect(first?.readyState).toBe("ended");
      expect(produced("microphone")?.track).toBe(media.state.value.microphone.track);
      expect(client.all("publish")).toHaveLength(published);
      await media.setCamera(false);
      await media.choose("camera", "back");
      expect(devices.asked.at(-1)).toBe("headset");
      await media.setCamera(true);
      expect(devices.asked.at(-1)).toBe("back");
    });

    it("of sound without touching what is sent", async () => {
      await enter();
      const opened = devices.opened.length;
      await media.choose("speaker", "loud");
      expect(media.state.value.speaker).toBe("loud");
      expect(devices.opened).toHaveLength(opened);
    });
  });
});
