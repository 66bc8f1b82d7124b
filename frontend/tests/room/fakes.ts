/** What the core of a room meets in a browser, for tests without one: a connection, transports, tracks, senders. */
import { vi } from "vitest";
import type { CommandName, EventMap, EventName } from "../../src/generated/messages";
import type { Connection, MediaOffer, RoomClient } from "../../src/room/client";
import { ConnectionLost } from "../../src/room/failure";
import { fromSnapshot, type RoomState } from "../../src/room/state";
import { Store } from "../../src/room/store";
import { person, snapshot } from "./sample";

type Answer = (data: Record<string, unknown>) => unknown;

const host = person("host", { role: "host", side: "mediator" });

/** A connection whose server answers at once, as the test says. */
export class FakeClient {
  readonly connection = new Store<Connection>({ phase: "open" });
  readonly state = new Store<RoomState | null>(
    fromSnapshot(snapshot({ participants: [person("me", { may_share: true }), host], publications: [] }), 1000),
  );
  readonly offer = new Store<MediaOffer | null>({ capabilities: {}, iceServers: [], epoch: 1, fresh: true });
  readonly sent: { name: CommandName; data: Record<string, unknown> }[] = [];
  readonly answers = new Map<CommandName, Answer>();
  private readonly handlers = new Map<EventName, Set<(data: unknown) => void>>();
  private made = 0;
  checks = 0;

  constructor() {
    this.answers.set("create_transport", (data) => ({ transport_id: `${data.direction}-${++this.made}` }));
    this.answers.set("publish", (data) => ({ publication_id: `pub-${data.source}-${++this.made}` }));
    this.answers.set("restart_ice", () => ({ ice_parameters: { usernameFragment: "new" } }));
    this.answers.set("subscribe", (data) => ({
      subscription_id: `sub-${data.publication_id}`,
      publication_id: data.publication_id,
      kind: String(data.publication_id).startsWith("cam") ? "video" : "audio",
      rtp_parameters: {},
    }));
  }

  get asRoomClient(): RoomClient {
    return this as unknown as RoomClient;
  }

  on(name: EventName, handler: (data: unknown) => void): () => void {
    const handlers = this.handlers.get(name) ?? new Set();
    this.handlers.set(name, handlers.add(handler));
    return () => handlers.delete(handler);
  }

  tell<Name extends EventName>(name: Name, data: EventMap[Name]): void {
    for (const handler of this.handlers.get(name) ?? []) handler(data);
  }

  async command(name: CommandName, data: Record<string, unknown>): Promise<unknown> {
    if (this.connection.value.phase !== "open") throw new ConnectionLost();
    this.sent.push({ name, data });
    return this.answers.get(name)?.(data) ?? {};
  }

  async check(): Promise<void> {
    this.checks += 1;
    if (this.connection.value.phase !== "open") throw new ConnectionLost();
  }

  /** Everything that was asked under this name. */
  all(name: CommandName): Record<string, unknown>[] {
    return this.sent.filter((one) => one.name === name).map((one) => one.data);
  }

  /** The socket broke. */
  lose(): void {
    this.connection.value = { phase: "reconnecting", attempt: 0 };
  }

  /** It is back, and the server knows this person as before. */
  resume(): void {
    this.connection.value = { phase: "open" };
    const before = this.offer.value;
    if (before) this.offer.value = { ...before, fresh: false };
  }

  change(change: Partial<RoomState>): void {
    if (this.state.value) this.state.value = { ...this.state.value, ...change };
  }
}

export class FakeTrack extends EventTarget {
  readyState: "live" | "ended" = "live";
  enabled = true;
  muted = false;
  contentHint = "";

  constructor(
    readonly kind: "audio" | "video",
    private readonly settings: MediaTrackSettings = { width: 640, height: 360 },
  ) {
    super();
  }

  get asTrack(): MediaStreamTrack {
    return this as unknown as MediaStreamTrack;
  }

  getSettings(): MediaTrackSettings {
    return this.settings;
  }

  /** By this page: says nothing. */
  stop(): void {
    this.readyState = "ended";
  }

  /** By somebody else: unplugged, or taken away. */
  end(): void {
    this.readyState = "ended";
    this.dispatchEvent(new Event("ended"));
  }
}

export class FakeSender {
  encodings: RTCRtpEncodingParameters[];
  track: unknown;
  refusals = 0;
  readonly setParameters = vi.fn(async (parameters: { encodings: RTCRtpEncodingParameters[] }) => {
    if (this.refusals > 0) {
      this.refusals -= 1;
      throw new Error("not now");
    }
    this.encodings = parameters.encodings;
  });
  readonly replaceTrack = vi.fn(async (track: unknown) => {
    this.track = track;
  });

  constructor(rids: (string | undefined)[], track: unknown = null) {
    this.encodings = rids.map((rid) => ({ rid, active: true }));
    this.track = track;
  }

  getParameters() {
    return { encodings: this.encodings.map((one) => ({ ...one })) };
  }

  get active(): boolean[] {
    return this.encodings.map((one) => one.active ?? false);
  }
}

export class FakeProducer {
  closed = false;
  /** As mediasoup-client with `disableTrackOnPause`: a track that is off makes a producer that is paused. */
  paused: boolean;
  readonly rtpSender: FakeSender;
  readonly rtpParameters: { encodings: { rid?: string; maxBitrate?: number }[] };

  constructor(
    readonly id: string,
    public track: FakeTrack | null,
    readonly options: { encodings?: object[]; appData: { source: string } },
  ) {
    this.paused = track?.enabled === false;
    const several = (options.encodings?.length ?? 0) > 1;
    const rids = (options.encodings ?? [{}]).map((_, index) => (several ? `r${index}` : undefined));
    this.rtpSender = new FakeSender(rids, track);
    this.rtpParameters = { encodings: rids.map((rid, index) => ({ ...options.encodings?.[index], rid })) };
  }

  /** Of so many packets so many were lost. */
  readonly count = { packetsSent: 0, packetsLost: 0 };

  async getStats() {
    return new Map([
      ["sent", { type: "outbound-rtp", ...this.count }],
      ["told", { type: "remote-inbound-rtp", ...this.count }],
    ]);
  }

  pause(): void {
    this.paused = true;
    if (this.track) this.track.enabled = false;
  }

  resume(): void {
    this.paused = false;
    if (this.track) this.track.enabled = true;
  }

  close(): void {
    this.closed = true;
  }

  async replaceTrack({ track }: { track: FakeTrack | null }): Promise<void> {
    this.track = track;
    if (track) track.enabled = !this.paused;
    await this.rtpSender.replaceTrack(track);
  }
}

type Listener = (...given: never[]) => void;

export class FakeTransport {
  connectionState = "new";
  closed = false;
  iceServers: unknown;
  readonly produced: FakeProducer[] = [];
  readonly restartIce = vi.fn(async () => undefined);
  private readonly listeners = new Map<string, Listener>();

  constructor(
    readonly id: string,
    readonly direction: string,
    options: { iceServers: unknown },
  ) {
    this.iceServers = options.iceServers;
  }

  on(name: string, listener: Listener): void {
    this.listeners.set(name, listener);
  }

  become(state: string): void {
    this.connectionState = state;
    this.emit("connectionstatechange", state);
  }

  async updateIceServers({ iceServers }: { iceServers: unknown }): Promise<void> {
    this.iceServers = iceServers;
  }

  async produce(options: { track: FakeTrack; encodings?: object[]; appData: { source: string; paused: boolean } }) {
    const { id } = await new Promise<{ id: string }>((done, failed) => {
      this.emit("produce", { kind: options.track.kind, rtpParameters: {}, appData: options.appData }, done, failed);
    });
    const producer = new FakeProducer(id, options.track, options);
    this.produced.push(producer);
    return producer;
  }

  async consume({ id, kind }: { id: string; kind: "audio" | "video" }) {
    return { id, kind, track: new FakeTrack(kind), close: () => undefined };
  }

  close(): void {
    this.closed = true;
    this.connectionState = "closed";
  }

  private emit(name: string, ...given: unknown[]): void {
    (this.listeners.get(name) as ((...given: unknown[]) => void) | undefined)?.(...given);
  }
}

/** Everything that a page has made of mediasoup-client since `forget`. */
export const made: FakeTransport[] = [];

export function forgetTransports(): void {
  made.length = 0;
}

export class FakeDevice {
  readonly recvRtpCapabilities = {};
  readonly sendRtpCapabilities = { codecs: [{ mimeType: "video/VP8" }] };

  static async factory(): Promise<FakeDevice> {
    return new FakeDevice();
  }

  async load(): Promise<void> {}

  createSendTransport(options: { id: string; iceServers: unknown }): FakeTransport {
    return this.make("send", options);
  }

  createRecvTransport(options: { id: string; iceServers: unknown }): FakeTransport {
    return this.make("receive", options);
  }

  private make(direction: string, options: { id: string; iceServers: unknown }): FakeTransport {
    const transport = new FakeTransport(options.id, direction, options);
    made.push(transport);
    return transport;
  }
}

/** The devices of a computer, with a fake camera and microphone plugged in. */
export class FakeDevices extends EventTarget {
  readonly opened: FakeTrack[] = [];
  /** Which device each opening asked for. */
  readonly asked: (string | undefined)[] = [];
  camera: MediaTrackSettings | null = { width: 640, height: 360 };
  microphone = true;
  screenSound = false;
  refused: string | null = null;
  /** Why a device cannot be opened, by the id that is asked for; "" is the browser's own choice. */
  readonly broken = new Map<string, string>();
  /** As many phones: no camera or microphone while another of its kind is open. */
  oneAtATime = false;

  async getUserMedia(constraints: { audio?: unknown; video?: unknown }) {
    const there = constraints.audio ? this.microphone : this.camera !== null;
    if (!there) throw Object.assign(new Error("none"), { name: "NotFoundError" });
    const wanted = (constraints.audio ?? constraints.video) as { deviceId?: { exact: string } };
    const deviceId = wanted.deviceId?.exact;
    this.asked.push(deviceId);
    const kind = constraints.audio ? "audio" : "video";
    const taken = this.opened.some((one) => one.kind === kind && one.readyState === "live");
    const why = this.broken.get(deviceId ?? "") ?? (this.oneAtATime && taken ? "NotReadableError" : undefined);
    if (why) throw Object.assign(new Error("no"), { name: why });
    const settings = constraints.audio ? {} : this.camera;
    const track = new FakeTrack(kind, { ...settings, deviceId });
    this.opened.push(track);
    return { getTracks: () => [track] };
  }

  async enumerateDevices() {
    const kinds = [this.microphone ? "audioinput" : null, this.camera ? "videoinput" : null, "audiooutput"];
    return kinds.filter((kind) => kind !== null).map((kind) => ({ kind, deviceId: "", label: "" }));
  }

  async getDisplayMedia() {
    if (this.refused) throw Object.assign(new Error("no"), { name: this.refused });
    const picture = new FakeTrack("video", { width: 1920, height: 1080 });
    const sound = this.screenSound ? new FakeTrack("audio") : null;
    this.opened.push(picture, ...(sound ? [sound] : []));
    return { getVideoTracks: () => [picture], getAudioTracks: () => (sound ? [sound] : []) };
  }

  get last(): FakeTrack {
    const track = this.opened[this.opened.length - 1];
    if (!track) throw new Error("nothing was opened");
    return track;
  }
}

/** A page with these devices; 4 cores and a large screen unless said otherwise. Returns what hears of its events. */
export function stubBrowser(devices: FakeDevices, hardwareConcurrency = 4): EventTarget {
  const page = new EventTarget();
  vi.stubGlobal("navigator", { mediaDevices: devices, hardwareConcurrency });
  vi.stubGlobal("screen", { width: 1440, height: 900 });
  vi.stubGlobal("addEventListener", page.addEventListener.bind(page));
  vi.stubGlobal("removeEventListener", page.removeEventListener.bind(page));
  return page;
}
