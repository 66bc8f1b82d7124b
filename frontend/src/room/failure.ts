/** Why a command was not done, and why a room is over. */
import { CloseCode, type Failure } from "../generated/messages";

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
export type Ending = "removed" | "closed" | "replaced" | "expired" | "refused" | "full" | "locked" | "unsupported";

export function endingOfClose(code: number): Ending | null {
  switch (code) {
    case CloseCode.REPLACED:
      return "replaced";
    case CloseCode.ROOM_CLOSED:
      return "closed";
    case CloseCode.FORBIDDEN:
      return "removed";
    case CloseCode.NOT_FOUND:
      return "refused";
    default:
      return null;
  }
}

/** For the refusal of a hello: the answer comes before the close code, and the socket is given up with it. */
export function endingOfCode(code: string): Ending | null {
  switch (code) {
    case "wrong_state":
      return "closed";
    case "room_locked":
      return "locked";
    case "lobby_denied":
    case "not_found":
    case "forbidden":
      return "refused";
    case "room_full":
      return "full";
    case "unsupported_version":
    case "bad_request":
      return "unsupported";
    default:
      return null;
  }
}
