import { describe, expect, it } from "vitest";
import { bannerState } from "../../src/party/room/Banner";
import type { MediaState, RemoteTrack } from "../../src/room/media";

const track = (change: Partial<RemoteTrack>) => ({ kind: "video", givenUp: false, ...change }) as RemoteTrack;
const off = { wanted: false, track: null, problem: null };

function media(change: Partial<MediaState> = {}): MediaState {
  const own = { microphone: off, camera: off, screen: off };
  const rest = {
    phase: "connected",
    remote: new Map(),
    soundOnly: false,
    soundOnlyForNow: false,
    speaker: null,
  } as const;
  return { ...own, ...rest, ...change };
}

describe("what a party reads of the connection", () => {
  it("is nothing while all is well", () => {
    expect(bannerState("open", media(), "good")).toBe("open");
  });

  it("is first of all that the connection is away, then that the media are", () => {
    expect(bannerState("reconnecting", media({ phase: "restoring" }), "lost")).toBe("reconnecting");
    expect(bannerState("open", media({ phase: "restoring" }), "lost")).toBe("restoring");
  });

  it("is that pictures were given up, with nothing to press, because they come back by themselves", () => {
    const remote = new Map([
      ["a", track({})],
      ["b", track({ givenUp: true })],
    ]);
    expect(bannerState("open", media({ remote }), "poor")).toBe("givenUp");
    expect(bannerState("open", media({ remote }), "good")).toBe("givenUp");
  });

  it("offers sound only on a weak network that still carries pictures", () => {
    expect(bannerState("open", media(), "poor")).toBe("poor");
  });

  it("offers the pictures again when the network is better, to those who gave them up for now", () => {
    const forNow = media({ soundOnly: true, soundOnlyForNow: true });
    expect(bannerState("open", forNow, "poor")).toBe("soundOnly");
    expect(bannerState("open", forNow, "good")).toBe("better");
  });

  it("leaves those alone who came with sound only", () => {
    expect(bannerState("open", media({ soundOnly: true }), "good")).toBe("open");
  });
});
