/** Bridges from the room (which knows no framework) to Preact. */
import { useEffect, useState } from "preact/hooks";
import type { ParticipantId } from "../generated/messages";
import { COMING_SECONDS, unknownCameras } from "../room/arrivals";
import type { RoomState } from "../room/state";
import type { Readable } from "../room/store";

/** For an area that scrolls and may hold nothing to press: the keyboard must be able to reach it to scroll it. */
export const scrollable = { tabIndex: 0 } as const;

/** Renders again whenever the store has another value. */
export function useStore<T>(store: Readable<T>): T {
  const [, again] = useState(0);
  useEffect(() => {
    const show = () => again((count) => count + 1);
    show(); // It may have changed between the render and this effect.
    return store.subscribe(show);
  }, [store]);
  return store.value;
}

/** This device's Unix time in seconds, renewed every `everyMs` while shown. */
export function useNow(everyMs = 1000, running = true): number {
  const [now, setNow] = useState(() => Date.now() / 1000);
  useEffect(() => {
    if (!running) return;
    setNow(Date.now() / 1000);
    const timer = setInterval(() => setNow(Date.now() / 1000), everyMs);
    return () => clearInterval(timer);
  }, [everyMs, running]);
  return now;
}

/** Whose camera nobody knows of yet, renewed when the time to wait is over. */
export function useUnknownCameras(state: RoomState): ReadonlySet<ParticipantId> {
  const [, again] = useState(0);
  const now = Date.now() / 1000;
  const next = Math.min(...[...state.arrivals.values()].filter((at) => now - at < COMING_SECONDS));
  useEffect(() => {
    if (!Number.isFinite(next)) return;
    const left = Math.max(0, next + COMING_SECONDS - Date.now() / 1000);
    const timer = setTimeout(() => again((count) => count + 1), left * 1000 + 1);
    return () => clearTimeout(timer);
  }, [next]);
  return unknownCameras(state, now);
}

/** `00:42:18` */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (value: number) => String(value).padStart(2, "0");
  return `${two(Math.floor(whole / 3600))}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
}
