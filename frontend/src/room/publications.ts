/** One's own tracks: opens the devices, sends what is wanted, and finds another device when one is unplugged. */
import type { types } from "mediasoup-client";
import type { PublicationId, Source } from "../generated/messages";
import type { RoomClient } from "./client";
import {
  cores,
  type DeviceProblem,
  openCamera,
  openMicrophone,
  openScreen,
  problemOf,
  watchDevices,
  watchPage,
} from "./devices";
import { CAMERA_START_KBIT, cameraEncodings, SCREEN_START_KBIT, screenEncodings } from "./encodings";
import { LayerSwitch } from "./layers";
import type { TransportPair } from "./transports";

/** A track that ends again so soon after it was opened anew is not opened a third time. */
const REOPEN_PAUSE_MS = 5000;
/** After a call the page is in front before the phone has let go of the microphone. */
const GIVEN_BACK_WITHIN_MS = 1500;
/** Enough for a voice; what is saved goes to the picture. Bits per second. */
const VOICE_BITRATE = 32_000;

export interface LocalTrack {
  /** What the person wants; `track` is null while it is off, being opened, or impossible. */
  wanted: boolean;
  track: MediaStreamTrack | null;
  problem: DeviceProblem | null;
}

export type OwnTracks = Record<Source, LocalTrack>;

/** What goes out as a track of its own; a shared screen may bring its sound. */
type Slot = Source | "screenSound";
type Device = "microphone" | "camera";

const SOURCE_OF: Record<Slot, Source> = {
  microphone: "microphone",
  camera: "camera",
  screen: "screen",
  screenSound: "screen",
};

export class Publications {
  private readonly producers = new Map<Slot, types.Producer>();
  private readonly opening = new Map<Source, Promise<MediaStreamTrack | null>>();
  private readonly turns = new Map<Slot, Promise<void>>();
  private readonly layers = new LayerSwitch();
  /** Devices that went away while they were wanted, and when each was last opened anew. */
  private readonly missed = new Set<Device>();
  private readonly reopenedAt = new Map<Device, number>();
  private readonly stopListening: (() => void)[];
  private screenSound: MediaStreamTrack | null = null;
  private pair: TransportPair | null = null;
  private closed = false;

  constructor(
    private readonly client: RoomClient,
    private own: OwnTracks,
    private readonly changed: (own: OwnTracks) => void,
  ) {
    this.stopListening = [
      client.on("publication_layers", (told) => this.layers.want(told.publication_id, told.active)),
      watchDevices(() => this.devicesChanged()),
      watchPage(() => this.lookedAt()),
    ];
    for (const source of ["microphone", "camera"] as const) {
      const { track, wanted } = own[source];
      if (track) this.watch(source, track);
      // The person sees and checks the own picture while waiting; nothing is sent before the room lets them in.
      if (wanted) void this.open(source);
    }
  }

  /** Send what is wanted on these transports. */
  async attach(pair: TransportPair): Promise<void> {
    this.detach();
    this.pair = pair;
    await Promise.all((["microphone", "camera", "screen"] as const).map((source) => this.send(source)));
  }

  detach(): void {
    this.pair = null;
    this.producers.clear();
    this.layers.clear();
  }

  /** The connection is back: what was switched while it was away is told now. */
  resume(): void {
    for (const producer of this.producers.values()) {
      const known = this.client.state.value?.publications.get(producer.id);
      if (known && known.paused !== producer.paused) this.tellPaused(producer, producer.paused).catch(() => undefined);
    }
  }

  async set(source: Source, wanted: boolean): Promise<void> {
    this.patch(source, { wanted, problem: null });
    if (source !== "screen") this.missed.delete(source);
    if (wanted) await this.send(source);
    else await this.inTurn(source, () => this.stop(source));
  }

  close(): void {
    this.closed = true;
    for (const stop of this.stopListening) stop();
    this.detach();
    this.screenSound?.stop();
    for (const { track } of Object.values(this.own)) track?.stop();
  }

  // ---- off -----------------------------------------------------------------------------------------------------

  private async stop(source: Source): Promise<void> {
    if (this.own[source].wanted) return; // Switched on again meanwhile.
    if (source === "screen") {
      await this.stopScreen();
      return;
    }
    const producer = this.producers.get(source);
    producer?.pause();
    if (source === "camera") {
      // Let go of the device, so that its lamp goes out.
      this.own.camera.track?.stop();
      this.patch("camera", { track: null });
      await producer?.replaceTrack({ track: null });
    }
    if (producer) await this.tellPaused(producer, true);
  }

  private async stopScreen(): Promise<void> {
    this.own.screen.track?.stop();
    this.screenSound?.stop();
    this.screenSound = null;
    this.patch("screen", { track: null });
    await Promise.all([this.unpublish("screen"), this.unpublish("screenSound")]);
  }

  private async unpublish(slot: Slot): Promise<void> {
    const producer = this.producers.get(slot);
    if (!producer) return;
    this.producers.delete(slot);
    this.layers.forget(producer.id);
    producer.close();
    await this.client.command("unpublish", { publication_id: producer.id });
  }

  // ---- on ------------------------------------------------------------------------------------------------------

  /** Make sure that a wanted track is open and on its way. */
  private async send(source: Source): Promise<void> {
    if (!this.own[source].wanted) return;
    const track = await this.open(source);
    if (!track) return;
    const work = [this.inTurn(source, () => this.produce(source, track))];
    const sound = source === "screen" ? this.screenSound : null;
    if (sound) work.push(this.inTurn("screenSound", () => this.produce("screenSound", sound)));
    await Promise.all(work);
  }

  private async produce(slot: Slot, track: MediaStreamTrack): Promise<void> {
    const source = SOURCE_OF[slot];
    const pair = this.pair;
    if (!pair || this.closed || !this.own[source].wanted || track.readyState !== "live") return;
    const options = this.options(slot, track, pair);
    const producer = this.producers.get(slot);
    const layers = options.encodings?.length;
    // Another camera may be worth more layers or fewer: then it is another publication.
    const fits = layers === undefined || layers === producer?.rtpParameters.encodings?.length;
    if (producer && !fits) await this.unpublish(slot);
    else if (producer && !producer.closed) {
      if (producer.track !== track) await producer.replaceTrack({ track });
      producer.resume();
      this.layers.attach(producer);
      await this.tellPaused(producer, false);
      return;
    }
    const made = await pair.produce(source, track, options);
    if (this.pair !== pair) return;
    this.producers.set(slot, made);
    this.layers.attach(made);
    if (!this.own[source].wanted) await this.stop(source);
  }

  private options(slot: Slot, track: MediaStreamTrack, pair: TransportPair): Partial<types.ProducerOptions> {
    const codec = pair.codec("video/vp8");
    switch (slot) {
      case "microphone":
        return {
          codecOptions: {
            opusDtx: true,
            opusFec: true,
            opusNack: true,
            opusStereo: false,
            opusMaxAverageBitrate: VOICE_BITRATE,
          },
        };
      case "screenSound":
        return { codecOptions: { opusDtx: true, opusFec: true, opusNack: true, opusStereo: true } };
      case "camera":
        return {
          encodings: cameraEncodings(track.getSettings(), cores()),
          codecOptions: { videoGoogleStartBitrate: CAMERA_START_KBIT },
          codec,
        };
      case "screen":
        return {
          encodings: screenEncodings(),
          codecOptions: { videoGoogleStartBitrate: SCREEN_START_KBIT },
          codec,
        };
    }
  }

  private open(source: Source): Promise<MediaStreamTrack | null> {
    const known = this.own[source].track;
    if (known?.readyState === "live") return Promise.resolve(known);
    const already = this.opening.get(source);
    if (already) return already;
    const opening = this.ask(source).finally(() => this.opening.delete(source));
    this.opening.set(source, opening);
    return opening;
  }

  private async ask(source: Source): Promise<MediaStreamTrack | null> {
    try {
      const { picture: track, sound } =
        source === "screen"
          ? await openScreen()
          : { picture: await (source === "microphone" ? openMicrophone() : openCamera()), sound: null };
      if (this.closed || !this.own[source].wanted) {
        track.stop();
        sound?.stop();
        return null;
      }
      if (source === "screen") this.screenSound = sound;
      this.watch(source, track);
      this.patch(source, { track, problem: null });
      return track;
    } catch (error) {
      const problem = problemOf(error);
      // Who closes the choice of what to share has changed their mind, no more.
      const chosen = source === "screen" && problem === "denied";
      this.patch(source, { track: null, problem: chosen ? null : problem, wanted: false });
      return null;
    }
  }

  // ---- devices that come and go --------------------------------------------------------------------------------

  private watch(source: Source, track: MediaStreamTrack): void {
    track.addEventListener("mute", () => this.interrupted(source, track));
    track.addEventListener("unmute", () => this.givenBack(source, track));
    track.addEventListener("ended", () => {
      // Only what ends by itself: unplugged, taken by another app, "stop sharing" of the browser.
      if (!this.closed && this.own[source].track === track) void this.ended(source).catch(() => undefined);
    });
  }

  /** A telephone call or another app took the device for a while; the browser says when it is given back. */
  private interrupted(source: Source, track: MediaStreamTrack): void {
    if (this.closed || source === "screen" || this.own[source].track !== track) return;
    this.patch(source, { problem: "interrupted" });
  }

  private givenBack(source: Source, track: MediaStreamTrack): void {
    if (this.own[source].track === track && this.own[source].problem === "interrupted")
      this.patch(source, { problem: null });
  }

  /** The person looks at the page again. Some phones never give a device back by themselves: it is opened anew. */
  private lookedAt(): void {
    if (document.visibilityState !== "visible") return;
    setTimeout(() => {
      for (const source of ["microphone", "camera"] as const) {
        const { track, problem, wanted } = this.own[source];
        if (this.closed || !wanted || problem !== "interrupted" || !track) continue;
        track.stop();
        this.patch(source, { track: null, problem: null });
        void this.send(source).catch(() => undefined);
      }
    }, GIVEN_BACK_WITHIN_MS);
  }

  private async ended(source: Source): Promise<void> {
    this.patch(source, { track: null });
    if (source === "screen") {
      await this.set("screen", false);
      return;
    }
    if (!this.own[source].wanted) return;
    const before = this.reopenedAt.get(source) ?? Number.NEGATIVE_INFINITY;
    const again = Date.now() - before > REOPEN_PAUSE_MS;
    this.reopenedAt.set(source, Date.now());
    if (again) await this.send(source);
    if (this.own[source].track) return;
    // Nothing else is there: others must see that nothing comes, and the person why.
    const problem = this.own[source].problem ?? "busy";
    await this.set(source, false).catch(() => undefined);
    this.patch(source, { problem });
    this.missed.add(source);
  }

  private devicesChanged(): void {
    for (const source of [...this.missed]) void this.set(source, true).catch(() => undefined);
  }

  // ---- the rest ------------------------------------------------------------------------------------------------

  private async tellPaused(producer: types.Producer, paused: boolean): Promise<void> {
    const publication: PublicationId = producer.id;
    if (this.client.connection.value.phase !== "open") return;
    await this.client.command("set_publication_paused", { publication_id: publication, paused });
  }

  /** One thing after the other for each track: a press while a track is on its way waits for it. */
  private inTurn(slot: Slot, work: () => Promise<void>): Promise<void> {
    const turn = (this.turns.get(slot) ?? Promise.resolve()).then(work);
    this.turns.set(
      slot,
      turn.catch(() => undefined),
    );
    return turn;
  }

  private patch(source: Source, change: Partial<LocalTrack>): void {
    this.own = { ...this.own, [source]: { ...this.own[source], ...change } };
    this.changed(this.own);
  }
}
