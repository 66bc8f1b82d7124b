import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { watchNetwork } from "../../src/room/network";

class FakeInformation extends EventTarget {
  type: string | undefined = "wifi";

  become(type: string | undefined): void {
    this.type = type;
    this.dispatchEvent(new Event("change"));
  }
}

describe("a change of the network", () => {
  let information: FakeInformation;
  let page: EventTarget;
  let changes: number;
  let stop: () => void;

  beforeEach(() => {
    vi.useFakeTimers();
    information = new FakeInformation();
    page = new EventTarget();
    vi.stubGlobal("navigator", { connection: information });
    vi.stubGlobal("addEventListener", page.addEventListener.bind(page));
    vi.stubGlobal("removeEventListener", page.removeEventListener.bind(page));
    changes = 0;
    stop = watchNetwork(() => {
      changes += 1;
    });
  });
  afterEach(() => {
    stop();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  const settle = () => vi.advanceTimersByTime(1000);

  it("is one change although both events come", () => {
    information.become("cellular");
    page.dispatchEvent(new Event("online"));
    settle();
    expect(changes).toBe(1);
  });

  it("is not a new estimate of the speed", () => {
    information.become("wifi");
    settle();
    expect(changes).toBe(0);
  });

  it("is not the loss of the network, but what comes after it", () => {
    information.become("none");
    settle();
    expect(changes).toBe(0);
    information.become("wifi");
    settle();
    expect(changes).toBe(1);
  });

  it("is nobody's business after the end", () => {
    page.dispatchEvent(new Event("online"));
    stop();
    settle();
    page.dispatchEvent(new Event("online"));
    settle();
    expect(changes).toBe(0);
  });
});
