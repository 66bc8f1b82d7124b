import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { HIDDEN, type TileSize, TileSizes } from "../../src/room/sizes";

describe("the sizes of the tiles", () => {
  let told: [string, TileSize][];
  let sizes: TileSizes;
  let reachable: boolean;

  beforeEach(() => {
    vi.useFakeTimers();
    told = [];
    reachable = true;
    sizes = new TileSizes(async (publication, size) => {
      if (!reachable) throw new Error("no connection");
      told.push([publication, size]);
    });
  });
  afterEach(() => {
    sizes.close();
    vi.useRealTimers();
  });

  it("are told once when a tile settles, in whole steps", async () => {
    for (const width of [310, 315, 320]) sizes.show("pub", { width, height: 178.4 });
    await vi.advanceTimersByTimeAsync(5000);
    expect(told).toEqual([["pub", { width: 320, height: 192 }]]);
    sizes.show("pub", { width: 319, height: 180 });
    await vi.advanceTimersByTimeAsync(5000);
    expect(told).toHaveLength(1);
  });

  it("are told soon when a tile grows and later when it shrinks or hides", async () => {
    sizes.show("pub", { width: 320, height: 192 });
    await vi.advanceTimersByTimeAsync(200);
    sizes.show("pub", HIDDEN);
    await vi.advanceTimersByTimeAsync(1000);
    expect(told).toHaveLength(1);
    sizes.show("pub", { width: 640, height: 352 });
    await vi.advanceTimersByTimeAsync(200);
    expect(told[1]).toEqual(["pub", { width: 640, height: 352 }]);
    sizes.show("pub", { width: 640, height: 0 });
    await vi.advanceTimersByTimeAsync(2000);
    expect(told[2]).toEqual(["pub", HIDDEN]);
  });

  it("say nothing of a tile that was hidden for a moment", async () => {
    sizes.show("pub", { width: 320, height: 192 });
    await vi.advanceTimersByTimeAsync(200);
    sizes.show("pub", HIDDEN);
    await vi.advanceTimersByTimeAsync(500);
    sizes.show("pub", { width: 320, height: 192 });
    await vi.advanceTimersByTimeAsync(5000);
    expect(told).toHaveLength(1);
  });

  it("begin a new subscription with what is shown, and do not repeat it", async () => {
    expect(sizes.begin("pub")).toBeUndefined();
    sizes.show("pub", { width: 320, height: 192 });
    expect(sizes.begin("pub")).toEqual({ width: 320, height: 192 });
    await vi.advanceTimersByTimeAsync(5000);
    expect(told).toEqual([]);
  });

  it("are told again when they could not be told", async () => {
    reachable = false;
    sizes.show("pub", { width: 320, height: 192 });
    await vi.advanceTimersByTimeAsync(1000);
    reachable = true;
    sizes.again();
    await vi.advanceTimersByTimeAsync(1000);
    expect(told).toEqual([["pub", { width: 320, height: 192 }]]);
    sizes.again();
    await vi.advanceTimersByTimeAsync(1000);
    expect(told).toHaveLength(1);
  });
});
