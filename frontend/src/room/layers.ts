/** Which layers of the own tracks are really encoded: only what somebody watches (dynacast), as the way up bears it. */
import type { types } from "mediasoup-client";
import type { PublicationId } from "../generated/messages";

const TRIES = 3;
const RETRY_MS = 400;

/** The part of a producer that is used here. */
export type LayeredProducer = Pick<types.Producer, "id" | "closed" | "track" | "rtpSender" | "rtpParameters">;

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

interface Wish {
  /** Counted as they were announced; undefined: the server said nothing yet, all of them. */
  active: readonly number[] | undefined;
  /** Bits per second that the lowest one may have at most. */
  ceiling: number;
}

/** Switch the encodings of a sender.
 * @throws whatever the browser says, for example while it negotiates */
async function adjust(producer: LayeredProducer, sender: RTCRtpSender, { active, ceiling }: Wish): Promise<void> {
  // Asked anew each time: Safari refuses parameters that were read before another change.
  const parameters = sender.getParameters();
  const encodings = parameters.encodings ?? [];
  if (encodings.length === 0) throw new Error("the browser does not name its encodings");
  const announced = producer.rtpParameters.encodings ?? [];
  for (const [index, encoding] of encodings.entries()) {
    const place = encoding.rid === undefined ? index : announced.findIndex((one) => one.rid === encoding.rid);
    // A browser without simulcast has one encoding for all of them.
    if (active) encoding.active = encodings.length === 1 ? active.length > 0 : active.includes(place);
    const most = announced[place]?.maxBitrate;
    if (place === 0 && most !== undefined) encoding.maxBitrate = Math.min(most, ceiling);
  }
  await sender.setParameters(parameters);
}

export class LayerSwitch {
  private readonly wanted = new Map<PublicationId, readonly number[]>();
  private readonly working = new Set<PublicationId>();
  private readonly producers = new Map<PublicationId, LayeredProducer>();
  /** Senders whose track was taken away because the browser knows no inactive encodings. */
  private readonly emptied = new Set<RTCRtpSender>();
  private ceiling = Number.POSITIVE_INFINITY;

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

  /** The lowest layer of every picture may have so many bits per second at most, until something else is said. */
  limit(ceiling: number): void {
    this.ceiling = ceiling;
    for (const publication of this.producers.keys()) void this.work(publication, true);
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

  private async work(publication: PublicationId, limited = this.ceiling < Number.POSITIVE_INFINITY): Promise<void> {
    if (this.working.has(publication)) return;
    this.working.add(publication);
    try {
      for (;;) {
        const producer = this.producers.get(publication);
        const wish = { active: this.wanted.get(publication), ceiling: this.ceiling };
        if (!producer || producer.closed || (!wish.active && !limited)) return;
        await this.apply(producer, wish);
        // What came meanwhile is taken now; the last word counts.
        const same = this.wanted.get(publication) === wish.active && this.ceiling === wish.ceiling;
        if (same && this.producers.get(publication) === producer) return;
      }
    } finally {
      this.working.delete(publication);
    }
  }

  private async apply(producer: LayeredProducer, wish: Wish): Promise<void> {
    const sender = producer.rtpSender;
    if (!sender) return;
    for (let attempt = 1; attempt <= TRIES && !producer.closed; attempt++) {
      try {
        await adjust(producer, sender, wish);
        await this.fill(producer, sender);
        return;
      } catch {
        // Chromium, Firefox and Safari all refuse in the middle of a negotiation: once more when it is over.
        if (attempt < TRIES) await pause(RETRY_MS);
      }
    }
    if (wish.active) await this.withoutEncodings(producer, sender, wish.active);
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
