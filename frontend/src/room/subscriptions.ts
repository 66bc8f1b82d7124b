/** Everybody else's tracks: one subscription for each publication that this person is told of. */
import type { types } from "mediasoup-client";
import type {
  Kind,
  ParticipantId,
  PublicationId,
  PublicationView,
  Source,
  SubscriptionChanged,
  SubscriptionId,
} from "../generated/messages";
import type { RoomClient } from "./client";
import { ConnectionLost } from "./failure";
import { type TileSize, TileSizes } from "./sizes";
import type { TransportPair } from "./transports";

const RETRY_MS = 1000;

export interface RemoteTrack {
  publicationId: PublicationId;
  participantId: ParticipantId;
  kind: Kind;
  source: Source;
  track: MediaStreamTrack;
  /** Which layer arrives, 0 the smallest; null: none now, or not told yet. */
  layer: number | null;
  /** The picture was given up so that the sound gets through. */
  givenUp: boolean;
}

interface Entry {
  publication: PublicationView;
  subscription: SubscriptionId | null;
  consumer: types.Consumer | null;
  told: SubscriptionChanged | null;
}

export class Subscriptions {
  private readonly entries = new Map<PublicationId, Entry>();
  private readonly sizes = new TileSizes((publication, size) => this.tellSize(publication, size));
  private readonly stopListening: () => void;
  private pair: TransportPair | null = null;
  /** Let go of while the connection was away: the server still sends them. */
  private readonly unsaid = new Set<SubscriptionId>();
  private video = true;
  private wanted: PublicationView[] = [];
  private retryTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly client: RoomClient,
    private readonly changed: (remote: ReadonlyMap<PublicationId, RemoteTrack>) => void,
  ) {
    this.stopListening = client.on("subscription_changed", (told) => this.hear(told));
  }

  attach(pair: TransportPair): void {
    this.detach();
    this.pair = pair;
  }

  detach(): void {
    clearTimeout(this.retryTimer);
    this.pair = null;
    this.unsaid.clear();
    for (const entry of this.entries.values()) entry.consumer?.close();
    if (this.entries.size === 0) return;
    this.entries.clear();
    this.report();
  }

  close(): void {
    this.stopListening();
    this.sizes.close();
    this.detach();
  }

  setVideo(video: boolean): void {
    this.video = video;
  }

  /** The tile of a picture has this size; see `TileSizes`. */
  show(publication: PublicationId, size: TileSize): void {
    this.sizes.show(publication, size);
  }

  /** The connection is back: what could not be told is told now. */
  resume(): void {
    const unsaid = [...this.unsaid];
    this.unsaid.clear();
    for (const subscription of unsaid) this.unsubscribe(subscription);
    this.sizes.again();
  }

  /** Subscribe to what is new, let go of what is gone. */
  follow(publications: PublicationView[], video: boolean): void {
    this.video = video;
    this.wanted = publications.filter((one) => video || one.kind === "audio");
    const alive = new Set(this.wanted.map((one) => one.publication_id));
    for (const [id, entry] of this.entries) if (!alive.has(id)) this.drop(id, entry);
    for (const one of this.wanted) if (!this.entries.has(one.publication_id)) void this.add(one);
  }

  private async add(publication: PublicationView): Promise<void> {
    const pair = this.pair;
    if (!pair) return;
    const entry: Entry = { publication, subscription: null, consumer: null, told: null };
    this.entries.set(publication.publication_id, entry);
    const current = () => this.pair === pair && this.entries.get(publication.publication_id) === entry;
    try {
      const offered = await this.client.command("subscribe", {
        publication_id: publication.publication_id,
        rtp_capabilities: pair.capabilities as unknown as Record<string, unknown>,
      });
      if (!current()) {
        if (this.pair === pair) this.unsubscribe(offered.subscription_id);
        return;
      }
      entry.subscription = offered.subscription_id;
      const consumer = await pair.consume({
        id: offered.subscription_id,
        producerId: offered.publication_id,
        kind: offered.kind,
        rtpParameters: offered.rtp_parameters as unknown as types.RtpParameters,
        streamId: publication.participant_id,
      });
      if (!current()) {
        consumer.close();
        return;
      }
      entry.consumer = consumer;
      this.report();
      const size = offered.kind === "video" ? this.sizes.begin(publication.publication_id) : undefined;
      // Before it opens, so that it opens with the layer that fits.
      if (size) await this.tellSize(publication.publication_id, size);
      await this.client.command("resume_subscription", { subscription_id: offered.subscription_id });
    } catch {
      if (current()) this.failed(publication.publication_id, entry);
    }
  }

  private async tellSize(publication: PublicationId, size: TileSize): Promise<void> {
    const consumer = this.entries.get(publication)?.consumer;
    if (!consumer) return; // A subscription begins with the size of its tile.
    try {
      await this.client.command("set_subscription_size", { subscription_id: consumer.id, ...size });
    } catch (error) {
      if (error instanceof ConnectionLost) throw error;
      // The server has let go of the subscription: what replaces it is told anew.
    }
  }

  private hear(told: SubscriptionChanged): void {
    for (const entry of this.entries.values()) {
      if (entry.subscription !== told.subscription_id) continue;
      entry.told = told;
      this.report();
    }
  }

  /** Forgotten here so that the next look at the room tries again; a lost connection brings a new pair anyway. */
  private failed(id: PublicationId, entry: Entry): void {
    entry.consumer?.close();
    this.entries.delete(id);
    this.report();
    clearTimeout(this.retryTimer);
    this.retryTimer = setTimeout(() => {
      if (this.pair && this.client.connection.value.phase === "open") this.follow(this.wanted, this.video);
    }, RETRY_MS);
  }

  private drop(id: PublicationId, entry: Entry): void {
    this.entries.delete(id);
    entry.consumer?.close();
    if (entry.subscription) this.unsubscribe(entry.subscription);
    this.report();
  }

  private unsubscribe(subscription: SubscriptionId): void {
    const pair = this.pair;
    this.client.command("unsubscribe", { subscription_id: subscription }).catch((error: unknown) => {
      // The publication itself may be gone already: then the server has let go of the subscription too.
      if (error instanceof ConnectionLost && this.pair === pair && pair) this.unsaid.add(subscription);
    });
  }

  private report(): void {
    const remote = new Map<PublicationId, RemoteTrack>();
    for (const [id, { publication, consumer, told }] of this.entries) {
      if (!consumer) continue;
      remote.set(id, {
        publicationId: id,
        participantId: publication.participant_id,
        kind: publication.kind,
        source: publication.source,
        track: consumer.track,
        layer: told?.layer ?? null,
        givenUp: told !== null && told.layer === null && told.reason === "bandwidth",
      });
    }
    this.changed(remote);
  }
}
