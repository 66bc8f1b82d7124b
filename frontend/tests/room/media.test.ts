import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CommandError } from "../../src/room/failure";
import { RESTART_LIMIT_MS } from "../../src/room/transports";
import { made } from "./fakes";
import { person, publication } from "./sample";
import { FakeRoom, settle } from "./session";

vi.mock("mediasoup-client", async () => ({ Device: (await import("./fakes")).FakeDevice }));

const camera = publication("cam-host", "host", { kind: "video", source: "camera" });
const voice = publication("mic-host", "host");

describe("sound and picture of one person", () => {
  let room: FakeRoom;

  beforeEach(() => {
    room = new FakeRoom();
  });
  afterEach(() => room.leave());

  describe("sends", () => {
    it("the camera in layers and the voice with repair, error correction and silence left out", async () => {
      await room.enter();
      expect(room.produced("camera")?.options.encodings).toHaveLength(2);
      expect(room.produced("microphone")?.options).toMatchObject({
        codecOptions: { opusDtx: true, opusFec: true, opusNack: true },
      });
    });

    it("only the layers that the server says are watched", async () => {
      await room.enter();
      const sender = room.produced("camera");
      room.client.tell("publication_layers", { publication_id: String(sender?.id), active: [] });
      await settle(2000);
      expect(sender?.rtpSender.active).toEqual([false, false]);
      await room.media.setCamera(false);
      await room.media.setCamera(true);
      await settle(2000);
      expect(room.produced("camera")?.rtpSender.active).toEqual([false, false]);
    });

    it("less of a picture while its sound is lost on the way, on new transports as well", async () => {
      await room.enter();
      const lost = async (share: number) => {
        for (let look = 0; look < 4; look++) {
          const { count } = room.produced("microphone") ?? { count: { packetsSent: 0, packetsLost: 0 } };
          count.packetsSent += 100;
          count.packetsLost += 100 * share;
          await settle(2000);
        }
      };
      const ceiling = () => room.produced("camera")?.rtpSender.encodings[0]?.maxBitrate;
      await room.media.setCamera(false);
      await lost(0.4);
      await room.media.setCamera(true);
      await lost(0);
      expect(ceiling()).toBeUndefined(); // no picture had a part in it
      await lost(0.4);
      expect(ceiling()).toBe(60_000);
      const before = room.produced("camera");
      room.client.offer.value = { ...room.client.offer.value, fresh: true } as never;
      await settle(2000);
      expect(room.produced("camera")).not.toBe(before);
      expect(ceiling()).toBe(60_000);
    });

    it("another camera as another publication when it is worth more layers", async () => {
      await room.enter();
      const first = room.produced("camera");
      await room.media.setCamera(false);
      room.devices.camera = { width: 960, height: 540 };
      await room.media.setCamera(true);
      expect(first?.closed).toBe(true);
      expect(room.client.all("unpublish")).toEqual([{ publication_id: first?.id }]);
      expect(room.produced("camera")?.options.encodings).toHaveLength(3);
    });

    it("nothing for a press that was taken back while the device opened", async () => {
      await room.enter({ microphone: true, camera: false });
      const [on, off] = [room.media.setCamera(true), room.media.setCamera(false)];
      await Promise.all([on, off]);
      expect(room.produced("camera")).toBeUndefined();
      expect(room.devices.last.readyState).toBe("ended");
      expect(room.media.state.value.camera).toMatchObject({ wanted: false, track: null });
    });
  });

  describe("shares a screen", () => {
    it("as a publication of its own, sharp, with its sound, and takes all of it back", async () => {
      room.devices.screenSound = true;
      await room.enter();
      await room.media.setScreen(true);
      expect(room.client.all("publish").filter((one) => one.source === "screen")).toMatchObject([
        { kind: "video" },
        { kind: "audio" },
      ]);
      const picture = room.media.state.value.screen.track;
      expect(picture?.contentHint).toBe("detail");
      expect(room.produced("camera")).toBeDefined();
      await room.media.setScreen(false);
      expect(room.client.all("unpublish")).toHaveLength(2);
      expect(picture?.readyState).toBe("ended");
      expect(room.media.state.value.screen).toEqual({ wanted: false, track: null, problem: null });
    });

    it("until the browser's own button stops it", async () => {
      await room.enter();
      await room.media.setScreen(true);
      room.devices.last.end();
      await settle();
      expect(room.client.all("unpublish")).toHaveLength(1);
      expect(room.media.state.value.screen.wanted).toBe(false);
    });

    it("not when the person chooses nothing, and that is no problem", async () => {
      await room.enter();
      room.devices.refused = "NotAllowedError";
      await room.media.setScreen(true);
      expect(room.media.state.value.screen).toEqual({ wanted: false, track: null, problem: null });
    });

    it("not on the other side of a wall: a move into or out of a private talk ends it", async () => {
      await room.enter();
      await room.media.setScreen(true);
      const shown = room.client.all("publish").filter((one) => one.source === "screen").length;
      const me = person("me", { caucus_id: "caucus-1", may_share: true });
      // The new media come first, then the new place.
      if (room.client.offer.value) room.client.offer.value = { ...room.client.offer.value, epoch: 2 };
      room.client.change({ participants: new Map([["me", me]]) });
      await settle(2000);
      expect(room.media.state.value.screen).toEqual({ wanted: false, track: null, problem: null });
      expect(room.client.all("publish").filter((one) => one.source === "screen")).toHaveLength(shown);
      expect(room.produced("microphone")).toBeDefined();
    });

    it("again on new transports without asking again", async () => {
      await room.enter();
      await room.media.setScreen(true);
      const opened = room.devices.opened.length;
      room.client.tell("transport_changed", { transport_id: room.transport("send").id, state: "closed", reason: "" });
      await settle(1000);
      expect(room.produced("screen")?.track).toBe(room.media.state.value.screen.track);
      expect(room.devices.opened).toHaveLength(opened);
    });
  });

  describe("receives", () => {
    beforeEach(() => room.enter({ microphone: false, camera: false }));

    async function theHostAppears(): Promise<void> {
      room.client.change({ publications: new Map([camera, voice].map((one) => [one.publication_id, one])) });
      await settle();
    }

    it("a picture from the start in the size of its tile, then as the tile changes", async () => {
      room.media.show("cam-host", { width: 320, height: 180 });
      await theHostAppears();
      const ofThePicture = room.client.sent.filter((one) => one.data.subscription_id === "sub-cam-host");
      expect(ofThePicture.map((one) => one.name)).toEqual(["set_subscription_size", "resume_subscription"]);
      expect(room.client.all("set_subscription_size")).toEqual([
        { subscription_id: "sub-cam-host", width: 320, height: 192 },
      ]);
      room.media.show("cam-host", { width: 0, height: 0 });
      await settle(5000);
      expect(room.client.all("set_subscription_size")[1]).toEqual({
        subscription_id: "sub-cam-host",
        width: 0,
        height: 0,
      });
    });

    it("the word that a picture was given up, and that it is back", async () => {
      await theHostAppears();
      const told = { subscription_id: "sub-cam-host", layers: 3 };
      room.client.tell("subscription_changed", { ...told, layer: null, reason: "bandwidth" });
      expect(room.media.state.value.remote.get("cam-host")).toMatchObject({ givenUp: true, layer: null });
      room.client.tell("subscription_changed", { ...told, layer: 0, reason: "bandwidth" });
      expect(room.media.state.value.remote.get("cam-host")).toMatchObject({ givenUp: false, layer: 0 });
      room.client.tell("subscription_changed", { ...told, layer: null, reason: "paused" });
      expect(room.media.state.value.remote.get("cam-host")).toMatchObject({ givenUp: false, layer: null });
    });

    it("the size of a tile that changed while the connection was away, when it is back", async () => {
      await theHostAppears();
      room.media.show("cam-host", { width: 320, height: 180 });
      await settle(1000);
      room.client.lose();
      room.media.show("cam-host", { width: 640, height: 360 });
      await settle(1000);
      room.client.resume();
      await settle(1000);
      expect(room.client.all("set_subscription_size").map((one) => one.width)).toEqual([320, 640]);
    });

    it("no pictures in sound only, for now, and the own camera comes back with them", async () => {
      await theHostAppears();
      await room.media.setCamera(true);
      await room.media.setSoundOnly(true, true);
      expect(room.client.all("unsubscribe")).toEqual([{ subscription_id: "sub-cam-host" }]);
      expect(room.media.state.value).toMatchObject({ soundOnlyForNow: true, camera: { wanted: false } });
      await room.media.setSoundOnly(false);
      await settle();
      expect(room.media.state.value).toMatchObject({
        soundOnly: false,
        soundOnlyForNow: false,
        camera: { wanted: true },
      });
      expect(room.media.state.value.remote.has("cam-host")).toBe(true);
    });
  });

  describe("on a path that is disturbed", () => {
    beforeEach(async () => {
      await room.enter();
      await room.connect();
      expect(room.media.state.value.phase).toBe("connected");
    });

    it("waits a moment, then restarts ICE and keeps the transport", async () => {
      const send = room.transport("send");
      send.become("disconnected");
      expect(room.media.state.value.phase).toBe("restoring");
      await settle(1000);
      expect(room.client.all("restart_ice")).toEqual([]);
      await settle(1000);
      expect(room.client.all("restart_ice")).toEqual([{ transport_id: send.id }]);
      send.become("connecting");
      send.become("connected");
      await settle(RESTART_LIMIT_MS * 2);
      expect(room.media.state.value.phase).toBe("connected");
      expect(room.transport("send")).toBe(send);
      expect(room.client.all("create_transport")).toHaveLength(2);
    });

    it("restarts both at once when the device has another network, with the newest TURN word", async () => {
      const iceServers = [{ urls: "turn:turn.example", username: "u", credential: "c" }];
      if (room.client.offer.value) room.client.offer.value = { ...room.client.offer.value, iceServers, fresh: false };
      room.page.dispatchEvent(new Event("online"));
      await settle(200);
      expect(room.client.all("restart_ice").map((one) => one.transport_id)).toEqual([
        room.transport("send").id,
        room.transport("receive").id,
      ]);
      expect(room.transport("send").restartIce).toHaveBeenCalledOnce();
      expect(room.transport("send").iceServers).toEqual(iceServers);
      expect(room.media.state.value.phase).toBe("connected");
    });

    it("builds new transports when the restart did not help", async () => {
      const before = room.transport("send");
      before.become("failed");
      await settle(RESTART_LIMIT_MS - 100);
      expect(room.transport("send")).toBe(before);
      await settle(2000);
      expect(before.closed).toBe(true);
      expect(room.client.checks).toBe(1);
      expect(room.produced("microphone")).toBeDefined();
    });

    it("builds new transports at once when the server does not know the old ones", async () => {
      room.client.answers.set("restart_ice", () => {
        throw new CommandError({ code: "not_found", message: "", retryable: false, detail: {} });
      });
      const before = room.transport("receive");
      before.become("failed");
      await settle(1100);
      expect(before.closed).toBe(true);
      expect(room.transport("receive")).not.toBe(before);
    });

    it("restarts when the connection to the server is back, if that was away too", async () => {
      const send = room.transport("send");
      room.client.lose();
      send.become("disconnected");
      await settle(RESTART_LIMIT_MS * 3);
      expect(room.client.all("restart_ice")).toEqual([]);
      expect(send.closed).toBe(false);
      room.client.resume();
      await settle();
      expect(room.client.all("restart_ice")).toEqual([{ transport_id: send.id }]);
      send.become("connected");
      await settle(RESTART_LIMIT_MS * 2);
      expect(room.client.all("create_transport")).toHaveLength(2);
    });

    it("does not blame the path when the whole network is away", async () => {
      const send = room.transport("send");
      send.become("failed");
      await settle(1000);
      room.client.lose();
      await settle(RESTART_LIMIT_MS * 2);
      expect(send.closed).toBe(false);
      room.client.resume();
      await settle();
      expect(room.client.all("restart_ice")).toHaveLength(2);
      expect(send.closed).toBe(false);
    });

    it("builds anew after the connection is back when it broke in the middle of building", async () => {
      room.client.tell("transport_changed", {
        transport_id: room.transport("send").id,
        state: "failed",
        reason: "handshake",
      });
      await settle(500);
      room.client.lose();
      await settle(5000);
      room.client.resume();
      await settle();
      await room.connect();
      expect(room.produced("microphone")).toBeDefined();
      expect(room.media.state.value.phase).toBe("connected");
    });

    it("restarts when the server has not heard of it for long", async () => {
      const send = room.transport("send");
      room.client.tell("transport_changed", { transport_id: send.id, state: "failed", reason: "silent" });
      await settle();
      expect(room.client.all("restart_ice")).toEqual([{ transport_id: send.id }]);
      expect(send.closed).toBe(false);
    });

    it("asks more and more rarely when nothing helps", async () => {
      room.client.answers.set("create_transport", () => {
        throw new CommandError({ code: "overloaded", message: "", retryable: true, detail: {} });
      });
      room.client.sent.length = 0;
      room.client.tell("transport_changed", { transport_id: room.transport("send").id, state: "closed", reason: "" });
      await settle(60_000);
      // Two transports each time.
      expect(room.client.all("create_transport").length / 2).toBeLessThan(15);
    });
  });

  it("tells what was switched while the connection was away", async () => {
    await room.enter();
    await room.connect();
    const id = String(room.produced("microphone")?.id);
    room.client.change({ publications: new Map([[id, publication(id, "me")]]) });
    room.client.lose();
    await room.media.setMicrophone(false);
    room.client.resume();
    await settle();
    expect(room.client.all("set_publication_paused")).toEqual([{ publication_id: id, paused: true }]);
  });

  it("is heard when a microphone that was off at a move is switched on after it", async () => {
    await room.enter();
    await room.media.setMicrophone(false);
    if (room.client.offer.value) room.client.offer.value = { ...room.client.offer.value, epoch: 2 };
    await settle(2000);
    expect(room.produced("microphone")).toBeUndefined();
    await room.media.setMicrophone(true);
    expect(room.produced("microphone")).toMatchObject({ paused: false, track: { enabled: true } });
  });

  it("lets go of every device at the end", async () => {
    await room.enter();
    await room.media.setScreen(true);
    room.media.close();
    expect(room.devices.opened.map((one) => one.readyState)).toEqual(["ended", "ended", "ended"]);
    expect(made.every((one) => one.closed)).toBe(true);
  });

  it("lets go of every device when the connection is over, and remembers which were on", async () => {
    await room.enter();
    await room.media.setScreen(true);
    room.client.connection.value = { phase: "ended", ending: "replaced", reason: "" };
    expect(room.devices.opened.map((one) => one.readyState)).toEqual(["ended", "ended", "ended"]);
    const off = { track: null, problem: null };
    expect(room.media.state.value).toMatchObject({
      phase: "idle",
      microphone: { wanted: true, ...off },
      camera: { wanted: true, ...off },
      screen: { wanted: false, ...off },
    });
    await room.media.setCamera(false);
    await room.media.setCamera(true);
    await settle(2000);
    expect(room.devices.opened).toHaveLength(3);
  });
});
