/** A narrow way up: the picture makes room while sound is lost.
 *
 * A browser is to find the rate by itself, from feedback. Firefox (measured: 153 ESR) gives a layer of 320×180 never less
 * than 100 kbit/s all the same, unless that layer's own limit is lower: on a way of 150 kbit/s a third of the sound was
 * lost. With a limit of 60 none was. */
import type { types } from "mediasoup-client";

const LOOK_MS = 2_000;
/** What the lowest layer may have, bits per second, one after the other. */
const STEPS = [Number.POSITIVE_INFINITY, 60_000, 30_000] as const;
/** Shares of the sound that are lost. A way that is not too narrow seldom loses a tenth. */
const HURT = 0.1;
const FINE = 0.03;
/** Looks one after the other that have to say the same. */
const LOOKS = 2;
/** Packets between two looks; fewer tell nothing. A microphone that is off sends two or three a second. */
const FEWEST = 40;
/** So long nothing is lost before more is tried; twice as long after a trial that failed. */
const PATIENCE_MS = 30_000;
const LONGEST_PATIENCE_MS = 240_000;
/** A loss so soon after more was tried comes of it. */
const TRIAL_MS = 10_000;
/** Less of it is left, or the picture had no part in the loss: then it need not make room. */
const HELPED = 0.7;

/** How many bits the lowest layer of a picture may have. Pure. */
export class Ceiling {
  private step = 0;
  private bad = 0;
  /** The share that was lost before the picture made room. */
  private before = 0;
  private fineSince: number | null = null;
  private patience = PATIENCE_MS;
  private triedAt = Number.NEGATIVE_INFINITY;
  private restUntil = Number.NEGATIVE_INFINITY;

  /** Bits per second. */
  get value(): number {
    return STEPS[this.step] ?? Number.POSITIVE_INFINITY;
  }

  /** Of so many packets of sound so many were lost since the last look. Whether the ceiling is another one now.
   * @param now milliseconds */
  look(now: number, sent: number, lost: number): boolean {
    const before = this.step;
    if (sent >= FEWEST) this.judge(now, lost / sent);
    else this.rest(now);
    return this.step !== before;
  }

  /** Nobody speaks: nothing needs the room, and whether there is more is found out when somebody does. */
  private rest(now: number): void {
    this.fineSince ??= now;
    if (now - this.fineSince >= this.patience) this.tryMore(now);
  }

  private judge(now: number, share: number): void {
    this.bad = share >= HURT ? this.bad + 1 : 0;
    this.fineSince = share > FINE ? null : (this.fineSince ?? now);
    if (this.bad >= LOOKS && now >= this.restUntil) this.makeRoom(now, share);
    else if (this.fineSince !== null && now - this.fineSince >= this.patience) this.tryMore(now);
  }

  private makeRoom(now: number, share: number): void {
    if (now - this.triedAt < TRIAL_MS) this.wait();
    this.triedAt = Number.NEGATIVE_INFINITY;
    // What is lost of that which was sent before says nothing of the time after.
    this.bad = -1;
    if (this.step === 0) this.before = share;
    if (this.step < STEPS.length - 1) {
      this.step += 1;
    } else if (share > this.before * HELPED) {
      this.step = 0;
      this.restUntil = now + this.patience;
      this.wait();
    }
  }

  private tryMore(now: number): void {
    this.fineSince = now;
    if (this.step === 0) {
      this.patience = PATIENCE_MS;
      return;
    }
    this.step -= 1;
    this.triedAt = now;
  }

  private wait(): void {
    this.patience = Math.min(2 * this.patience, LONGEST_PATIENCE_MS);
  }
}

/** Sent so far, and lost of it. */
type Count = [sent: number, lost: number];

/** What the page asks of a track that is sent. */
export type Counted = Pick<types.Producer, "closed" | "paused" | "getStats">;

/** Looks at the sound that is sent, for as long as a picture is sent beside it. */
export class WayUp {
  private readonly ceiling = new Ceiling();
  private readonly timer: ReturnType<typeof setInterval>;
  private known: { producer: Counted; count: Count } | null = null;

  /** @param sound what carries the voice now; null: nobody speaks, or no picture is sent that could make room
   * @param limit told each time the lowest layer may have another number of bits per second */
  constructor(
    private readonly sound: () => Counted | null,
    private readonly limit: (ceiling: number) => void,
  ) {
    this.timer = setInterval(() => void this.look().catch(() => undefined), LOOK_MS);
  }

  close(): void {
    clearInterval(this.timer);
  }

  private async look(): Promise<void> {
    const producer = this.sound();
    const before = this.known;
    this.known = null;
    if (!producer || producer.closed || producer.paused) {
      this.tell(0, 0);
      return;
    }
    const count = counted(await producer.getStats());
    this.known = { producer, count };
    if (before?.producer !== producer) return;
    const [sent, lost] = [count[0] - before.count[0], Math.max(0, count[1] - before.count[1])];
    this.tell(sent, lost);
  }

  private tell(sent: number, lost: number): void {
    if (this.ceiling.look(Date.now(), sent, lost)) this.limit(this.ceiling.value);
  }
}

function counted(stats: RTCStatsReport): Count {
  let [sent, lost] = [0, 0];
  for (const row of stats.values() as Iterable<{ type: string; packetsSent?: number; packetsLost?: number }>) {
    if (row.type === "outbound-rtp") sent += row.packetsSent ?? 0;
    if (row.type === "remote-inbound-rtp") lost += row.packetsLost ?? 0;
  }
  return [sent, lost];
}
