/** The mediator's way into a room: token, connection, media. Knows no screen. */
import { RoomClient } from "../room/client";
import { MediaSession } from "../room/media";
import { read, write } from "../ui/storage";
import { type RoomToken, roomToken } from "./api";

/** Ask for a new token so long before the old one ends, in milliseconds. */
const EARLY_MS = 60_000;

/** Keeps a valid room token. */
export class TokenKeeper {
  private known: { token: RoomToken; until: number } | null = null;
  private asking: Promise<RoomToken> | null = null;

  constructor(private readonly sessionId: string) {}

  /** @throws ApiError */
  async get(renew: boolean): Promise<RoomToken> {
    if (!renew && this.known && Date.now() < this.known.until) return this.known.token;
    // The room and the draft may ask at the same moment: one answer serves both.
    this.asking ??= roomToken(this.sessionId).finally(() => {
      this.asking = null;
    });
    const token = await this.asking;
    this.known = { token, until: Date.now() + Math.max(token.expires_in * 1000 - EARLY_MS, 5000) };
    return token;
  }
}

export interface Desk {
  client: RoomClient;
  media: MediaSession;
  getToken: (renew: boolean) => Promise<string>;
  close(): void;
}

export interface OwnDevices {
  microphone: boolean;
  camera: boolean;
  tracks: MediaStreamTrack[];
}

/** With which devices the mediator was in the room of this session when the page was loaded anew; null: they were not. */
export function devicesBefore(sessionId: string): OwnDevices | null {
  const kept = read(() => sessionStorage, keyOf(sessionId));
  return kept === null ? null : { microphone: kept.includes("m"), camera: kept.includes("c"), tracks: [] };
}

function keyOf(sessionId: string): string {
  return `desk:${sessionId}`;
}

/** @throws ApiError the server gives no token */
export async function openDesk(sessionId: string, devices: OwnDevices): Promise<Desk> {
  const keeper = new TokenKeeper(sessionId);
  const first = await keeper.get(false);
  const getToken = async (renew: boolean) => (await keeper.get(renew)).token;
  const client = new RoomClient({ roomId: first.room_id, getToken });
  const media = new MediaSession(client, devices);
  // A reload in the same tab goes on where it was; what was switched off stays off.
  const remember = () => {
    const { microphone, camera } = media.state.value;
    const kept = `${microphone.wanted ? "m" : ""}${camera.wanted ? "c" : ""}`;
    write(() => sessionStorage, keyOf(sessionId), kept);
  };
  const forget = media.state.subscribe(remember);
  remember();
  client.connect();
  return {
    client,
    media,
    getToken,
    close() {
      forget();
      write(() => sessionStorage, keyOf(sessionId), null);
      media.close();
      client.close();
    },
  };
}
