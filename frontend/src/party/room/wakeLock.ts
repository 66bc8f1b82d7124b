import { useEffect } from "preact/hooks";

interface Sentinel {
  release(): Promise<void>;
}
interface WakeLockNavigator {
  wakeLock?: { request(type: "screen"): Promise<Sentinel> };
}

/** Keeps the screen on while somebody waits or talks; phones without it just go dark as usual. */
export function useWakeLock(active: boolean): void {
  useEffect(() => {
    const lock = (navigator as unknown as WakeLockNavigator).wakeLock;
    if (!active || !lock) return;
    let held: Sentinel | null = null;
    let current = true;
    const take = () => {
      if (document.visibilityState !== "visible") return;
      lock.request("screen").then(
        (sentinel) => {
          held = sentinel;
          if (!current) void sentinel.release();
        },
        () => undefined, // Refused when the battery is low: the phone's owner decides.
      );
    };
    take();
    document.addEventListener("visibilitychange", take);
    return () => {
      current = false;
      document.removeEventListener("visibilitychange", take);
      void held?.release();
    };
  }, [active]);
}
