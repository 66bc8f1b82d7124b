/** Everybody else's tracks: one subscription for each publication that this person is told of. */
import type { types } from "mediasoup-client";
import type { Kind, ParticipantId, PublicationId, PublicationView, Source } from "../generated/messages";
import type { RoomClient } from "./client";
import type { TransportPair } from "./transports";

const RETRY_MS = 1000;

export interface RemoteTrack {
  publicationId: PublicationId;
  participantId: ParticipantId;
  kind: Kind;
  source: Source;
  track: MediaStreamTrack;
}

interface Entry {
  publication: PublicationView;
  consumer: types.Consumer | null;
}

export class Subscriptions {
  private readonly entries = new Map<PublicationId, Entry>();
  private pair: TransportPair | null = null;
  private video = true;
  private wanted: PublicationView[] = [];
  private retryTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly client: RoomClient,
    private readonly changed: (remote: ReadonlyMap<PublicationId, RemoteTrack>) => void,
  ) {}

  attach(pair: TransportPair): void {
    this.detach();
    this.pair = pair;
  }

  detach(): void {
    clearTimeout(this.retryTimer);
    this.pair = null;
    for (const entry of this.entries.values()) entry.consumer?.close();
    if (this.entries.size === 0) return;
    this.entries.clear();
    this.report();
  }

  setVideo(video: boolean): void {
    this.video = video;
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
    const entry: Entry = { publication, consumer: null };
    this.entries.set(publication.publication_id, entry);
    const current = () => this.pair === pair && this.entries.get(publication.publication_id) === entry;
    try {
      const offered = await this.client.command("subscribe", {
        publication_id: publication.publication_id,
        rtp_capabilities: pair.capabilities as unknown as Record<string, unknown>,
      });
      if (!current()) return;
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
      await this.client.command("resume_subscription", { subscription_id: offered.subscription_id });
    } catch {
      if (current()) this.failed(publication.publication_id, entry);
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
    const consumer = entry.consumer;
    this.entries.delete(id);
    if (consumer) {
      consumer.close();
      // The publication itself may be gone already: then the server has let go of the subscription too.
      this.client.command("unsubscribe", { subscription_id: consumer.id }).catch(() => undefined);
    }
    this.report();
  }

  private report(): void {
    const remote = new Map<PublicationId, RemoteTrack>();
    for (const [id, { publication, consumer }] of this.entries) {
      if (!consumer) continue;
      remote.set(id, {
        publicationId: id,
        participantId: publication.participant_id,
        kind: publication.kind,
        source: publication.source,
        track: consumer.track,
      });
    }
    this.changed(remote);
  }
}
