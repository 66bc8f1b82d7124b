import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CommandError } from "../../src/room/failure";
import { MediaSession } from "../../src/room/media";
import { RESTART_LIMIT_MS } from "../../src/room/transports";
import { FakeClient, FakeDevices, type FakeTransport, forgetTransports, made, stubBrowser } from "./fakes";
import { person, publication } from "./sample";

vi.mock("mediasoup-client", async () => ({ Device: (await import("./fakes")).FakeDevice }));

const settle = (milliseconds = 0) => vi.advanceTimersByTimeAsync(milliseconds);

const camera = publication("cam-host", "host", { kind: "video", source: "camera" });
const voice = publication("mic-host", "host");

describe("sound and picture of one person", () => {
  let client: FakeClient;
  let devices: FakeDevices;
  let page: EventTarget;
  let media: MediaSession;

  const transport = (direction: string): FakeTransport => {
    const found = made.filter((one) => one.direction === direction && !one.closed);
    if (found.length !== 1) throw new Error(`${found.length} open transports to ${direction}`);
    return found[0] as FakeTransport;
  };
  const produced = (source: string) =>
    transport("send").produced.find((one) => one.options.appData.source === source && !one.closed);

  async function enter(options = { microphone: true, camera: true }): Promise<void> {
    media = new MediaSession(client.asRoomClient, options);
    await settle();
  }

  async function connect(): Promise<void> {
    for (const one of made.filter((each) => !each.closed)) one.become("connected");
    await settle();
  }

  beforeEach(() => {
    vi.useFakeTimers();
    forgetTransports();
    client = new FakeClient();
    devices = new FakeDevices();
    page = stubBrowser(devices);
  });
  afterEach(() => {
    media.close();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  describe("sends", () => {
    it("the camera in layers and the voice with repair, error correction and silence left out", async () => {
      await enter();
      expect(produced("camera")?.options.encodings).toHaveLength(2);
      expect(produced("microphone")?.options).toMatchObject({
        codecOptions: { opusDtx: true, opusFec: true, opusNack: true },
      });
    });

    it("only the layers that the server says are watched", async () => {
      await enter();
      const sender = produced("camera");
      client.tell("publication_layers", { publication_id: String(sender?.id), active: [] });
      await settle(2000);
      expect(sender?.rtpSender.active).toEqual([false, false]);
      await media.setCamera(false);
      await media.setCamera(true);
      await settle(2000);
      expect(produced("camera")?.rtpSender.active).toEqual([false, false]);
    });

    it("another camera as another publication when it is worth more layers", async () => {
      await enter();
      const first = produced("camera");
      await media.setCamera(false);
      devices.camera = { width: 960, height: 540 };
      await media.setCamera(true);
      expect(first?.closed).toBe(true);
      expect(client.all("unpublish")).toEqual([{ publication_id: first?.id }]);
      expect(produced("camera")?.options.encodings).toHaveLength(3);
    });

    it("nothing for a press that was taken back while the device opened", async () => {
      await enter({ microphone: true, camera: false });
      const [on, off] = [media.setCamera(true), media.setCamera(false)];
      await Promise.all([on, off]);
      expect(produced("camera")).toBeUndefined();
      expect(devices.last.readyState).toBe("ended");
      expect(media.state.value.camera).toMatchObject({ wanted: false, track: null });
    });
  });

  describe("shares a screen", () => {
    it("as a publication of its own, sharp, with its sound, and takes all of it back", async () => {
      devices.screenSound = true;
      await enter();
      await media.setScreen(true);
      expect(client.all("publish").filter((one) => one.source === "screen")).toMatchObject([
        { kind: "video" },
        { kind: "audio" },
      ]);
      const picture = media.state.value.screen.track;
      expect(picture?.contentHint).toBe("detail");
      expect(produced("camera")).toBeDefined();
      await media.setScreen(false);
      expect(client.all("unpublish")).toHaveLength(2);
      expect(picture?.readyState).toBe("ended");
      expect(media.state.value.screen).toEqual({ wanted: false, track: null, problem: null });
    });

    it("until the browser's own button stops it", async () => {
      await enter();
      await media.setScreen(true);
      devices.last.end();
      await settle();
      expect(client.all("unpublish")).toHaveLength(1);
      expect(media.state.value.screen.wanted).toBe(false);
    });

    it("not when the person chooses nothing, and that is no problem", async () => {
      await enter();
      devices.refused = "NotAllowedError";
      await media.setScreen(true);
      expect(media.state.value.screen).toEqual({ wanted: false, track: null, problem: null });
    });

    it("not on the other side of a wall: a move into or out of a private talk ends it", async () => {
      await enter();
      await media.setScreen(true);
      const shown = client.all("publish").filter((one) => one.source === "screen").length;
      const me = person("me", { caucus_id: "caucus-1" });
      // The new media come first, then the new place.
      if (client.offer.value) client.offer.value = { ...client.offer.value, epoch: 2 };
      client.change({ participants: new Map([["me", me]]) });
      await settle(2000);
      expect(media.state.value.screen).toEqual({ wanted: false, track: null, problem: null });
      expect(client.all("publish").filter((one) => one.source === "screen")).toHaveLength(shown);
      expect(produced("microphone")).toBeDefined();
    });

    it("again on new transports without asking again", async () => {
      await enter();
      await media.setScreen(true);
      const opened = devices.opened.length;
      client.tell("transport_changed", { transport_id: transport("send").id, state: "closed", reason: "" });
      await settle(1000);
      expect(produced("screen")?.track).toBe(media.state.value.screen.track);
      expect(devices.opened).toHaveLength(opened);
    });
  });

  describe("receives", () => {
    beforeEach(() => enter({ microphone: false, camera: false }));

    async function theHostAppears(): Promise<void> {
      client.change({ publications: new Map([camera, voice].map((one) => [one.publication_id, one])) });
      await settle();
    }

    it("a picture from the start in the size of its tile, then as the tile changes", async () => {
      media.show("cam-host", { width: 320, height: 180 });
      await theHostAppears();
      const ofThePicture = client.sent.filter((one) => one.data.subscription_id === "sub-cam-host");
      expect(ofThePicture.map((one) => one.name)).toEqual(["set_subscription_size", "resume_subscription"]);
      expect(client.all("set_subscription_size")).toEqual([
        { subscription_id: "sub-cam-host", width: 320, height: 192 },
      ]);
      media.show("cam-host", { width: 0, height: 0 });
      await settle(5000);
      expect(client.all("set_subscription_size")[1]).toEqual({ subscription_id: "sub-cam-host", width: 0, height: 0 });
    });

    it("the word that a picture was given up, and that it is back", async () => {
      await theHostAppears();
      const told = { subscription_id: "sub-cam-host", layers: 3 };
      client.tell("subscription_changed", { ...told, layer: null, reason: "bandwidth" });
      expect(media.state.value.remote.get("cam-host")).toMatchObject({ givenUp: true, layer: null });
      client.tell("subscription_changed", { ...told, layer: 0, reason: "bandwidth" });
      expect(media.state.value.remote.get("cam-host")).toMatchObject({ givenUp: false, layer: 0 });
      client.tell("subscription_changed", { ...told, layer: null, reason: "paused" });
      expect(media.state.value.remote.get("cam-host")).toMatchObject({ givenUp: false, layer: null });
    });

    it("the size of a tile that changed while the connection was away, when it is back", async () => {
      await theHostAppears();
      media.show("cam-host", { width: 320, height: 180 });
      await settle(1000);
      client.lose();
      media.show("cam-host", { width: 640, height: 360 });
      await settle(1000);
      client.resume();
      await settle(1000);
      expect(client.all("set_subscription_size").map((one) => one.width)).toEqual([320, 640]);
    });

    it("no pictures in sound only, for now, and the own camera comes back with them", async () => {
      await theHostAppears();
      await media.setCamera(true);
      await media.setSoundOnly(true, true);
      expect(client.all("unsubscribe")).toEqual([{ subscription_id: "sub-cam-host" }]);
      expect(media.state.value).toMatchObject({ soundOnlyForNow: true, camera: { wanted: false } });
      await media.setSoundOnly(false);
      await settle();
      expect(media.state.value).toMatchObject({ soundOnly: false, soundOnlyForNow: false, camera: { wanted: true } });
      expect(media.state.value.remote.has("cam-host")).toBe(true);
    });
  });

  describe("on a path that is disturbed", () => {
    beforeEach(async () => {
      await enter();
      await connect();
      expect(media.state.value.phase).toBe("connected");
    });

    it("waits a moment, then restarts ICE and keeps the transport", async () => {
      const send = transport("send");
      send.become("disconnected");
      expect(media.state.value.phase).toBe("restoring");
      await settle(1000);
      expect(client.all("restart_ice")).toEqual([]);
      await settle(1000);
      expect(client.all("restart_ice")).toEqual([{ transport_id: send.id }]);
      send.become("connecting");
      send.become("connected");
      await settle(RESTART_LIMIT_MS * 2);
      expect(media.state.value.phase).toBe("connected");
      expect(transport("send")).toBe(send);
      expect(client.all("create_transport")).toHaveLength(2);
    });

    it("restarts both at once when the device has another network, with the newest TURN word", async () => {
      const iceServers = [{ urls: "turn:turn.example", username: "u", credential: "c" }];
      if (client.offer.value) client.offer.value = { ...client.offer.value, iceServers, fresh: false };
      page.dispatchEvent(new Event("online"));
      await settle(200);
      expect(client.all("restart_ice").map((one) => one.transport_id)).toEqual([
        transport("send").id,
        transport("receive").id,
      ]);
      expect(transport("send").restartIce).toHaveBeenCalledOnce();
      expect(transport("send").iceServers).toEqual(iceServers);
      expect(media.state.value.phase).toBe("connected");
    });

    it("builds new transports when the restart did not help", async () => {
      const before = transport("send");
      before.become("failed");
      await settle(RESTART_LIMIT_MS - 100);
      expect(transport("send")).toBe(before);
      await settle(2000);
      expect(before.closed).toBe(true);
      expect(client.checks).toBe(1);
      expect(produced("microphone")).toBeDefined();
    });

    it("builds new transports at once when the server does not know the old ones", async () => {
      client.answers.set("restart_ice", () => {
        throw new CommandError({ code: "not_found", message: "", retryable: false, detail: {} });
      });
      const before = transport("receive");
      before.become("failed");
      await settle(1100);
      expect(before.closed).toBe(true);
      expect(transport("receive")).not.toBe(before);
    });

    it("restarts when the connection to the server is back, if that was away too", async () => {
      const send = transport("send");
      client.lose();
      send.become("disconnected");
      await settle(RESTART_LIMIT_MS * 3);
      expect(client.all("restart_ice")).toEqual([]);
      expect(send.closed).toBe(false);
      client.resume();
      await settle();
      expect(client.all("restart_ice")).toEqual([{ transport_id: send.id }]);
      send.become("connected");
      await settle(RESTART_LIMIT_MS * 2);
      expect(client.all("create_transport")).toHaveLength(2);
    });

    it("does not blame the path when the whole network is away", async () => {
      const send = transport("send");
      send.become("failed");
      await settle(1000);
      client.lose();
      await settle(RESTART_LIMIT_MS * 2);
      expect(send.closed).toBe(false);
      client.resume();
      await settle();
      expect(client.all("restart_ice")).toHaveLength(2);
      expect(send.closed).toBe(false);
    });

    it("builds anew after the connection is back when it broke in the middle of building", async () => {
      client.tell("transport_changed", { transport_id: transport("send").id, state: "failed", reason: "handshake" });
      await settle(500);
      client.lose();
      await settle(5000);
      client.resume();
      await settle();
      await connect();
      expect(produced("microphone")).toBeDefined();
      expect(media.state.value.phase).toBe("connected");
    });

    it("restarts when the server has not heard of it for long", async () => {
      const send = transport("send");
      client.tell("transport_changed", { transport_id: send.id, state: "failed", reason: "silent" });
      await settle();
      expect(client.all("restart_ice")).toEqual([{ transport_id: send.id }]);
      expect(send.closed).toBe(false);
    });

    it("asks more and more rarely when nothing helps", async () => {
      client.answers.set("create_transport", () => {
        throw new CommandError({ code: "overloaded", message: "", retryable: true, detail: {} });
      });
      client.sent.length = 0;
      client.tell("transport_changed", { transport_id: transport("send").id, state: "closed", reason: "" });
      await settle(60_000);
      // Two transports each time.
      expect(client.all("create_transport").length / 2).toBeLessThan(15);
    });
  });

  describe("when a device goes away", () => {
    it("goes on with another one", async () => {
      await enter();
      const first = devices.opened[0];
      first?.end();
      await settle();
      expect(produced("microphone")?.track).toBe(devices.last);
      expect(media.state.value.microphone).toMatchObject({ wanted: true, problem: null });
    });

    it("says so when there is none, and goes on when one is plugged in", async () => {
      await enter({ microphone: true, camera: false });
      devices.microphone = false;
      devices.last.end();
      await settle();
      expect(media.state.value.microphone).toMatchObject({ wanted: false, track: null, problem: "absent" });
      expect(client.all("set_publication_paused")).toMatchObject([{ paused: true }]);
      devices.microphone = true;
      devices.dispatchEvent(new Event("devicechange"));
      await settle();
      expect(media.state.value.microphone).toMatchObject({ wanted: true, problem: null });
      expect(produced("microphone")?.track).toBe(devices.last);
    });

    it("does not open a microphone that the person has switched off since", async () => {
      await enter({ microphone: true, camera: false });
      devices.microphone = false;
      devices.last.end();
      await settle();
      await media.setMicrophone(false);
      devices.microphone = true;
      const opened = devices.opened.length;
      devices.dispatchEvent(new Event("devicechange"));
      await settle();
      expect(devices.opened).toHaveLength(opened);
    });

    it("says that a call has it, and goes on when it is given back", async () => {
      await enter();
      const [microphone] = devices.opened;
      microphone?.dispatchEvent(new Event("mute"));
      expect(media.state.value.microphone).toMatchObject({ wanted: true, problem: "interrupted" });
      microphone?.dispatchEvent(new Event("unmute"));
      expect(media.state.value.microphone).toMatchObject({ wanted: true, problem: null });
      expect(produced("microphone")?.track).toBe(microphone);
    });

    it("opens it anew when a phone does not give it back after a call", async () => {
      const page = Object.assign(new EventTarget(), { visibilityState: "visible" });
      vi.stubGlobal("document", page);
      await enter({ microphone: true, camera: false });
      const [before] = devices.opened;
      before?.dispatchEvent(new Event("mute"));
      page.dispatchEvent(new Event("visibilitychange"));
      await vi.advanceTimersByTimeAsync(2000);
      await settle();
      expect(before?.readyState).toBe("ended");
      expect(produced("microphone")?.track).toBe(devices.last);
      expect(devices.opened).toHaveLength(2);
      expect(media.state.value.microphone).toMatchObject({ wanted: true, problem: null });
    });

    it("does not open one for ever that ends again and again", async () => {
      await enter({ microphone: true, camera: false });
      devices.last.end();
      await settle();
      devices.last.end();
      await settle();
      expect(devices.opened).toHaveLength(2);
      expect(media.state.value.microphone).toMatchObject({ wanted: false, problem: "busy" });
    });
  });

  it("tells what was switched while the connection was away", async () => {
    await enter();
    await connect();
    const id = String(produced("microphone")?.id);
    client.change({ publications: new Map([[id, publication(id, "me")]]) });
    client.lose();
    await media.setMicrophone(false);
    client.resume();
    await settle();
    expect(client.all("set_publication_paused")).toEqual([{ publication_id: id, paused: true }]);
  });

  it("lets go of every device at the end", async () => {
    await enter();
    await media.setScreen(true);
    media.close();
    expect(devices.opened.map((one) => one.readyState)).toEqual(["ended", "ended", "ended"]);
    expect(made.every((one) => one.closed)).toBe(true);
  });
});
