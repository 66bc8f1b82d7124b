/** One person's media in a room of fakes. Apart from them, because they stand in for what this imports. */
import { vi } from "vitest";
import { MediaSession } from "../../src/room/media";
import { FakeClient, FakeDevices, type FakeTransport, forgetTransports, made, stubBrowser } from "./fakes";

export const settle = (milliseconds = 0) => vi.advanceTimersByTimeAsync(milliseconds);

/** One person's media in a room, on a clock of the test's own. */
export class FakeRoom {
  readonly client = new FakeClient();
  readonly devices = new FakeDevices();
  readonly page: EventTarget;
  private session: MediaSession | null = null;

  constructor() {
    vi.useFakeTimers();
    forgetTransports();
    this.page = stubBrowser(this.devices);
  }

  get media(): MediaSession {
    if (!this.session) throw new Error("nobody has entered");
    return this.session;
  }

  async enter(options = { microphone: true, camera: true }): Promise<void> {
    this.session = new MediaSession(this.client.asRoomClient, options);
    await settle();
  }

  leave(): void {
    this.session?.close();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  }

  async connect(): Promise<void> {
    for (const one of made.filter((each) => !each.closed)) one.become("connected");
    await settle();
  }

  transport(direction: string): FakeTransport {
    const found = made.filter((one) => one.direction === direction && !one.closed);
    if (found.length !== 1) throw new Error(`${found.length} open transports to ${direction}`);
    return found[0] as FakeTransport;
  }

  produced(source: string) {
    return this.transport("send").produced.find((one) => one.options.appData.source === source && !one.closed);
  }
}
