/** The two transports of one person, as mediasoup-client makes them, with the server's half behind commands. */
import { Device, type types } from "mediasoup-client";
import type { Source, TransportCreated, TransportId } from "../generated/messages";
import type { MediaOffer, RoomClient } from "./client";
import { ConnectionLost } from "./failure";

const DISCONNECTED_GRACE_MS = 1500;
/** So long a restart may take before new transports are built. */
export const RESTART_LIMIT_MS = 6000;

type Direction = "send" | "receive";

export interface TransportEvents {
  /** The server's name for the new publication. */
  publish(source: Source, kind: types.MediaKind, rtpParameters: types.RtpParameters, paused: boolean): Promise<string>;
  /** A path does not get through; it is being restored. */
  disturbed(): void;
  /** A transport is lost beyond an ICE restart. */
  broken(): void;
  /** Every path that is in use gets through. */
  connected(): void;
}

interface Path {
  readonly transport: types.Transport;
  timer: ReturnType<typeof setTimeout> | undefined;
  restarting: boolean;
  /** A restart is due as soon as the server can be asked again. */
  due: boolean;
}

const pathOf = (transport: types.Transport): Path => ({ transport, timer: undefined, restarting: false, due: false });

export class TransportPair {
  private readonly paths: Record<Direction, Path>;
  private closed = false;

  private constructor(
    private readonly client: RoomClient,
    private readonly device: Device,
    send: types.Transport,
    receive: types.Transport,
    private readonly events: TransportEvents,
  ) {
    this.paths = { send: pathOf(send), receive: pathOf(receive) };
    for (const path of this.all) this.wire(path);
    send.on("produce", ({ kind, rtpParameters, appData }, done, failed) => {
      const { source, paused } = appData as { source: Source; paused: boolean };
      events.publish(source, kind, rtpParameters, paused).then((id) => done({ id }), failed);
    });
  }

  /** @throws CommandError, ConnectionLost, or mediasoup-client's UnsupportedError for a browser without WebRTC */
  static async open(client: RoomClient, offer: MediaOffer, events: TransportEvents): Promise<TransportPair> {
    const device = await Device.factory();
    await device.load({ routerRtpCapabilities: offer.capabilities as types.RtpCapabilities });
    const [send, receive] = await Promise.all([
      client.command("create_transport", { direction: "send" }),
      client.command("create_transport", { direction: "receive" }),
    ]);
    const optionsOf = (made: TransportCreated): types.TransportOptions => ({
      id: made.transport_id,
      iceParameters: made.ice_parameters as unknown as types.IceParameters,
      iceCandidates: made.ice_candidates as unknown as types.IceCandidate[],
      dtlsParameters: made.dtls_parameters as unknown as types.DtlsParameters,
      iceServers: offer.iceServers as unknown as RTCIceServer[],
    });
    return new TransportPair(
      client,
      device,
      device.createSendTransport(optionsOf(send)),
      device.createRecvTransport(optionsOf(receive)),
      events,
    );
  }

  get sendId(): TransportId {
    return this.paths.send.transport.id;
  }

  get capabilities(): types.RtpCapabilities {
    return this.device.recvRtpCapabilities;
  }

  /** Whether no path is known to be disturbed. A path that carries nothing yet is fine. */
  get whole(): boolean {
    return this.all.every(({ transport, due, restarting }) => {
      const state = transport.connectionState;
      return !due && !restarting && state !== "disconnected" && state !== "failed";
    });
  }

  owns(transportId: TransportId): boolean {
    return !this.closed && this.all.some(({ transport }) => transport.id === transportId);
  }

  /** What pictures are sent in: VP8, which everybody can show, or the first that this browser has of the room's. */
  get pictureCodec(): types.RtpCodecCapability | undefined {
    const able = this.device.sendRtpCapabilities.codecs?.filter(({ mimeType }) => /^video\/(?!rtx)/i.test(mimeType));
    return able?.find(({ mimeType }) => mimeType.toLowerCase() === "video/vp8") ?? able?.[0];
  }

  produce(source: Source, track: MediaStreamTrack, options: Partial<types.ProducerOptions>): Promise<types.Producer> {
    return this.paths.send.transport.produce({
      ...options,
      track,
      stopTracks: false,
      disableTrackOnPause: true,
      zeroRtpOnPause: false,
      appData: { source, paused: false },
    });
  }

  consume(options: types.ConsumerOptions): Promise<types.Consumer> {
    return this.paths.receive.transport.consume(options);
  }

  /** This device has another network: look for a new way on every path at once, whatever it looks like now. */
  networkChanged(): void {
    for (const path of this.all) if (inUse(path)) void this.restart(path);
  }

  /** The server has not heard of this transport for long: look for a new way. */
  silent(transportId: TransportId): void {
    for (const path of this.all) if (path.transport.id === transportId) void this.restart(path);
  }

  /** The server can be asked again. */
  resume(): void {
    for (const path of this.all) if (path.due) void this.restart(path);
  }

  close(): void {
    this.closed = true;
    for (const path of this.all) {
      clearTimeout(path.timer);
      path.transport.close();
    }
  }

  private get all(): Path[] {
    return [this.paths.send, this.paths.receive];
  }

  private wire(path: Path): void {
    const { transport } = path;
    transport.on("connect", ({ dtlsParameters }, done, failed) => {
      this.client
        .command("connect_transport", {
          transport_id: transport.id,
          dtls_parameters: dtlsParameters as unknown as Record<string, unknown>,
        })
        .then(() => done(), failed);
    });
    transport.on("connectionstatechange", (state) => this.changed(path, state));
  }

  private changed(path: Path, state: types.ConnectionState): void {
    if (this.closed) return;
    if (state === "connected") {
      clearTimeout(path.timer);
      path.due = false;
      if (this.whole) this.events.connected();
    }
    if (state === "failed") {
      this.events.disturbed();
      void this.restart(path);
    }
    if (state === "disconnected") {
      this.events.disturbed();
      clearTimeout(path.timer);
      // Often the path heals by itself within a second (a lift, a change of antenna).
      path.timer = setTimeout(() => void this.restart(path), DISCONNECTED_GRACE_MS);
    }
  }

  private async restart(path: Path): Promise<void> {
    if (this.closed || path.restarting) return;
    clearTimeout(path.timer);
    if (this.client.connection.value.phase !== "open") {
      path.due = true;
      return;
    }
    path.restarting = true;
    path.due = false;
    try {
      await this.exchange(path.transport);
      path.timer = setTimeout(() => void this.judge(path), RESTART_LIMIT_MS);
    } catch (error) {
      this.unanswered(path, error);
    } finally {
      path.restarting = false;
    }
    if (!this.closed && this.whole && path.transport.connectionState === "connected") this.events.connected();
  }

  private async exchange(transport: types.Transport): Promise<void> {
    const answer = await this.client.command("restart_ice", { transport_id: transport.id });
    if (this.closed) return;
    // What a TURN server wants to hear is short-lived: a later welcome brought a newer word.
    const iceServers = this.client.offer.value?.iceServers ?? [];
    if (iceServers.length > 0)
      await transport.updateIceServers({ iceServers: iceServers as unknown as RTCIceServer[] });
    await transport.restartIce({ iceParameters: answer.ice_parameters as unknown as types.IceParameters });
  }

  /** Without a connection nothing is known of the path; a refusal means that the server has no such transport. */
  private unanswered(path: Path, error: unknown): void {
    if (this.closed) return;
    if (error instanceof ConnectionLost) path.due = true;
    else this.events.broken();
  }

  /** A restart did not help. Whether the path or the whole network is away is told by the other connection. */
  private async judge(path: Path): Promise<void> {
    const well = () => this.closed || path.transport.connectionState === "connected";
    if (well()) return;
    try {
      await this.client.check();
    } catch (error) {
      this.unanswered(path, error);
      return;
    }
    if (!well()) this.events.broken();
  }
}

function inUse({ transport }: Path): boolean {
  return transport.connectionState !== "new" && transport.connectionState !== "closed";
}
