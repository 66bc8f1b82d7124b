import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CommandError, ConnectionLost } from "../../src/room/failure";
import { publication } from "./sample";
import { FakeRoom, settle } from "./session";

vi.mock("mediasoup-client", async () => ({ Device: (await import("./fakes")).FakeDevice }));

let room: FakeRoom;
beforeEach(() => {
  room = new FakeRoom();
});
afterEach(() => room.leave());

const refusing = (code: string, retryable: boolean) => () => {
  throw new CommandError({ code, message: "", retryable, detail: {} });
};

/** The command is done at the server; the socket breaks before its answer comes. */
const unanswered = () => {
  room.client.lose();
  throw new ConnectionLost();
};

/** The server says what it has of one's own. */
function theServerHas(...known: ReturnType<typeof publication>[]): void {
  room.client.change({ publications: new Map(known.map((one) => [one.publication_id, one])) });
  for (const one of known) room.client.tell("publication_changed", { publication: one });
}

const idOf = (source: string) => String(room.produced(source)?.id);

describe("what is shown as on", () => {
  it("is sent when the connection is back, though it was first switched on while that was away", async () => {
    await room.enter({ microphone: false, camera: false });
    await room.connect();
    room.client.lose();
    await room.media.setMicrophone(true).catch(() => undefined);
    await room.media.setCamera(true).catch(() => undefined);
    expect(room.client.all("publish")).toEqual([]);
    room.client.resume();
    await settle();
    expect(room.client.all("publish").map((one) => one.source)).toEqual(["microphone", "camera"]);
    expect(room.produced("microphone")?.track?.readyState).toBe("live");
  });

  it("asks nobody anew what to share when the connection is back", async () => {
    await room.enter({ microphone: false, camera: false });
    await room.media.setScreen(true);
    const asked = room.devices.opened.length;
    room.client.lose();
    room.client.resume();
    await settle();
    expect(room.devices.opened).toHaveLength(asked);
    expect(room.client.all("publish")).toHaveLength(1);
  });

  it("is sent a moment later when the server could not take it just then", async () => {
    await room.enter({ microphone: false, camera: false });
    const publish = room.client.answers.get("publish");
    room.client.answers.set("publish", refusing("overloaded", true));
    await expect(room.media.setMicrophone(true)).rejects.toMatchObject({ code: "overloaded" });
    expect(room.produced("microphone")).toBeUndefined();
    if (publish) room.client.answers.set("publish", publish);
    await settle(1000);
    expect(room.produced("microphone")).toBeDefined();
    expect(room.media.state.value.microphone).toMatchObject({ wanted: true, problem: null });
  });

  it("is off, with a reason, when the server never takes it", async () => {
    await room.enter({ microphone: false, camera: false });
    room.client.answers.set("publish", refusing("forbidden", false));
    await expect(room.media.setCamera(true)).rejects.toMatchObject({ code: "forbidden" });
    expect(room.media.state.value.camera).toEqual({ wanted: false, track: null, problem: "unknown" });
    expect(room.devices.last.readyState).toBe("ended");
    await settle(5000);
    expect(room.client.all("publish")).toHaveLength(1);
  });

  it("is not tried again once the person has left", async () => {
    await room.enter({ microphone: false, camera: false });
    room.client.answers.set("publish", refusing("overloaded", true));
    await room.media.setMicrophone(true).catch(() => undefined);
    room.media.close();
    await settle(5000);
    expect(room.client.all("publish")).toHaveLength(1);
  });
});

describe("what the server has of one's own", () => {
  it("is set right when a switch was done there and its answer got lost", async () => {
    await room.enter({ microphone: true, camera: false });
    await room.connect();
    const id = idOf("microphone");
    theServerHas(publication(id, "me"));
    room.client.answers.set("set_publication_paused", unanswered);
    await room.media.setMicrophone(false).catch(() => undefined);
    room.client.answers.delete("set_publication_paused");
    await room.media.setMicrophone(true);
    room.client.resume();
    await settle();
    room.client.sent.length = 0;
    theServerHas(publication(id, "me", { paused: true })); // The missed event: off, as the first press had it.
    await settle();
    expect(room.client.all("set_publication_paused")).toEqual([{ publication_id: id, paused: false }]);
  });

  it("is taken away when a screen was put away while the connection was away", async () => {
    await room.enter({ microphone: false, camera: false });
    await room.media.setScreen(true);
    const id = idOf("screen");
    theServerHas(publication(id, "me", { kind: "video", source: "screen" }));
    room.client.lose();
    await room.media.setScreen(false).catch(() => undefined);
    expect(room.client.all("unpublish")).toEqual([]);
    room.client.resume();
    await settle();
    expect(room.client.all("unpublish")).toEqual([{ publication_id: id }]);
  });

  it("is told again a moment later when the server could not listen just then", async () => {
    await room.enter({ microphone: true, camera: false });
    const id = idOf("microphone");
    theServerHas(publication(id, "me"));
    room.client.answers.set("set_publication_paused", refusing("overloaded", true));
    await expect(room.media.setMicrophone(false)).rejects.toMatchObject({ code: "overloaded" });
    room.client.answers.delete("set_publication_paused");
    room.client.sent.length = 0;
    await settle(1000);
    expect(room.client.all("set_publication_paused")).toEqual([{ publication_id: id, paused: true }]);
  });

  it("is left alone while it is as it should be, and while it is on its way", async () => {
    await room.enter();
    theServerHas(
      publication(idOf("microphone"), "me"),
      publication(idOf("camera"), "me", { kind: "video", source: "camera" }),
      publication("other", "host"),
    );
    const publish = room.client.answers.get("publish");
    room.client.answers.set("publish", (data) => {
      const made = publish?.(data) as { publication_id: string };
      // The event comes before the answer.
      theServerHas(publication(made.publication_id, "me", { kind: "video", source: "screen" }));
      return made;
    });
    await room.media.setScreen(true);
    await settle(2000);
    expect(room.client.all("unpublish")).toEqual([]);
    expect(room.client.all("set_publication_paused")).toEqual([]);
  });
});

describe("what is not wanted any more", () => {
  const camera = publication("cam-host", "host", { kind: "video", source: "camera" });

  it("is let go of at the server when the connection is back", async () => {
    await room.enter({ microphone: false, camera: false });
    room.client.change({ publications: new Map([["cam-host", camera]]) });
    await settle();
    room.client.lose();
    await room.media.setSoundOnly(true);
    // Nothing is followed while the connection is away; it is when it is back.
    room.client.resume();
    await settle();
    expect(room.client.all("unsubscribe")).toEqual([{ subscription_id: "sub-cam-host" }]);
    expect(room.media.state.value.remote.size).toBe(0);
  });

  it("is let go of when it was on its way", async () => {
    await room.enter({ microphone: false, camera: false });
    let answer: (() => void) | undefined;
    room.client.answers.set(
      "subscribe",
      () =>
        new Promise((done) => {
          answer = () =>
            done({ subscription_id: "sub-1", publication_id: "cam-host", kind: "video", rtp_parameters: {} });
        }),
    );
    room.client.change({ publications: new Map([["cam-host", camera]]) });
    await settle();
    room.client.change({ publications: new Map() });
    answer?.();
    await settle();
    expect(room.client.all("unsubscribe")).toEqual([{ subscription_id: "sub-1" }]);
    expect(room.media.state.value.remote.size).toBe(0);
  });
});
