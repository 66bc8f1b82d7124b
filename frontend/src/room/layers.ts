/** Which layers of the own tracks are really encoded: only what somebody watches (dynacast). */
import type { types } from "mediasoup-client";
import type { PublicationId } from "../generated/messages";

const TRIES = 3;
const RETRY_MS = 400;

/** The part of a producer that is used here. */
export type LayeredProducer = Pick<types.Producer, "id" | "closed" | "track" | "rtpSender" | "rtpParameters">;

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Switch the encodings of a sender; `active` counts as they were announced.
 * @throws whatever the browser says, for example while it negotiates */
async function activate(producer: LayeredProducer, sender: RTCRtpSender, active: readonly number[]): Promise<void> {
  // Asked anew each time: Safari refuses parameters that were read before another change.
  const parameters = sender.getParameters();
  const encodings = parameters.encodings ?? [];
  if (encodings.length === 0) throw new Error("the browser does not name its encodings");
  const rids = producer.rtpParameters.encodings?.map((one) => one.rid) ?? [];
  for (const [index, encoding] of encodings.entries()) {
    const announced = encoding.rid === undefined ? index : rids.indexOf(encoding.rid);
    // A browser without simulcast has one encoding for all of them.
    encoding.active = encodings.length === 1 ? active.length > 0 : active.includes(announced);
  }
  await sender.setParameters(parameters);
}

export class LayerSwitch {
  private readonly wanted = new Map<PublicationId, readonly number[]>();
  private readonly working = new Set<PublicationId>();
  private readonly producers = new Map<PublicationId, LayeredProducer>();
  /** Senders whose track was taken away because the browser knows no inactive encodings. */
  private readonly emptied = new Set<RTCRtpSender>();

  /** The server says which layers are watched; it may say so before the producer is known here. */
  want(publication: PublicationId, active: readonly number[]): void {
    this.wanted.set(publication, active);
    void this.work(publication);
  }

  /** A producer is there, or has got another track. */
  attach(producer: LayeredProducer): void {
    this.producers.set(producer.id, producer);
    void this.work(producer.id);
  }

  forget(publication: PublicationId): void {
    this.wanted.delete(publication);
    this.producers.delete(publication);
  }

  /** Every transport is gone, and with it what was wanted of its tracks. */
  clear(): void {
    this.wanted.clear();
    this.producers.clear();
  }

  private async work(publication: PublicationId): Promise<void> {
    if (this.working.has(publication)) return;
    this.working.add(publication);
    try {
      for (;;) {
        const producer = this.producers.get(publication);
        const active = this.wanted.get(publication);
        if (!producer || !active || producer.closed) return;
        await this.apply(producer, active);
        // What came meanwhile is taken now; the last word counts.
        if (this.producers.get(publication) === producer && this.wanted.get(publication) === active) return;
      }
    } finally {
      this.working.delete(publication);
    }
  }

  private async apply(producer: LayeredProducer, active: readonly number[]): Promise<void> {
    const sender = producer.rtpSender;
    if (!sender) return;
    for (let attempt = 1; attempt <= TRIES && !producer.closed; attempt++) {
      try {
        await activate(producer, sender, active);
        await this.fill(producer, sender);
        return;
      } catch {
        // Chromium, Firefox and Safari all refuse in the middle of a negotiation: once more when it is over.
        if (attempt < TRIES) await pause(RETRY_MS);
      }
    }
    await this.withoutEncodings(producer, sender, active);
  }

  /** Firefox before 110 knows no inactive encodings: there only all or nothing can be had, by the track. */
  private async withoutEncodings(
    producer: LayeredProducer,
    sender: RTCRtpSender,
    active: readonly number[],
  ): Promise<void> {
    if (producer.closed) return;
    if (active.length > 0) {
      await this.fill(producer, sender);
      return;
    }
    this.emptied.add(sender);
    await sender.replaceTrack(null).catch(() => this.emptied.delete(sender));
  }

  private async fill(producer: LayeredProducer, sender: RTCRtpSender): Promise<void> {
    if (!this.emptied.delete(sender) || producer.closed) return;
    await sender.replaceTrack(producer.track).catch(() => undefined);
  }
}
