/** Which of their own devices somebody had on, kept in the tab: a reload goes on where it was, and what was off stays off. */
import type { LocalTrack, MediaSession } from "../room/media";
import { read, write } from "./storage";

export interface OwnDevices {
  microphone: boolean;
  camera: boolean;
}

/** What was on when the page was loaded anew; null: nothing is known. */
export function devicesBefore(key: string): OwnDevices | null {
  const kept = read(() => sessionStorage, key);
  return kept === null ? null : { microphone: kept.includes("m"), camera: kept.includes("c") };
}

const REFUSED: ReadonlySet<LocalTrack["problem"]> = new Set(["denied", "busy", "unreachable", "unknown"] as const);

/** On, or off only because it would not open: that is tried again, and said again. */
function isLeftOn({ wanted, problem }: LocalTrack): boolean {
  return wanted || REFUSED.has(problem);
}

/** Keep what is on under this key. Returns what ends it; what was kept stays. */
export function rememberDevices(key: string, media: Pick<MediaSession, "state">): () => void {
  const remember = () => {
    const { microphone, camera } = media.state.value;
    write(() => sessionStorage, key, `${isLeftOn(microphone) ? "m" : ""}${isLeftOn(camera) ? "c" : ""}`);
  };
  remember();
  return media.state.subscribe(remember);
}

export function forgetDevices(key: string): void {
  write(() => sessionStorage, key, null);
}
