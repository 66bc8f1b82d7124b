import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Connection, RoomClient } from "../../src/room/client";
import { CommandError, ConnectionLost } from "../../src/room/failure";
import type { SocketLike } from "../../src/room/socket";
import { snapshot } from "./sample";

interface Sent {
  id: number;
  type: string;
  data: Record<string, unknown>;
}

/** A server's end of a socket that answers when the test says so. */
class FakeSocket implements SocketLike {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  readonly sent: Sent[] = [];
  closed = false;

  send(data: string): void {
    this.sent.push(JSON.parse(data) as Sent);
  }

  close(): void {
    this.closed = true;
  }

  get last(): Sent {
    const sent = this.sent[this.sent.length - 1];
    if (!sent) throw new Error("nothing was sent");
    return sent;
  }

  answer(type: "ok" | "error", data: unknown, id = this.last.id): void {
    this.onmessage?.({ data: JSON.stringify({ v: 1, id, type, data }) });
  }

  event(type: string, data: unknown, seq: number): void {
    this.onmessage?.({ data: JSON.stringify({ v: 1, type, data, seq }) });
  }

  breakWith(code: number): void {
    this.onclose?.({ code, reason: "" });
  }
}

const welcome = (change: object = {}) => ({
  resume: "handle-1",
  resumed: false,
  snapshot: snapshot(),
  router_capabilities: { codecs: [] },
  ice_servers: [],
  ping_seconds: 20,
  ...change,
});

const failure = (code: string, retryable = false) => ({ code, message: code, retryable, detail: {} });

describe("a connection to a room", () => {
  let sockets: FakeSocket[];
  let renewals: boolean[];
  let client: RoomClient;
  let slowToken: number;
  let network: EventTarget;

  const socket = () => sockets[sockets.length - 1] as FakeSocket;
  const tokens = () => vi.advanceTimersByTimeAsync(0);
  const phase = () => client.connection.value.phase;
  const ending = () => (client.connection.value as Extract<Connection, { phase: "ended" }>).ending;

  async function enter(): Promise<void> {
    client.connect();
    await tokens();
    socket().onopen?.();
    socket().answer("ok", welcome());
    await tokens();
  }

  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal("location", { protocol: "https:", host: "room.example" });
    network = new EventTarget();
    vi.stubGlobal("addEventListener", network.addEventListener.bind(network));
    vi.stubGlobal("removeEventListener", network.removeEventListener.bind(network));
    slowToken = 0;
    sockets = [];
    renewals = [];
    client = new RoomClient({
      roomId: "room_1",
      getToken: async (renew) => {
        renewals.push(renew);
        if (slowToken) await new Promise((done) => setTimeout(done, slowToken));
        return renew ? "new-token" : "token";
      },
      openSocket: () => {
        const made = new FakeSocket();
        sockets.push(made);
        return made;
      },
      random: () => 0,
      now: () => 990_000,
    });
  });

  afterEach(() => {
    client.close();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it("says hello with the token and knows the room from the answer", async () => {
    await enter();
    expect(socket().sent[0]).toMatchObject({ type: "hello", data: { token: "token", resume: null, last_seq: null } });
    expect(phase()).toBe("open");
    expect(client.state.value?.me).toBe("me");
    expect(client.offer.value?.fresh).toBe(true);
  });

  it("gives each command its own answer, in whatever order they come", async () => {
    await enter();
    const first = client.command("raise_hand", { raised: true });
    const second = client.command("create_transport", { direction: "send" });
    const [, firstId, secondId] = socket().sent.map((one) => one.id) as [number, number, number];
    socket().answer("ok", { transport_id: "tr_1" }, secondId);
    socket().answer("ok", {}, firstId);
    expect(await second).toEqual({ transport_id: "tr_1" });
    expect(await first).toEqual({});
  });

  it("turns a refusal into an error with its code", async () => {
    await enter();
    const asked = client.command("raise_hand", { raised: true });
    socket().answer("error", failure("forbidden"));
    await expect(asked).rejects.toMatchObject({ name: "CommandError", code: "forbidden" });
    await expect(asked).rejects.toBeInstanceOf(CommandError);
  });

  it("tells whoever waits for an answer that the connection broke", async () => {
    await enter();
    const asked = client.command("raise_hand", { raised: true });
    const refused = expect(asked).rejects.toBeInstanceOf(ConnectionLost);
    socket().breakWith(1006);
    await refused;
  });

  it("comes back with its handle and the last event it has", async () => {
    await enter();
    socket().event("board_changed", { topic: "session", value: { state: "open" } }, 11);
    socket().breakWith(1006);
    expect(phase()).toBe("reconnecting");
    await vi.advanceTimersByTimeAsync(100);
    socket().onopen?.();
    expect(socket().last.data).toMatchObject({ resume: "handle-1", last_seq: 11 });
    expect(socket().last.data.page).toBe(sockets[0]?.sent[0]?.data.page);
    expect([sockets[0]?.sent[0]?.data.attempt, socket().last.data.attempt]).toEqual([1, 2]);
    socket().answer("ok", welcome({ resumed: true, snapshot: null, resume: "handle-2" }));
    await tokens();
    socket().event("board_changed", { topic: "session", value: { state: "ended" } }, 12);
    expect(phase()).toBe("open");
    expect(client.offer.value?.fresh).toBe(false);
    expect(client.state.value?.board.session).toEqual({ state: "ended" });
  });

  it("waits longer after each failed try", async () => {
    await enter();
    socket().breakWith(1006);
    await vi.advanceTimersByTimeAsync(100);
    expect(sockets.length).toBe(2);
    socket().breakWith(1006);
    await vi.advanceTimersByTimeAsync(199);
    expect(sockets.length).toBe(2);
    await vi.advanceTimersByTimeAsync(1);
    expect(sockets.length).toBe(3);
  });

  it("asks for a new token once when the old one is refused", async () => {
    client.connect();
    await tokens();
    socket().onopen?.();
    socket().answer("error", failure("unauthenticated"));
    await tokens();
    socket().breakWith(4401);
    await vi.advanceTimersByTimeAsync(100);
    expect(renewals).toEqual([false, true]);
    socket().onopen?.();
    expect(socket().last.data).toMatchObject({ token: "new-token" });
    socket().answer("error", failure("unauthenticated"));
    await tokens();
    expect(ending()).toBe("expired");
  });

  it("says that the server cannot now, and tries again by itself", async () => {
    client.connect();
    await tokens();
    socket().onopen?.();
    socket().answer("error", failure("overloaded", true));
    await tokens();
    expect(client.connection.value).toEqual({ phase: "reconnecting", attempt: 0, refusal: "overloaded" });
    await vi.advanceTimersByTimeAsync(100);
    socket().onopen?.();
    socket().answer("ok", welcome());
    await tokens();
    expect(client.connection.value).toEqual({ phase: "open" });
  });

  it("does not come back into a room that is full", async () => {
    client.connect();
    await tokens();
    socket().onopen?.();
    socket().answer("error", failure("room_full"));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(ending()).toBe("full");
    expect(sockets.length).toBe(1);
  });

  it.each([
    [4409, "replaced"],
    [4410, "closed"],
    [4403, "removed"],
    [4404, "refused"],
  ])("does not come back after close code %i", async (code, expected) => {
    await enter();
    socket().breakWith(code);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(ending()).toBe(expected);
    expect(sockets.length).toBe(1);
  });

  it.each(["comes back", "comes for the first time"])(
    "is over for whoever %s after the session has ended: nobody tries for ever",
    async (who) => {
      if (who === "comes back") {
        await enter();
        socket().breakWith(1006);
        await vi.advanceTimersByTimeAsync(1000);
      } else {
        client.connect();
        await tokens();
      }
      const tried = sockets.length;
      socket().onopen?.();
      socket().answer("error", failure("wrong_state"));
      await vi.advanceTimersByTimeAsync(60_000);
      expect(client.connection.value).toEqual({ phase: "ended", ending: "closed", reason: "wrong_state" });
      expect(sockets.length).toBe(tried);
    },
  );

  it("is over when the mediator removes the person, whatever the close code says", async () => {
    await enter();
    socket().event("removed", { reason: "" }, 11);
    socket().breakWith(1006);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(ending()).toBe("removed");
    expect(sockets.length).toBe(1);
  });

  it("offers media anew when the media worker is back", async () => {
    await enter();
    socket().event("media_reset", { epoch: 2, router_capabilities: { codecs: ["x"] } }, 11);
    expect(client.offer.value).toMatchObject({ epoch: 2, fresh: true, capabilities: { codecs: ["x"] } });
  });

  it("gives up a socket that does not answer a ping", async () => {
    await enter();
    const first = socket();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(first.last.type).toBe("ping");
    await vi.advanceTimersByTimeAsync(5_000);
    expect(first.closed).toBe(true);
    expect(phase()).toBe("reconnecting");
  });

  it("asks a moment after the network changed whether the way still holds, and builds another one", async () => {
    const page = new EventTarget();
    vi.stubGlobal("addEventListener", page.addEventListener.bind(page));
    vi.stubGlobal("removeEventListener", page.removeEventListener.bind(page));
    await enter();
    const first = socket();
    page.dispatchEvent(new Event("online"));
    await vi.advanceTimersByTimeAsync(200);
    expect(first.last.type).toBe("ping");
    await vi.advanceTimersByTimeAsync(3000);
    expect(first.closed).toBe(true);
    expect(sockets.length).toBe(2);
  });

  it("asks after a standstill of the page whether the way still holds: nothing told it meanwhile", async () => {
    await enter();
    const first = socket();
    vi.setSystemTime(Date.now() + 60_000); // The phone slept: the clock went on and no timer ran.
    await vi.advanceTimersByTimeAsync(1000);
    expect(first.last.type).toBe("ping");
    await vi.advanceTimersByTimeAsync(3000);
    expect(first.closed).toBe(true);
    expect(sockets.length).toBe(2);
  });

  it("checks the way when asked: an answer is well, a break is not", async () => {
    await enter();
    const well = client.check();
    socket().answer("ok", {});
    await expect(well).resolves.toBeUndefined();
    const broken = expect(client.check()).rejects.toBeInstanceOf(ConnectionLost);
    socket().breakWith(1006);
    await broken;
    await expect(client.check()).rejects.toBeInstanceOf(ConnectionLost);
  });

  it("opens one socket however often it is told to try while a token is on its way", async () => {
    await enter();
    slowToken = 1000;
    socket().breakWith(1006);
    await vi.advanceTimersByTimeAsync(300);
    client.retryNow();
    client.retryNow();
    await vi.advanceTimersByTimeAsync(1500);
    expect(sockets).toHaveLength(2);
    expect(socket().closed).toBe(false);
  });

  it("gives up a socket that does not open, and tries again", async () => {
    client.connect();
    await tokens();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(socket().closed).toBe(true);
    expect(phase()).toBe("reconnecting");
    await vi.advanceTimersByTimeAsync(300);
    expect(sockets).toHaveLength(2);
    socket().onopen?.();
    socket().answer("ok", welcome());
    await tokens();
    await vi.advanceTimersByTimeAsync(15_000);
    expect(phase()).toBe("open");
  });

  it("gives up a token that does not come, and lets one that comes late open nothing", async () => {
    slowToken = 12_000;
    client.connect();
    slowToken = 0;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(phase()).toBe("reconnecting");
    await vi.advanceTimersByTimeAsync(3000);
    expect(sockets).toHaveLength(1);
    expect(renewals).toHaveLength(2);
  });

  it("looks for another way at once when the network changes while a socket is being opened", async () => {
    client.connect();
    await tokens();
    network.dispatchEvent(new Event("online"));
    await vi.advanceTimersByTimeAsync(200);
    expect(sockets.map((one) => one.closed)).toEqual([true, false]);
    socket().onopen?.();
    expect(socket().last.type).toBe("hello");
  });

  it("opens nothing once the person has left, whatever was on its way", async () => {
    slowToken = 1000;
    client.connect();
    client.close();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(sockets).toEqual([]);
    expect(ending()).toBe("closed");
  });

  it("refuses commands while there is no connection", async () => {
    await expect(client.command("raise_hand", { raised: true })).rejects.toBeInstanceOf(ConnectionLost);
  });
});
