/** The mediator's way into a room: token, connection, media. Knows no screen. */
import { RoomClient } from "../room/client";
import { MediaSession } from "../room/media";
import { forgetDevices, devicesBefore as kept, type OwnDevices as On, rememberDevices } from "../ui/ownDevices";
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

export interface OwnDevices extends On {
  tracks: MediaStreamTrack[];
}

/** With which devices the mediator was in the room of this session when the page was loaded anew; null: they were not. */
export function devicesBefore(sessionId: string): OwnDevices | null {
  const before = kept(keyOf(sessionId));
  return before && { ...before, tracks: [] };
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
  const stop = rememberDevices(keyOf(sessionId), media);
  client.connect();
  return {
    client,
    media,
    getToken,
    close() {
      stop();
      forgetDevices(keyOf(sessionId));
      media.close();
      client.close();
    },
  };
}
