import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Ceiling, type Counted, WayUp } from "../../src/room/wayup";

const SECOND = 1000;
const LOOK = 2;
/** Packets a second, and bits with everything around them, of a voice. */
const PACKETS = 50;
const VOICE = 50_000;
/** What the lowest layer takes where a browser lets it: never less than this, unless its limit is lower. */
const FLOOR = 100_000;
const FREE = Number.POSITIVE_INFINITY;

/** A sender like Firefox on a way of so many bits per second that loses a share by chance. */
class Call {
  readonly ceiling = new Ceiling();
  /** The ceiling at each look. */
  readonly ceilings: number[] = [];
  private now = 0;
  private sent = 0;
  private lost = 0;

  constructor(
    public way: number,
    public chance = 0,
  ) {}

  goOn(seconds: number): this {
    this.sent = this.lost = 0;
    for (let passed = 0; passed < seconds; passed += LOOK) {
      const load = VOICE + 1.1 * Math.min(FLOOR, this.ceiling.value);
      const through = Math.min(1, this.way / load) * (1 - this.chance);
      const lost = Math.round(PACKETS * LOOK * (1 - through));
      this.sent += PACKETS * LOOK;
      this.lost += lost;
      this.now += LOOK * SECOND;
      this.ceiling.look(this.now, PACKETS * LOOK, lost);
      this.ceilings.push(this.ceiling.value);
    }
    return this;
  }

  /** The share of the sound that was lost during the last `goOn`. */
  get share(): number {
    return this.lost / this.sent;
  }
}

describe("the ceiling of the lowest layer", () => {
  it("is none where the way bears what is sent", () => {
    expect(new Set(new Call(300_000).goOn(600).ceilings)).toEqual(new Set([FREE]));
  });

  it("falls within four seconds on a way of 130 kbit/s, and the sound gets through", () => {
    const call = new Call(130_000).goOn(4);
    expect(call.ceiling.value).toBe(60_000);
    expect(call.goOn(20).share).toBe(0);
  });

  it("goes on falling where that is not enough", () => {
    const call = new Call(90_000).goOn(12);
    expect(call.ceiling.value).toBe(30_000);
    expect(call.goOn(20).share).toBe(0);
  });

  it("stays down where the sound gains by it though it does not all get through", () => {
    expect(new Call(70_000).goOn(60).ceiling.value).toBe(30_000);
  });

  it("is tried again ever more seldom while the way stays narrow", () => {
    const call = new Call(120_000);
    expect(call.goOn(600).share).toBeLessThan(0.02);
    const tries = call.ceilings.filter((one, index) => one === FREE && call.ceilings[index - 1] === 60_000);
    expect(tries.length).toBeGreaterThan(2);
    expect(tries.length).toBeLessThan(6);
  });

  it("is gone half a minute after the way is wide again, a minute from the lowest step", () => {
    for (const [way, seconds] of [
      [130_000, 30],
      [90_000, 62],
    ] as const) {
      const call = new Call(way).goOn(20);
      call.way = 1_000_000;
      expect(call.goOn(seconds).ceiling.value).toBe(FREE);
    }
  });

  it("is taken back where the picture has no part in what is lost", () => {
    const call = new Call(1_000_000, 0.2).goOn(300);
    const down = call.ceilings.filter((one) => one < FREE).length;
    expect(call.ceiling.value).toBe(FREE);
    expect(down / call.ceilings.length).toBeLessThan(0.25);
  });

  it("is gone after a while in which nobody speaks, and comes back with who does", () => {
    const call = new Call(90_000).goOn(12);
    expect(call.ceiling.value).toBe(30_000);
    for (let now = 12; now < 80; now += LOOK) call.ceiling.look(now * SECOND, 5, 0);
    expect(call.ceiling.value).toBe(FREE);
    for (const now of [80, 82]) call.ceiling.look(now * SECOND, 100, 40);
    expect(call.ceiling.value).toBe(60_000);
  });

  it("knows nothing of a microphone that is off, and forgives a single bad look", () => {
    const ceiling = new Ceiling();
    for (let now = 0; now < 60; now += LOOK) expect(ceiling.look(now * SECOND, 5, 5)).toBe(false);
    for (const lost of [50, 0, 50, 0]) expect(ceiling.look(60 * SECOND, 100, lost)).toBe(false);
  });
});

describe("the look at one's own way up", () => {
  let producer: Counted | null;
  let [sent, lost] = [0, 0];
  const limit = vi.fn();
  let wayUp: WayUp;

  const sound = (paused = false): Counted => ({
    closed: false,
    paused,
    getStats: async () =>
      new Map<string, object>([
        ["a", { type: "outbound-rtp", packetsSent: sent }],
        ["b", { type: "remote-inbound-rtp", packetsLost: lost }],
        ["c", { type: "candidate-pair", packetsSent: 1_000_000 }],
      ]) as unknown as RTCStatsReport,
  });
  const pass = async (looks: number, share: number) => {
    for (let each = 0; each < looks; each++) {
      sent += 100;
      lost += 100 * share;
      await vi.advanceTimersByTimeAsync(LOOK * SECOND);
    }
  };

  beforeEach(() => {
    vi.useFakeTimers();
    [sent, lost] = [1000, 900];
    producer = sound();
    limit.mockClear();
    wayUp = new WayUp(() => producer, limit);
  });
  afterEach(() => {
    wayUp.close();
    vi.useRealTimers();
  });

  it("counts from one look to the next, not what was before", async () => {
    await pass(10, 0);
    expect(limit).not.toHaveBeenCalled();
    await pass(2, 0.4);
    expect(limit.mock.calls).toEqual([[60_000]]);
  });

  it("begins anew with another track, and asks nothing while nothing is said or shown", async () => {
    await pass(2, 0.4);
    for (const other of [sound(), null, sound(true)]) {
      producer = other;
      await pass(1, 0.4);
    }
    expect(limit).not.toHaveBeenCalled();
    producer = sound();
    await pass(2, 0.4);
    expect(limit).toHaveBeenCalledTimes(1);
  });

  it("ends with the media", async () => {
    wayUp.close();
    await pass(5, 0.5);
    expect(limit).not.toHaveBeenCalled();
  });
});
