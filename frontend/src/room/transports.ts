/** The two transports of one person, as mediasoup-client makes them, with the server's half behind commands. */
import { Device, type types } from "mediasoup-client";
import type { TransportCreated } from "../generated/messages";
import type { MediaOffer, RoomClient } from "./client";

const DISCONNECTED_GRACE_MS = 1500;
const RESTART_LIMIT_MS = 6000;

type Direction = "send" | "receive";
type Source = "microphone" | "camera";

export interface TransportEvents {
  /** The server's name for the new publication. */
  publish(source: Source, kind: types.MediaKind, rtpParameters: types.RtpParameters, paused: boolean): Promise<string>;
  /** A transport is lost beyond an ICE restart. */
  broken(): void;
  connected(): void;
}

export class TransportPair {
  private readonly timers = new Map<Direction, ReturnType<typeof setTimeout>>();
  private closed = false;

  private constructor(
    private readonly client: RoomClient,
    private readonly device: Device,
    private readonly send: types.Transport,
    private readonly receive: types.Transport,
    private readonly events: TransportEvents,
  ) {
    this.wire("send", send);
    this.wire("receive", receive);
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
    const iceServers = offer.iceServers as unknown as RTCIceServer[];
    const optionsOf = (made: TransportCreated): types.TransportOptions => ({
      id: made.transport_id,
      iceParameters: made.ice_parameters as unknown as types.IceParameters,
      iceCandidates: made.ice_candidates as unknown as types.IceCandidate[],
      dtlsParameters: made.dtls_parameters as unknown as types.DtlsParameters,
      iceServers,
    });
    return new TransportPair(
      client,
      device,
      device.createSendTransport(optionsOf(send)),
      device.createRecvTransport(optionsOf(receive)),
      events,
    );
  }

  get sendId(): string {
    return this.send.id;
  }

  get receiveId(): string {
    return this.receive.id;
  }

  get capabilities(): types.RtpCapabilities {
    return this.device.recvRtpCapabilities;
  }

  owns(transportId: string): boolean {
    return !this.closed && (transportId === this.send.id || transportId === this.receive.id);
  }

  codec(mimeType: string): types.RtpCodecCapability | undefined {
    return this.device.sendRtpCapabilities.codecs?.find((one) => one.mimeType.toLowerCase() === mimeType);
  }

  produce(source: Source, track: MediaStreamTrack, encoding: Partial<types.ProducerOptions>): Promise<types.Producer> {
    return this.send.produce({
      ...encoding,
      track,
      stopTracks: false,
      disableTrackOnPause: true,
      zeroRtpOnPause: false,
      appData: { source, paused: false },
    });
  }

  consume(options: types.ConsumerOptions): Promise<types.Consumer> {
    return this.receive.consume(options);
  }

  close(): void {
    this.closed = true;
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
    this.send.close();
    this.receive.close();
  }

  private wire(direction: Direction, transport: types.Transport): void {
    transport.on("connect", ({ dtlsParameters }, done, failed) => {
      this.client
        .command("connect_transport", {
          transport_id: transport.id,
          dtls_parameters: dtlsParameters as unknown as Record<string, unknown>,
        })
        .then(() => done(), failed);
    });
    transport.on("connectionstatechange", (state) => this.changed(direction, transport, state));
  }

  private changed(direction: Direction, transport: types.Transport, state: types.ConnectionState): void {
    if (this.closed) return;
    clearTimeout(this.timers.get(direction));
    if (state === "connected") this.events.connected();
    if (state === "failed") void this.restart(direction, transport);
    if (state === "disconnected") {
      // Often the path heals by itself within a second (a lift, a change of antenna).
      const timer = setTimeout(() => void this.restart(direction, transport), DISCONNECTED_GRACE_MS);
      this.timers.set(direction, timer);
    }
  }

  private async restart(direction: Direction, transport: types.Transport): Promise<void> {
    if (this.closed) return;
    const timer = setTimeout(() => {
      if (!this.closed && transport.connectionState !== "connected") this.events.broken();
    }, RESTART_LIMIT_MS);
    this.timers.set(direction, timer);
    try {
      const answer = await this.client.command("restart_ice", { transport_id: transport.id });
      await transport.restartIce({ iceParameters: answer.ice_parameters as unknown as types.IceParameters });
    } catch {
      // No connection, or a server that knows this transport no more: the timer above builds new ones.
      return;
    }
  }
}
