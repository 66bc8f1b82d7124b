import { describe, expect, it } from "vitest";
import { allStart, type Playable, starts, startsWhenTouched } from "../../src/ui/playing";

/** A player in a browser that may want a touch before it plays. */
class FakePlayer implements Playable {
  paused = true;
  tries = 0;

  constructor(public refuses: string | null = null) {}

  async play(): Promise<void> {
    this.tries += 1;
    if (this.refuses) throw Object.assign(new Error("no"), { name: this.refuses });
    this.paused = false;
  }
}

const turn = () => new Promise((done) => setTimeout(done, 0));

describe("a voice or a picture", () => {
  it("waits for a touch only where the browser wants one", async () => {
    expect(await starts(new FakePlayer())).toBe(true);
    expect(await starts(new FakePlayer("NotAllowedError"))).toBe(false);
    expect(await starts(new FakePlayer("AbortError"))).toBe(true);
  });

  it("is heard after one touch together with all the others; the button stays until the last of them plays", async () => {
    const [plays, waits, replaced] = [
      new FakePlayer(),
      new FakePlayer("NotAllowedError"),
      new FakePlayer("AbortError"),
    ] as const;
    expect(await allStart([plays, waits, replaced])).toBe(false);
    waits.refuses = null;
    expect(await allStart([plays, waits, replaced])).toBe(true);
    expect([plays.paused, waits.paused]).toEqual([false, false]);
    expect(await allStart([])).toBe(true);
  });

  it("starts with the first touch that the browser counts, and asks no more after that", async () => {
    const [page, picture] = [new EventTarget(), new FakePlayer("NotAllowedError")];
    startsWhenTouched(picture, page);
    await turn();
    page.dispatchEvent(new Event("pointerup"));
    await turn();
    expect([picture.tries, picture.paused]).toEqual([2, true]);
    picture.refuses = null;
    page.dispatchEvent(new Event("keydown"));
    await turn();
    page.dispatchEvent(new Event("pointerup"));
    await turn();
    expect([picture.tries, picture.paused]).toEqual([3, false]);
  });

  it("is not started by a touch once it is gone, however late the refusal comes", async () => {
    for (const goesAtOnce of [true, false]) {
      const [page, picture] = [new EventTarget(), new FakePlayer("NotAllowedError")];
      const gone = startsWhenTouched(picture, page);
      if (!goesAtOnce) await turn();
      gone();
      await turn();
      page.dispatchEvent(new Event("pointerup"));
      await turn();
      expect(picture.tries).toBe(1);
    }
  });
});
