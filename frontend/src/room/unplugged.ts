/** Devices that are taken by a call, unplugged, missing from the beginning, or plugged in meanwhile. */
import type { Source } from "../generated/messages";
import { pluggedIn, watchDevices, watchPage } from "./devices";
import type { LocalTrack, OwnDevice, OwnTracks } from "./publications";

/** A track that ends again so soon after it was opened anew is not opened a third time. */
const REOPEN_PAUSE_MS = 5000;
/** After a call the page is in front before the phone has let go of the microphone. */
const GIVEN_BACK_WITHIN_MS = 1500;
const DEVICES = ["microphone", "camera"] as const;

/** What this needs of whoever opens and sends the tracks. */
interface Owner {
  own: () => OwnTracks;
  /** Whether what happens to this track matters. */
  ours: (source: Source, track: MediaStreamTrack) => boolean;
  patch: (source: Source, change: Partial<LocalTrack>) => void;
  set: (source: Source, wanted: boolean) => Promise<void>;
  send: (source: Source) => Promise<void>;
  /** The one that was chosen is what went away: another will do. */
  lost: (device: OwnDevice) => void;
}

export class Unplugged {
  /** Devices that went away while they were wanted, and when each was last opened anew. */
  private readonly missed = new Set<OwnDevice>();
  private readonly reopenedAt = new Map<OwnDevice, number>();
  private readonly stopListening: (() => void)[];
  private closed = false;

  constructor(private readonly owner: Owner) {
    this.stopListening = [watchDevices(() => this.devicesChanged()), watchPage(() => this.lookedAt())];
    void this.lookAround();
  }

  watch(source: Source, track: MediaStreamTrack): void {
    track.addEventListener("mute", () => this.interrupted(source, track));
    track.addEventListener("unmute", () => this.givenBack(source, track));
    track.addEventListener("ended", () => {
      // Only what ends by itself: unplugged, taken by another app, "stop sharing" of the browser.
      if (this.owner.ours(source, track)) void this.ended(source).catch(() => undefined);
    });
  }

  /** The person has switched it on or off: it is not waited for any more. */
  forget(device: OwnDevice): void {
    this.missed.delete(device);
  }

  close(): void {
    this.closed = true;
    for (const stop of this.stopListening) stop();
  }

  /** A telephone call or another app took the device for a while; the browser says when it is given back. */
  private interrupted(source: Source, track: MediaStreamTrack): void {
    if (source !== "screen" && this.owner.ours(source, track)) this.owner.patch(source, { problem: "interrupted" });
  }

  private givenBack(source: Source, track: MediaStreamTrack): void {
    const { track: now, problem } = this.owner.own()[source];
    if (now === track && problem === "interrupted") this.owner.patch(source, { problem: null });
  }

  /** The person looks at the page again. Some phones never give a device back by themselves: it is opened anew. */
  private lookedAt(): void {
    if (document.visibilityState !== "visible") return;
    void this.lookAround(); // Old browsers do not tell of what was plugged in.
    setTimeout(() => {
      for (const source of DEVICES) {
        const { track, problem, wanted } = this.owner.own()[source];
        if (this.closed || !wanted || problem !== "interrupted" || !track) continue;
        track.stop();
        this.owner.patch(source, { track: null, problem: null });
        void this.owner.send(source).catch(() => undefined);
      }
    }, GIVEN_BACK_WITHIN_MS);
  }

  private async ended(source: Source): Promise<void> {
    this.owner.patch(source, { track: null });
    if (source === "screen") {
      await this.owner.set("screen", false);
      return;
    }
    if (!this.owner.own()[source].wanted) return;
    const before = this.reopenedAt.get(source) ?? Number.NEGATIVE_INFINITY;
    const again = Date.now() - before > REOPEN_PAUSE_MS;
    this.reopenedAt.set(source, Date.now());
    this.owner.lost(source);
    if (again) await this.owner.send(source);
    if (this.owner.own()[source].track) return;
    // Nothing else is there: others must see that nothing comes, and the person why.
    const problem = this.owner.own()[source].problem ?? "busy";
    await this.owner.set(source, false).catch(() => undefined);
    this.owner.patch(source, { problem });
    this.missed.add(source);
  }

  private devicesChanged(): void {
    for (const source of [...this.missed]) void this.regain(source).catch(() => undefined);
    void this.lookAround();
  }

  /** Several things may be plugged in one after the other: what is still missing is looked for again. */
  private async regain(device: OwnDevice): Promise<void> {
    await this.owner.set(device, true);
    const { wanted, problem } = this.owner.own()[device];
    if (!wanted && problem) this.missed.add(device);
  }

  /** What is not there is known before it is asked for, and what has come is told. Nothing is switched on by that. */
  private async lookAround(): Promise<void> {
    const found = await pluggedIn().catch(() => null);
    if (!found || this.closed) return;
    for (const source of DEVICES) {
      const { wanted, track, problem } = this.owner.own()[source];
      if (wanted || track || this.missed.has(source)) continue;
      const there = found.has(source);
      if (there && problem === "absent") this.owner.patch(source, { problem: "plugged" });
      if (!there && problem !== "absent") this.owner.patch(source, { problem: "absent" });
    }
  }
}
