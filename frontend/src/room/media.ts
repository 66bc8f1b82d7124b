/** Sound and picture of one person: sends the own tracks, receives everybody else's, and comes back after a loss. */
import type { CaucusId, PublicationId, PublicationView } from "../generated/messages";
import type { RoomClient } from "./client";
import type { DeviceKind } from "./devices";
import { watchNetwork } from "./network";
import { type LocalTrack, Publications } from "./publications";
import type { TileSize } from "./sizes";
import { isPresent, myself, publicationOf, type RoomState } from "./state";
import { type Readable, Store } from "./store";
import { type RemoteTrack, Subscriptions } from "./subscriptions";
import { TransportPair } from "./transports";
import { Troubles } from "./troubles";

export type { LocalTrack } from "./publications";
export type { TileSize } from "./sizes";
export type { RemoteTrack } from "./subscriptions";

const REBUILD_DELAY_MS = 1000;
const REBUILD_DELAY_LIMIT_MS = 8000;

export interface MediaState {
  phase: "idle" | "connecting" | "connected" | "restoring";
  remote: ReadonlyMap<PublicationId, RemoteTrack>;
  microphone: LocalTrack;
  camera: LocalTrack;
  screen: LocalTrack;
  /** Pictures are switched off in both directions so that the sound gets through. */
  soundOnly: boolean;
  /** They are off only until the network is better; the camera comes back with them if it was on. */
  soundOnlyForNow: boolean;
  /** Where the sound comes out, if the person chose it. */
  speaker: string | null;
}

export interface MediaOptions {
  microphone: boolean;
  camera: boolean;
  soundOnly?: boolean;
  /** Tracks that were opened before (the check of the phone), to be taken over. */
  tracks?: MediaStreamTrack[];
}

const OFF: LocalTrack = { wanted: false, track: null, problem: null };

export class MediaSession {
  private readonly store: Store<MediaState>;
  private readonly publications: Publications;
  private readonly subscriptions: Subscriptions;
  private readonly troubles: Troubles;
  private readonly stopWatching: (() => void)[];
  private transports: TransportPair | null = null;
  private builtFor: object | null = null;
  private generation = 0;
  private failures = 0;
  private rebuildDue = false;
  private rebuildTimer: ReturnType<typeof setTimeout> | undefined;
  private queue: Promise<void> = Promise.resolve();
  private cameraBefore = false;
  /** The private talk that this person is in; null: the joint session. */
  private place: CaucusId | null = null;
  private closed = false;

  constructor(
    private readonly client: RoomClient,
    options: MediaOptions,
  ) {
    const taken = (kind: string) => options.tracks?.find((one) => one.kind === kind && one.readyState === "live");
    const soundOnly = options.soundOnly ?? false;
    const own = {
      microphone: { wanted: options.microphone, track: taken("audio") ?? null, problem: null },
      camera: { wanted: options.camera && !soundOnly, track: taken("video") ?? null, problem: null },
      screen: OFF,
    };
    this.store = new Store<MediaState>({
      phase: "idle",
      remote: new Map(),
      ...own,
      soundOnly,
      soundOnlyForNow: false,
      speaker: null,
    });
    this.troubles = new Troubles(client);
    this.publications = new Publications(client, own, (tracks) => this.update(tracks));
    this.subscriptions = new Subscriptions(client, (remote) => this.update({ remote }));
    this.stopWatching = [
      client.connection.subscribe(() => this.follow()),
      client.state.subscribe(() => this.follow()),
      client.offer.subscribe((offer) => {
        this.follow();
        if (offer && !offer.fresh) this.resume();
      }),
      client.on("transport_changed", (event) => {
        if (!this.transports?.owns(event.transport_id)) return;
        if (event.state === "failed" && event.reason === "silent") this.transports.silent(event.transport_id);
        else if (event.state === "failed" || event.state === "closed") this.rebuildSoon();
      }),
      watchNetwork(() => this.transports?.networkChanged()),
    ];
    this.follow();
  }

  get state(): Readable<MediaState> {
    return this.store;
  }

  /** Switch the microphone; opens the device when it is needed for the first time. */
  setMicrophone(on: boolean): Promise<void> {
    return this.publications.set("microphone", on);
  }

  /** Switch the camera. Off lets go of the device, so that its lamp goes out. */
  setCamera(on: boolean): Promise<void> {
    return this.publications.set("camera", on);
  }

  /** Share a screen, or stop it. On asks the person what to share: only to be called while a press is handled. */
  setScreen(on: boolean): Promise<void> {
    return this.publications.set("screen", on);
  }

  /** Use another microphone, camera or loudspeaker from now on. */
  async choose(kind: DeviceKind, deviceId: string): Promise<void> {
    if (kind === "speaker") this.update({ speaker: deviceId });
    else await this.publications.choose(kind, deviceId);
  }

  /** The tile that shows a received picture has this size in device pixels; 0×0: nobody looks at it. */
  show(publication: PublicationId, size: TileSize): void {
    this.subscriptions.show(publication, size);
  }

  /** Give up pictures in both directions, or have them again.
   * @param forNow until the network is better: the camera then comes back if it was on */
  async setSoundOnly(soundOnly: boolean, forNow = false): Promise<void> {
    const { soundOnly: before, soundOnlyForNow, camera } = this.store.value;
    if (soundOnly && !before) this.cameraBefore = camera.wanted;
    this.update({ soundOnly, soundOnlyForNow: soundOnly && forNow });
    this.subscriptions.setVideo(!soundOnly);
    this.follow();
    if (soundOnly) await this.publications.set("camera", false);
    else if (soundOnlyForNow && this.cameraBefore) await this.publications.set("camera", true);
  }

  close(): void {
    this.closed = true;
    for (const stop of this.stopWatching) stop();
    clearTimeout(this.rebuildTimer);
    this.tearDown();
    this.subscriptions.close();
    this.publications.close();
    this.update({ phase: "idle" });
  }

  // ---- following the room --------------------------------------------------------------------------------------

  private follow(): void {
    if (this.closed) return;
    const state = this.client.state.value;
    const offer = this.client.offer.value;
    if (this.client.connection.value.phase === "ended") {
      // Nobody is there to send to: no lamp stays on, and whoever goes on in another window finds the devices free.
      this.close();
      return;
    }
    if (this.client.connection.value.phase !== "open" || !state || !offer) return;
    if (!isPresent(state)) {
      this.tearDown();
      this.builtFor = null;
      this.update({ phase: "idle" });
      return;
    }
    const place = myself(state)?.caucus_id ?? null;
    if (place !== this.place) {
      this.place = place;
      // What was shown to one side is never shown to others by a move: sharing has to be begun anew.
      void this.setScreen(false).catch(() => undefined);
    }
    this.obey(state);
    this.troubles.follow(this.store.value);
    const missed = this.rebuildDue && this.rebuildTimer === undefined;
    if (this.builtFor === null || (offer.fresh && this.builtFor !== offer) || missed) {
      this.builtFor = offer;
      this.rebuild();
      return;
    }
    if (this.transports) this.subscriptions.follow(this.others(), !this.store.value.soundOnly);
  }

  /** What a host has stopped is off here too: whoever is let speak again switches on themselves. */
  private obey(state: RoomState): void {
    for (const device of ["microphone", "camera"] as const) {
      const muted = publicationOf(state, state.me, device)?.muted_by_host ?? false;
      if (muted && this.store.value[device].wanted) void this.publications.set(device, false).catch(() => undefined);
    }
    if (this.store.value.screen.wanted && myself(state)?.may_share === false) {
      void this.setScreen(false).catch(() => undefined);
    }
  }

  /** The same connection as before goes on: say and ask what could not be said and asked while it was away. */
  private resume(): void {
    this.transports?.resume();
    this.publications.resume();
    this.subscriptions.resume();
  }

  private others(): PublicationView[] {
    const state = this.client.state.value;
    if (!state) return [];
    return [...state.publications.values()].filter((one) => one.participant_id !== state.me);
  }

  private rebuildSoon(): void {
    if (this.closed) return;
    this.rebuildDue = true;
    this.update({ phase: "restoring" });
    clearTimeout(this.rebuildTimer);
    const delay = Math.min(REBUILD_DELAY_MS * 2 ** this.failures, REBUILD_DELAY_LIMIT_MS);
    this.failures += 1;
    this.rebuildTimer = setTimeout(() => {
      this.rebuildTimer = undefined;
      this.follow(); // Rebuilds, or waits for the connection.
    }, delay);
  }

  private rebuild(): void {
    const generation = ++this.generation;
    clearTimeout(this.rebuildTimer);
    this.rebuildTimer = undefined;
    this.rebuildDue = false;
    this.update({ phase: this.store.value.phase === "idle" ? "connecting" : "restoring" });
    this.queue = this.queue.then(() => this.build(generation)).catch(() => this.rebuildSoon());
  }

  private async build(generation: number): Promise<void> {
    const stale = () => this.closed || generation !== this.generation;
    const offer = this.client.offer.value;
    if (stale() || !offer) return;
    this.tearDown();
    const pair = await TransportPair.open(this.client, offer, {
      publish: async (source, kind, rtpParameters, paused) => {
        const published = await this.client.command("publish", {
          transport_id: pair.sendId,
          kind,
          source,
          rtp_parameters: rtpParameters as unknown as Record<string, unknown>,
          paused,
        });
        return published.publication_id;
      },
      disturbed: () => this.update({ phase: "restoring" }),
      broken: () => this.rebuildSoon(),
      connected: () => this.succeed(),
    });
    if (stale()) {
      pair.close();
      return;
    }
    this.transports = pair;
    this.subscriptions.attach(pair);
    this.subscriptions.follow(this.others(), !this.store.value.soundOnly);
    await this.publications.attach(pair);
    if (!stale() && pair.whole) this.update({ phase: "connected" });
  }

  private succeed(): void {
    this.failures = 0;
    this.update({ phase: "connected" });
  }

  private tearDown(): void {
    this.subscriptions.detach();
    this.publications.detach();
    this.transports?.close();
    this.transports = null;
  }

  private update(change: Partial<MediaState>): void {
    this.store.value = { ...this.store.value, ...change };
    if (!this.closed) this.troubles.follow(this.store.value);
  }
}
