/** Sound and picture of one person: sends the own tracks, receives everybody else's, and comes back after a loss. */
import type { types } from "mediasoup-client";
import type { PublicationId, PublicationView } from "../generated/messages";
import type { RoomClient } from "./client";
import { type DeviceProblem, openCamera, openMicrophone, problemOf } from "./devices";
import { isPresent } from "./state";
import { type Readable, Store } from "./store";
import { type RemoteTrack, Subscriptions } from "./subscriptions";
import { TransportPair } from "./transports";

export type { RemoteTrack } from "./subscriptions";

const REBUILD_DELAY_MS = 1000;
const CAMERA_MAXIMUM_BITRATE = 600_000;
const CAMERA_START_KBIT = 300;

export interface LocalTrack {
  /** What the person wants; `track` is null while it is off, being opened, or impossible. */
  wanted: boolean;
  track: MediaStreamTrack | null;
  problem: DeviceProblem | null;
}

export interface MediaState {
  phase: "idle" | "connecting" | "connected" | "restoring";
  remote: ReadonlyMap<PublicationId, RemoteTrack>;
  microphone: LocalTrack;
  camera: LocalTrack;
  /** Pictures are switched off in both directions so that the sound gets through. */
  soundOnly: boolean;
}

export interface MediaOptions {
  microphone: boolean;
  camera: boolean;
  soundOnly?: boolean;
  /** Tracks that were opened before (the check of the phone), to be taken over. */
  tracks?: MediaStreamTrack[];
}

type LocalSource = "microphone" | "camera";

export class MediaSession {
  private readonly store: Store<MediaState>;
  private readonly producers = new Map<LocalSource, types.Producer>();
  private readonly opening = new Map<LocalSource, Promise<MediaStreamTrack | null>>();
  private readonly subscriptions: Subscriptions;
  private readonly stopWatching: (() => void)[];
  private transports: TransportPair | null = null;
  private builtFor: object | null = null;
  private generation = 0;
  private rebuildTimer: ReturnType<typeof setTimeout> | undefined;
  private queue: Promise<void> = Promise.resolve();
  private closed = false;

  constructor(
    private readonly client: RoomClient,
    options: MediaOptions,
  ) {
    const taken = (kind: string) => options.tracks?.find((one) => one.kind === kind && one.readyState === "live");
    const soundOnly = options.soundOnly ?? false;
    this.store = new Store<MediaState>({
      phase: "idle",
      remote: new Map(),
      microphone: { wanted: options.microphone, track: taken("audio") ?? null, problem: null },
      camera: { wanted: options.camera && !soundOnly, track: taken("video") ?? null, problem: null },
      soundOnly,
    });
    this.subscriptions = new Subscriptions(client, (remote) => this.update({ remote }));
    this.stopWatching = [
      client.connection.subscribe(() => this.follow()),
      client.state.subscribe(() => this.follow()),
      client.offer.subscribe(() => this.follow()),
      client.on("transport_changed", (event) => {
        const lost = event.state === "failed" || event.state === "closed";
        if (lost && this.transports?.owns(event.transport_id)) this.rebuildSoon();
      }),
    ];
    // The person sees and checks the own picture while waiting; nothing is sent before the room lets them in.
    for (const source of ["microphone", "camera"] as const) {
      if (this.store.value[source].wanted) void this.openTrack(source);
    }
    this.follow();
  }

  get state(): Readable<MediaState> {
    return this.store;
  }

  /** Switch the microphone; opens the device when it is needed for the first time. */
  setMicrophone(on: boolean): Promise<void> {
    return this.setLocal("microphone", on);
  }

  /** Switch the camera. Off lets go of the device, so that its lamp goes out. */
  setCamera(on: boolean): Promise<void> {
    return this.setLocal("camera", on);
  }

  /** Give up pictures in both directions, or have them again. */
  async setSoundOnly(soundOnly: boolean): Promise<void> {
    this.update({ soundOnly });
    if (soundOnly) await this.setLocal("camera", false);
    this.subscriptions.setVideo(!soundOnly);
    this.follow();
  }

  close(): void {
    this.closed = true;
    for (const stop of this.stopWatching) stop();
    clearTimeout(this.rebuildTimer);
    this.tearDown();
    for (const source of ["microphone", "camera"] as const) this.store.value[source].track?.stop();
    this.update({ phase: "idle" });
  }

  // ---- following the room --------------------------------------------------------------------------------------

  private follow(): void {
    if (this.closed) return;
    const state = this.client.state.value;
    const offer = this.client.offer.value;
    if (this.client.connection.value.phase === "ended") {
      this.tearDown();
      return;
    }
    if (this.client.connection.value.phase !== "open" || !state || !offer) return;
    if (!isPresent(state)) {
      this.tearDown();
      this.builtFor = null;
      this.update({ phase: "idle" });
      return;
    }
    if (this.builtFor === null || (offer.fresh && this.builtFor !== offer)) {
      this.builtFor = offer;
      this.rebuild();
      return;
    }
    if (this.transports) this.subscriptions.follow(this.others(), !this.store.value.soundOnly);
  }

  private others(): PublicationView[] {
    const state = this.client.state.value;
    if (!state) return [];
    return [...state.publications.values()].filter((one) => one.participant_id !== state.me);
  }

  private rebuildSoon(): void {
    if (this.closed) return;
    clearTimeout(this.rebuildTimer);
    this.rebuildTimer = setTimeout(() => {
      if (this.client.connection.value.phase === "open") this.rebuild();
    }, REBUILD_DELAY_MS);
  }

  private rebuild(): void {
    const generation = ++this.generation;
    clearTimeout(this.rebuildTimer);
    this.update({ phase: this.store.value.phase === "idle" ? "connecting" : "restoring" });
    this.queue = this.queue.then(() => this.build(generation)).catch(() => this.rebuildSoon());
  }

  private async build(generation: number): Promise<void> {
    const stale = () => this.closed || generation !== this.generation;
    const offer = this.client.offer.value;
    if (stale() || !offer) return;
    this.tearDown();
    const pair = await TransportPair.open(this.client, offer, {
      publish: (source, kind, rtpParameters, paused) => this.publish(pair.sendId, source, kind, rtpParameters, paused),
      broken: () => this.rebuildSoon(),
      connected: () => this.update({ phase: "connected" }),
    });
    if (stale()) {
      pair.close();
      return;
    }
    this.transports = pair;
    this.subscriptions.attach(pair);
    this.subscriptions.follow(this.others(), !this.store.value.soundOnly);
    await Promise.all([this.send("microphone"), this.send("camera")]);
    if (!stale()) this.update({ phase: "connected" });
  }

  private tearDown(): void {
    this.subscriptions.detach();
    this.producers.clear();
    this.transports?.close();
    this.transports = null;
  }

  // ---- one's own tracks ----------------------------------------------------------------------------------------

  private async publish(
    transportId: string,
    source: LocalSource,
    kind: types.MediaKind,
    rtpParameters: types.RtpParameters,
    paused: boolean,
  ): Promise<PublicationId> {
    const published = await this.client.command("publish", {
      transport_id: transportId,
      kind,
      source,
      rtp_parameters: rtpParameters as unknown as Record<string, unknown>,
      paused,
    });
    return published.publication_id;
  }

  private async setLocal(source: LocalSource, wanted: boolean): Promise<void> {
    this.patch(source, { wanted, problem: null });
    const producer = this.producers.get(source);
    if (wanted) {
      await this.send(source);
      return;
    }
    producer?.pause();
    if (source === "camera") {
      this.store.value.camera.track?.stop();
      this.patch("camera", { track: null });
      await producer?.replaceTrack({ track: null });
    }
    await this.tellPaused(producer, true);
  }

  /** Make sure that a wanted track is open and on its way. */
  private async send(source: LocalSource): Promise<void> {
    if (!this.store.value[source].wanted) return;
    const track = await this.openTrack(source);
    const pair = this.transports;
    if (!track || !pair || this.closed) return;
    const producer = this.producers.get(source);
    if (producer && !producer.closed) {
      if (producer.track !== track) await producer.replaceTrack({ track });
      producer.resume();
      await this.tellPaused(producer, false);
      return;
    }
    const made = await pair.produce(source, track, this.encoding(source, pair));
    if (this.transports !== pair) return;
    this.producers.set(source, made);
    made.on("trackended", () => this.ended(source));
    if (!this.store.value[source].wanted) await this.setLocal(source, false);
  }

  private encoding(source: LocalSource, pair: TransportPair): Partial<types.ProducerOptions> {
    if (source === "microphone") return { codecOptions: { opusDtx: true, opusFec: true, opusStereo: false } };
    return {
      encodings: [{ maxBitrate: CAMERA_MAXIMUM_BITRATE }],
      codecOptions: { videoGoogleStartBitrate: CAMERA_START_KBIT },
      codec: pair.codec("video/vp8"),
    };
  }

  private openTrack(source: LocalSource): Promise<MediaStreamTrack | null> {
    const known = this.store.value[source].track;
    if (known?.readyState === "live") return Promise.resolve(known);
    const already = this.opening.get(source);
    if (already) return already;
    const opening = this.openDevice(source).finally(() => this.opening.delete(source));
    this.opening.set(source, opening);
    return opening;
  }

  private async openDevice(source: LocalSource): Promise<MediaStreamTrack | null> {
    try {
      const track = source === "microphone" ? await openMicrophone() : await openCamera();
      if (this.closed || !this.store.value[source].wanted) {
        track.stop();
        return null;
      }
      this.patch(source, { track, problem: null });
      return track;
    } catch (error) {
      this.patch(source, { track: null, problem: problemOf(error), wanted: false });
      return null;
    }
  }

  private async tellPaused(producer: types.Producer | undefined, paused: boolean): Promise<void> {
    if (!producer || this.client.connection.value.phase !== "open") return;
    await this.client.command("set_publication_paused", { publication_id: producer.id, paused });
  }

  private ended(source: LocalSource): void {
    this.patch(source, { track: null, problem: "busy" });
    void this.setLocal(source, false).then(() => this.patch(source, { problem: "busy" }));
  }

  private patch(source: LocalSource, change: Partial<LocalTrack>): void {
    this.update({ [source]: { ...this.store.value[source], ...change } });
  }

  private update(change: Partial<MediaState>): void {
    this.store.value = { ...this.store.value, ...change };
  }
}
