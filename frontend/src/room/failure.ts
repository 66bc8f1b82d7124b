/** Why a command was not done, and why a room is over. */
import type { Failure } from "../generated/messages";

/** The server's refusal of a command, with its stable code. */
export class CommandError extends Error {
  readonly code: string;
  readonly retryable: boolean;
  readonly detail: Record<string, unknown>;

  constructor(failure: Failure) {
    super(failure.message);
    this.name = "CommandError";
    this.code = failure.code;
    this.retryable = failure.retryable;
    this.detail = failure.detail;
  }
}

/** The socket broke before the answer came: the command may or may not have been done. */
export class ConnectionLost extends Error {
  constructor() {
    super("the connection was lost before the answer came");
    this.name = "ConnectionLost";
  }
}

/** Why there is no way back into the room by itself. */
export type Ending = "removed" | "closed" | "replaced" | "expired" | "refused" | "unsupported";

/** Close codes of the server's sockets (signaling/messages.py, CloseCode). */
export const CLOSE = {
  badRequest: 4400,
  unauthenticated: 4401,
  forbidden: 4403,
  notFound: 4404,
  replaced: 4409,
  roomClosed: 4410,
  frozen: 4423,
  slowReader: 4429,
} as const;

export function endingOfClose(code: number): Ending | null {
  switch (code) {
    case CLOSE.replaced:
      return "replaced";
    case CLOSE.roomClosed:
      return "closed";
    case CLOSE.forbidden:
      return "removed";
    case CLOSE.notFound:
      return "refused";
    default:
      return null;
  }
}

export function endingOfCode(code: string): Ending | null {
  switch (code) {
    case "room_locked":
    case "lobby_denied":
    case "not_found":
    case "forbidden":
    case "room_full":
      return "refused";
    case "unsupported_version":
    case "bad_request":
      return "unsupported";
    default:
      return null;
  }
}
