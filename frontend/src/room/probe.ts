/** Tries the network before anybody is in a room: a soft tone goes to the media worker and comes back.
 * Nothing of the person is sent, and the server lets nobody else hear it. */
import { Device, type types } from "mediasoup-client";
import type { TransportCreated } from "../generated/messages";

/** So long both ways may take to open, and so long they are listened to, in milliseconds. The server ends it after 10 s. */
const OPEN_WITHIN_MS = 6000;
const LISTEN_MS = 2500;
const LOOK_MS = 100;

export interface OpenedProbe {
  token: string;
  router_capabilities: Record<string, unknown>;
  ice_servers: Record<string, unknown>[];
  send: TransportCreated;
  receive: TransportCreated;
}

/** Asks the server for one step of a probe; the first has no token yet. */
export type Ask = <Answer>(
  step: "" | "/connect" | "/publish" | "/follow" | "/close",
  body: unknown,
  token?: string,
) => Promise<Answer>;

export interface Measured {
  connected: boolean;
  protocol: "udp" | "tcp" | null;
  /** To the media worker and back. */
  roundTripMs: number | null;
  /** Share of the sound that did not come back, 0 to 1; null when no sound could be made. */
  lost: number | null;
}

export type Grade = "good" | "weak" | "none";

const SLOW_MS = 400;
const LOSSY = 0.05;
const NOTHING = 0.95;

/** What a person needs to know of it. */
export function gradeOf({ connected, protocol, roundTripMs, lost }: Measured): Grade {
  if (!connected || (lost !== null && lost >= NOTHING)) return "none";
  const slow = roundTripMs !== null && roundTripMs > SLOW_MS;
  const lossy = lost !== null && lost > LOSSY;
  return slow || lossy || protocol === "tcp" ? "weak" : "good";
}

/** @throws whatever `ask` throws; mediasoup-client's UnsupportedError for a browser without WebRTC */
export async function probeNetwork(ask: Ask, signal: AbortSignal): Promise<Measured> {
  const device = await Device.factory();
  goOn(signal);
  const tone = makeTone();
  try {
    return await send(device, tone, ask, signal);
  } finally {
    tone.stop();
  }
}

async function send(device: Device, tone: Tone, ask: Ask, signal: AbortSignal): Promise<Measured> {
  const opened = await ask<OpenedProbe>("", {});
  const paths = open(device, opened, ask);
  try {
    await device.load({ routerRtpCapabilities: opened.router_capabilities as types.RtpCapabilities });
    goOn(signal);
    const { up, down } = paths.make();
    await up.produce({ track: tone.track, stopTracks: false, codecOptions: { opusDtx: false } });
    goOn(signal);
    await follow(down, device, opened.token, ask);
    if (!(await opensInTime([up, down], signal))) return NOT_CONNECTED;
    await pause(LISTEN_MS, signal);
    return await measure(up, down, tone.sounding());
  } finally {
    paths.close();
    ask("/close", {}, opened.token).catch(() => undefined); // The server ends it by itself as well.
  }
}

const NOT_CONNECTED: Measured = { connected: false, protocol: null, roundTripMs: null, lost: null };

interface Followed {
  subscription_id: string;
  publication_id: string;
  rtp_parameters: types.RtpParameters;
}

async function follow(down: types.Transport, device: Device, token: string, ask: Ask): Promise<void> {
  const body = { rtp_capabilities: device.recvRtpCapabilities };
  const { subscription_id, publication_id, rtp_parameters } = await ask<Followed>("/follow", body, token);
  const options = { id: subscription_id, producerId: publication_id, rtpParameters: rtp_parameters };
  await down.consume({ ...options, kind: "audio" });
}

function open(device: Device, opened: OpenedProbe, ask: Ask) {
  const made: types.Transport[] = [];
  const optionsOf = (half: TransportCreated): types.TransportOptions => ({
    id: half.transport_id,
    iceParameters: half.ice_parameters as unknown as types.IceParameters,
    iceCandidates: half.ice_candidates as unknown as types.IceCandidate[],
    dtlsParameters: half.dtls_parameters as unknown as types.DtlsParameters,
    iceServers: opened.ice_servers as unknown as RTCIceServer[],
  });
  const wire = (transport: types.Transport) => {
    made.push(transport);
    transport.on("connect", ({ dtlsParameters }, done, failed) => {
      const body = { direction: transport.direction === "send" ? "send" : "receive", dtls_parameters: dtlsParameters };
      ask("/connect", body, opened.token).then(() => done(), failed);
    });
    return transport;
  };
  return {
    make() {
      const up = wire(device.createSendTransport(optionsOf(opened.send)));
      const down = wire(device.createRecvTransport(optionsOf(opened.receive)));
      up.on("produce", ({ rtpParameters }, done, failed) => {
        ask<{ publication_id: string }>("/publish", { rtp_parameters: rtpParameters }, opened.token).then(
          ({ publication_id: id }) => done({ id }),
          failed,
        );
      });
      return { up, down };
    },
    close() {
      for (const transport of made) transport.close();
    },
  };
}

async function opensInTime(transports: types.Transport[], signal: AbortSignal): Promise<boolean> {
  const until = performance.now() + OPEN_WITHIN_MS;
  while (performance.now() < until) {
    if (transports.every((one) => one.connectionState === "connected")) return true;
    if (transports.some((one) => one.connectionState === "failed")) return false;
    await pause(LOOK_MS, signal);
  }
  return false;
}

const givenUp = () => new DOMException("the probe was given up", "AbortError");

function goOn(signal: AbortSignal): void {
  if (signal.aborted) throw givenUp();
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(givenUp());
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
}

type Row = RTCStats & Record<string, unknown>;

async function measure(send: types.Transport, receive: types.Transport, sounding: boolean): Promise<Measured> {
  const up = rowsOf(await send.getStats());
  const down = rowsOf(await receive.getStats());
  const pair = selectedPair(up);
  const local = up.find((row) => row.id === pair?.localCandidateId);
  const word = local?.relayProtocol ?? local?.protocol;
  const trip = pair?.currentRoundTripTime;
  return {
    connected: true,
    protocol: word === "tcp" || word === "tls" ? "tcp" : word === "udp" ? "udp" : null,
    roundTripMs: typeof trip === "number" ? Math.round(trip * 1000) : null,
    lost: sounding ? lossOf(up, down) : null,
  };
}

function rowsOf(report: RTCStatsReport): Row[] {
  const rows: Row[] = [];
  report.forEach((row) => {
    rows.push(row as Row);
  });
  return rows;
}

function selectedPair(rows: Row[]): Row | undefined {
  const transport = rows.find((row) => row.type === "transport" && row.selectedCandidatePairId);
  const pairs = rows.filter((row) => row.type === "candidate-pair");
  return (
    pairs.find((row) => row.id === transport?.selectedCandidatePairId) ??
    pairs.find((row) => row.selected === true || (row.nominated === true && row.state === "succeeded"))
  );
}

/** A browser that sent next to nothing (its sound was not allowed to start) tells nothing. */
const FEWEST = 20;

function lossOf(up: Row[], down: Row[]): number | null {
  const sent = Number(up.find((row) => row.type === "outbound-rtp")?.packetsSent ?? 0);
  if (sent < FEWEST) return null;
  const inbound = down.find((row) => row.type === "inbound-rtp");
  const received = Number(inbound?.packetsReceived ?? 0);
  const lost = Math.max(0, Number(inbound?.packetsLost ?? 0));
  return received === 0 ? 1 : lost / (received + lost);
}

interface Tone {
  track: MediaStreamTrack;
  /** Whether it may sound: a browser can refuse to before the first press. */
  sounding(): boolean;
  stop(): void;
}

/** A soft tone that is not played to the person. */
function makeTone(): Tone {
  const legacy = (window as unknown as { webkitAudioContext?: typeof AudioContext }).webkitAudioContext;
  const context = new (window.AudioContext ?? legacy)();
  const note = context.createOscillator();
  const gain = context.createGain();
  const sink = context.createMediaStreamDestination();
  gain.gain.value = 0.05;
  note.connect(gain).connect(sink);
  note.start();
  void context.resume();
  const track = sink.stream.getAudioTracks()[0] as MediaStreamTrack;
  return {
    track,
    sounding: () => context.state === "running",
    stop() {
      track.stop();
      void context.close();
    },
  };
}
