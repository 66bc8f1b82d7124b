/** When this device has another way into the network: Wi-Fi instead of mobile data, or a network again after none. */

interface NetworkInformation extends EventTarget {
  /** Only phones say it: `wifi`, `cellular`, … */
  readonly type?: string;
}

/** Both events come for one change, and the new way needs a moment. */
const SETTLE_MS = 150;

/** Calls back once for each change; the returned function ends it. */
export function watchNetwork(changed: () => void): () => void {
  const information = (globalThis.navigator as { connection?: NetworkInformation } | undefined)?.connection;
  let type = information?.type;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(changed, SETTLE_MS);
  };
  const informed = () => {
    // It speaks up for every new estimate of the speed too; only another kind of network is a change.
    if (information?.type === type) return;
    type = information?.type;
    if (type !== "none") soon();
  };
  globalThis.addEventListener?.("online", soon);
  information?.addEventListener?.("change", informed);
  return () => {
    clearTimeout(timer);
    globalThis.removeEventListener?.("online", soon);
    information?.removeEventListener?.("change", informed);
  };
}
