/** One person's connection to a room: says hello, comes back by itself, asks, and knows what the server told. */
import {
  CloseCode,
  type CommandMap,
  type CommandName,
  type EventMap,
  type EventName,
  type Failure,
  type Json,
  VERSION,
  type Welcome,
} from "../generated/messages";
import { backoff } from "./backoff";
import { CommandError, ConnectionLost, type Ending, endingOfClose, endingOfCode } from "./failure";
import { watchNetwork } from "./network";
import { randomName } from "./randomname";
import { type SocketLike, socketUrl } from "./socket";
import { watchStandstill } from "./standstill";
import { apply, type RoomEvent, type RoomState, refreshed } from "./state";
import { type Readable, Store } from "./store";

/** For a token and a socket that opens: on a way that is dead a browser waits for minutes. */
const OPEN_TIMEOUT_MS = 10_000;
const ANSWER_TIMEOUT_MS = 15_000;
const PONG_TIMEOUT_MS = 5_000;
/** Asked in a moment of doubt: whoever waits sits before a frozen picture. */
const CHECK_TIMEOUT_MS = 2_500;

/** `open` is the only phase in which commands are sent; `ended` never changes any more. */
export type Connection =
  | { phase: "idle" | "connecting" | "open" }
  /** `refusal`: why the server answered that it cannot now; absent when there was no answer. */
  | { phase: "reconnecting"; attempt: number; refusal?: string }
  | { phase: "ended"; ending: Ending; reason: string };

export interface RoomOptions {
  roomId: string;
  /** A valid room token. `renew` asks for a fresh one because the server refused the last. Throws if there is none. */
  getToken: (renew: boolean) => Promise<string>;
  openSocket?: (url: string) => SocketLike;
  random?: () => number;
  /** Milliseconds since the epoch. */
  now?: () => number;
}

interface Pending {
  resolve: (data: Json) => void;
  reject: (error: Error) => void;
  timer: ReturnType<typeof setTimeout>;
}

interface Envelope {
  v: number;
  type: string;
  id?: number;
  seq?: number;
  data?: unknown;
}

/** What the server offers this connection for media. `fresh` is true when it did not resume the old connection. */
export interface MediaOffer {
  capabilities: Json;
  iceServers: Json[];
  epoch: number;
  fresh: boolean;
}

/** Whoever was sent out, or goes on on another device, gets no token any more; the code says which. */
function removalOf(error: unknown): string | null {
  const code = (error as { code?: unknown } | null)?.code;
  return code === "removed" || code === "continued_elsewhere" ? code : null;
}

export class RoomClient {
  readonly roomId: string;
  private readonly options: Required<RoomOptions>;
  private readonly connectionStore = new Store<Connection>({ phase: "idle" });
  private readonly stateStore = new Store<RoomState | null>(null);
  private readonly offerStore = new Store<MediaOffer | null>(null);
  private readonly handlers = new Map<EventName, Set<(data: never) => void>>();
  private readonly pending = new Map<number, Pending>();
  private socket: SocketLike | null = null;
  private resume: string | null = null;
  private nextId = 1;
  private attempt = 0;
  private renewToken = false;
  private refusals = 0;
  private ending: { ending: Ending; reason: string } | null = null;
  /** Counts the tries to connect: only the newest may open a socket, or stay when the server hears of two. */
  private tries = 0;
  private readonly page = randomName();
  private openTimer: ReturnType<typeof setTimeout> | undefined;
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private pingTimer: ReturnType<typeof setInterval> | undefined;
  private stopWatching: (() => void) | undefined;

  constructor(options: RoomOptions) {
    this.roomId = options.roomId;
    this.options = {
      openSocket: (url) => new WebSocket(url) as unknown as SocketLike,
      random: Math.random,
      now: Date.now,
      ...options,
    };
  }

  get connection(): Readable<Connection> {
    return this.connectionStore;
  }

  /** Null until the server has said once what there is. */
  get state(): Readable<RoomState | null> {
    return this.stateStore;
  }

  get offer(): Readable<MediaOffer | null> {
    return this.offerStore;
  }

  /** Hear of one kind of event as it arrives, after the state has taken it in. */
  on<Name extends EventName>(name: Name, handler: (data: EventMap[Name]) => void): () => void {
    const handlers = this.handlers.get(name) ?? new Set();
    this.handlers.set(name, handlers.add(handler as (data: never) => void));
    return () => {
      handlers.delete(handler as (data: never) => void);
    };
  }

  connect(): void {
    if (this.connectionStore.value.phase !== "idle") return;
    this.connectionStore.value = { phase: "connecting" };
    const again = () => this.networkChanged();
    const stops = [watchNetwork(again), watchStandstill(again)];
    this.stopWatching = () => stops.forEach((stop) => void stop());
    void this.open();
  }

  /** Leave for good: the socket closes and nothing comes back. */
  close(): void {
    this.end("closed", "left");
    this.socket?.close(1000);
    this.drop();
  }

  /** Send a command; the promise settles with its one answer.
   * @throws CommandError the server refused
   * @throws ConnectionLost there is no connection, or it broke before the answer */
  command<Name extends CommandName>(name: Name, data: CommandMap[Name]["data"]): Promise<CommandMap[Name]["answer"]> {
    if (this.connectionStore.value.phase !== "open") return Promise.reject(new ConnectionLost());
    return this.ask(name, data) as Promise<CommandMap[Name]["answer"]>;
  }

  /** Try at once instead of waiting (the page is in front again). What is on its way already goes on. */
  readonly retryNow = (): void => {
    if (this.connectionStore.value.phase !== "reconnecting" || this.openTimer !== undefined || this.socket) return;
    void this.open();
  };

  /** Whether the way to the server holds; a dead one is given up and built anew.
   * @throws ConnectionLost */
  check(within = CHECK_TIMEOUT_MS): Promise<void> {
    const socket = this.socket;
    if (!socket || this.connectionStore.value.phase !== "open") return Promise.reject(new ConnectionLost());
    const late = setTimeout(() => {
      if (this.socket !== socket) return;
      this.drop();
      this.lost(0, "");
    }, within);
    return this.ask("ping", {}).then(
      () => clearTimeout(late),
      (error: unknown) => {
        clearTimeout(late);
        throw error;
      },
    );
  }

  private networkChanged(): void {
    const { phase } = this.connectionStore.value;
    if (phase === "connecting" || phase === "reconnecting") {
      this.drop();
      void this.open();
      return;
    }
    // The old way may be dead without knowing it.
    this.check().catch(() => undefined);
  }

  private ask(name: CommandName, data: unknown, socket = this.socket): Promise<Json> {
    if (!socket || socket !== this.socket) return Promise.reject(new ConnectionLost());
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        // An answer that does not come means a dead path: the socket is given up and everything asked anew.
        this.drop();
        this.lost(0, "");
      }, ANSWER_TIMEOUT_MS);
      this.pending.set(id, { resolve, reject, timer });
      socket.send(JSON.stringify({ v: VERSION, id, type: name, data }));
    });
  }

  private async open(): Promise<void> {
    const turn = ++this.tries;
    const current = () => turn === this.tries && !this.ending;
    let token: string;
    clearTimeout(this.retryTimer);
    clearTimeout(this.openTimer);
    this.openTimer = setTimeout(() => this.tooLate(), OPEN_TIMEOUT_MS);
    try {
      token = await this.options.getToken(this.renewToken);
    } catch (error) {
      if (!current()) return;
      const removal = removalOf(error);
      if (removal) this.end("removed", removal);
      else if (this.isFinalRefusal(error)) this.end("expired", String(error));
      else this.scheduleRetry();
      return;
    }
    if (!current()) return;
    this.renewToken = false;
    const socket = this.options.openSocket(socketUrl(`/rooms/${encodeURIComponent(this.roomId)}/socket`));
    this.socket = socket;
    socket.onopen = () => {
      this.opened();
      void this.hello(token, socket);
    };
    socket.onmessage = (event) => this.receive(String(event.data));
    socket.onclose = (event) => {
      if (this.socket !== socket) return;
      this.drop();
      this.lost(event.code, event.reason);
    };
  }

  private opened(): void {
    clearTimeout(this.openTimer);
    this.openTimer = undefined;
  }

  private tooLate(): void {
    this.tries += 1; // A token that still comes opens nothing.
    this.drop();
    this.lost(0, "");
  }

  private isFinalRefusal(error: unknown): boolean {
    const status = (error as { status?: unknown } | null)?.status;
    return typeof status === "number" && status >= 400 && status < 500 && status !== 429;
  }

  private async hello(token: string, socket: SocketLike): Promise<void> {
    const state = this.stateStore.value;
    try {
      const last_seq = this.resume && state ? state.seq : null;
      const said = { token, resume: this.resume, last_seq, page: this.page, attempt: this.tries };
      const welcome = (await this.ask("hello", said, socket)) as unknown as Welcome;
      if (this.socket === socket) this.welcome(welcome);
    } catch (error) {
      if (error instanceof CommandError && this.socket === socket) this.refused(error);
    }
  }

  private welcome(welcome: Welcome): void {
    this.resume = welcome.resume;
    this.attempt = 0;
    this.refusals = 0;
    if (welcome.snapshot) this.stateStore.value = refreshed(this.stateStore.value, welcome.snapshot, this.seconds());
    const epoch = this.stateStore.value?.mediaEpoch ?? 0;
    this.connectionStore.value = { phase: "open" };
    this.offerStore.value = {
      capabilities: welcome.router_capabilities,
      iceServers: welcome.ice_servers,
      epoch,
      fresh: !welcome.resumed,
    };
    this.keepAlive(welcome.ping_seconds);
  }

  private refused(error: CommandError): void {
    const expired = error.code === "unauthenticated" || error.code === "session_expired";
    if (expired && this.refusals === 0) {
      this.refusals += 1;
      this.renewToken = true;
      this.resume = null;
      this.drop();
      this.scheduleRetry();
      return;
    }
    const ending = expired ? "expired" : endingOfCode(error.code);
    if (ending && !error.retryable) this.end(ending, error.code);
    this.drop();
    this.scheduleRetry(error.code); // Does nothing once it is over.
  }

  private receive(text: string): void {
    const envelope = JSON.parse(text) as Envelope;
    if (envelope.id !== undefined && envelope.id !== null) {
      this.settle(envelope.id, envelope);
      return;
    }
    const event = { type: envelope.type, data: envelope.data } as RoomEvent;
    const before = this.stateStore.value;
    if (before) this.stateStore.value = apply(before, event, envelope.seq ?? null, this.seconds());
    this.follow(event);
    for (const handler of this.handlers.get(event.type) ?? []) handler(event.data as never);
  }

  private follow(event: RoomEvent): void {
    if (event.type === "removed") this.end("removed", event.data.reason);
    if (event.type === "room_closed") this.end("closed", event.data.reason);
    if (event.type === "media_reset") {
      const offer = this.offerStore.value;
      this.offerStore.value = {
        capabilities: event.data.router_capabilities,
        iceServers: offer?.iceServers ?? [],
        epoch: event.data.epoch,
        fresh: true,
      };
    }
  }

  private settle(id: number, envelope: Envelope): void {
    const waiting = this.pending.get(id);
    if (!waiting) return;
    this.pending.delete(id);
    clearTimeout(waiting.timer);
    if (envelope.type === "error") waiting.reject(new CommandError(envelope.data as Failure));
    else waiting.resolve((envelope.data ?? {}) as Json);
  }

  private keepAlive(seconds: number): void {
    clearInterval(this.pingTimer);
    if (seconds <= 0) return;
    this.pingTimer = setInterval(() => this.check(PONG_TIMEOUT_MS).catch(() => undefined), seconds * 1000);
  }

  /** Forget the socket; whoever waits for an answer is told that none will come. */
  private drop(): void {
    const socket = this.socket;
    this.socket = null;
    this.opened();
    clearInterval(this.pingTimer);
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
    }
    const waiting = [...this.pending.values()];
    this.pending.clear();
    for (const one of waiting) {
      clearTimeout(one.timer);
      one.reject(new ConnectionLost());
    }
  }

  private lost(code: number, reason: string): void {
    if (this.ending) return;
    const ending = endingOfClose(code);
    if (ending) {
      this.end(ending, reason);
      return;
    }
    if (code === CloseCode.UNAUTHENTICATED) this.renewToken = true;
    this.scheduleRetry();
  }

  private scheduleRetry(refusal?: string): void {
    if (this.ending) return;
    this.opened();
    this.connectionStore.value = { phase: "reconnecting", attempt: this.attempt, refusal };
    clearTimeout(this.retryTimer);
    this.retryTimer = setTimeout(() => void this.open(), backoff(this.attempt, this.options.random()));
    this.attempt += 1;
  }

  private end(ending: Ending, reason: string): void {
    if (this.ending) return;
    this.ending = { ending, reason };
    clearTimeout(this.retryTimer);
    this.opened();
    clearInterval(this.pingTimer);
    this.stopWatching?.();
    this.connectionStore.value = { phase: "ended", ending, reason };
  }

  private seconds(): number {
    return this.options.now() / 1000;
  }
}
