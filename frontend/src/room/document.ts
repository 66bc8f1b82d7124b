/** The shared draft: a Yjs document, its connection to the room, and the right to write in it. */
import type { Awareness } from "y-protocols/awareness";
import { WebsocketProvider } from "y-websocket";
import * as Y from "yjs";
import { CloseCode } from "../generated/messages";
import { backoff } from "./backoff";
import { socketUrl } from "./socket";
import { type Readable, Store } from "./store";

/** `stopped`: the server closed the door (read only, frozen, malformed); `reopen` knocks again. */
export type DocumentPhase = "connecting" | "synced" | "reconnecting" | "stopped";

export interface DocumentState {
  phase: DocumentPhase;
  /** Replaced when the local copy was dropped: whoever shows the document must bind to the new one. */
  copy: DocumentCopy;
  stoppedBy: "forbidden" | "frozen" | "malformed" | null;
}

export interface DocumentCopy {
  doc: Y.Doc;
  awareness: Awareness;
}

export interface Writer {
  name: string;
  /** A CSS colour such as `#1d4b8f`. */
  color: string;
}

export interface DocumentOptions {
  roomId: string;
  documentId: string;
  getToken: (renew: boolean) => Promise<string>;
  writer: Writer;
  writable: boolean;
}

const SUBPROTOCOL = "mediation-room";
const STOPS: Record<number, DocumentState["stoppedBy"]> = {
  [CloseCode.FORBIDDEN]: "forbidden",
  [CloseCode.FROZEN]: "frozen",
  [CloseCode.BAD_REQUEST]: "malformed",
};

interface Copy extends DocumentCopy {
  provider: WebsocketProvider;
}

export class SharedDocument {
  private readonly store: Store<DocumentState>;
  private copy: Copy;
  private writable: boolean;
  private attempt = 0;
  private renewToken = false;
  private closed = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly options: DocumentOptions) {
    this.writable = options.writable;
    this.copy = this.newCopy();
    this.store = new Store<DocumentState>({ phase: "connecting", copy: this.copy, stoppedBy: null });
    void this.connect(this.copy);
  }

  get state(): Readable<DocumentState> {
    return this.store;
  }

  /** The room said who may write now. A copy that may have unsent edits is thrown away with the right to write. */
  setWritable(writable: boolean): void {
    if (writable === this.writable) return;
    this.writable = writable;
    this.reopen();
  }

  /** Start over from the server's text. */
  reopen(): void {
    if (this.closed) return;
    this.attempt = 0;
    const discarded = this.replaceCopy();
    this.store.value = { phase: "connecting", copy: this.copy, stoppedBy: null };
    this.discard(discarded);
    void this.connect(this.copy);
  }

  close(): void {
    this.closed = true;
    this.discard(this.copy);
  }

  private replaceCopy(): Copy {
    const old = this.copy;
    this.copy = this.newCopy();
    return old;
  }

  private discard(copy: Copy): void {
    clearTimeout(this.timer);
    copy.provider.destroy();
    copy.doc.destroy();
  }

  private newCopy(): Copy {
    const doc = new Y.Doc();
    const base = socketUrl(`/rooms/${encodeURIComponent(this.options.roomId)}/documents`);
    const provider = new WebsocketProvider(base, encodeURIComponent(this.options.documentId), doc, {
      connect: false,
      disableBc: true,
      // Every connection needs a token that is valid then, so the waiting and the knocking is done here.
      shouldReconnect: () => false,
    });
    provider.awareness.setLocalStateField("user", this.options.writer);
    const copy: Copy = { doc, awareness: provider.awareness, provider };
    provider.on("sync", (synced: boolean) => this.synced(copy, synced));
    provider.on("connection-close", (event: CloseEvent | null) => this.lost(copy, event));
    return copy;
  }

  private async connect(copy: Copy): Promise<void> {
    try {
      const token = await this.options.getToken(this.renewToken);
      this.renewToken = false;
      if (this.copy !== copy || this.closed) return;
      copy.provider.protocols = [SUBPROTOCOL, `bearer.${token}`];
      copy.provider.connect();
    } catch {
      // No token now (the network is away, or the visit is over): the room's own connection says which.
      if (this.copy === copy && !this.closed) this.retry(copy);
    }
  }

  private synced(copy: Copy, synced: boolean): void {
    if (this.copy !== copy || !synced) return;
    this.attempt = 0;
    this.store.value = { ...this.store.value, phase: "synced", stoppedBy: null };
  }

  private lost(copy: Copy, event: CloseEvent | null): void {
    if (this.copy !== copy || this.closed) return;
    const code = event?.code ?? 0;
    const stop = STOPS[code];
    if (stop) {
      this.stop(stop);
      return;
    }
    if (code === CloseCode.UNAUTHENTICATED) this.renewToken = true;
    copy.provider.shouldConnect = false;
    this.retry(copy);
  }

  private retry(copy: Copy): void {
    this.store.value = { ...this.store.value, phase: "reconnecting" };
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.connect(copy), backoff(this.attempt, Math.random()));
    this.attempt += 1;
  }

  /** What the server refused must not stay on the screen as if it were in the text. */
  private stop(reason: NonNullable<DocumentState["stoppedBy"]>): void {
    const refused = this.replaceCopy();
    this.store.value = { phase: "stopped", copy: this.copy, stoppedBy: reason };
    this.discard(refused);
  }
}
