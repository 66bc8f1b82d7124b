import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { watchStandstill } from "../../src/room/standstill";

beforeEach(() => void vi.useFakeTimers({ now: 0 }));
afterEach(() => void vi.useRealTimers());

/** The clock goes on and no timer of the page runs. */
function stand(seconds: number): void {
  vi.setSystemTime(Date.now() + seconds * 1000);
}

it("notices once that the page has stood still, and not that it runs or is a little late", () => {
  const back = vi.fn();
  const stop = watchStandstill(back);
  vi.advanceTimersByTime(60_000);
  stand(2);
  vi.advanceTimersByTime(5_000);
  expect(back).not.toHaveBeenCalled();
  stand(40);
  vi.advanceTimersByTime(10_000);
  expect(back).toHaveBeenCalledTimes(1);
  stop();
  stand(40);
  vi.advanceTimersByTime(10_000);
  expect(back).toHaveBeenCalledTimes(1);
});
