/** When a page has stood still: the phone slept, or the browser froze what nobody looked at. Nothing tells it afterwards. */

const LOOK_MS = 1_000;
/** Later than any busy page is; a hidden one that is only looked at once a minute asks too often, which costs a ping. */
const STOOD_MS = 4_000;

/** Calls back each time the clock has gone on without the page; the returned function ends it. */
export function watchStandstill(back: () => void): () => void {
  let last = Date.now();
  const timer = setInterval(() => {
    const now = Date.now();
    const stood = now - last > STOOD_MS;
    last = now;
    if (stood) back();
  }, LOOK_MS);
  return () => clearInterval(timer);
}
