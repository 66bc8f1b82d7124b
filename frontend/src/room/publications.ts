/** One's own tracks: opens the devices and sends what is wanted. */
import type { types } from "mediasoup-client";
import type { PublicationView, Source } from "../generated/messages";
import type { RoomClient } from "./client";
import { DeviceError, type DeviceProblem, openScreen, problemOf } from "./devices";
import { CommandError, ConnectionLost } from "./failure";
import { LayerSwitch } from "./layers";
import { type Slot, SOURCE_OF, sendingOptions, slotOf } from "./sending";
import { OPEN, openChosen, switchOver } from "./switchover";
import type { TransportPair } from "./transports";
import { Unplugged } from "./unplugged";
import { WayUp } from "./wayup";

/** After a refusal that may be over soon. */
const AGAIN_MS = 1000;

/** `full`: as many people send in this room as it takes. `plugged`: there was none, and there is one now. */
export type TrackProblem = DeviceProblem | "full" | "plugged";

export interface LocalTrack {
  /** What the person wants; `track` is null while it is off, being opened, or impossible. */
  wanted: boolean;
  track: MediaStreamTrack | null;
  problem: TrackProblem | null;
}

/** Whether something comes from it now: it is not being opened, and nobody else has it. */
export function givesNow({ wanted, track, problem }: LocalTrack): boolean {
  return wanted && track !== null && problem === null;
}

export type OwnTracks = Record<Source, LocalTrack>;

export type OwnDevice = "microphone" | "camera";

/** Refusals that another try will not change; every other code is of the moment (overloaded, being moved, …). */
const FINAL = new Set(["forbidden", "bad_request", "room_full"]);

export class Publications {
  private readonly producers = new Map<Slot, types.Producer>();
  private readonly opening = new Map<Source, Promise<MediaStreamTrack | null>>();
  private readonly turns = new Map<Slot, Promise<void>>();
  private readonly layers = new LayerSwitch();
  private readonly unplugged: Unplugged;
  private readonly wayUp = new WayUp(
    () => this.voiceBesidePictures(),
    (ceiling) => this.layers.limit(ceiling),
  );
  private readonly stopListening: (() => void)[];
  private readonly chosen = new Map<OwnDevice, string>();
  /** Devices that are being exchanged for others: what happens to the one before means nothing. */
  private readonly switching = new Set<Source>();
  private againTimer: ReturnType<typeof setTimeout> | undefined;
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
      client.on("publication_changed", ({ publication }) => this.compare(publication)),
    ];
    this.unplugged = new Unplugged({
      own: () => this.own,
      // What happens to the device before means nothing while it is exchanged for another.
      ours: (source, track) => !this.closed && !this.switching.has(source) && this.own[source].track === track,
      patch: (source, change) => this.patch(source, change),
      set: (source, wanted) => this.set(source, wanted),
      send: (source) => this.send(source),
      lost: (device) => this.chosen.delete(device),
    });
    for (const source of ["microphone", "camera"] as const) {
      const { track, wanted } = own[source];
      if (track) this.unplugged.watch(source, track);
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

  /** The connection is back: what was switched on, off or away meanwhile is told now. */
  resume(): void {
    if (!this.pair || this.closed || this.client.connection.value.phase !== "open") return;
    for (const source of ["microphone", "camera", "screen"] as const) {
      const { wanted, track } = this.own[source];
      // Nobody is asked again what to share.
      const had = source !== "screen" || track?.readyState === "live";
      if (wanted && had && !this.producers.has(source)) void this.send(source).catch(() => undefined);
    }
    for (const one of this.client.state.value?.publications.values() ?? []) this.compare(one);
  }

  async set(source: Source, wanted: boolean): Promise<void> {
    if (this.closed) return;
    const silent = wanted && source !== "screen" && this.own[source].track?.muted;
    this.patch(source, { wanted, problem: silent ? "interrupted" : null });
    if (source !== "screen") this.unplugged.forget(source);
    if (wanted) await this.send(source);
    else await this.inTurn(source, () => this.stop(source));
  }

  /** Use another microphone or camera from now on; the one before goes on until it is open.
   * @throws DeviceError it cannot be opened: the one before goes on, or else is off with the reason in `problem` */
  async choose(device: OwnDevice, deviceId: string): Promise<void> {
    await this.opening.get(device);
    await this.inTurn(device, () => this.exchange(device, deviceId));
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.againTimer);
    for (const stop of this.stopListening) stop();
    this.unplugged.close();
    this.wayUp.close();
    this.detach();
    this.screenSound?.stop();
    for (const source of ["microphone", "camera", "screen"] as const) {
      this.own[source].track?.stop();
      // What was on is remembered for whoever comes back; a screen is chosen anew.
      this.patch(source, source === "screen" ? { track: null, wanted: false } : { track: null });
    }
  }

  private async exchange(device: OwnDevice, deviceId: string): Promise<void> {
    const { wanted, track: before } = this.own[device];
    if (!wanted) {
      this.chosen.set(device, deviceId); // Opened when it is switched on.
      before?.stop();
      this.patch(device, { track: null, problem: null });
      return;
    }
    this.switching.add(device);
    const { track, problem } = await switchOver(OPEN[device], deviceId, before).finally(() =>
      this.switching.delete(device),
    );
    if (this.closed || !this.own[device].wanted) {
      track?.stop();
      before?.stop();
      this.patch(device, { track: null });
      return;
    }
    if (!problem) this.chosen.set(device, deviceId);
    if (track !== before) before?.stop();
    if (track && track !== before) this.unplugged.watch(device, track);
    this.patch(device, { track, wanted: track !== null, problem: track ? null : problem });
    await (track ? this.produce(device, track) : this.stop(device));
    if (problem) throw new DeviceError(problem);
  }

  // ---- off -----------------------------------------------------------------------------------------------------

  private async stop(source: Source): Promise<void> {
    if (this.own[source].wanted) return; // Switched on again meanwhile.
    if (source === "screen") {
      await this.stopScreen();
      return;
    }
    const producer = this.producers.get(source);
    const silent = producer?.paused;
    producer?.pause();
    if (source === "camera") {
      // Let go of the device, so that its lamp goes out.
      this.own.camera.track?.stop();
      this.patch("camera", { track: null });
      await producer?.replaceTrack({ track: null });
    }
    if (producer && !silent) await this.tellPaused(producer, true);
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
    await this.client.command("unpublish", { publication_id: producer.id }).catch((error: unknown) => {
      // A host has ended it already.
      if (!(error instanceof CommandError && error.code === "not_found")) throw error;
    });
  }

  // ---- on ------------------------------------------------------------------------------------------------------

  /** Make sure that a wanted track is open and on its way. */
  private async send(source: Source): Promise<void> {
    if (!this.own[source].wanted) return;
    const track = await this.open(source);
    if (!track) {
      // Others must see that nothing comes.
      await this.inTurn(source, () => this.stop(source));
      return;
    }
    const work = [this.inTurn(source, () => this.produce(source, track))];
    const sound = source === "screen" ? this.screenSound : null;
    if (sound) work.push(this.inTurn("screenSound", () => this.produce("screenSound", sound)));
    await Promise.all(work);
  }

  private async produce(slot: Slot, track: MediaStreamTrack): Promise<void> {
    const source = SOURCE_OF[slot];
    const pair = this.pair;
    if (!pair || this.closed || !this.own[source].wanted || track.readyState !== "live") return;
    const options = sendingOptions(slot, track, pair.pictureCodec);
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
    track.enabled = true; // It may have been off on transports that are gone.
    const made = await pair
      .produce(source, track, options)
      .catch((error: unknown) => this.refused(source, pair, error));
    if (!made || this.pair !== pair) return;
    this.producers.set(slot, made);
    this.layers.attach(made);
    if (!this.own[source].wanted) await this.stop(source);
  }

  /** What is not sent must not look as if it were: it is tried again, or off, and may be switched on again. */
  private refused(source: Source, pair: TransportPair, error: unknown): null {
    if (this.pair !== pair) return null; // The next transports carry it.
    if (error instanceof ConnectionLost) throw error; // The connection that comes back carries it.
    if (error instanceof CommandError && !FINAL.has(error.code)) {
      this.again();
      throw error;
    }
    this.own[source].track?.stop();
    const full = error instanceof CommandError && error.code === "room_full";
    this.patch(source, { track: null, wanted: false, problem: full ? "full" : "unknown" });
    if (full) return null;
    throw error;
  }

  private again(): void {
    clearTimeout(this.againTimer);
    this.againTimer = setTimeout(() => this.resume(), AGAIN_MS);
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
          : { picture: await openChosen(OPEN[source], this.chosen.get(source)), sound: null };
      if (this.closed || !this.own[source].wanted) {
        track.stop();
        sound?.stop();
        return null;
      }
      if (source === "screen") this.screenSound = sound;
      this.unplugged.watch(source, track);
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

  // ---- the rest ------------------------------------------------------------------------------------------------

  private async tellPaused(producer: types.Producer, paused: boolean): Promise<void> {
    if (this.client.connection.value.phase !== "open") return;
    try {
      await this.client.command("set_publication_paused", { publication_id: producer.id, paused });
    } catch (error) {
      if (error instanceof CommandError && error.retryable) this.again();
      throw error;
    }
  }

  private voiceBesidePictures(): types.Producer | null {
    const pictures = [this.producers.get("camera"), this.producers.get("screen")];
    return pictures.some((one) => one && !one.paused) ? (this.producers.get("microphone") ?? null) : null;
  }

  /** The server's word on a track of one's own, held against what is here: a command may have been lost or refused. */
  private compare(publication: PublicationView): void {
    const { publication_id } = publication;
    if (publication.participant_id !== this.client.state.value?.me) return;
    const slot = slotOf(publication);
    const work = async () => {
      const known = this.client.state.value?.publications.get(publication_id);
      if (!this.pair || this.closed || !known) return;
      const producer = this.producers.get(slot);
      if (producer?.id !== publication_id) await this.client.command("unpublish", { publication_id });
      else if (producer.paused !== known.paused) await this.tellPaused(producer, producer.paused);
    };
    void this.inTurn(slot, work).catch(() => undefined);
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
