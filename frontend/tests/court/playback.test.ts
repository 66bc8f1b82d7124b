import { describe, expect, it } from "vitest";
import { Playback, type Steered } from "../../src/court/playback";

class FakeElement implements Steered {
  currentTime = 0;
  playbackRate = 1;
  paused = true;
  readyState = 4;

  play(): Promise<void> {
    this.paused = false;
    return Promise.resolve();
  }

  pause(): void {
    this.paused = true;
  }

  /** What a browser does in so many milliseconds. */
  run(milliseconds: number): void {
    if (!this.paused) this.currentTime += (milliseconds / 1000) * this.playbackRate;
  }
}

const START = 1_000_000;

function twoViews() {
  const playback = new Playback(START, START + 60_000);
  const first = new FakeElement();
  const late = new FakeElement();
  playback.add("first", { element: first, startedAt: START, duration: 60_000 });
  playback.add("late", { element: late, startedAt: START + 10_000, duration: 20_000 });
  return { playback, first, late };
}

function run(playback: Playback, elements: FakeElement[], milliseconds: number, from = 0): void {
  for (let now = from; now <= from + milliseconds; now += 100) {
    playback.tick(now);
    for (const element of elements) element.run(100);
  }
}

describe("several recordings on one clock", () => {
  it("starts each file at its own moment and stops it at its end", () => {
    const { playback, first, late } = twoViews();
    playback.play();
    run(playback, [first, late], 5000);
    expect(late.paused).toBe(true);
    run(playback, [first, late], 10_000, 5100);
    expect(late.paused).toBe(false);
    expect(Math.abs(late.currentTime - (first.currentTime - 10))).toBeLessThan(0.15);
    run(playback, [first, late], 20_000, 15_200);
    expect(late.paused).toBe(true);
  });

  it("jumps a file that is far off and hurries one that is a little late", () => {
    const { playback, first } = twoViews();
    playback.play();
    playback.seek(START + 30_000);
    expect(first.currentTime).toBe(30);
    first.currentTime = 20;
    playback.tick(0);
    expect(first.currentTime).toBe(30);
    first.currentTime = 29.9;
    playback.tick(0);
    expect(first.playbackRate).toBeGreaterThan(1);
    first.currentTime = 30;
    playback.tick(0);
    expect(first.playbackRate).toBe(1);
  });

  it("waits for a file that loads, but not for ever", () => {
    const { playback, first } = twoViews();
    first.readyState = 1;
    playback.play();
    playback.tick(0);
    playback.tick(1000);
    expect(playback.stalled).toBe(true);
    expect(playback.position).toBe(START);
    playback.tick(5000);
    playback.tick(5100);
    expect(playback.stalled).toBe(false);
    expect(playback.position).toBeGreaterThan(START);
  });

  it("follows the chosen speed and pauses everything at the end", () => {
    const { playback, first } = twoViews();
    playback.rate = 2;
    playback.play();
    run(playback, [first], 10_000);
    expect(playback.position).toBe(START + 20_000);
    playback.seek(START + 59_900);
    playback.tick(20_000);
    playback.tick(20_100);
    expect(playback.playing).toBe(false);
    expect(first.paused).toBe(true);
    expect(playback.position).toBe(START + 60_000);
  });
});
